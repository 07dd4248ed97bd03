/**
 * A list of elements of a panel, kept in step with the list that the room sends.
 *
 * @module panel-elements
 */

import { answerParts } from "./panel-answers.js";
import { celebrationParts } from "./panel-celebration.js";
import { choiceParts } from "./panel-choices.js";
import { displayParts, isOwnPath } from "./panel-display.js";
import { groupParts } from "./panel-groups.js";

const prefetchedMax = 20;

const makers = {
    ...displayParts, ...answerParts, ...choiceParts, ...groupParts, ...celebrationParts,
};

/**
 * Parts are kept as long as their kind and id stay, and are not touched where they stand already:
 * focus and what a viewer is typing survive an update.
 */
export class ElementList {
    #parent;
    #surroundings;
    #parts = new Map();

    /**
     * @param {HTMLElement} parent Whose children are the elements.
     * @param {{own: (id: string) => ?object, context: (element: object) => object}} surroundings
     */
    constructor(parent, surroundings) {
        this.#parent = parent;
        this.#surroundings = surroundings;
    }

    /** @param {object[]} [elements] As the room sends them. */
    show(elements = []) {
        const seen = new Map();
        const before = this.#parts;
        this.#parts = new Map();
        const nodes = [];
        for (const sent of elements) {
            const element = { ...sent, ...this.#surroundings.own(sent.id) };
            if (element.hidden === true) {
                prefetch(element);
                continue;
            }
            const name = `${element.kind}:${element.id ?? ""}`;
            const nth = (seen.get(name) ?? 0) + 1;
            seen.set(name, nth);
            const key = `${name}:${nth}`;
            const context = this.#contextOf(element, nth);
            const part = before.get(key) ?? make(element, context);
            if (!part) continue;
            before.delete(key);
            this.#parts.set(key, part);
            part.update(element, context);
            nodes.push(part.node);
        }
        for (const part of before.values()) {
            part.dispose?.();
            part.node.remove();
        }
        place(this.#parent, nodes);
    }

    /** Stops what moves. */
    dispose() {
        for (const part of this.#parts.values()) part.dispose?.();
        this.#parts.clear();
    }

    #contextOf(element, nth) {
        const context = this.#surroundings.context(element);
        return {
            ...context,
            domId: element.id ? context.domId : `${context.domId}-${element.kind}-${nth}`,
            list: (parent) => new ElementList(parent, {
                ...this.#surroundings,
                context: (inner) => ({
                    ...this.#surroundings.context(inner),
                    domId: inner.id ? this.#surroundings.context(inner).domId
                        : `${context.domId}-${element.kind}-${nth}`,
                }),
            }),
        };
    }
}

const prefetched = new Map();

/** A picture that is hidden still is shown in a moment: it is fetched, so that it is there at once. */
function prefetch({ kind, source }) {
    if (kind !== "image" || !isOwnPath(source) || prefetched.has(source)) return;
    const picture = new Image();
    picture.src = source;
    prefetched.set(source, picture);
    if (prefetched.size > prefetchedMax) prefetched.delete(prefetched.keys().next().value);
}

/** A kind that this page does not know yet is left out, as protocol.md has it for fields. */
function make(element, context) {
    if (!Object.hasOwn(makers, element.kind)) return null;
    const part = makers[element.kind](element, context);
    part.node.dataset.kind = element.kind;
    if (element.id) part.node.dataset.element = element.id;
    return part;
}

/** Puts nodes in order around the one that has the focus: a node that is moved would lose it. */
function place(parent, nodes) {
    const isHere = (node) => node.parentNode === parent;
    const anchor = nodes.find((node) => isHere(node) && node.contains(document.activeElement))
        ?? nodes.find(isHere);
    const middle = anchor ? nodes.indexOf(anchor) : 0;
    for (let index = middle - 1; index >= 0; index -= 1) {
        if (nodes[index].nextSibling !== nodes[index + 1]) {
            parent.insertBefore(nodes[index], nodes[index + 1]);
        }
    }
    for (let index = anchor ? middle + 1 : 0; index < nodes.length; index += 1) {
        const next = index === 0 ? parent.firstChild : nodes[index - 1].nextSibling;
        if (next !== nodes[index]) parent.insertBefore(nodes[index], next);
    }
}
