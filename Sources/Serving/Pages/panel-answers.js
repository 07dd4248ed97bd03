/**
 * The elements of a panel that a viewer fills in or presses: money, number, input, button.
 *
 * A part is `{node, update(element, context)}`. `context.answer` says what became of the answer:
 *
 * | state | meaning |
 * | --- | --- |
 * | `idle` | nothing was sent |
 * | `sending` | under way |
 * | `accepted` | recorded; `value` is what counts |
 * | `changeable` | recorded; `value` counts unless another follows |
 * | `done` | taken, and may be done again |
 * | `late` | after the close |
 * | `lost` | the connection broke; unknown |
 * | `refused` | with `error`, and `reason` in words of the plugin where it gave one |
 *
 * @module panel-answers
 */

import { make, icon } from "./dom.js";
import { currencySign, minorDigits, parseMinor } from "./money.js";

/** Where an answer can no longer be given. */
export const isFinal = (state) => state === "accepted" || state === "late";

export function stateLine(id) {
    return make("p", {
        class: "answer-state", role: "status", id: `answer-state-${id}`,
        "data-test": `answer-state-${id}`, "data-state": "idle",
    });
}

/** Says in words what became of the answer; `hint` stands while nothing else is to be said. */
export function showState(line, answer, words, hint = "") {
    const state = answer?.state ?? "idle";
    line.dataset.state = state;
    const text = {
        idle: () => hint,
        done: () => hint,
        sending: () => words.text("answer.sending"),
        accepted: () => words.text(answer.repeated ? "answer.first" : "answer.accepted"),
        changeable: () => words.text("answer.changeable"),
        late: () => words.text("answer.late"),
        lost: () => words.text("answer.lost"),
        refused: () => answer.reason ?? words.error(answer.error),
    }[state]();
    if (line.textContent !== text) line.textContent = text;
}

/**
 * A field for one value with its button. `read` yields an integer or null, `hint` says what is
 * expected, `show` writes a recorded value; `problem` says what is wrong with one, bounds unless given.
 */
function fieldPart(element, context, { sign, read, hint, show, mode, problem: problemOf }) {
    const { id } = element;
    const inputId = `${context.domId}-input`;
    const label = make("label", { for: inputId, class: "answer-label" });
    const prefix = make("span", { class: "answer-sign", "aria-hidden": "true" });
    const input = make("input", {
        id: inputId, class: "answer-input", type: "text", inputmode: mode, autocomplete: "off",
        enterkeyhint: "send", "aria-describedby": `answer-state-${id}`,
        "data-test": `answer-input-${id}`,
    });
    const send = make("button", {
        class: "primary", type: "submit", "data-test": `answer-send-${id}`,
    });
    const caption = make("span", { class: "answer-caption" });
    const recorded = make("b");
    const locked = make("p", { class: "answer-locked" }, icon("check"), caption, recorded);
    const line = stateLine(id);
    const form = make("form", { class: "answer", novalidate: true },
        label, make("span", { class: "answer-row" },
            make("span", { class: "answer-box" }, prefix, input), send), locked, line);
    let latest = { element, context };

    const outOfBounds = (value, { min, max }, words) => (value < min || value > max
        ? words.text("answer.range", { min: show(min, latest), max: show(max, latest) }) : null);
    form.addEventListener("submit", (event) => {
        event.preventDefault();
        const value = read(input.value);
        const { words } = latest.context;
        const problem = value === null ? hint(words)
            : (problemOf ?? outOfBounds)(value, latest.element, words);
        input.setAttribute("aria-invalid", String(problem !== null));
        if (problem === null) return latest.context.send(value);
        line.dataset.state = "invalid";
        line.textContent = problem;
        input.focus();
    });
    input.addEventListener("input", () => {
        if (line.dataset.state !== "invalid") return;
        input.removeAttribute("aria-invalid");
        showState(line, latest.context.answer, latest.context.words);
    });

    return {
        node: form,
        update(element, context) {
            const { answer, words, texts } = context;
            const before = latest.context.answer?.state;
            latest = { element, context };
            const state = answer?.state ?? "idle";
            label.textContent = caption.textContent = texts.text(element.label);
            label.hidden = state === "accepted";
            prefix.textContent = sign?.(words, element) ?? "";
            prefix.hidden = !sign;
            send.textContent = words.text("answer.send");
            const final = isFinal(state);
            form.dataset.state = state;
            form.querySelector(".answer-row").hidden = final;
            const closed = final || element.disabled === true;
            input.disabled = closed || state === "sending";
            send.disabled = closed || state === "sending";
            const isRecorded = state === "accepted" || state === "changeable";
            locked.hidden = !isRecorded;
            recorded.textContent = isRecorded ? show(answer.value, latest) : "";
            if (line.dataset.state !== "invalid" || before !== state) {
                showState(line, answer, words);
            }
            if (state === "idle" && before === "accepted") input.value = "";
        },
    };
}

function money(element, context) {
    const currency = () => element.currency ?? context.texts.currency;
    return fieldPart(element, context, {
        mode: "decimal",
        sign: (words) => currencySign(words.locale, currency()),
        read: (text) => parseMinor(text, minorDigits(currency())),
        hint: (words) => words.text("answer.money", {
            example: minorDigits(currency()) === 0 ? "49" : "49.9",
        }),
        show: (value, { context }) => context.words.money(value, currency()),
    });
}

function number(element, context) {
    return fieldPart(element, context, {
        mode: "numeric",
        read: (text) => (/^-?\d+$/.test(text.normalize("NFKC").trim())
            ? Number(text.normalize("NFKC").trim()) : null),
        hint: (words) => words.text("answer.number"),
        show: (value, { context }) => context.words.integer(value),
    });
}

function button(element) {
    const { id } = element;
    const line = stateLine(id);
    let latest = null;
    const press = make("button", {
        class: "primary wide", type: "button", "data-test": `answer-send-${id}`,
        on: { click: () => latest.send(null) },
    });
    return {
        node: make("div", { class: "answer" }, press, line),
        update(element, context) {
            latest = context;
            const state = context.answer?.state ?? "idle";
            press.textContent = context.texts.text(element.label ?? id);
            press.disabled = element.disabled === true || state === "sending" || isFinal(state);
            showState(line, context.answer, context.words);
        },
    };
}

/** A line of text. */
function input(element, context) {
    const part = fieldPart(element, context, {
        mode: "text",
        read: (text) => (text.trim() === "" ? null : text.trim()),
        hint: (words) => words.text("answer.empty"),
        show: (value) => String(value),
        problem: (value, { max }, words) => ([...value].length > max
            ? words.text("answer.long", { max: words.integer(max) }) : null),
    });
    return {
        ...part,
        update(element, context) {
            part.node.querySelector(".answer-input").maxLength = 2 * element.max;
            part.update(element, context);
        },
    };
}

export const answerParts = { money, number, input, button };
