/**
 * The words of the workshop's page, beside those of the other pages.
 *
 * @module texts
 */

import { fill } from "/assets/words.js";

export class DevTexts {
    #words;
    #texts = {};

    /** @param {import("/assets/words.js").Words} words Tells the language. */
    constructor(words) {
        this.#words = words;
        words.accompany((locale) => this.#load(locale));
        words.addEventListener("change", () => this.#apply());
    }

    get locale() {
        return this.#words.locale;
    }

    text(key, args) {
        return fill(this.#texts[key] ?? key, args);
    }

    integer(value) {
        return this.#words.integer(value);
    }

    async #load(locale) {
        const response = await fetch(`/dev/files/locales/${locale}.json`);
        this.#texts = response.ok ? await response.json() : {};
    }

    /** Static texts that the other pages have no words for. */
    #apply() {
        for (const element of document.querySelectorAll("[data-words^='dev.']")) {
            element.textContent = this.text(element.dataset.words);
        }
        for (const [name, attribute] of [["label", "aria-label"], ["title", "title"]]) {
            for (const element of document.querySelectorAll(`[data-words-${name}^='dev.']`)) {
                element.setAttribute(attribute,
                    this.text(element.getAttribute(`data-words-${name}`)));
            }
        }
    }
}
