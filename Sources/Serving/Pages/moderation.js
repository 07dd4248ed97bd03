/**
 * What a host can do about a message: delete it, mute or ban who wrote it.
 *
 * @module moderation
 */

import { icon, make } from "./dom.js";

const muteSeconds = 300;

/**
 * Makes the tools of each message and moves between them with the arrow keys: all of the chat is
 * one stop of the Tab key, or else two hundred messages would be six hundred stops.
 */
export class Moderation {
    #room;
    #words;
    #report;
    #list;

    /**
     * @param {object} parts
     * @param {import("./playhouse.js").Playhouse} parts.room
     * @param {import("./words.js").Words} parts.words
     * @param {HTMLElement} parts.list The chat's list.
     * @param {(text: () => string, undo?: () => void) => void} parts.report
     */
    constructor({ room, words, list, report }) {
        this.#room = room;
        this.#words = words;
        this.#list = list;
        this.#report = report;
        list.addEventListener("keydown", (event) => this.#move(event));
        list.addEventListener("focusin", ({ target }) => this.#setStop(target));
        new MutationObserver(() => this.#keepStop()).observe(list, { childList: true });
        words.addEventListener("change", () => {
            for (const button of list.querySelectorAll("[data-act]")) this.#label(button);
        });
    }

    /** The tools of one message. People of the crew can neither be muted nor banned. */
    tools(message) {
        const acts = message.role === "viewer" ? ["delete", "mute", "ban"] : ["delete"];
        const icons = { delete: "trash", mute: "mute", ban: "ban" };
        const buttons = acts.map((act) => {
            const button = make("button", {
                class: "quiet tool", type: "button", tabindex: "-1", "data-act": act,
                "data-name": message.name, on: { click: () => this.#run(act, message) },
            }, icon(icons[act]));
            this.#label(button);
            return button;
        });
        return make("div", { class: "tools" }, ...buttons);
    }

    #label(button) {
        const { act, name } = button.dataset;
        const label = this.#words.text(`host.${act}`, { name });
        button.setAttribute("aria-label", label);
        button.title = label;
    }

    async #run(act, { message, user, name }) {
        const { request } = {
            delete: { request: ["delete", { message }] },
            mute: { request: ["mute", { user, seconds: muteSeconds }] },
            ban: { request: ["ban", { user }] },
        }[act];
        const done = { delete: "host.deleted", mute: "host.muted", ban: "host.banned" }[act];
        try {
            await this.#room.request(...request);
            const undo = act === "delete" ? undefined : () => this.#undo(act, user, name);
            this.#report(() => this.#words.text(done, { name }), undo);
        } catch (error) {
            this.#report(() => this.#words.error(error));
        }
    }

    async #undo(act, user, name) {
        try {
            await this.#room.request(`un${act}`, { user });
            this.#report(() => this.#words.text(`host.un${act === "ban" ? "banned" : "muted"}`,
                { name }));
        } catch (error) {
            this.#report(() => this.#words.error(error));
        }
    }

    // MARK: Moving with the keyboard

    #move(event) {
        const button = event.target.closest("[data-act]");
        const step = {
            ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1],
        }[event.key];
        if (!button || !step) return;
        event.preventDefault();
        const groups = [...this.#list.querySelectorAll(".tools")];
        const group = button.parentElement;
        const row = groups.indexOf(group) + step[0];
        const column = [...group.children].indexOf(button) + step[1];
        const target = groups[Math.min(groups.length - 1, Math.max(0, row))];
        target.children[Math.min(target.children.length - 1, Math.max(0, column))].focus();
    }

    #setStop(target) {
        if (!target.matches("[data-act]")) return;
        this.#list.querySelector('[data-act][tabindex="0"]')?.setAttribute("tabindex", "-1");
        target.setAttribute("tabindex", "0");
    }

    /** Without a focused one, the stop is the newest message. */
    #keepStop() {
        if (this.#list.contains(document.activeElement)) return;
        const newest = this.#list.querySelector("li:last-child [data-act]")
            ?? [...this.#list.querySelectorAll("[data-act]")].at(-1);
        if (newest) this.#setStop(newest);
    }
}
