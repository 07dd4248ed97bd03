/**
 * One picture over the connection that a page has in its room (protocol.md, "Live video").
 *
 * @module picture-feed
 */

/**
 * A picture, or its sound alone, from when it is asked for until it ends.
 *
 * Events, all `CustomEvent`: `facts`, with `{mediaType, burst, soundOnlyAfter}`: what the pieces are from
 * now on, and how many more than the first come at once; `piece`, with a `Uint8Array`; `end`, once, with
 * `{reason}`: `over` (nobody publishes it any more, or the room is closed to this page), `slow` (the page
 * could not keep up), `lost` (the room's connection), `refused`.
 */
export class PictureFeed extends EventTarget {
    #room;
    #wish;
    /** The server's numbers of the picture, and of this watching of it; null before the answer. */
    #number = null;
    #view = null;
    #closing = new AbortController();

    /**
     * @param {import("./playhouse.js").Playhouse} room Its connection is used once it is open.
     * @param {object} wish
     * @param {boolean} [wish.soundOnly]
     * @param {{plugin: string, lease: number}} [wish.seat] A seat instead of the room's own stream.
     */
    constructor(room, { soundOnly = false, seat } = {}) {
        super();
        this.#room = room;
        this.#wish = {
            ...(soundOnly && { tracks: "sound" }),
            ...(seat && { plugin: seat.plugin, lease: seat.lease }),
        };
        const hear = (type, listener) => {
            const { signal } = this.#closing;
            room.addEventListener(type, ({ detail }) => listener(detail), { signal });
        };
        const mine = (type, listener) => hear(type, (detail) => {
            if (detail.picture === this.#number) listener(detail);
        });
        mine("piece", ({ bytes }) => this.#tell("piece", bytes));
        mine("picture", (facts) => this.#tell("facts", facts));
        mine("pictureOver", ({ reason }) => this.#end(reason === "SLOW" ? "slow" : "over"));
        hear("status", ({ state }) => {
            if (state === "closed") this.#end("over");
            else if (state !== "open") this.#end("lost");
        });
        if (room.status.state === "open") this.#ask();
        else hear("welcome", () => this.#ask());
    }

    /** Asks for no more. */
    close() {
        if (this.#closing.signal.aborted) return;
        this.#closing.abort();
        if (this.#view !== null) this.#leave(this.#view);
    }

    async #ask() {
        const { signal } = this.#closing;
        try {
            const { picture, view } = await this.#room.request("watch", this.#wish);
            if (signal.aborted) return this.#leave(view);
            this.#number = picture;
            this.#view = view;
        } catch {
            this.#end("refused");
        }
    }

    #leave(view) {
        this.#room.request("unwatch", { view }).catch((error) => {
            // Of any other reason nothing is left to leave: the connection is lost.
            const wait = error.retryAfterMilliseconds;
            if (wait !== undefined) setTimeout(() => this.#leave(view), wait);
        });
    }

    #end(reason) {
        if (this.#closing.signal.aborted) return;
        this.#closing.abort();
        this.#tell("end", { reason });
    }

    #tell(type, detail) { this.dispatchEvent(new CustomEvent(type, { detail })); }
}
