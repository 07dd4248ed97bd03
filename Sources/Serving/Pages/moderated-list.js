/**
 * Who is muted and who is banned, with a button that takes it back.
 *
 * @module moderated-list
 */

import { find, make } from "./dom.js";

/** Shows the state `moderation`, and counts down what is left of the mutes. */
export class ModeratedList {
    #room;
    #words;
    #list;
    #moderation;
    #timer = null;

    /**
     * @param {object} parts
     * @param {import("./playhouse.js").Playhouse} parts.room
     * @param {import("./words.js").Words} parts.words
     * @param {HTMLElement} parts.list
     * @param {import("./moderation.js").Moderation} parts.moderation Takes things back.
     */
    constructor({ room, words, list, moderation }) {
        this.#room = room;
        this.#words = words;
        this.#list = list;
        this.#moderation = moderation;
        room.addEventListener("state", ({ detail: { key } }) => {
            if (key === "moderation") this.#draw();
        });
        words.addEventListener("change", () => this.#draw());
        this.#draw();
    }

    #draw() {
        clearInterval(this.#timer);
        const { people = [], count = 0 } = this.#room.states.get("moderation") ?? {};
        const now = this.#room.serverNow();
        const standing = people.filter(({ banned, mutedUntil }) => banned || mutedUntil > now);
        const focused = document.activeElement?.dataset.moderated;
        this.#list.replaceChildren(...standing.map((person) => this.#row(person)));
        if (focused) {
            this.#list.querySelector(`[data-moderated="${CSS.escape(focused)}"]`)?.focus();
        }
        find("moderated-empty").hidden = standing.length > 0;
        const more = find("moderated-more");
        more.hidden = count <= people.length;
        more.textContent = this.#words.text("host.moderated.more", {
            count: this.#words.integer(count - people.length),
        });
        if (standing.some(({ mutedUntil }) => mutedUntil > now)) {
            this.#timer = setInterval(() => this.#count(), 1_000);
        }
    }

    #row({ user, name, banned, mutedUntil }) {
        const shown = name || user;
        const isMuted = mutedUntil > this.#room.serverNow();
        const note = make("span", {
            class: "hint", "data-until": isMuted && !banned ? mutedUntil : null,
        });
        const buttons = [banned ? "unban" : null, isMuted ? "unmute" : null].filter(Boolean)
            .map((act) => make("button", {
                class: "quiet", type: "button", "data-act": act, "data-user": user,
                "data-moderated": `${act} ${user}`,
                "aria-label": this.#words.text(`host.${act}`, { name: shown }),
                text: this.#words.text(`host.${act}.short`),
                on: { click: () => this.#moderation.takeBack(act, { user, name: shown }) },
            }));
        note.textContent = banned ? this.#words.text("host.moderated.banned")
            : this.#leftText(mutedUntil);
        return make("li", { "data-user": user }, make("b", { text: shown, title: user }), note,
            make("span", { class: "row" }, ...buttons));
    }

    /** Changes the seconds alone; a mute that has ended takes its line away. */
    #count() {
        const now = this.#room.serverNow();
        for (const note of this.#list.querySelectorAll("[data-until]")) {
            if (Number(note.dataset.until) <= now) return this.#draw();
            note.textContent = this.#leftText(Number(note.dataset.until));
        }
    }

    #leftText(until) {
        const seconds = Math.max(0, Math.ceil((until - this.#room.serverNow()) / 1000));
        return this.#words.text("host.moderated.muted", { left: this.#words.duration(seconds) });
    }
}
