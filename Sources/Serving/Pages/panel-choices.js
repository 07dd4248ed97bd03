/**
 * The elements of a panel in which a viewer picks: choice, of one or several, and seats.
 *
 * @module panel-choices
 */

import { icon, make } from "./dom.js";
import { isFinal, showState, stateLine } from "./panel-answers.js";

/** Mixes a text into 32 bits (FNV-1a with a last stir): near texts come out far apart. */
function mixed(text) {
    let hash = 0x811c9dc5;
    for (const character of text) {
        hash = Math.imul(hash ^ character.codePointAt(0), 0x01000193);
    }
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    return (hash ^ (hash >>> 12)) >>> 0;
}

/** The options in the order of this viewer: always the same one for the same question. */
function ordered(element, viewer) {
    if (!element.shuffle) return element.options;
    // The same for every language: a viewer who changes it finds the options where they were.
    const asked = typeof element.label === "string" ? element.label : JSON.stringify(element.label);
    const places = element.options.map((option) => ({
        option, place: mixed(`${viewer}:${element.id}:${asked}:${option.value}`),
    }));
    return places.sort((one, other) => one.place - other.place).map(({ option }) => option);
}

const listOf = (value) => (Array.isArray(value) ? value : [value]);

/** What an option is, once everybody may know: `right`, `wrong` (chosen, and not right) or null. */
function verdictOn(value, element, isChosen) {
    if (element.correct === undefined) return null;
    if (listOf(element.correct).includes(value)) return "right";
    return isChosen ? "wrong" : null;
}

/** Says how one's own answer did. */
function showOutcome(line, element, answer, words) {
    if (element.correct !== undefined && !answer) {
        line.dataset.state = "missed";
        line.textContent = words.text("answer.missed");
        return;
    }
    if (element.correct === undefined || !["accepted", "changeable"].includes(answer.state)) {
        return showState(line, answer, words);
    }
    const right = listOf(element.correct);
    const own = listOf(answer.value);
    const isRight = own.length === right.length && own.every((value) => right.includes(value));
    line.dataset.state = isRight ? "right" : "wrong";
    line.textContent = words.text(isRight ? "answer.right" : "answer.wrong");
}

/** The label of an option, with what it turned out to be. */
function optionWords(option, element, chosen, { texts, words }) {
    const verdict = verdictOn(option.value, element, chosen);
    return [
        make("span", { text: texts.text(option.label) }),
        verdict && make("span", { class: "verdict", text: words.text(`option.${verdict}`) }),
        chosen && icon("check"),
    ].filter(Boolean);
}

function choice(element, context) {
    return element.picks === undefined ? single(element) : several(element, context);
}

/** One of several: a press is the answer. */
function single(element) {
    const { id } = element;
    const label = make("legend", { class: "answer-label" });
    const options = make("div", { class: "answer-options" });
    const line = stateLine(id);
    let drawn = null;
    return {
        node: make("fieldset", { class: "answer answer-choice" }, label, options, line),
        update(element, context) {
            const { answer, texts, words, viewer } = context;
            const state = answer?.state ?? "idle";
            label.textContent = texts.text(element.label);
            const shown = ordered(element, viewer);
            const values = JSON.stringify(shown.map(({ value }) => value));
            if (values !== drawn) {
                drawn = values;
                options.replaceChildren(...shown.map(({ value }) => make("button", {
                    class: "option", type: "button", "data-test": `answer-send-${id}`,
                    "data-value": String(value),
                })));
            }
            const over = element.correct !== undefined || element.disabled === true;
            shown.forEach((option, index) => {
                const press = options.children[index];
                const chosen = answer !== null && answer.value === option.value
                    && ["sending", "accepted", "changeable", "done"].includes(state);
                press.replaceChildren(...optionWords(option, element, chosen, context));
                press.setAttribute("aria-pressed", String(chosen));
                press.dataset.verdict = verdictOn(option.value, element, chosen) ?? "";
                press.disabled = over || state === "sending" || isFinal(state);
                press.onclick = () => context.send(option.value);
            });
            showOutcome(line, element, answer, words);
        },
    };
}

