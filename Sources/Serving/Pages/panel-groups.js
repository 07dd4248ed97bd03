/**
 * The elements of a panel that hold others: card, row and slot.
 *
 * @module panel-groups
 */

import { make } from "./dom.js";

/** A frame with a heading, where it has one. */
function card(element, context) {
    const labelId = `${context.domId}-label`;
    const label = make("h4", { class: "group-label", id: labelId });
    const body = make("div", { class: "group-body" });
    const list = context.list(body);
    return {
        node: make("div", { class: "panel-card", role: "group", "aria-labelledby": labelId },
            label, body),
        update(element, { texts }) {
            label.textContent = texts.text(element.label);
            label.hidden = !element.label;
            list.show(element.elements);
        },
        dispose: () => list.dispose(),
    };
}

function plain(name) {
    return (element, context) => {
        const node = make("div", { class: name });
        const list = context.list(node);
        return {
            node,
            update: (element) => list.show(element.elements),
            dispose: () => list.dispose(),
        };
    };
}

export const groupParts = { card, row: plain("panel-row"), slot: plain("panel-slot") };
