/**
 * What the handlers of every plugin use of their budgets.
 *
 * @module budgets
 */

import { make } from "/assets/dom.js";

export function showBudgets(place, plugins, texts) {
    place.replaceChildren(...plugins.map(({ plugin, hooks, budget }) =>
        make("table", { "data-plugin": plugin },
            make("caption", { text: plugin }),
            make("thead", {}, make("tr", {},
                ...["hook", "calls", "faults", "instructions", "memory", "host", "effects", "output"].map((name) =>
                    make("th", { scope: "col", text: texts.text(`dev.budget.${name}`) })))),
            make("tbody", {}, ...Object.entries(hooks).map(([hook, use]) =>
                make("tr", { "data-hook": hook },
                    make("th", { scope: "row", text: hook }),
                    make("td", { text: texts.integer(use.calls) }),
                    make("td", { text: texts.integer(use.faults) }),
                    gauge(use.instructions, budget.instructions, texts),
                    gauge(use.memoryBytes, budget.memoryBytes, texts),
                    gauge(use.hostCalls, budget.hostCalls, texts),
                    make("td", { text: Number.isInteger(use.effects) ? texts.integer(use.effects) : "–" }),
                    gauge(use.outputBytesMax, budget.outputBytes, texts)))))));
}

function gauge(value, most, texts) {
    if (value === null || value === undefined) return make("td", { text: "–" });
    return make("td", {},
        make("meter", {
            min: "0", max: String(most), value: String(value), high: String(most * 0.5),
            title: `${texts.integer(value)} / ${texts.integer(most)}`,
        }), ` ${texts.integer(value)}`);
}
