/**
 * The elements of a panel that are only looked at.
 *
 * @module panel-display
 */

import { icon, make } from "./dom.js";

/** With so many left a screen reader hears of it, once. */
const spokenSecondsLeft = 10;

function title() {
    const node = make("h3", { class: "panel-title" });
    return {
        node,
        update({ text, args }, { texts }) {
            node.textContent = texts.text(text, args);
        },
    };
}

function text() {
    const node = make("p", { class: "panel-text" });
    return {
        node,
        update({ text, args }, { texts }) {
            node.textContent = texts.text(text, args);
        },
    };
}

function product() {
    const picture = make("img", { class: "product-picture", width: "160", height: "160" });
    const name = make("figcaption", { class: "product-name" });
    const price = make("p", { class: "product-price" });
    const node = make("figure", { class: "product" }, picture,
        make("div", { class: "product-facts" }, name, price));
    // A stand-in for what cannot be had keeps the place, and says nothing that the name does not.
    const noPicture = make("span", {
        class: "product-picture no-picture", hidden: true, "aria-hidden": "true",
    }, icon("picture"));
    picture.after(noPicture);
    const fail = (failed) => {
        picture.hidden = failed;
        noPicture.hidden = !failed;
    };
    picture.addEventListener("error", () => fail(true));
    return {
        node,
        update({ product }, { words }) {
            const shown = words.pick(product.title);
            const address = isOwnPath(product.image) ? product.image : null;
            if (address === null) fail(true);
            else if (picture.getAttribute("src") !== address) {
                fail(false);
                picture.src = address;
            }
            picture.alt = shown;
            name.textContent = shown;
            const hidden = typeof product.priceMinor !== "number";
            price.dataset.hidden = hidden;
            price.textContent = hidden ? words.text("price.hidden")
                : words.money(product.priceMinor, product.currency);
        },
    };
}

function countdown(element, context) {
    const digits = make("span", { class: "countdown-digits" });
    const bar = make("span", { class: "countdown-bar" });
    const node = make("div", { class: "countdown", role: "timer" },
        make("span", { class: "countdown-track" }, bar), digits);
    let latest = { element, context };
    let spoken = null;

    const tick = () => {
        const { element, context } = latest;
        const left = Math.max(0, element.endsAt - context.now());
        const seconds = Math.ceil(left / 1000);
        const over = left === 0;
        node.dataset.state = over ? "over" : seconds <= spokenSecondsLeft ? "near" : "running";
        const shown = over ? context.words.text("countdown.over")
            : `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
        if (digits.textContent !== shown) digits.textContent = shown;
        const share = Math.min(1, left / (1000 * Math.max(1, element.seconds)));
        bar.style.setProperty("--share", share.toFixed(4));
        const stage = over ? "over" : seconds <= spokenSecondsLeft ? "near" : "far";
        if (spoken !== null && spoken !== stage && stage !== "far") {
            context.say(over ? shown : context.words.text("countdown.seconds", { seconds }));
        }
        spoken = stage;
    };
    const timer = setInterval(tick, 250);
    return {
        node,
        update(element, context) {
            if (element.endsAt !== latest.element.endsAt) spoken = null;
            latest = { element, context };
            node.setAttribute("aria-label", context.words.text("countdown"));
            tick();
        },
        dispose: () => clearInterval(timer),
    };
}

function viewer() {
    const initial = make("span", { class: "viewer-initial", "aria-hidden": "true" });
    const name = make("b");
    return {
        node: make("p", { class: "viewer" }, initial, name),
        update(element) {
            const shown = element.name || element.user;
            initial.textContent = [...shown][0] ?? "";
            name.textContent = shown;
        },
    };
}

function stat() {
    const label = make("dt");
    const value = make("dd");
    return {
        node: make("dl", { class: "stat" }, label, value),
        update(element, { texts }) {
            label.textContent = texts.text(element.label);
            value.textContent = texts.value(element.value);
            value.dataset.value = typeof element.value === "object" ? "" : element.value;
        },
    };
}

function list(element, context) {
    const labelId = `${context.domId}-label`;
    const label = make("h4", { class: "list-label", id: labelId });
    const rows = make("ol", { class: "list-rows" });
    const empty = make("p", { class: "list-empty" });
    const frame = make("div", {
        class: "list-frame", tabindex: "0", role: "region", "aria-labelledby": labelId,
    }, rows, empty);
    let known = null;
    return {
        node: make("div", { class: "list" }, label, frame),
        update({ label: key, items = [] }, { texts, words }) {
            label.textContent = texts.text(key);
            empty.textContent = words.text("list.empty");
            empty.hidden = items.length > 0;
            const now = new Set();
            rows.replaceChildren(...items.map((item) => {
                const identity = JSON.stringify([item.name, item.value]);
                now.add(identity);
                const fresh = known !== null && !known.has(identity);
                return make("li", { class: fresh ? "fresh" : null },
                    make("span", { class: "list-name", text: texts.name(item.name) }),
                    make("span", { class: "list-value", text: texts.value(item.value) }));
            }));
            known = now;
        },
    };
}

/** Who has most points: a list whose items carry their rank. */
function leaderboard(element, context) {
    const part = list(element, context);
    const ranked = ({ items = [], ...rest }) => ({
        ...rest,
        items: items.map(({ rank, name, points }) => ({ name: `${rank}. ${name}`, value: points })),
    });
    return { ...part, update: (element, context) => part.update(ranked(element), context) };
}

/** How far something has come. */
function progress(element, context) {
    const labelId = `${context.domId}-label`;
    const label = make("span", { class: "progress-label", id: labelId });
    const digits = make("span", { class: "progress-digits" });
    const bar = make("progress", { class: "progress-bar", "aria-labelledby": labelId });
    return {
        node: make("div", { class: "progress" }, label, digits, bar),
        update({ label: key, value, max }, { texts, words }) {
            label.textContent = texts.text(key);
            digits.textContent = `${words.integer(value)} / ${words.integer(max)}`;
            bar.max = max;
            bar.value = value;
        },
    };
}

/** A picture of this server; where it cannot be had, what it shows is said in words. */
function image() {
    const picture = make("img", { class: "image-picture", decoding: "async" });
    const words = make("figcaption", { class: "image-words" });
    const node = make("figure", { class: "image" }, picture, words);
    const fail = (failed) => {
        picture.hidden = failed;
        words.hidden = !failed;
    };
    picture.addEventListener("error", () => fail(true));
    return {
        node,
        update({ source, label, title }, { texts, words: own }) {
            const shown = label === undefined ? own.pick(title) : texts.text(label);
            picture.alt = shown;
            words.textContent = shown;
            const address = isOwnPath(source) ? source : null;
            if (address && picture.getAttribute("src") === address) return;
            fail(address === null);
            if (address) picture.src = address;
        },
    };
}

/** Whether an address stays on this server, whoever sent it. */
export function isOwnPath(address) {
    return typeof address === "string" && /^\/v1\/[\w./-]+$/.test(address)
        && !address.includes("..") && !address.includes("//");
}

export const displayParts = {
    title, text, product, image, countdown, progress, viewer, stat, list, leaderboard,
};
