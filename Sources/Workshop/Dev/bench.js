/**
 * What the page knows of the show, asked of the server again and again.
 *
 * @module bench
 */

const pauseMilliseconds = 500;

/**
 * Fires `opened` when another show was opened, `records` with new ones, `status` after every look,
 * `position` when another position was chosen, and `view` when what is there is known.
 */
export class Bench extends EventTarget {
    /** The last answer of `/dev/status`. */
    status = null;
    /** Everything at the position that is shown. */
    view = null;
    isReached = false;
    /** The position that was chosen; null for the newest. */
    #chosen = null;
    #opening = 0;
    #lastRecord = 0;

    get isLive() {
        return this.#chosen === null;
    }

    get position() {
        return this.#chosen ?? this.status?.last ?? 0;
    }

    /** Looks until the page is left. */
    async run() {
        for (;;) {
            await this.#look();
            await new Promise((resolve) => { setTimeout(resolve, pauseMilliseconds); });
        }
    }

    /** Shows a position; null, or the last one, goes on with what comes. */
    async go(position) {
        const { first, last } = this.status;
        this.#chosen = position === null || position >= last ? null : Math.max(first, position);
        this.dispatchEvent(new Event("position"));
        await this.#view();
    }

    /** Plays on from a position; 0 begins anew. */
    async branch(position) {
        await this.#post("branch", { position });
        this.#chosen = null;
        this.dispatchEvent(new Event("position"));
    }

    async wakeCrowd(awake) {
        await this.#post("crowd", { awake });
        await this.#look();
    }

    async #look() {
        try {
            const status = await this.#get("status");
            this.isReached = true;
            const isNew = status.ready && status.opening !== this.#opening;
            const before = this.status;
            this.status = status;
            if (isNew) {
                this.#opening = status.opening;
                this.#lastRecord = 0;
                this.#chosen = null;
                this.dispatchEvent(new Event("opened"));
            }
            await this.#readRecords();
            if (isNew || (this.isLive && before?.last !== status.last)) await this.#view();
        } catch {
            this.isReached = false;
        }
        if (this.status) this.dispatchEvent(new Event("status"));
    }

    async #readRecords() {
        const { records, opening } = await this.#get(`records?after=${this.#lastRecord}`);
        if (records.length === 0 || opening !== this.#opening) return;
        this.#lastRecord = records.at(-1).sequence;
        this.dispatchEvent(new CustomEvent("records", { detail: records }));
    }

    async #view() {
        const position = this.position;
        try {
            const view = await this.#get(`at?position=${position}`);
            // Meanwhile another position may have been chosen.
            if (!this.isLive && position !== this.position) return;
            this.view = view;
            this.dispatchEvent(new Event("view"));
        } catch {
            // The next look asks again.
        }
    }

    async #get(path) {
        const response = await fetch(`/dev/${path}`);
        if (!response.ok) throw new Error(`${path}: ${response.status}`);
        return response.json();
    }

    async #post(path, body) {
        const response = await fetch(`/dev/${path}`, {
            method: "POST", headers: { "Content-Type": "application/json" },
            body: JSON.stringify(body),
        });
        if (!response.ok) throw new Error(`${path}: ${response.status}`);
    }
}
