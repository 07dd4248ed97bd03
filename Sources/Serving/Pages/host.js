/**
 * The host's page: the desk.
 *
 * @module host
 */

import { find, make } from "./dom.js";
import { Moderation } from "./moderation.js";
import { offerLocales, placeIcons, showRoom } from "./page.js";
import { showPicture } from "./picture.js";
import { Playhouse } from "./playhouse.js";
import { RunCard } from "./run-card.js";
import { roomOfAddress, takeToken } from "./session.js";
import { SignIn } from "./sign-in.js";
import { StreamCard } from "./stream-card.js";
import { preferredLocale, Words } from "./words.js";

const eventsCountMax = 200;
const slowSteps = [0, 3, 5, 10, 30, 60, 300];
const toastMilliseconds = 6_000;

const words = new Words();
const room = new Playhouse({
    room: roomOfAddress(), token: takeToken(), locale: preferredLocale(),
});
/** A debugging aid: the room as this page sees it. */
window.playhouse = room;

placeIcons();
offerLocales(words);
await words.use(preferredLocale());

// MARK: What was done

const toast = find("toast");
let toastTimer = null;

/** Says what became of a request, for a while, with a way back where there is one. */
function report(text, undo) {
    clearTimeout(toastTimer);
    toast.querySelector(".toast-text").textContent = text();
    toast.querySelector("button")?.remove();
    toast.dataset.shown = "true";
    if (undo) {
        toast.append(make("button", {
            class: "quiet", type: "button", "data-test": "undo", text: words.text("host.undo"),
            on: { click: undo },
        }));
    }
    toastTimer = setTimeout(() => {
        delete toast.dataset.shown;
        toast.querySelector("button")?.remove();
        toast.querySelector(".toast-text").textContent = "";
    }, toastMilliseconds);
}

async function perform(type, fields, done) {
    try {
        await room.request(type, fields);
        report(() => words.text(done));
        return true;
    } catch (error) {
        report(() => words.error(error));
        return false;
    }
}

// MARK: The room

const moderation = new Moderation({ room, words, list: find("chat"), report });
const { shelf, showCount } = showRoom({
    room, words, pageName: "page.host", tools: (message) => moderation.tools(message),
});

window.player = showPicture({ room, words, silent: true });
new StreamCard({ room, words, card: find("stream-card") });

const cards = new Map();

function showRun() {
    const plugins = room.states.get("plugins") ?? {};
    for (const [plugin, card] of cards) {
        if (plugin in plugins) continue;
        card.dispose();
        cards.delete(plugin);
    }
    for (const plugin of Object.keys(plugins)) {
        const card = cards.get(plugin)
            ?? new RunCard({ plugin, room, words, texts: shelf.of(plugin) });
        cards.set(plugin, card);
        if (!card.node.isConnected) find("run").append(card.node);
        card.update();
    }
    find("run-empty").hidden = cards.size > 0;
}

function showNumbers() {
    showCount("connections-count", room.states.get("presence")?.connections ?? 0);
    showCount("likes-count", room.states.get("likes")?.count ?? 0);
}

const slow = find("slow-select");
function showSlow() {
    const now = room.states.get("settings")?.slowSeconds ?? 0;
    const steps = [...new Set([...slowSteps, now])].sort((first, second) => first - second);
    slow.replaceChildren(...steps.map((seconds) => make("option", {
        value: String(seconds), text: seconds === 0 ? words.text("host.slow.off")
            : words.text("host.slow.seconds", { seconds }),
    })));
    slow.value = String(now);
}

room.addEventListener("state", ({ detail: { key } }) => {
    if (key === "plugins") showRun();
    else if (key === "settings") showSlow();
    else if (key === "presence" || key === "likes") showNumbers();
    else cards.get(/^(?:panel:(.+):host|own:(.+))$/.exec(key)?.slice(1).find(Boolean))?.update();
});
slow.addEventListener("change", async () => {
    const done = await perform("slow", { seconds: Number(slow.value) }, "host.slowed");
    if (!done) showSlow();
});

// MARK: Announcement

find("pin-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const input = find("pin-input");
    const text = input.value.trim();
    if (text === "") return input.focus();
    if (await perform("pin", { text }, "host.pinned")) input.value = "";
});
find("unpin").addEventListener("click", () => perform("unpin", {}, "host.unpinned"));
function showUnpin() {
    find("unpin").disabled = !room.states.get("pinned");
}
room.addEventListener("state", ({ detail: { key } }) => key === "pinned" && showUnpin());

// MARK: Events

room.addEventListener("welcome", ({ detail }) => {
    if (!detail.recovered) {
        find("events").replaceChildren();
        find("events-empty").hidden = false;
    }
});
room.addEventListener("event", ({ detail: { offset, name, from, at, data } }) => {
    find("events-empty").hidden = true;
    const list = find("events");
    list.prepend(make("li", { "data-offset": offset, "data-name": name, "data-from": from },
        make("span", { class: "event-offset", text: `#${offset}` }),
        make("b", { text: name }),
        make("span", { class: "hint", text: `${from} · ${words.time(at)}` }),
        make("code", { text: JSON.stringify(data) })));
    if (list.childElementCount > eventsCountMax) list.lastElementChild.remove();
});

const door = new SignIn({ room, words, role: "host" });

function showWords() {
    room.locale = words.locale;
    find("viewer-link").href = `/rooms/${encodeURIComponent(room.room)}`;
    find("operator-link").href = `/operator/${encodeURIComponent(room.room)}`;
    showRun();
    showSlow();
    showNumbers();
}
words.addEventListener("change", showWords);
showWords();
showUnpin();
find("operator-link").addEventListener("click", (event) => {
    // The token goes along in the fragment, which the page takes out of the address at once.
    if (!room.token) return;
    event.preventDefault();
    location.assign(`${find("operator-link").href}#token=${encodeURIComponent(room.token)}`);
});
door.begin();
