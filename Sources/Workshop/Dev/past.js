/**
 * The surfaces as they were: the panels of a position, drawn by the same code as those of the pages,
 * to be looked at and not acted on.
 *
 * @module past
 */

import { find, make } from "/assets/dom.js";
import { PanelCard } from "/assets/panel.js";
import { PluginShelf } from "/assets/words.js";

const surfaces = ["viewer", "host", "operator"];

export class Past {
    #words;
    #shelf;
    #cards = new Map();
    #at = 0;

    constructor({ words }) {
        this.#words = words;
        this.#shelf = new PluginShelf(words);
    }

    /** @param {?object} view Everything at a position; null shows the live pages again. */
    show(view) {
        const seen = new Set();
        if (view) {
            this.#at = view.at;
            for (const [plugin, { panels, title }] of Object.entries(view.plugins)) {
                for (const surface of surfaces) {
                    if (!panels[surface]) continue;
                    const key = `${surface}:${plugin}`;
                    seen.add(key);
                    this.#card(key, surface, plugin).show(panels[surface], null,
                        this.#words.pick(title));
                }
            }
        }
        for (const [key, card] of this.#cards) {
            if (seen.has(key)) continue;
            card.dispose();
            this.#cards.delete(key);
        }
        for (const surface of surfaces) find(`past-${surface}`).hidden = !view;
    }

    #card(key, surface, plugin) {
        if (!this.#cards.has(key)) {
            const card = new PanelCard({
                plugin, testName: `past-${surface}-${plugin}`, words: this.#words,
                texts: this.#shelf.of(plugin), now: () => this.#at,
                act: () => Promise.reject(Object.assign(new Error("the past"), { code: "LATE" })),
            });
            this.#cards.set(key, card);
            find(`past-${surface}`).append(make("div", { inert: true }, card.node));
        }
        return this.#cards.get(key);
    }
}
