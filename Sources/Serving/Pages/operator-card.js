/**
 * One plugin on the operator's desk: run it, set it, command it, see how it is.
 *
 * @module operator-card
 */

import { icon, make } from "./dom.js";
import { PanelCard } from "./panel.js";
import { SettingsForm } from "./settings-form.js";
import { standingOf } from "./standing.js";

const surfaces = ["operator", "host"];

export class OperatorCard {
    node;
    #plugin;
    #room;
    #words;
    #name = make("h3");
    #status;
    #paused = make("p", { class: "problem", "data-words": "operator.paused" });
    #facts = make("p", { class: "hint facts" });
    #start;
    #stop;
    #stopWords = make("span", { "data-words": "operator.stop" });
    #apply;
    /** The settings: many, and seldom looked at while the plugin runs. */
    #drawer;
    #problem = make("pre", { class: "fault", tabindex: "0" });
    #problemFrame;
    #note;
    #settings;
    #command;
    #meters = make("div", { class: "meters" });
    #noMeter = make("p", { class: "hint", "data-words": "operator.budget.none" });
    #fault;
    #panels;

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
        this.#status = make("span", {
            class: "chip", role: "status", "data-test": `plugin-status-${plugin}`,
        });
        this.#note = make("p", {
            class: "hint", role: "status", "data-test": `operator-note-${plugin}`,
        });
        this.#settings = new SettingsForm({ plugin, words, texts });
        this.#problem.dataset.test = `reload-problem-${plugin}`;
        this.#problemFrame = this.#section("operator.reload", this.#problem);
        this.#panels = surfaces.map((surface) => this.#panel(surface, texts));
        this.#fault = this.#makeFault();
        this.node = make("article", { class: "card operator-card", "data-plugin": plugin },
            make("header", {}, this.#name, this.#status), this.#paused, this.#facts,
            this.#problemFrame, this.#runForm(), this.#note,
            ...this.#panels.map(({ frame }) => frame),
            this.#section("operator.budget", this.#noMeter, this.#meters),
            this.#section("operator.fault", this.#fault.node),
            this.#section("operator.command", this.#commandForm()));
        words.addEventListener("change", this.#redraw);
    }

    /** Shows the room's latest states of this plugin. */
    update() {
        const { states } = this.#room;
        const plugin = this.#plugin;
        const { status = "idle", title, version = "" } = states.get("plugins")?.[plugin] ?? {};
        const desk = states.get(`desk:${plugin}`) ?? {};
        this.#name.textContent = this.#words.pick(title) || plugin;
        const shown = this.#panels.some(({ key }) => states.get(key))
            || Boolean(states.get(`panel:${plugin}:viewer`));
        const standing = standingOf(status, shown);
        this.#status.dataset.state = standing;
        this.#setText(this.#status, this.#words.text(`host.plugin.${standing}`));
        this.#paused.hidden = status !== "paused";
        this.#facts.replaceChildren(
            `${this.#words.text("operator.version")} ${version} · `,
            `${this.#words.text("operator.hash")} `,
            make("code", {
                "data-test": `hash-${plugin}`, title: desk.hash ?? "",
                text: (desk.hash ?? "").slice(0, 12),
            }));
        this.#settings.update(desk);
        this.#start.disabled = status === "running";
        this.#apply.hidden = status !== "running";
        this.#stop.disabled = standing === "idle";
        this.#stopWords.dataset.words = standing === "over" ? "host.clear" : "operator.stop";
        if (this.#drawer.dataset.drawn === undefined) this.#drawer.open = status !== "running";
        this.#drawer.dataset.drawn = "";
        this.#showProblem(states.get(`reload:${plugin}`));
        for (const { key, card, frame } of this.#panels) {
            const panel = states.get(key);
            frame.hidden = !panel;
            card.show(panel ?? { elements: [] }, states.get(`own:${plugin}`), "");
        }
        this.#showMeter(states.get(`meter:${plugin}`));
        this.#showFault(desk);
        this.#words.apply(this.node);
    }

    dispose() {
        this.#words.removeEventListener("change", this.#redraw);
        for (const { card } of this.#panels) card.dispose();
        this.node.remove();
    }

    #redraw = () => this.update();

    #section(key, ...content) {
        return make("section", {}, make("h4", { "data-words": key }), ...content);
    }

    #panel(surface, texts) {
        const plugin = this.#plugin;
        const card = new PanelCard({
            plugin, testName: `${surface}-panel-${plugin}`, words: this.#words, texts, bare: true,
            now: () => this.#room.serverNow(), viewer: () => this.#room.me?.user ?? "",
            act: (name, value) => this.#room.request("act", { plugin, name, value }),
        });
        const frame = this.#section(`operator.screen.${surface}`, card.node);
        return { key: `panel:${plugin}:${surface}`, card, frame };
    }

    // MARK: Running

    #runForm() {
        const plugin = this.#plugin;
        this.#drawer = make("details", { class: "drawer" },
            make("summary", { "data-words": "operator.settings" }), this.#settings.node);
        this.#start = make("button", {
            class: "primary", type: "submit", "data-test": `start-${plugin}`,
        }, icon("play"), make("span", { "data-words": "operator.start" }));
        this.#apply = make("button", {
            class: "quiet", type: "button", "data-test": `configure-${plugin}`,
            on: { click: () => this.#ask("configure") },
        }, make("span", { "data-words": "operator.configure" }));
        this.#stop = make("button", {
            class: "stop-now", type: "button", "data-test": `stop-${plugin}`,
            on: { click: () => this.#request("stop", { plugin }, "operator.stop") },
        }, icon("stop"), this.#stopWords);
        return make("form", {
            class: "operator-form", novalidate: true,
            on: {
                submit: (event) => {
                    event.preventDefault();
                    this.#ask("start");
                },
            },
        }, this.#drawer, make("p", { class: "row" }, this.#start, this.#apply, this.#stop));
    }

    async #ask(type) {
        const { values, problem } = this.#settings.read();
        if (problem !== null) {
            this.#drawer.open = true;
            return this.#say(() => this.#words.text("operator.invalid", {
                field: problem, message: this.#words.text("error.BAD_CONFIG"),
            }), true);
        }
        const done = await this.#request(type, { plugin: this.#plugin, config: values },
            `operator.${type}`);
        if (done) this.#settings.clear();
    }

    #commandForm() {
        const plugin = this.#plugin;
        const field = (name, key) => make("input", {
            type: "text", autocomplete: "off", spellcheck: "false",
            "data-test": `command-${name}-${plugin}`, "data-words-label": key,
            "data-words-placeholder": key,
        });
        const name = field("name", "operator.command.name");
        const value = field("value", "operator.command.value");
        this.#command = make("form", {
            class: "row",
            on: {
                submit: (event) => {
                    event.preventDefault();
                    this.#sendCommand(name, value);
                },
            },
        }, name, value, make("button", {
            class: "quiet", type: "submit", "data-test": `command-send-${plugin}`,
            "data-words": "operator.command.send",
        }));
        return this.#command;
    }

    #sendCommand(name, value) {
        if (name.value.trim() === "") return name.focus();
        let parsed = null;
        try {
            if (value.value.trim() !== "") parsed = JSON.parse(value.value);
        } catch {
            value.focus();
            return this.#say(() => this.#words.text("operator.command.bad"), true);
        }
        return this.#request("command",
            { plugin: this.#plugin, name: name.value.trim(), value: parsed }, "operator.command");
    }

    async #request(type, fields, what) {
        this.#say(() => "", false);
        try {
            await this.#room.request(type, fields);
            this.#say(() => this.#words.text("operator.done", { what: this.#words.text(what) }), false);
            return true;
        } catch (error) {
            // Details are in English, for those who run plugins; better than to keep silent.
            this.#say(() => `${this.#words.error(error)} (${error.message})`, true);
            return false;
        }
    }

    #say(text, isProblem) {
        this.#note.className = isProblem ? "problem" : "hint";
        this.#note.textContent = text();
    }

    // MARK: How it is

    #showMeter(meter) {
        const hooks = Object.entries(meter?.instructions ?? {});
        this.#noMeter.hidden = hooks.length > 0;
        this.#meters.replaceChildren(...hooks.map(([hook, used]) => {
            const max = meter.instructionsMax;
            const text = this.#words.text("operator.budget.hook", {
                hook: this.#hookName(hook), used: this.#words.integer(used), max: this.#words.integer(max),
            });
            return make("p", { class: "meter", "data-hook": hook },
                make("span", { text }),
                make("meter", {
                    min: "0", max: String(max), high: String(0.8 * max), low: String(0.5 * max),
                    optimum: "0", value: String(used), "aria-label": text,
                }));
        }));
    }

    /** Why the changed files of the plugin were not taken over, with file and line. */
    #showProblem(problem) {
        this.#problemFrame.hidden = !problem;
        if (problem) this.#setText(this.#problem, problem.reason);
    }

    #makeFault() {
        const none = make("p", { class: "hint", "data-words": "operator.fault.none" });
        const when = make("p", { class: "hint" });
        const stack = make("pre", {
            class: "fault", tabindex: "0", "data-test": `fault-${this.#plugin}`,
        });
        return { node: make("div", {}, none, when, stack), none, when, stack };
    }

    #showFault({ fault, faults = 0, faultsMax = 0 }) {
        const { none, when, stack } = this.#fault;
        none.hidden = Boolean(fault);
        when.hidden = stack.hidden = !fault;
        if (!fault) return;
        when.textContent = this.#words.text("operator.fault.at", {
            time: this.#words.time(fault.at), hook: this.#hookName(fault.hook),
            count: this.#words.integer(faults), max: this.#words.integer(faultsMax),
        });
        this.#setText(stack, [fault.message, fault.trace].filter(Boolean).join("\n"));
    }

    #hookName(hook) {
        return this.#words.has(`hook.${hook}`) ? this.#words.text(`hook.${hook}`) : hook;
    }

    /** Leaves what is right alone: a screen reader would read it again, a selection would go. */
    #setText(node, text) {
        if (node.textContent !== text) node.textContent = text;
    }
}
