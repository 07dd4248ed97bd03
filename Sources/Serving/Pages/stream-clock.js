/**
 * What belongs to a moment of the picture is shown with its frame (protocol.md, "On the picture").
 *
 * A panel or an event that carries `picture` waits for the first frame at or after that stream time, and
 * no longer than it says. Who sees no picture, or does not look, gets it at once. `video.currentTime` is
 * stream time, because fragments carry the stream's own.
 *
 * @module stream-clock
 */

const readingsMax = 200;

/**
 * Holds back what waits for its frame.
 *
 * Events: `panel` with `{plugin}` in `detail`: another one is to be shown; `event`: the room's events, each
 * when it is due. Those of one panel, and all events, keep their order.
 */
export class StreamClock extends EventTarget {
    /** The last things that were shown with a frame: `at` and the frame's time in milliseconds. */
    readings = [];

    #room;
    #video;
    #isSeen;
    /** By plugin: `{panel, own, since, delay}` as it is shown, and what waits behind it. */
    #panels = new Map();
    #queues = new Map();
    #frame = null;

    /**
     * @param {object} parts
     * @param {import("./playhouse.js").Playhouse} parts.room
     * @param {HTMLVideoElement} parts.video
     * @param {() => boolean} parts.isPlaying Whether there is a picture that moves.
     */
    constructor({ room, video, isPlaying }) {
        super();
        this.#room = room;
        this.#video = video;
        this.#isSeen = () => isPlaying() && !document.hidden
            && typeof video.requestVideoFrameCallback === "function";
        room.addEventListener("welcome", () => this.#clear());
        room.addEventListener("state", ({ detail: { key } }) => {
            const plugin = /^panel:(.+):viewer$/.exec(key)?.[1] ?? /^own:(.+)$/.exec(key)?.[1];
            if (plugin) this.#take(plugin);
        });
        room.addEventListener("event", ({ detail }) => {
            this.#hold("", detail.picture, () => {
                this.dispatchEvent(new CustomEvent("event", { detail }));
            });
        });
        document.addEventListener("visibilitychange", () => document.hidden && this.#clear());
    }

    /** The viewer panel of a plugin as it is to be shown now. */
    panel(plugin) { return this.#panels.get(plugin)?.panel ?? null; }

    /** What only this viewer sees on it. */
    own(plugin) { return this.#panels.get(plugin)?.own ?? null; }

    /** Milliseconds by which this page showed a plugin's panel later than it was asked; 0 for at once. */
    delay(plugin) { return this.#panels.get(plugin)?.delay ?? 0; }

    /** The server's time for countdowns on a plugin's panel: it ends as much later, within bounds. */
    now(plugin) {
        const most = this.panel(plugin)?.picture?.allowanceMilliseconds ?? 0;
        return this.#room.serverNow() - Math.min(this.delay(plugin), most);
    }

    // MARK: Panels

    #take(plugin) {
        const panel = this.#room.states.get(`panel:${plugin}:viewer`) ?? null;
        if (!panel) {
            // What is gone does not wait to be seen.
            this.#drop(plugin);
            return this.#show(plugin, null, 0);
        }
        const mark = panel.picture;
        // Shown already, or late for whoever has just come.
        const isKnown = mark && mark.since === this.#panels.get(plugin)?.since;
        const waits = this.#queues.has(plugin);
        this.#hold(plugin, isKnown && !waits ? null : mark,
            (delay) => this.#show(plugin, panel, delay));
    }

    #show(plugin, panel, delay) {
        const own = this.#room.states.get(`own:${plugin}`) ?? null;
        const since = panel?.picture?.since;
        const known = this.#panels.get(plugin);
        // Changes of what is shown already do not make it later.
        const kept = since !== undefined && known?.since === since ? known.delay : delay;
        if (panel) this.#panels.set(plugin, { panel, own, since, delay: kept });
        else this.#panels.delete(plugin);
        this.dispatchEvent(new CustomEvent("panel", { detail: { plugin } }));
    }

    // MARK: Waiting

    /** Does something at its moment, behind what waits in the same queue. */
    #hold(name, mark, fire) {
        const queue = this.#queues.get(name);
        const until = mark ? mark.since + mark.waitMilliseconds : 0;
        const left = Math.min(until - this.#room.serverNow(), mark?.waitMilliseconds ?? 0);
        const waits = mark && left > 0 && this.#isSeen();
        if (!waits && !queue) return fire(0);
        const entry = { at: waits ? mark.at : -Infinity, since: mark?.since, fire };
        if (waits) entry.timer = setTimeout(() => this.#late(name, entry), left);
        if (queue) queue.push(entry);
        else this.#queues.set(name, [entry]);
        this.#watch();
    }

    #watch() {
        if (this.#frame !== null || this.#queues.size === 0) return;
        this.#frame = this.#video.requestVideoFrameCallback((_, { mediaTime }) => {
            this.#frame = null;
            this.#presented(mediaTime * 1_000);
            this.#watch();
        });
    }

    /** A frame is on the screen: everything up to it is due. */
    #presented(milliseconds) {
        for (const [name, queue] of [...this.#queues]) {
            // Stamps are whole milliseconds, and the media clock counts in ninety-thousandths.
            const due = queue.findIndex(({ at }) => at > milliseconds + 0.5);
            const ready = due < 0 ? queue.splice(0) : queue.splice(0, due);
            if (queue.length === 0) this.#queues.delete(name);
            for (const entry of ready) this.#fire(entry, milliseconds);
        }
    }

    /** It waited as long as it may; so did everything before it. */
    #late(name, entry) {
        const queue = this.#queues.get(name);
        const place = queue?.indexOf(entry) ?? -1;
        if (place < 0) return;
        const ready = queue.splice(0, place + 1);
        while (queue.length > 0 && queue[0].at === -Infinity) ready.push(queue.shift());
        if (queue.length === 0) this.#queues.delete(name);
        for (const one of ready) this.#fire(one);
    }

    #fire(entry, frame) {
        clearTimeout(entry.timer);
        const now = this.#room.serverNow();
        if (frame !== undefined && entry.at > 0) {
            this.readings.push({ at: entry.at, frame, waited: now - entry.since });
            if (this.readings.length > readingsMax) this.readings.shift();
        }
        entry.fire(entry.timer === undefined ? 0 : Math.max(0, Math.round(now - entry.since)));
    }

    /** Nobody looks any more, or everything comes anew: nothing waits. */
    #clear() {
        const queues = [...this.#queues.values()];
        this.#queues.clear();
        for (const entry of queues.flat()) this.#fire(entry);
    }

    #drop(name) {
        for (const { timer } of this.#queues.get(name) ?? []) clearTimeout(timer);
        this.#queues.delete(name);
    }
}
