/**
 * The page that lists the rooms.
 *
 * @module lobby
 */

import { find, icon, make } from "./dom.js";
import { Stage } from "./stage.js";
import { offerLocales, preferredLocale, Words } from "./words.js";

const refreshMilliseconds = 10_000;

const words = new Words();
let rooms = null;

function card({ room, title, users }) {
    const search = new URLSearchParams(location.search).has("lang") ? location.search : "";
    const address = `/rooms/${encodeURIComponent(room)}${search}`;
    return make("li", { class: "room-card", "data-room": room },
        make("a", { class: "room-link", href: address },
            make("span", { class: "live" }, make("span", { class: "live-dot" }),
                words.text("live")),
            make("strong", { text: words.pick(title) || room }),
            make("span", { class: "fact" }, icon("people"), make("span", {
                text: words.text("index.people", { count: words.count(users ?? 0) }),
            })),
            make("span", { class: "room-enter", text: words.text("index.enter") })),
        make("a", {
            class: "quiet desk-link", href: `/host/${encodeURIComponent(room)}${search}`,
            text: words.text("index.host"),
        }));
}

function render(failed = false) {
    document.title = words.text("page.index");
    const note = find("rooms-note");
    note.hidden = !failed && rooms?.length !== 0;
    note.textContent = words.text(failed ? "index.failed" : "index.empty");
    if (!rooms) return;
    const focused = document.activeElement?.getAttribute("href");
    find("rooms").replaceChildren(...rooms.map(card));
    if (focused) find("rooms").querySelector(`[href="${CSS.escape(focused)}"]`)?.focus();
}

async function refresh() {
    if (document.hidden) return;
    try {
        const response = await fetch("/v1/rooms");
        if (!response.ok) throw new Error(String(response.status));
        rooms = (await response.json()).rooms;
        render();
    } catch {
        render(true);
    }
}

offerLocales(words);
new Stage(document.querySelector("canvas"));
await words.use(preferredLocale());
words.addEventListener("change", () => render());
document.addEventListener("visibilitychange", refresh);
setInterval(refresh, refreshMilliseconds);
await refresh();
