/**
 * The card of the host's desk for the picture: where the encoder sends to, with which key, and what
 * the server measures of it.
 *
 * @module stream-card
 */

import { make } from "./dom.js";

const readings = [
    ["size", ({ width, height }) => (width > 0 ? `${width} × ${height}` : "–")],
    ["codecs", ({ codecs }) => codecs || "–"],
    ["rate", ({ bitsPerSecond }, words) => words.text("stream.rate.value", {
        count: words.integer(Math.round(bitsPerSecond / 1000)),
    })],
    ["frames", ({ framesPerSecond }) => String(framesPerSecond)],
    ["keyframes", ({ keyframeMilliseconds }, words) => (keyframeMilliseconds === null ? "–"
        : words.text("stream.seconds", { seconds: (keyframeMilliseconds / 1000).toFixed(1) }))],
    ["gap", ({ gapMilliseconds }, words) => words.text("stream.milliseconds", {
        count: words.integer(gapMilliseconds),
    })],
    ["reordering", ({ reordering }, words) => words.text(
        reordering ? "stream.reordering.on" : "stream.reordering.off")],
    ["delay", ({ delayMilliseconds }, words) => (delayMilliseconds === null ? "–"
        : words.text("stream.delay.value", { seconds: (delayMilliseconds / 1000).toFixed(1) }))],
    ["viewers", ({ viewers }, words) => words.integer(viewers)],
    ["listeners", ({ listeners }, words) => words.integer(listeners)],
];

export class StreamCard {
    #room;
    #words;
    #state = make("p", { class: "hint", role: "status", "data-test": "stream-state" });
    #figures = make("dl", { class: "stream-figures", "data-test": "stream-figures", hidden: true });
    #warnings = make("ul", { class: "stream-warnings", "data-test": "stream-warnings" });
    #refusal = make("p", {
        class: "problem", role: "status", "data-test": "stream-refusal", hidden: true,
    });
    #setup = make("div", { class: "stream-setup", hidden: true });
    #button = make("button", {
        class: "quiet", type: "button", "data-test": "stream-setup",
        on: { click: () => this.#ask() },
    });
    #problem = make("p", { class: "problem", role: "status" });
    /** What the server answered: `{address, key, expiresAt}`. */
    #answer = null;

    /**
     * @param {object} parts
     * @param {import("./playhouse.js").Playhouse} parts.room
     * @param {import("./words.js").Words} parts.words
     * @param {HTMLElement} parts.card Has its heading.
     */
    constructor({ room, words, card }) {
        this.#room = room;
        this.#words = words;
        card.append(this.#state, this.#figures, this.#warnings, this.#refusal, this.#setup,
            this.#button, this.#problem);
        room.addEventListener("welcome", () => this.#show());
        room.addEventListener("state", ({ detail: { key } }) => {
            if (key === "stream-readings") this.#show();
        });
        words.addEventListener("change", () => {
            this.#show();
            this.#showSetup();
        });
        this.#show();
        this.#showSetup();
    }

    #show() {
        const words = this.#words;
        const figures = this.#room.states.get("stream-readings");
        const isLive = figures?.live === true;
        const state = !isLive ? "stream.idle" : figures.filler ? "stream.filler" : "stream.live";
        this.#state.textContent = words.text(state, { user: figures?.publisher ?? "" });
        this.#state.dataset.state = state;
        this.#figures.hidden = !isLive;
        this.#figures.replaceChildren(...(isLive ? readings : []).map(([name, value]) => make(
            "div", {}, make("dt", { text: words.text(`stream.${name}`) }),
            make("dd", { "data-reading": name, text: value(figures, words) }))));
        this.#warnings.replaceChildren(...(isLive ? figures.warnings : []).map((warning) => make(
            "li", { "data-warning": warning, text: words.text(`stream.warning.${warning}`) })));
        // Whoever sits at the encoder may see less of the reason than the host does here.
        const refusal = figures?.refusal ?? null;
        this.#refusal.hidden = !refusal;
        this.#refusal.textContent = !refusal ? "" : words.text("stream.refusal", {
            time: words.time(refusal.at), reason: refusal.words,
        });
    }

    async #ask() {
        this.#problem.textContent = "";
        try {
            const room = encodeURIComponent(this.#room.room);
            const response = await fetch(`/v1/rooms/${room}/stream-keys`, {
                method: "POST", headers: { Authorization: `Bearer ${this.#room.token}` },
            });
            const answer = await response.json();
            if (response.ok) this.#answer = answer;
            else if (answer.code === "NO_STREAM") throw new Error(this.#words.text("stream.none"));
            else throw new Error(answer.detail);
        } catch (error) {
            this.#problem.textContent = error.message;
        }
        this.#showSetup();
    }

    #showSetup() {
        const words = this.#words;
        const answer = this.#answer;
        this.#button.textContent = words.text(answer ? "stream.again" : "stream.setup");
        this.#setup.hidden = !answer;
        this.#setup.replaceChildren();
        if (!answer) return;
        this.#setup.append(
            this.#field("stream.address", "stream-address", answer.address, "text"),
            this.#field("stream.key", "stream-key", answer.key, "password"),
            make("p", {
                class: "hint",
                text: words.text("stream.key.hint", { time: words.time(answer.expiresAt) }),
            }),
            make("p", { class: "hint", text: words.text("stream.advice") }));
    }

    /** A value to copy; a key stays covered, for the desk may be seen on the screen that is sent. */
    #field(label, test, value, type) {
        const words = this.#words;
        const input = make("input", { type, readonly: true, value, id: test, "data-test": test });
        const button = make("button", { class: "quiet", type: "button",
            text: words.text("stream.copy") });
        button.addEventListener("click", async () => {
            try {
                await navigator.clipboard.writeText(value);
                button.textContent = words.text("stream.copied");
            } catch {
                // Without a secure page there is no clipboard; then people copy by hand.
                input.type = "text";
                input.select();
            }
        });
        return make("div", { class: "row" },
            make("label", { for: test, text: words.text(label) }), input, button);
    }
}
