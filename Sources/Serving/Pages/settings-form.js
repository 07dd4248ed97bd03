/**
 * The fields of a plugin's configuration, as its manifest declares them.
 *
 * @module settings-form
 */

import { make } from "./dom.js";
import { minorDigits, parseMinor } from "./money.js";

/** A table as JSON; null for anything else. */
function parsedTable(text) {
    try {
        const value = JSON.parse(text);
        return typeof value === "object" ? value : null;
    } catch {
        return null;
    }
}

/** What is entered stays while the room says new things; an empty field says nothing. */
export class SettingsForm {
    node = make("div", { class: "settings" });
    #plugin;
    #words;
    #texts;
    #fields = [];
    #drawn = null;
    /** Only the latest of several updates that wait for the texts is drawn. */
    #turn = 0;

    constructor({ plugin, words, texts }) {
        this.#plugin = plugin;
        this.#words = words;
        this.#texts = texts;
    }

    /** @param {object} desk The state `desk:PLUGIN`. */
    async update({ fields = [], show, run }) {
        const turn = ++this.#turn;
        await this.#texts.load();
        if (turn !== this.#turn) return;
        this.#fields = fields;
        const drawn = JSON.stringify([fields, this.#words.locale]);
        if (drawn !== this.#drawn) {
            const before = new Map(this.#inputs().map((input) => [input.name, input.value]));
            this.node.replaceChildren(...fields.map((field) => this.#row(field)));
            for (const input of this.#inputs()) input.value = before.get(input.name) ?? "";
        }
        this.#drawn = drawn;
        for (const input of this.#inputs()) {
            const field = fields.find(({ name }) => name === input.name);
            const value = run?.[field.name] ?? show?.[field.name] ?? field.default;
            const shown = field.secret ? "•••" : value === undefined ? "" : this.#written(field, value);
            if (input.tagName === "SELECT") input.options[0].textContent = shown || "–";
            else input.placeholder = shown;
        }
    }

    /**
     * The values that were entered.
     *
     * @returns {{values: object, problem: ?string}} `problem` names the first field that cannot be read.
     */
    read() {
        const values = {};
        for (const input of this.#inputs()) {
            input.removeAttribute("aria-invalid");
            if (input.value === "") continue;
            const field = this.#fields.find(({ name }) => name === input.name);
            const value = this.#value(field, input.value);
            if (value === null) {
                input.setAttribute("aria-invalid", "true");
                input.focus();
                return { values: {}, problem: this.#title(field) };
            }
            values[field.name] = value;
        }
        return { values, problem: null };
    }

    clear() {
        for (const input of this.#inputs()) input.value = "";
    }

    #inputs() {
        return [...this.node.querySelectorAll("input, select, textarea")];
    }

    /** A field that its manifest gives no title is called by its name, as far as that can be read. */
    #title(field) {
        const plain = field.name.replaceAll("_", " ");
        return this.#words.pick(field.title) || plain.charAt(0).toUpperCase() + plain.slice(1);
    }

    /** What a choice is called: by the pages, or as `config.FIELD.OPTION` by the plugin. */
    #choiceName(field, choice) {
        return field.type === "boolean" ? this.#words.text(`choice.${choice}`)
            : this.#texts.optional(`config.${field.name}.${choice}`) ?? choice;
    }

    #row(field) {
        const id = `setting-${this.#plugin}-${field.name}`;
        const common = { id, name: field.name, "data-test": id };
        const summary = this.#words.pick(field.description);
        if (summary) common["aria-describedby"] = `${id}-hint`;
        const choices = field.type === "boolean" ? ["true", "false"] : field.options;
        const input = choices
            ? make("select", common, make("option", { value: "" }),
                ...choices.map((choice) => make("option", {
                    value: choice, text: this.#choiceName(field, choice),
                })))
            : field.type === "table" ? make("textarea", {
                ...common, rows: "4", autocomplete: "off", spellcheck: "false",
            }) : make("input", {
                ...common, type: field.secret ? "password" : "text", autocomplete: "off",
                inputmode: field.type === "integer" ? "numeric"
                    : field.type === "money" ? "decimal" : null,
            });
        return make("p", { class: "setting" }, make("label", { for: id, text: this.#title(field) }),
            input, summary ? make("span", { class: "hint", id: `${id}-hint`, text: summary }) : null);
    }

    #value({ type }, text) {
        if (type === "boolean") return text === "true";
        if (type === "money") return parseMinor(text, minorDigits(this.#texts.currency));
        if (type === "table") return parsedTable(text);
        if (type !== "integer") return text;
        return /^-?\d+$/.test(text.trim()) ? Number(text) : null;
    }

    #written(field, value) {
        const { type } = field;
        if (type === "table") return JSON.stringify(value);
        if (type === "boolean" || type === "choice") return this.#choiceName(field, String(value));
        return type === "money" ? this.#words.money(value, this.#texts.currency) : String(value);
    }
}
