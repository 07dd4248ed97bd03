/**
 * One plugin on the host's desk: start and stop it, follow its panel.
 *
 * @module run-card
 */

import { icon, make } from "./dom.js";
import { PanelCard } from "./panel.js";
import { standingOf } from "./standing.js";

export class RunCard {
    node;
    #plugin;
    #room;
    #words;
    #name = make("h3");
    #version = make("span", { class: "hint" });
    #status;
    #seconds;
    #start;
    #stop;
    #stopWords = make("span", { "data-words": "host.stop" });
    #time;
    #problem = make("p", { class: "problem", role: "status" });
    #empty = make("p", { class: "hint", "data-words": "host.panel.empty" });
    #panel;
    #error = null;

    /**
     * @param {object} parts
     * @param {string} parts.plugin
     * @param {import("./playhouse.js").Playhouse} parts.room
     * @param {import("./words.js").Words} parts.words
     * @param {import("./words.js").PluginWords} parts.texts
     */
    constructor({ plugin, room, words, texts }) {
        this.#plugin = plugin;
        this.#room = room;
        this.#words = words;
        this.#status = make("span", { class: "chip", "data-test": `plugin-status-${plugin}` });
        const secondsId = `seconds-${plugin}`;
        this.#seconds = make("input", {
            id: secondsId, type: "number", min: "1", step: "1", inputmode: "numeric",
            "data-test": secondsId, "data-words-placeholder": "host.seconds.default",
        });
        this.#start = make("button", {
            class: "primary", type: "submit", "data-test": `start-${plugin}`,
        }, icon("play"), make("span", { "data-words": "host.start" }));
        this.#stop = make("button", {
            class: "quiet", type: "button", "data-test": `stop-${plugin}`,
            on: { click: () => this.#request("stop", { plugin }) },
        }, icon("stop"), this.#stopWords);
        this.#panel = new PanelCard({
            plugin, testName: `host-panel-${plugin}`, words, texts, bare: true,
            now: () => room.serverNow(), viewer: () => room.me?.user ?? "",
            act: (name, value) => room.request("act", { plugin, name, value }),
        });
        this.#time = make("span", { class: "row" },
            make("label", { for: secondsId, "data-words": "host.seconds" }), this.#seconds);
        const form = make("form", {
            class: "row", on: { submit: (event) => this.#submit(event) },
        }, this.#time, this.#start, this.#stop);
        this.node = make("article", { class: "card run-card", "data-plugin": plugin },
            make("header", {}, this.#name, this.#version, this.#status),
            form, this.#problem, this.#empty, this.#panel.node);
        words.addEventListener("change", () => this.update());
        this.update();
    }

    /** Shows the room's latest states of this plugin. */
    update() {
        const { states } = this.#room;
        const { status = "idle", title, version = "" } = states.get("plugins")?.[this.#plugin]
            ?? {};
        this.#name.textContent = this.#words.pick(title) || this.#plugin;
        this.#version.textContent = version;
        const panel = states.get(`panel:${this.#plugin}:host`);
        const isShown = Boolean(panel ?? states.get(`panel:${this.#plugin}:viewer`));
        const standing = standingOf(status, isShown);
        this.#status.dataset.state = standing;
        this.#status.textContent = this.#words.text(`host.plugin.${standing}`);
        this.#start.disabled = status === "running";
        this.#stop.disabled = standing === "idle";
        this.#stopWords.dataset.words = standing === "over" ? "host.clear" : "host.stop";
        this.#empty.hidden = isShown;
        // Not every plugin runs for a time that can be set.
        const fields = states.get(`desk:${this.#plugin}`)?.fields;
        this.#time.hidden = fields !== undefined && !fields.some(({ name }) => name === "seconds");
        this.#panel.node.hidden = !panel;
        this.#panel.show(panel ?? { elements: [] }, states.get(`own:${this.#plugin}`), "");
        this.#words.apply(this.node);
        this.#showProblem();
    }

    dispose() {
        this.#panel.dispose();
        this.node.remove();
    }

    #submit(event) {
        event.preventDefault();
        const fields = { plugin: this.#plugin };
        if (this.#seconds.value !== "") fields.config = { seconds: this.#seconds.valueAsNumber };
        this.#request("start", fields);
    }

    async #request(type, fields) {
        this.#error = null;
        this.#showProblem();
        try {
            await this.#room.request(type, fields);
        } catch (error) {
            this.#error = error;
            this.#showProblem();
        }
    }

    /** A refused configuration names its field in English; that is better than to keep silent. */
    #showProblem() {
        const error = this.#error;
        const detail = error?.code === "BAD_CONFIG" ? ` (${error.message})` : "";
        this.#problem.textContent = error ? this.#words.error(error) + detail : "";
        this.#problem.hidden = !error;
    }
}
