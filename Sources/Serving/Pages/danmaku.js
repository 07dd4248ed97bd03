/**
 * The danmaku overlay: messages that fly over the stage in lanes.
 *
 * @module danmaku
 */

import { make, prefersStillness } from "./dom.js";

const flyingCountMax = 60;
const waitingCountMax = 30;
/** What waited longer is old news; the chat has it. */
const waitingMillisecondsMax = 4_000;
const gapPixels = 36;
const stillMilliseconds = 5_000;

/**
 * All messages fly at one speed, so that in a lane none catches up with the one before it: a lane
 * is free as soon as the end of its last message is in sight. Too many messages wait a little; of
 * those that wait the oldest is dropped, for this is chatter.
 */
export class DanmakuOverlay {
    #layer;
    #lanes = [];
    #waiting = [];
    #flying = new Map();
    #timer = null;
    #shown = true;

    /** @param {HTMLElement} layer Positioned; hidden from screen readers, which have the chat. */
    constructor(layer) {
        this.#layer = layer;
        new ResizeObserver(() => this.#measure()).observe(layer);
        this.#measure();
    }

    get shown() {
        return this.#shown;
    }

    set shown(shown) {
        this.#shown = shown;
        this.#layer.hidden = !shown;
        if (!shown) this.clear();
        else this.#measure();
    }

    /** Lets a message fly, when there is room for it. */
    fly(message, own) {
        if (!this.#shown || document.hidden) return;
        const entry = { message, own, since: performance.now() };
        if (own) this.#waiting.unshift(entry);
        else this.#waiting.push(entry);
        if (this.#waiting.length > waitingCountMax) {
            const oldest = this.#waiting.findIndex((waiting) => !waiting.own);
            this.#waiting.splice(Math.max(0, oldest), 1);
        }
        this.#start();
    }

    /** Takes a message out of the air. */
    remove(id) {
        this.#waiting = this.#waiting.filter(({ message }) => message.message !== id);
        this.#land(id);
    }

    clear() {
        this.#waiting = [];
        for (const id of [...this.#flying.keys()]) this.#land(id);
    }

    #land(id) {
        this.#flying.get(id)?.remove();
        this.#flying.delete(id);
    }

    #measure() {
        const height = parseFloat(getComputedStyle(this.#layer).lineHeight) || 32;
        const count = Math.max(1, Math.floor(this.#layer.clientHeight / height));
        this.#lanes.length = Math.min(this.#lanes.length, count);
        while (this.#lanes.length < count) this.#lanes.push({ freeAt: 0 });
        this.#lanes.forEach((lane, index) => {
            lane.top = index * height;
        });
    }

    #start() {
        clearTimeout(this.#timer);
        const now = performance.now();
        this.#waiting = this.#waiting.filter(
            ({ since, own }) => own || now - since < waitingMillisecondsMax);
        while (this.#waiting.length > 0 && this.#flying.size < flyingCountMax) {
            const lane = this.#lanes.find(({ freeAt }) => freeAt <= now);
            if (!lane) break;
            this.#launch(this.#waiting.shift(), lane, now);
        }
        if (this.#waiting.length === 0) return;
        const next = Math.min(...this.#lanes.map(({ freeAt }) => freeAt));
        this.#timer = setTimeout(() => this.#start(), Math.max(50, next - now));
    }

    #launch({ message, own }, lane, now) {
        const item = make("span", {
            class: own ? "flying flying-own" : "flying", text: message.text,
            "data-message": message.message, "data-role": message.role,
            style: { top: `${lane.top}px` },
        });
        this.#layer.append(item);
        this.#flying.set(message.message, item);
        const flight = prefersStillness()
            ? this.#appear(item, lane, now) : this.#cross(item, lane, now);
        flight.finished.then(() => this.#land(message.message), () => {});
    }

    #cross(item, lane, now) {
        const width = this.#layer.clientWidth;
        const length = item.offsetWidth;
        const pixelsPerMillisecond = Math.min(0.2, Math.max(0.07, width / 8_000));
        lane.freeAt = now + (length + gapPixels) / pixelsPerMillisecond;
        return item.animate([
            { transform: `translate3d(${width}px, 0, 0)` },
            { transform: `translate3d(${-length}px, 0, 0)` },
        ], { duration: (width + length) / pixelsPerMillisecond, fill: "both" });
    }

    /** For who asked for less movement: it appears in its lane, stays and goes. */
    #appear(item, lane, now) {
        lane.freeAt = now + stillMilliseconds;
        const frames = [
            { opacity: 0 }, { opacity: 1, offset: 0.08 }, { opacity: 1, offset: 0.92 },
            { opacity: 0 },
        ].map((frame) => ({ ...frame, transform: "translate3d(16px, 0, 0)" }));
        return item.animate(frames, { duration: stillMilliseconds, fill: "both" });
    }
}
