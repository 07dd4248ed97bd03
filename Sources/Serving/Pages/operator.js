/**
 * The operator's page: which plugins run, with what settings, and how they are.
 *
 * @module operator
 */

import { find } from "./dom.js";
import { OperatorCard } from "./operator-card.js";
import { offerLocales, placeIcons } from "./page.js";
import { Playhouse } from "./playhouse.js";
import { roomOfAddress, takeToken } from "./session.js";
import { SignIn } from "./sign-in.js";
import { StatusView } from "./status.js";
import { PluginShelf, preferredLocale, Words } from "./words.js";

const words = new Words();
const room = new Playhouse({
    room: roomOfAddress(), token: takeToken(), locale: preferredLocale(),
});
/** A debugging aid: the room as this page sees it. */
window.playhouse = room;

placeIcons();
offerLocales(words);
await words.use(preferredLocale());

const shelf = new PluginShelf(words);
const door = new SignIn({ room, words, role: "operator" });
new StatusView({ room, words, element: find("status"), button: find("status-action") });

const cards = new Map();

function showRun() {
    const plugins = room.states.get("plugins") ?? {};
    for (const [plugin, card] of cards) {
        if (Object.hasOwn(plugins, plugin)) continue;
        card.dispose();
        cards.delete(plugin);
    }
    for (const plugin of Object.keys(plugins)) {
        const card = cards.get(plugin)
            ?? new OperatorCard({ plugin, room, words, texts: shelf.of(plugin) });
        cards.set(plugin, card);
        if (!card.node.isConnected) find("run").append(card.node);
        card.update();
    }
    find("run-empty").hidden = cards.size > 0;
}

function showNumbers() {
    const { users = 0, connections = 0 } = room.states.get("presence") ?? {};
    const numbers = { users, connections, likes: room.states.get("likes")?.count ?? 0 };
    for (const [name, count] of Object.entries(numbers)) {
        find(`${name}-count`).textContent = words.count(count);
        find(`${name}-count`).dataset.value = count;
    }
}

function showWords() {
    room.locale = words.locale;
    const title = words.pick(room.title) || room.room;
    find("title").textContent = title;
    find("viewer-link").href = `/rooms/${encodeURIComponent(room.room)}`;
    document.title = `${title} · ${words.text("page.operator")}`;
    showRun();
    showNumbers();
}

const ofPlugin = /^(?:panel:(.+):(?:host|operator)|(?:own|desk|meter):(.+))$/;

room.addEventListener("state", ({ detail: { key } }) => {
    if (key === "plugins") showRun();
    else if (key === "presence" || key === "likes") showNumbers();
    else cards.get(ofPlugin.exec(key)?.slice(1).find(Boolean))?.update();
});
room.addEventListener("welcome", showWords);
words.addEventListener("change", showWords);
showWords();
door.begin();