/** Several at once: boxes to tick and a button. */
function several(element, context) {
    const { id } = element;
    const label = make("legend", { class: "answer-label" });
    const hint = make("p", { class: "hint", id: `${context.domId}-hint` });
    const options = make("div", { class: "answer-options" });
    const send = make("button", {
        class: "primary", type: "submit", "data-test": `answer-send-${id}`,
    });
    const line = stateLine(id);
    const form = make("form", { class: "answer", novalidate: true }, make("fieldset", {
        class: "answer-choice", "aria-describedby": hint.id,
    }, label, hint, options), send, line);
    const boxes = () => [...options.querySelectorAll("input")];
    let drawn = null;
    let shown = [];
    let latest = context;
    let picks = element.picks;
    let closed = false;

    const chosen = () => shown.filter((_, index) => boxes()[index].checked);
    const settle = () => {
        const full = chosen().length >= picks;
        for (const box of boxes()) box.disabled = closed || (full && !box.checked);
        send.disabled = closed || chosen().length === 0;
    };
    options.addEventListener("change", settle);
    form.addEventListener("submit", (event) => {
        event.preventDefault();
        if (chosen().length > 0) latest.send(chosen().map(({ value }) => value));
    });

    return {
        node: form,
        update(element, context) {
            const { answer, texts, words, viewer } = context;
            const state = answer?.state ?? "idle";
            latest = context;
            picks = element.picks;
            shown = ordered(element, viewer);
            label.textContent = texts.text(element.label);
            hint.textContent = words.text("choice.picks", { count: words.integer(picks) });
            send.textContent = words.text("answer.send");
            const values = JSON.stringify(shown.map(({ value }) => value));
            if (values !== drawn) {
                drawn = values;
                options.replaceChildren(...shown.map(({ value }) => make("label", {
                    class: "option",
                }, make("input", { type: "checkbox", "data-value": String(value) }),
                make("span", { class: "option-words" }))));
            }
            closed = element.correct !== undefined || element.disabled === true
                || state === "sending" || isFinal(state);
            shown.forEach((option, index) => {
                const box = boxes()[index];
                if (state === "accepted" || state === "changeable") box.checked = listOf(answer.value).includes(option.value);
                box.nextElementSibling.replaceChildren(
                    ...optionWords(option, element, false, context));
                box.parentElement.dataset.verdict =
                    verdictOn(option.value, element, box.checked) ?? "";
            });
            send.hidden = isFinal(state) || element.correct !== undefined;
            settle();
            showOutcome(line, element, answer, words);
        },
    };
}

/** From here on it is speech and not the noise of a room. */
const speakingLevelMin = 20;
const seatFlags = ["muted", "camera_off", "featured"];

/**
 * Seats in rows; with an id a press asks for one. A layout that is older than the one on the page is
 * left out.
 */
function seats(element, context) {
    const labelId = `${context.domId}-label`;
    const label = make("h4", { class: "group-label", id: labelId });
    const grid = make("ol", { class: "seats", "aria-labelledby": labelId });
    const line = element.id ? stateLine(element.id) : null;
    let version = 0;
    return {
        node: make("div", { class: "answer" }, label, grid, line),
        update(element, context) {
            label.textContent = context.texts.text(element.label)
                || context.words.text("seats");
            grid.style.setProperty("--columns", String(Number(element.columns) || 4));
            if ((element.version ?? version) >= version) {
                version = element.version ?? version;
                grid.dataset.layout = element.layout ?? "grid";
            }
            while (grid.children.length > element.seats.length) grid.lastElementChild.remove();
            element.seats.forEach((seat, index) => {
                if (!grid.children[index]) grid.append(makeSeat(element.id, index + 1));
                showSeat(grid.children[index].firstElementChild, seat, index + 1, element, context);
            });
            if (line) showState(line, context.answer, context.words);
        },
    };
}

function makeSeat(id, number) {
    return make("li", {}, make(id ? "button" : "div", {
        class: "seat", type: id ? "button" : null,
        "data-test": id ? `answer-send-${id}-${number}` : null,
    }, make("span", { class: "seat-number", "aria-hidden": "true" }),
    make("b", { class: "seat-who" }), make("span", { class: "seat-state" })));
}

function showSeat(node, seat, number, element, { texts, words, answer, send }) {
    const [digits, who, state] = node.children;
    const flags = seatFlags.filter((flag) => seat[flag] === true);
    node.dataset.state = seat.state;
    node.dataset.featured = String(seat.featured === true);
    digits.textContent = words.integer(number);
    who.textContent = seat.viewer ? seat.viewer.name || seat.viewer.user
        : seat.label ? texts.text(seat.label) : words.text("seat.empty");
    state.textContent = [`seat.${seat.state}`, ...flags.map((flag) => `seat.${flag}`)]
        .map((key) => words.text(key)).join(" · ");
    node.setAttribute("aria-label", [words.text("seat.number", { number: words.integer(number) }),
        who.textContent, state.textContent].join(", "));
    if (node.tagName !== "BUTTON") return;
    node.disabled = element.disabled === true || answer?.state === "sending";
    node.onclick = () => send(number);
}

/** Marks the seats on which somebody speaks now. */
export function showSpeaking(root, seats) {
    for (const { plugin, seat, level } of seats) {
        const place = `[data-plugin="${CSS.escape(plugin)}"] .seats > :nth-child(${Number(seat)})`;
        for (const node of root.querySelectorAll(`${place} > .seat`)) {
            node.dataset.speaking = String(level >= speakingLevelMin);
        }
    }
}

export const choiceParts = { choice, seats };
