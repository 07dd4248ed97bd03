/**
 * What the desks of the host and of the operator have in common: a card for each plugin, the
 * numbers of the room, the way to the viewer's page.
 *
 * @module desk
 */

import { find } from "./dom.js";

/** A state that the card of a plugin shows; the plugin is in one of the groups. */
const ofPlugin = /^(?:panel:(.+):[a-z]+|(?:own|desk|meter|reload):(.+))$/;

/** Shows how many of something there are; tests read the exact number. */
export function showCount(words, name, count) {
    const element = find(name);
    element.textContent = words.count(count);
    element.dataset.value = count;
}

/**
 * Keeps the cards and numbers of a desk as the room has them.
 *
 * @param {object} parts
 * @param {import("./playhouse.js").Playhouse} parts.room
 * @param {import("./words.js").Words} parts.words
 * @param {(plugin: string) => {node: HTMLElement, update(): void, dispose(): void}} parts.card
 *     Makes the card of a plugin.
 */
export function showDesk({ room, words, card: makeCard }) {
    const cards = new Map();

    function showRun() {
        const plugins = room.states.get("plugins") ?? {};
        for (const [plugin, card] of cards) {
            if (Object.hasOwn(plugins, plugin)) continue;
            card.dispose();
            cards.delete(plugin);
        }
        for (const plugin of Object.keys(plugins)) {
            const card = cards.get(plugin) ?? makeCard(plugin);
            cards.set(plugin, card);
            if (!card.node.isConnected) find("run").append(card.node);
            card.update();
        }
        find("run-empty").hidden = cards.size > 0;
    }

    function showNumbers() {
        const { users = 0, connections = 0 } = room.states.get("presence") ?? {};
        showCount(words, "users-count", users);
        showCount(words, "connections-count", connections);
        showCount(words, "likes-count", room.states.get("likes")?.count ?? 0);
    }

    function showWords() {
        find("viewer-link").href = `/rooms/${encodeURIComponent(room.room)}`;
        showRun();
        showNumbers();
    }

    room.addEventListener("state", ({ detail: { key } }) => {
        if (key === "plugins") showRun();
        else if (key === "presence" || key === "likes") showNumbers();
        else cards.get(ofPlugin.exec(key)?.slice(1).find(Boolean))?.update();
    });
    words.addEventListener("change", showWords);
    showWords();
}

/**
 * Lets a link lead to another desk without signing in again: the token goes along in the fragment,
 * which the page takes out of the address at once.
 */
export function linkDesk(link, address, room) {
    link.href = address;
    link.addEventListener("click", (event) => {
        if (!room.token) return;
        event.preventDefault();
        location.assign(`${address}#token=${encodeURIComponent(room.token)}`);
    });
}
