/**
 * The host's page: the desk.
 *
 * @module host
 */

import { linkDesk, showDesk } from "./desk.js";
import { find, make } from "./dom.js";
import { EventLog } from "./event-log.js";
import { Moderation } from "./moderation.js";
import { ModeratedList } from "./moderated-list.js";
import { openPage, showRoom } from "./page.js";
import { showPicture } from "./picture.js";
import { RunCard } from "./run-card.js";
import { SignIn } from "./sign-in.js";
import { StreamCard } from "./stream-card.js";

const slowSteps = [0, 3, 5, 10, 30, 60, 300];
const toastMilliseconds = 6_000;

const { words, room } = await openPage();

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
new ModeratedList({ room, words, list: find("moderated"), moderation });
const { shelf } = showRoom({
    room, words, pageName: "page.host", tools: (message) => moderation.tools(message),
});

Object.assign(window, showPicture({ room, words, silent: true }));
new StreamCard({ room, words, card: find("stream-card") });
new EventLog({ room, words, shelf });
showDesk({
    room, words, card: (plugin) => new RunCard({ plugin, room, words, texts: shelf.of(plugin) }),
});

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
slow.addEventListener("change", async () => {
    const done = await perform("slow", { seconds: Number(slow.value) }, "host.slowed");
    if (!done) showSlow();
});
words.addEventListener("change", showSlow);
showSlow();

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
showUnpin();

room.addEventListener("state", ({ detail: { key } }) => {
    if (key === "settings") showSlow();
    if (key === "pinned") showUnpin();
});
linkDesk(find("operator-link"), `/operator/${encodeURIComponent(room.room)}`, room);
new SignIn({ room, words, role: "host" }).begin();
