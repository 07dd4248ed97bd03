/**
 * What the pages of a room have in common: the words, the title, the stage, the chat and the line
 * to talk on.
 *
 * @module page
 */

import { Chat } from "./chat.js";
import { DanmakuOverlay } from "./danmaku.js";
import { showCount } from "./desk.js";
import { find, icon } from "./dom.js";
import { showSpeaking } from "./panel-choices.js";
import { Playhouse } from "./playhouse.js";
import { SayForm } from "./say.js";
import { roomOfAddress, takeToken } from "./session.js";
import { Stage } from "./stage.js";
import { StatusView } from "./status.js";
import { offerLocales, PluginShelf, preferredLocale, Words } from "./words.js";

const namesShownCountMax = 3;

/** Puts the icons where the page's markup names them. */
export function placeIcons(root = document) {
    for (const place of root.querySelectorAll("[data-icon]")) {
        place.prepend(icon(place.dataset.icon));
    }
}

/**
 * Begins a page: its icons, its words, the room of its address, which is not joined yet.
 *
 * @param {Partial<import("./playhouse.js").PlayhouseOptions>} [options]
 */
export async function openPage(options = {}) {
    const words = new Words();
    const room = new Playhouse({
        room: roomOfAddress(), token: takeToken(), locale: preferredLocale(), ...options,
    });
    /** A debugging aid: the room as this page sees it. */
    window.playhouse = room;
    placeIcons();
    offerLocales(words);
    await words.use(preferredLocale());
    words.addEventListener("change", () => { room.locale = words.locale; });
    return { words, room };
}

/**
 * Shows the room's title, in the window's title too.
 *
 * @param {object} parts
 * @param {import("./playhouse.js").Playhouse} parts.room
 * @param {import("./words.js").Words} parts.words
 * @param {string} parts.pageName Key of the page's name, for the window's title.
 */
export function showTitle({ room, words, pageName }) {
    const show = () => {
        const title = words.pick(room.title) || room.room;
        find("title").textContent = title;
        const sign = document.querySelector(".stage-title");
        if (sign) {
            sign.textContent = title;
            sign.style.setProperty("--title-size", widthOf(title) > 10 ? "0.18" : "0.29");
        }
        document.title = `${title} · ${words.text(pageName)}`;
    };
    room.addEventListener("welcome", show);
    words.addEventListener("change", show);
    show();
}

/** How wide a text is, in Latin letters: a Chinese character takes the room of two. */
function widthOf(text) {
    return [...text].reduce((sum, character) => sum + (character > "\u2e80" ? 2 : 1), 0);
}

/**
 * Wires what both pages show of a room.
 *
 * @param {object} parts
 * @param {import("./playhouse.js").Playhouse} parts.room
 * @param {import("./words.js").Words} parts.words
 * @param {string} parts.pageName Key of the page's name, for the window's title.
 * @param {(message: object) => ?HTMLElement} [parts.tools] Moderation of one message.
 * @param {() => void} [parts.asGuest]
 */
export function showRoom({ room, words, pageName, tools, asGuest }) {
    const shelf = new PluginShelf(words);
    const stage = document.querySelector(".stage");
    new Stage(stage.querySelector("canvas"));
    const overlay = new DanmakuOverlay(stage.querySelector(".danmaku"));
    const isOwn = (user) => user === room.me?.user;
    const chat = new Chat({
        scroller: document.querySelector(".chat-scroll"), list: find("chat"),
        more: find("chat-more"), empty: document.querySelector(".chat-empty"),
        words, isOwn, tools,
    });
    new StatusView({
        room, words, element: find("status"), button: find("status-action"), asGuest,
    });
    const show = (message) => {
        if (chat.show(message)) overlay.fly(message, isOwn(message.user));
    };
    new SayForm({ room, words, form: find("say"), said: show });

    const showPinned = () => {
        const pinned = room.states.get("pinned");
        find("pinned").hidden = !pinned;
        find("pinned").querySelector(".pinned-text").textContent = pinned?.text ?? "";
    };
    const showPresence = () => {
        showCount(words, "users-count", room.states.get("presence")?.users ?? 0);
    };

    room.addEventListener("welcome", ({ detail }) => {
        if (!detail.recovered) {
            chat.clear();
            overlay.clear();
        }
        detail.history?.forEach((message) => chat.show(message));
        showPinned();
        showPresence();
    });
    room.addEventListener("danmaku", ({ detail }) => show(detail));
    room.addEventListener("speaking", ({ detail }) => showSpeaking(document, detail.seats));
    room.addEventListener("state", ({ detail: { key } }) => {
        if (key === "pinned") showPinned();
        if (key === "presence") showPresence();
    });
    room.addEventListener("event", ({ detail }) => {
        const { name, from, data } = detail;
        if (from === "room" && name === "deleted") {
            chat.remove(data.message);
            overlay.remove(data.message);
        } else if (from.startsWith("plugin:") && (name === "said" || name === "granted")) {
            tellOfPlugin({ room, words, shelf, chat }, detail);
        }
    });
    words.addEventListener("change", showPresence);
    showTitle({ room, words, pageName });
    return { chat, overlay, shelf };
}

/** Shows in the chat what a plugin said or granted, once its texts are there. */
async function tellOfPlugin({ room, words, shelf, chat }, { name, from, data, at, offset }) {
    const plugin = from.slice("plugin:".length);
    const texts = shelf.of(plugin);
    await texts.load();
    const render = name === "said"
        ? () => texts.text(data.text, data.args)
        : () => grantedText(words, texts, data);
    const speaker = () => words.pick(room.states.get("plugins")?.[plugin]?.title) || plugin;
    chat.tell({ at, offset, from, kind: name, render, speaker });
}

/** Who won what, in a sentence; names come masked. */
export function grantedText(words, texts, { pool, winners = 0, names = [] }) {
    const key = winners > namesShownCountMax ? "granted.more" : "granted";
    return words.text(key, {
        names: names.slice(0, namesShownCountMax).join(words.text("names.separator")),
        pool: texts.text(pool), count: words.integer(winners),
    });
}
