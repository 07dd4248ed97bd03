/**
 * What is amiss with the plugins, with the lines in question.
 *
 * @module problems
 */

import { make } from "/assets/dom.js";

let shown = "";

/** Draws only what is new: a reader must be able to select a line. */
export function showProblems(place, plugins, texts) {
    const all = plugins.flatMap(({ problems }) => problems);
    const fingerprint = JSON.stringify([texts.locale, all]);
    if (fingerprint === shown) return;
    shown = fingerprint;
    place.hidden = all.length === 0;
    place.replaceChildren(...all.map((problem) => one(problem, texts)));
}

function one({ plugin, kind, level, message, remedy, file, line, lines, details }, texts) {
    const where = file ? `${plugin}/${file}:${line}` : plugin;
    return make("article", { class: "fault", "data-level": level, "data-kind": kind },
        make("h3", {}, make("code", { text: where }), " ",
            make("span", { text: texts.text(`dev.problem.${kind}`) })),
        make("p", { class: "message", text: message }),
        lines.length === 0 ? null : make("pre", {}, ...lines.map(({ number, text, marked }) =>
            make("span", { class: marked ? "line marked" : "line", "data-line": number },
                make("span", { class: "number", text: String(number) }), `${text}\n`))),
        remedy ? make("p", { class: "hint", text: remedy }) : null,
        details.length === 0 ? null : make("details", {},
            make("summary", { text: texts.text("dev.trace") }),
            make("pre", { text: details.join("\n") })));
}
