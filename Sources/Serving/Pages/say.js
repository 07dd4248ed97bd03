/**
 * The line to talk on.
 *
 * @module say
 */

import { find } from "./dom.js";

/** From here on it is shown how many characters are left. */
const leftCountShown = 20;

const characters = globalThis.Intl?.Segmenter
    ? (text) => [...new Intl.Segmenter().segment(text)].length
    : (text) => [...text].length;

/** Sends danmaku and says in words what became of them. What was refused stays in the box. */
export class SayForm {
    #room;
    #words;
    #input;
    #button;
    #note;
    #wait;
    #said;
    #error = null;
    /** Until when the error holds, by this page's clock; 0 for one that just stands. */
    #errorUntil = 0;
    #errorTimer = null;
    #mayAt = 0;
    #timer = null;

    /**
     * @param {object} parts
     * @param {import("./playhouse.js").Playhouse} parts.room
     * @param {import("./words.js").Words} parts.words
     * @param {HTMLFormElement} parts.form
     * @param {(message: object) => void} parts.said Shows the message at once: as chatter, one's
     *     own may be among those that the room leaves out.
     */
    constructor({ room, words, form, said }) {
        this.#room = room;
        this.#words = words;
        this.#said = said;
        this.#input = find("say-input", form);
        this.#button = find("say-send", form);
        this.#note = find("say-note", form);
        this.#wait = form.querySelector(".say-wait");
        form.addEventListener("submit", (event) => {
            event.preventDefault();
            this.#send();
        });
        this.#input.addEventListener("input", () => {
            // Whoever is muted stays so while writing.
            if (this.#errorUntil === 0) this.#fail(null);
            this.#render();
        });
        room.addEventListener("state", ({ detail: { key, value } }) => {
            if (key !== "settings") return;
            if (!value?.slowSeconds) this.#holdFor(0);
            this.#render();
        });
        words.addEventListener("change", () => this.#render());
    }

    async #send() {
        const text = this.#input.value.trim();
        const left = this.#mayAt - Date.now();
        if (left > 0) {
            this.#fail({ code: "SLOW_MODE", retryAfterMilliseconds: left });
            return this.#render();
        }
        if (text === "") return this.#input.focus();
        try {
            const { message, at } = await this.#room.request("say", { text });
            const { user, name, role } = this.#room.me;
            this.#fail(null);
            if (this.#input.value.trim() === text) this.#input.value = "";
            this.#said({ message, at, text, user, name, role });
            const slow = this.#room.states.get("settings")?.slowSeconds ?? 0;
            if (role === "viewer") this.#holdFor(slow * 1000);
        } catch (error) {
            this.#fail(error);
            if (error.code === "SLOW_MODE") this.#holdFor(error.retryAfterMilliseconds ?? 0);
        }
        this.#render();
    }

    /** Shows an error, or none; one that says for how long counts its seconds down. */
    #fail(error) {
        clearInterval(this.#errorTimer);
        this.#note.setAttribute("aria-live", "polite");
        const wait = error?.retryAfterMilliseconds ?? 0;
        this.#error = error;
        this.#errorUntil = wait > 0 ? Date.now() + wait : 0;
        if (wait > 0) this.#errorTimer = setInterval(() => this.#countError(), 250);
    }

    #countError() {
        const left = this.#errorUntil - Date.now();
        // A screen reader is told once, and not each second.
        this.#note.setAttribute("aria-live", left <= 0 ? "polite" : "off");
        if (left <= 0) this.#fail(null);
        else this.#error = { code: this.#error.code, retryAfterMilliseconds: left };
        this.#render();
    }

    #holdFor(milliseconds) {
        this.#mayAt = Date.now() + milliseconds;
        clearInterval(this.#timer);
        if (milliseconds > 0) this.#timer = setInterval(() => this.#countDown(), 250);
        this.#countDown();
    }

    #countDown() {
        const left = this.#mayAt - Date.now();
        if (left <= 0) {
            clearInterval(this.#timer);
            this.#wait.textContent = "";
            if (this.#error?.code === "SLOW_MODE") this.#fail(null);
            this.#render();
        } else {
            const seconds = Math.ceil(left / 1000);
            this.#wait.textContent = this.#words.text("say.wait", { seconds });
        }
        this.#button.toggleAttribute("data-waiting", left > 0);
    }

    #render() {
        const note = this.#error ? this.#words.error(this.#error) : this.#lengthNote();
        if (this.#note.textContent !== note) this.#note.textContent = note;
        this.#note.dataset.code = this.#error?.code ?? "";
        this.#input.setAttribute("aria-invalid", String(this.#error !== null));
    }

    /** How much may still be written, when that becomes little. */
    #lengthNote() {
        const most = this.#room.states.get("settings")?.messageCharactersMax;
        if (!most) return "";
        const left = most - characters(this.#input.value.trim());
        if (left < 0) return this.#words.text("say.over", { count: -left });
        const little = Math.min(leftCountShown, most / 4);
        return left <= little ? this.#words.text("say.left", { count: left }) : "";
    }
}
