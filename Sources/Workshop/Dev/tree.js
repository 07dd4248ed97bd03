/**
 * Plain data as a tree that can be folded. What was unfolded stays so when other data is shown.
 *
 * @module tree
 */

import { make } from "/assets/dom.js";

const membersMax = 200;
/** Paths that a person folded or unfolded. */
const folds = new Map();

export function showTree(place, data) {
    const fingerprint = JSON.stringify(data);
    if (place.dataset.shown === fingerprint) return;
    place.dataset.shown = fingerprint;
    place.replaceChildren(...members(data, place.dataset.test));
}

function members(data, path) {
    const all = Object.entries(data);
    const nodes = all.slice(0, membersMax).map(([name, value]) =>
        node(name, value, `${path}/${name}`));
    if (all.length > membersMax) {
        nodes.push(make("p", { class: "hint", text: `… ${all.length - membersMax}` }));
    }
    return nodes;
}

function node(name, value, path) {
    if (value === null || typeof value !== "object" || Object.keys(value).length === 0) {
        return make("p", { class: "leaf", "data-path": path },
            make("span", { class: "name", text: name }), " ",
            make("code", { class: typeof value, text: JSON.stringify(value) }));
    }
    const count = Object.keys(value).length;
    const isOpen = folds.get(path) ?? (count <= 12 && path.split("/").length <= 4);
    const details = make("details", { open: isOpen, "data-path": path },
        make("summary", {}, make("span", { class: "name", text: name }), ` ${
            Array.isArray(value) ? `[${count}]` : `{${count}}`}`));
    const fill = () => {
        if (details.open && details.children.length === 1) details.append(...members(value, path));
    };
    fill();
    details.addEventListener("toggle", () => {
        folds.set(path, details.open);
        fill();
    });
    return details;
}
