/**
 * Whether a page plays the picture or its sound alone: what the viewer chose, or what machine and network
 * can do.
 *
 * Some troubles of the picture within a minute and the sound alone is offered; as many as the server says,
 * and the page takes it by itself. A minute later it tries the picture again, and after the next trouble
 * waits twice as long. Who chose the sound alone keeps it until they choose otherwise.
 *
 * @module picture-choice
 */

import { remember, remembered } from "./words.js";

const key = "playhouse.picture";
/** Troubles that are older do not count. */
const windowMilliseconds = 60_000;
/** A picture that came back has to stand so long; else the next pause is longer. */
const trialMilliseconds = 30_000;

/** Events: `change`, when anything of it has changed. */
export class PictureChoice extends EventTarget {
    /** Whether the stream has sound that could be played alone. */
    hasSound = true;
    /** Whether the picture has trouble and the viewer might prefer to do without. */
    isOffered = false;
    /** Why there is only sound: `viewer`, `trouble`; null while there is a picture. */
    reason = null;
    /** Milliseconds until the picture is tried again, at first and at most. */
    pauses = [60_000, 600_000];

    #player;
    #wished = remembered(key) === "off";
    #troubles = [];
    #pause = 0;
    #triedAt = -Infinity;
    #timer = null;

    /** @param {import("./player.js").StreamPlayer} player */
    constructor(player) {
        super();
        this.#player = player;
        player.addEventListener("trouble", () => this.#note());
    }

    get isSoundOnly() { return this.reason !== null; }

    /** Takes the state `stream`: a stream without sound has nothing else to show than its picture. */
    follow(stream) {
        this.hasSound = stream?.sound !== false;
        const listens = this.#wished || (this.reason === "trouble" && Boolean(stream));
        this.#become(!listens || !this.hasSound ? null : this.#wished ? "viewer" : "trouble");
    }

    /** Takes what the viewer wants. */
    choose(soundOnly) {
        this.#wished = soundOnly;
        remember(key, soundOnly ? "off" : "on");
        this.#troubles = [];
        this.#triedAt = -Infinity;
        this.#become(soundOnly ? "viewer" : null);
    }

    #note() {
        if (this.isSoundOnly || !this.hasSound) return;
        const now = performance.now();
        const most = this.#player.soundOnlyAfter;
        this.#troubles = [...this.#troubles.filter((at) => now - at < windowMilliseconds), now];
        const isTrial = now - this.#triedAt < trialMilliseconds;
        if (most > 0 && (this.#troubles.length >= most || isTrial)) {
            const [first, longest] = this.pauses;
            this.#pause = isTrial ? Math.min(longest, this.#pause * 2) : first;
            return this.#become("trouble");
        }
        this.isOffered = true;
        this.#after(windowMilliseconds, () => {
            this.isOffered = false;
            this.#tell();
        });
        this.#tell();
    }

    #become(reason) {
        if (this.reason === reason) return this.#tell();
        this.reason = reason;
        this.isOffered = false;
        clearTimeout(this.#timer);
        if (reason === "trouble") this.#after(this.#pause, () => this.#tryAgain());
        this.#player.listen(this.isSoundOnly);
        this.#tell();
    }

    #tryAgain() {
        // Nobody would see it.
        if (document.hidden) return this.#after(1_000, () => this.#tryAgain());
        this.#troubles = [];
        this.#triedAt = performance.now();
        this.#become(null);
    }

    #after(milliseconds, action) {
        clearTimeout(this.#timer);
        this.#timer = setTimeout(action, milliseconds);
    }

    #tell() { this.dispatchEvent(new Event("change")); }
}
