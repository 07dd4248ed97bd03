/**
 * The chat: a list of messages and of what plugins say, newest at the bottom.
 *
 * @module chat
 */

import { make, icon } from "./dom.js";

const linesCountMax = 200;
const deletedCountMax = 1_000;
/** Above this many lines in ten seconds a screen reader could not follow, so it is not told. */
const spokenCountMax = 12;
const nameColors = [
    "#f3b562", "#ef9a7a", "#8fd0a8", "#8cc4e8", "#d7a6e6", "#e8cf6e", "#f09bb0", "#9ed3c9",
];

/** A colour that belongs to a user, so that voices can be told apart. */
function colorOf(user) {
    let hash = 0;
    for (const character of user) hash = (hash * 31 + character.codePointAt(0)) >>> 0;
    return nameColors[hash % nameColors.length];
}

/**
 * Sticks to the newest line until somebody scrolls up. A message is shown once however often it
 * arrives, and never again once it was deleted, even if the deletion came first.
 */
export class Chat {
    #scroller;
    #list;
    #more;
    #empty;
    #words;
    #isOwn;
    #tools;
    /** Lines in the order shown: `{element, at, message?, render}`. */
    #lines = [];
    #byMessage = new Map();
    #deleted = new Set();
    #recent = [];
    #sticks = true;
    #isHeld = false;
    /** Of the frame, in pixels, as far as it has been followed. */
    #height = 0;

    /**
     * @param {object} parts
     * @param {HTMLElement} parts.scroller Holds the list and has the role `log`.
     * @param {HTMLElement} parts.list
     * @param {HTMLButtonElement} parts.more "New messages".
     * @param {HTMLElement} parts.empty Shown while there is nothing.
     * @param {import("./words.js").Words} parts.words
     * @param {(user: string) => boolean} parts.isOwn
     * @param {(message: object) => ?HTMLElement} [parts.tools] Moderation of one message.
     */
    constructor({ scroller, list, more, empty, words, isOwn, tools }) {
        this.#scroller = scroller;
        this.#list = list;
        this.#more = more;
        this.#empty = empty;
        this.#words = words;
        this.#isOwn = isOwn;
        this.#tools = tools ?? (() => null);
        scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
        more.addEventListener("click", () => this.#stick());
        new ResizeObserver(() => {
            this.#height = scroller.clientHeight;
            this.#follow();
        }).observe(scroller);
        if (tools) this.#holdStill();
        words.addEventListener("change", () => this.#lines.forEach((line) => line.render()));
    }

    /** Shows a danmaku. Returns whether it was new. */
    show(message) {
        if (this.#deleted.has(message.message) || this.#byMessage.has(message.message)) {
            return false;
        }
        const own = this.#isOwn(message.user);
        const name = make("b", {
            class: "line-name", text: message.name, style: { "--name": colorOf(message.user) },
        });
        const role = make("span", { class: "line-role", "data-role": message.role });
        const words = make("span", { class: "line-text", text: message.text });
        const staff = message.role !== "viewer";
        const element = make("li", {
            class: own ? "line line-own" : "line", "data-message": message.message,
            "data-user": message.user,
        }, make("p", { class: "line-body" }, staff ? role : null, name, words));
        const tools = this.#tools(message);
        if (tools) element.append(tools);
        const render = () => {
            if (staff) role.textContent = this.#words.text(`role.${message.role}`);
        };
        const line = { element, at: message.at, message, render };
        this.#byMessage.set(message.message, line);
        this.#insert(line, own);
        return true;
    }

    /**
     * Shows what a plugin has to say.
     *
     * @param {{at: number, offset: number, from: string, render: () => string,
     *     speaker: () => string, kind: "said"|"granted"}} notice `render` and `speaker` are asked
     *     again when the language changes.
     */
    tell({ at, offset, from, render, speaker, kind }) {
        const name = make("b", { class: "line-speaker" });
        const text = make("span", { class: "line-text" });
        const element = make("li", {
            class: `line line-notice line-${kind}`, "data-offset": offset, "data-from": from,
        }, make("p", { class: "line-body" }, icon("gift"), name, text));
        const line = {
            element, at,
            render() {
                name.textContent = speaker();
                text.textContent = render();
            },
        };
        this.#insert(line, false);
    }

    /** Takes a message off the screen, now and whenever it should still arrive. */
    remove(message) {
        this.#deleted.add(message);
        if (this.#deleted.size > deletedCountMax) {
            this.#deleted.delete(this.#deleted.values().next().value);
        }
        const line = this.#byMessage.get(message);
        if (line) this.#discard(line);
    }

    /** Forgets every line, for a room whose past cannot be made up for. */
    clear() {
        for (const line of [...this.#lines]) this.#discard(line);
        this.#stick();
    }

    /** Puts a line where its time says: what was missed comes in before what is newer. */
    #insert(line, own) {
        line.render();
        let index = this.#lines.length;
        while (index > 0 && this.#lines[index - 1].at > line.at) index -= 1;
        this.#list.insertBefore(line.element, this.#lines[index]?.element ?? null);
        this.#lines.splice(index, 0, line);
        this.#empty.hidden = true;
        this.#speakUnlessBusy();
        if (this.#lines.length > linesCountMax) this.#discard(this.#lines[0]);
        if (own) this.#stick();
        else this.#follow();
    }

    /** Goes to the newest line, unless somebody reads further up or is about to press a button. */
    #follow() {
        if (this.#sticks && !this.#isHeld) this.#toBottom();
        else if (this.#lines.length > 0) this.#more.hidden = false;
    }

    /** While the pointer is over lines with buttons none of them moves away under it. */
    #holdStill() {
        this.#scroller.addEventListener("pointerenter", () => { this.#isHeld = true; });
        this.#scroller.addEventListener("pointerleave", () => {
            this.#isHeld = false;
            if (this.#sticks) this.#stick();
        });
    }

    #discard(line) {
        this.#lines.splice(this.#lines.indexOf(line), 1);
        if (line.message) this.#byMessage.delete(line.message.message);
        line.element.remove();
        this.#empty.hidden = this.#lines.length > 0;
    }

    #speakUnlessBusy() {
        const now = Date.now();
        this.#recent.push(now);
        while (this.#recent[0] < now - 10_000 || this.#recent.length > 100) this.#recent.shift();
        const live = this.#recent.length > spokenCountMax ? "off" : "polite";
        if (this.#scroller.getAttribute("aria-live") !== live) {
            this.#scroller.setAttribute("aria-live", live);
        }
    }

    #scrolled() {
        const { scrollTop, clientHeight, scrollHeight } = this.#scroller;
        // Nobody has scrolled: the place became smaller or larger, and the newest line is followed.
        if (clientHeight !== this.#height) return;
        this.#sticks = scrollHeight - scrollTop - clientHeight < 32;
        if (this.#sticks) this.#more.hidden = true;
    }

    #stick() {
        this.#sticks = true;
        this.#more.hidden = true;
        this.#toBottom();
    }

    #toBottom() {
        this.#scroller.scrollTop = this.#scroller.scrollHeight;
    }
}
