/**
 * The events of the room, one line each: when, who, what.
 *
 * @module event-log
 */

import { find, make } from "./dom.js";
import { grantedText } from "./page.js";

const linesCountMax = 200;
const namesCountMax = 2_000;

/** The newest on top; each holds the event as it came, for whoever has to look closely. */
export class EventLog {
    #room;
    #words;
    #shelf;
    #list = find("events");
    #empty = find("events-empty");
    /** Lines by their element, to be written again in another language. */
    #lines = new Map();
    /** Names of users as they were heard; events have ids alone. */
    #names = new Map();

    /**
     * @param {object} parts
     * @param {import("./playhouse.js").Playhouse} parts.room
     * @param {import("./words.js").Words} parts.words
     * @param {import("./words.js").PluginShelf} parts.shelf
     */
    constructor({ room, words, shelf }) {
        this.#room = room;
        this.#words = words;
        this.#shelf = shelf;
        room.addEventListener("welcome", ({ detail }) => {
            this.#meet(room.me);
            detail.history?.forEach((message) => this.#meet(message));
            if (!detail.recovered) this.#clear();
        });
        room.addEventListener("danmaku", ({ detail }) => this.#meet(detail));
        room.addEventListener("event", ({ detail }) => this.#show(detail));
        words.addEventListener("change", () => this.#lines.forEach((render) => render()));
    }

    #meet({ user, name }) {
        this.#names.delete(user);
        this.#names.set(user, name);
        if (this.#names.size > namesCountMax) {
            this.#names.delete(this.#names.keys().next().value);
        }
    }

    #clear() {
        this.#list.replaceChildren();
        this.#lines.clear();
        this.#empty.hidden = false;
    }

    #show(event) {
        const { offset, name, from, at } = event;
        const time = make("time", {
            class: "event-time", datetime: new Date(at).toISOString(),
        });
        const text = make("span", { class: "event-text" });
        const summary = make("summary", { class: "event-offset", text: `#${offset}` });
        const line = make("li", { "data-offset": offset, "data-name": name, "data-from": from },
            time, text, make("details", {}, summary,
                make("code", { text: JSON.stringify(event, null, 1) })));
        const render = async () => {
            time.textContent = this.#words.seconds(at);
            if (from.startsWith("plugin:")) await this.#texts(from).load();
            text.textContent = this.#phrase(event);
            summary.setAttribute("aria-label", this.#words.text("event.raw", { offset }));
        };
        render();
        this.#empty.hidden = true;
        this.#list.prepend(line);
        this.#lines.set(line, render);
        if (this.#lines.size > linesCountMax) {
            this.#lines.delete(this.#list.lastElementChild);
            this.#list.lastElementChild.remove();
        }
    }

    // MARK: In words

    #phrase({ name, from, data }) {
        const isPlugin = from.startsWith("plugin:");
        if (from === "room" && this.#words.has(`event.${name}`)) return this.#ofRoom(name, data);
        if (isPlugin && name === "said") {
            const text = this.#texts(from).text(data.text, data.args);
            return this.#words.text("event.said", { who: this.#who(from), text });
        }
        if (isPlugin && name === "granted") {
            return grantedText(this.#words, this.#texts(from), data);
        }
        const key = `event.fairness.${data?.step}`;
        if (isPlugin && name === "fairness" && this.#words.has(key)) {
            return this.#words.text(key, { who: this.#who(from) });
        }
        return this.#words.text("event.other", { who: this.#who(from), name });
    }

    #ofRoom(name, { by, plugin, text }) {
        const isByItself = (name === "started" || name === "stopped") && !by;
        return this.#words.text(`event.${name}${isByItself ? ".itself" : ""}`, {
            who: this.#who(by), plugin: this.#who(`plugin:${plugin}`), text,
        });
    }

    #texts(from) {
        return this.#shelf.of(from.slice("plugin:".length));
    }

    /** A plugin's title, a person's name as far as it is known. */
    #who(from) {
        const plugin = /^plugin:(.*)$/.exec(from ?? "")?.[1];
        if (plugin === undefined) return this.#names.get(from) ?? from ?? "";
        return this.#words.pick(this.#room.states.get("plugins")?.[plugin]?.title) || plugin;
    }
}
