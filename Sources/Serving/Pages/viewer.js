/**
 * The viewer's page.
 *
 * @module viewer
 */

import { find } from "./dom.js";
import { LikeButton } from "./likes.js";
import { openPage, showRoom } from "./page.js";
import { PanelCard } from "./panel.js";
import { showPicture } from "./picture.js";
import { elementsOf } from "./playhouse.js";
import { SeatStudio } from "./seat-studio.js";
import { forgetToken } from "./session.js";
import { StreamClock } from "./stream-clock.js";
import { remember, remembered } from "./words.js";

const nameKey = "playhouse.name";
const danmakuKey = "playhouse.danmaku";

const { words, room } = await openPage({ name: remembered(nameKey) ?? undefined });

const { overlay, shelf } = showRoom({
    room, words, pageName: "page.viewer",
    asGuest() {
        forgetToken();
        room.token = undefined;
        room.reconnect();
    },
});

const { player, seats, choice } = showPicture({ room, words });
const studio = new SeatStudio({ room, words, pictures: seats, place: find("panels") });
const clock = new StreamClock({
    room, video: find("video"), isPlaying: () => player.state === "playing" && !player.isSoundOnly,
});
/** Debugging aids, as is the room. */
Object.assign(window, { player, pictureChoice: choice, seats, studio, pictureClock: clock });

// MARK: Danmaku, likes

const toggle = find("danmaku-toggle");
function showDanmaku(shown) {
    overlay.shown = shown;
    toggle.setAttribute("aria-pressed", String(shown));
}
toggle.addEventListener("click", () => {
    showDanmaku(!overlay.shown);
    remember(danmakuKey, overlay.shown ? "on" : "off");
});
showDanmaku(remembered(danmakuKey) !== "off");

const likes = new LikeButton({
    button: find("like"), count: find("likes-count"), sky: document.querySelector(".like-sky"),
    words, send: (count) => room.request("like", { count }),
});

// MARK: Panels

const cards = new Map();
const narrow = matchMedia("(width < 900px)");

function showPanel(plugin) {
    const panel = clock.panel(plugin);
    const card = cards.get(plugin);
    if (!panel) {
        card?.dispose();
        cards.delete(plugin);
        return;
    }
    const shown = card ?? makeCard(plugin);
    const { title, status } = room.states.get("plugins")?.[plugin] ?? {};
    shown.show(panel, clock.own(plugin), words.pick(title), status === "paused");
    lead(plugin);
}

/** A panel that counts down comes before those that wait; it stays there when its time is over. */
function lead(plugin) {
    const { node } = cards.get(plugin);
    if (!hurries(plugin)) return;
    const waiting = new Set([...cards].filter(([other]) => !hurries(other)).map(([, card]) => card.node));
    const first = [...find("panels").children].find((child) => child === node || waiting.has(child));
    if (first !== node) first.before(node);
}

function makeCard(plugin) {
    const card = new PanelCard({
        plugin, testName: `panel-${plugin}`, words, texts: shelf.of(plugin),
        now: () => clock.now(plugin), viewer: () => room.me?.user ?? "",
        act: (name, value) => {
            const delay = clock.delay(plugin);
            return room.request("act", { plugin, name, value, ...delay > 0 && { delay } });
        },
        unfolded: () => foldOthers(plugin),
    });
    cards.set(plugin, card);
    find("panels").append(card.node);
    foldOthers([...cards.keys()].findLast(hurries) ?? plugin);
    return card;
}

/** Whether a plugin's panel counts down: it will not wait. */
function hurries(plugin) {
    return elementsOf(clock.panel(plugin))
        .some(({ kind }) => kind === "countdown");
}

/**
 * A phone has room for one open panel beside the chat: the one that was opened, else the newest that
 * counts down, else the newest.
 */
function foldOthers(plugin) {
    if (!narrow.matches) return;
    cards.forEach((card, other) => other !== plugin && card.fold(true));
}

clock.addEventListener("panel", ({ detail: { plugin } }) => showPanel(plugin));
room.addEventListener("state", ({ detail: { key } }) => {
    if (key === "plugins") cards.forEach((_, known) => showPanel(known));
    if (key === "likes") likes.set(room.states.get("likes")?.count ?? 0);
});
words.addEventListener("change", () => cards.forEach((_, plugin) => showPanel(plugin)));

// MARK: Names

const nameCard = find("name-card");
const nameInput = find("join-name");
const nameChip = find("name-chip");
let nameAsked = remembered(nameKey) !== null;

function askName(asked) {
    nameCard.hidden = !asked;
    document.body.toggleAttribute("data-naming", asked);
}

function showName() {
    const shown = room.name || room.me?.name || words.text("name.guest");
    nameChip.hidden = Boolean(room.token);
    nameChip.setAttribute("aria-label", words.text("name.change", { name: shown }));
    nameChip.title = shown;
    if (room.token) askName(false);
}

room.addEventListener("welcome", ({ detail }) => {
    likes.set(detail.states?.likes?.count ?? 0, { fresh: true });
    showName();
    if (!room.token && !nameAsked) askName(true);
    nameAsked = true;
});
nameChip.addEventListener("click", () => {
    askName(nameCard.hidden);
    if (nameCard.hidden) return;
    nameInput.value = room.name ?? "";
    nameInput.select();
});
find("join-skip").addEventListener("click", () => {
    askName(false);
    find("say-input").focus();
});
nameCard.addEventListener("keydown", ({ key }) => {
    if (key === "Escape") find("join-skip").click();
});
nameCard.addEventListener("submit", (event) => {
    event.preventDefault();
    const name = nameInput.value.trim();
    askName(false);
    find("say-input").focus();
    if (name === "" || name === room.name) return;
    room.name = name;
    remember(nameKey, name);
    showName();
    room.reconnect();
});
words.addEventListener("change", showName);

showName();
room.connect();
