/**
 * The like button: taps are merged, hearts float.
 *
 * @module likes
 */

import { make, icon, prefersStillness } from "./dom.js";

/** At most two requests a second. */
const sendMilliseconds = 500;
const tapsCountMax = 100;
const heartsCountMax = 24;

/**
 * Counts taps at once on the screen and tells the room of them together. The number shown never
 * goes back while the room's own count is on its way.
 */
export class LikeButton {
    #button;
    #count;
    #sky;
    #words;
    #send;
    #confirmed = 0;
    #taps = 0;
    #shown = 0;
    #sentAt = -Infinity;
    #timer = null;

    /**
     * @param {object} parts
     * @param {HTMLButtonElement} parts.button
     * @param {HTMLElement} parts.count
     * @param {HTMLElement} parts.sky Where hearts float.
     * @param {import("./words.js").Words} parts.words
     * @param {(count: number) => Promise} parts.send
     */
    constructor({ button, count, sky, words, send }) {
        this.#button = button;
        this.#count = count;
        this.#sky = sky;
        this.#words = words;
        this.#send = send;
        button.addEventListener("click", () => this.#tap());
        words.addEventListener("change", () => this.#render());
    }

    /** Takes the room's count; hearts of others float too, a few of them. */
    set(count, { fresh = false } = {}) {
        const others = count - this.#confirmed;
        if (!fresh && others > 0) {
            const visible = Math.min(4, others);
            for (let index = 0; index < visible; index += 1) {
                setTimeout(() => this.#float(false), index * 180);
            }
        }
        this.#confirmed = count;
        this.#shown = fresh ? count + this.#taps : Math.max(this.#shown, count + this.#taps);
        this.#render();
    }

    #tap() {
        this.#taps = Math.min(tapsCountMax, this.#taps + 1);
        this.#shown = Math.max(this.#shown + 1, this.#confirmed + this.#taps);
        this.#render();
        this.#float(true);
        if (!prefersStillness()) {
            this.#button.animate(
                ["scale(1)", "scale(1.18)", "scale(1)"].map((transform) => ({ transform })),
                { duration: 220, easing: "ease-out" });
        }
        this.#sendSoon();
    }

    #sendSoon() {
        if (this.#timer !== null) return;
        const wait = Math.max(0, this.#sentAt + sendMilliseconds - performance.now());
        this.#timer = setTimeout(async () => {
            this.#timer = null;
            const count = this.#taps;
            this.#taps = 0;
            this.#sentAt = performance.now();
            try {
                await this.#send(count);
            } catch {
                // Likes of a lost connection are let go; the room's count is the true one.
                this.#shown = this.#confirmed + this.#taps;
                this.#render();
            }
        }, wait);
    }

    #render() {
        this.#count.textContent = this.#words.count(this.#shown);
        this.#count.dataset.value = this.#confirmed;
    }

    #float(own) {
        if (document.hidden || prefersStillness()) return;
        if (this.#sky.childElementCount >= heartsCountMax) return;
        const heart = make("span", {
            class: "floating-heart", "data-shade": own ? "own" : Math.floor(Math.random() * 4),
        }, icon("heart"));
        this.#sky.append(heart);
        const drift = () => (Math.random() - 0.5) * 56;
        const size = 0.7 + Math.random() * 0.6;
        heart.animate([
            { transform: "translate3d(0, 0, 0) scale(0.3)", opacity: 0 },
            { transform: `translate3d(${drift()}px, -60px, 0) scale(${size})`, opacity: 1,
                offset: 0.25 },
            { transform: `translate3d(${drift()}px, -220px, 0) scale(${size})`, opacity: 0 },
        ], { duration: 1_900 + Math.random() * 700, easing: "ease-out" })
            .finished.then(() => heart.remove(), () => {});
    }
}
