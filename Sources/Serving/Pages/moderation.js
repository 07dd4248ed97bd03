/**
 * What a host can do about a message: delete it, mute or ban who wrote it.
 *
 * @module moderation
 */

import { icon, make } from "./dom.js";

const muteSeconds = 300;
const icons = { delete: "trash", mute: "mute", ban: "ban" };
/** What each button does, and what it says when it is done. */
const deeds = {
    delete: { request: ({ message }) => ["delete", { message }], done: "host.deleted" },
    mute: { request: ({ user }) => ["mute", { user, seconds: muteSeconds }], done: "host.muted" },
    ban: { request: ({ user }) => ["ban", { user }], done: "host.banned" },
    unmute: { request: ({ user }) => ["unmute", { user }], done: "host.unmuted" },
    unban: { request: ({ user }) => ["unban", { user }], done: "host.unbanned" },
};

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
        words.addEventListener("change", () => this.#labelAll());
        room.addEventListener("state", ({ detail: { key } }) => {
            if (key === "moderation") this.#labelAll();
        });
    }

    /**
     * Takes back what was done to somebody.
     *
     * @param {"unmute"|"unban"} act
     * @param {{user: string, name: string}} person
     */
    takeBack(act, person) {
        return this.#run(act, person);
    }

    /** The tools of one message. People of the crew can neither be muted nor banned. */
    tools(message) {
        const acts = message.role === "viewer" ? ["delete", "mute", "ban"] : ["delete"];
        const buttons = acts.map((act) => {
            const button = make("button", {
                class: "quiet tool", type: "button", tabindex: "-1", "data-act": act,
                "data-name": message.name, "data-user": message.user,
                on: { click: () => this.#press(act, message) },
            }, icon(icons[act]));
            this.#label(button);
            return button;
        });
        return make("div", { class: "tools" }, ...buttons);
    }

    #labelAll() {
        for (const button of this.#list.querySelectorAll("[data-act]")) this.#label(button);
    }

    /** Whether somebody is muted or banned, whoever did it and on whichever desk. */
    #stands(act, user) {
        const people = this.#room.states.get("moderation")?.people ?? [];
        const person = people.find((person) => person.user === user);
        if (act === "ban") return person?.banned === true;
        return act === "mute" && person?.mutedUntil > this.#room.serverNow();
    }

    #label(button) {
        const { act, name, user } = button.dataset;
        const isDone = this.#stands(act, user);
        const label = this.#words.text(`host.${isDone ? "un" : ""}${act}`, { name });
        button.setAttribute("aria-pressed", String(isDone));
        if (act === "delete") button.removeAttribute("aria-pressed");
        button.setAttribute("aria-label", label);
        button.title = label;
    }

    #press(act, message) {
        const isDone = this.#stands(act, message.user);
        return this.#run(isDone ? `un${act}` : act, message);
    }

    async #run(act, message) {
        const { request, done } = deeds[act];
        try {
            await this.#room.request(...request(message));
            const way = `un${act}` in deeds ? () => this.#run(`un${act}`, message) : undefined;
            this.#report(() => this.#words.text(done, { name: message.name }), way);
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
