/**
 * Plays live video: the fragmented MP4 of a {@link PictureFeed} into a media source, a quarter of a
 * second behind the encoder.
 *
 * A feed says what it is and how many fragments follow at once; then come the initialisation segment
 * and fragments. All of that burst is appended before the first seek, so that the first picture is
 * already live.
 *
 * @module player
 */

/** Seconds between the picture and the newest that is there; grows where the network is uneven. */
const targetSeconds = 0.25;
const targetSecondsMax = 1.5;
/** Beyond this the picture leaps to where it should be. */
const behindSecondsMax = 1;
const rateRange = [0.97, 1.06];
const steerMilliseconds = 100;
/** Seconds that are kept behind the picture, and how many more there are before they are dropped. */
const keptSeconds = 8;
const trimSeconds = 8;
const backoffMilliseconds = [500, 10_000];
/** Without a stall for this long, the target comes down again. */
const calmMilliseconds = 20_000;
/** Distance from the newest while there is only sound, which comes in larger pieces. */
const soundSeconds = 0.75;
/** What comes this much later than usual, no buffer of the page hides. */
const lateMilliseconds = 1_700;
/** So long after a trouble, or after the page was opened again, what comes late is no other one. */
const lateEveryMilliseconds = 5_000;
/** So long after another encoder came a hole is its doing; after a stall a lost connection is. */
const aftermathMilliseconds = 10_000;
/** A feed that gives nothing for this long while there is a stream is given up. */
const silentMilliseconds = 8_000;

const Source = () => globalThis.ManagedMediaSource ?? globalThis.MediaSource;

/** How many tracks a media type has. */
const trackCount = (mediaType) => mediaType.split(",").length;

/** Several pieces as one: what came at once is appended at once. */
function joined(pieces) {
    if (pieces.length === 1) return pieces[0];
    const size = pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
    const whole = new Uint8Array(size);
    let place = 0;
    for (const piece of pieces) {
        whole.set(piece, place);
        place += piece.byteLength;
    }
    return whole;
}

/** When the server got a fragment, by its clock in milliseconds, from its `prft` box; null without one. */
function arrivalOf(piece) {
    const view = new DataView(piece.buffer, piece.byteOffset, piece.byteLength);
    if (piece.byteLength < 24 || view.getUint32(4) !== 0x70726674) return null;
    return (view.getUint32(16) + view.getUint32(20) / 2 ** 32) * 1_000;
}

/**
 * A player on one video element.
 *
 * Events: `change`, when `state` or `isMuted` has changed. States: `idle` (there is no stream),
 * `waiting` (there is one, and no picture yet or none any more), `playing`, `unsupported`. `trouble`, with
 * `{kind}` in `detail`, when machine or network are too slow for the picture and a deeper buffer does not
 * help: `late`, `skip` (the server left pictures out), `closed` (it gave up), `error` (a decoder's).
 */
export class StreamPlayer extends EventTarget {
    state = "idle";
    /** Whether the page has no sound because the browser wants a tap first, or the viewer so. */
    isMuted = false;
    /** Whether only the sound is played: see {@link listen}. */
    isSoundOnly = false;
    /** Troubles within a minute after which the server proposes to leave the picture; 0 for never. */
    soundOnlyAfter = 0;
    stalls = 0;
    leaps = 0;
    target = targetSeconds;

    #video;
    #tune;
    #wanted = false;
    #feed = null;
    /** Whether nothing was heard of this feed yet. */
    #isFresh = true;
    #media = null;
    #buffer = null;
    #mediaType = "";
    /** The newest media type that was told of; it may still wait in the queue. */
    #told = "";
    #objectURL = null;
    /** Pieces to append, and media types to change to, in order. */
    #queue = [];
    /** Pieces of the burst that are still to be appended before the first seek. */
    #burst = 0;
    #begun = false;
    /** Whether the first picture has been seen. */
    #isSettled = false;
    #attempts = 0;
    #retry = null;
    #steering = null;
    #heardAt = 0;
    #stalledAt = -Infinity;
    /** When tracks were told of last. */
    #changedAt = -Infinity;
    /** The shortest way of a fragment, in milliseconds between two clocks, and when one was late. */
    #quickest = Infinity;
    #lateAt = -Infinity;
    #leaptAt = 0;
    /** {@link ahead}, without the teeth of single fragments. */
    #smoothed = targetSeconds;
    /** Where the picture was when it last moved, and when that was. */
    #moved = { time: 0, at: 0 };
    #calmSince = 0;
    #closing = new AbortController();

    /**
     * @param {HTMLVideoElement} video
     * @param {(soundOnly: boolean) => import("./picture-feed.js").PictureFeed} tune Begins a feed.
     */
    constructor(video, tune) {
        super();
        this.#video = video;
        this.#tune = tune;
        video.playsInline = true;
        video.disableRemotePlayback = true;
        video.addEventListener("playing", () => this.#started());
        video.addEventListener("waiting", () => this.#stalled());
        video.addEventListener("error", () => {
            if (this.#media) this.#trouble("error");
            this.#again();
        });
        video.addEventListener("volumechange", () => this.#tell());
        const { signal } = this.#closing;
        document.addEventListener("visibilitychange", () => this.#returned(), { signal });
    }

    /** Says whether there is a stream; the player connects, waits and ends by that. */
    set live(live) {
        if (!Source()) return this.#become(live ? "unsupported" : "idle");
        this.#wanted = live;
        if (!live) {
            clearTimeout(this.#retry);
            this.#retry = null;
            // Viewers that are here stay: the encoder may come back within seconds.
            if (!this.#feed) this.#end();
            return;
        }
        this.#attempts = 0;
        this.#heardAt = performance.now();
        if (!this.#feed) this.#connect();
    }

    /** Ends for good: the element is about to go. */
    close() {
        this.#closing.abort();
        this.#wanted = false;
        clearTimeout(this.#retry);
        this.#retry = null;
        this.#end();
    }

    /** Turns the sound on or off; on only in answer to a tap. */
    mute(muted) {
        this.#video.muted = muted;
        if (!muted) this.#play();
        this.#tell();
    }

    /** Plays the sound alone, and the server leaves the picture out; or both again. */
    listen(soundOnly) {
        if (this.isSoundOnly === soundOnly) return;
        this.isSoundOnly = soundOnly;
        this.target = this.#least;
        if (this.#feed || this.#retry) this.#connect();
        this.#tell();
    }

    /** The distance from the newest that nothing disturbs. */
    get #least() { return this.isSoundOnly ? soundSeconds : targetSeconds; }

    /** Seconds that are there beyond the picture. */
    get ahead() {
        const { buffered } = this.#video;
        if (buffered.length === 0) return 0;
        return buffered.end(buffered.length - 1) - this.#video.currentTime;
    }

    // MARK: Connection

    #connect() {
        clearTimeout(this.#retry);
        this.#retry = null;
        this.#close();
        const feed = this.#tune(this.isSoundOnly);
        this.#feed = feed;
        this.#isFresh = true;
        this.#heardAt = performance.now();
        this.#become("waiting");
        const hear = (type, listener) => feed.addEventListener(type, ({ detail }) => {
            if (feed === this.#feed) listener(detail);
        });
        hear("facts", (facts) => this.#begins(facts));
        hear("piece", (bytes) => this.#hear(bytes));
        hear("end", ({ reason }) => {
            this.#feed = null;
            if (reason === "over") this.#wanted = false;
            // Lost while behind: there was more for this page than may be kept for it.
            const behindAt = Math.max(this.#stalledAt, this.#lateAt);
            const isBehind = performance.now() - behindAt < aftermathMilliseconds;
            if (reason === "slow" || (reason === "lost" && isBehind)) this.#trouble("closed");
            if (this.#wanted) this.#later();
            else this.#end();
        });
        this.#steering ??= setInterval(() => this.#steer(), steerMilliseconds);
    }

    #later() {
        if (this.#retry) return;
        const [first, most] = backoffMilliseconds;
        const wait = Math.min(most, first * 2 ** this.#attempts) * (0.5 + Math.random());
        this.#attempts += 1;
        this.#become("waiting");
        this.#retry = setTimeout(() => this.#connect(), wait);
    }

    /** Begins anew after something that cannot be mended. */
    #again() {
        if (!this.#feed && !this.#media) return;
        this.#close();
        if (this.#wanted) this.#later();
        else this.#end();
    }

    #close() {
        const feed = this.#feed;
        this.#feed = null;
        feed?.close();
    }

    #end() {
        clearInterval(this.#steering);
        this.#steering = null;
        this.#close();
        this.#release();
        this.#become("idle");
    }

    #release() {
        this.#queue = [];
        this.#buffer = null;
        this.#media = null;
        this.#begun = false;
        if (this.#objectURL) URL.revokeObjectURL(this.#objectURL);
        this.#objectURL = null;
        this.#video.removeAttribute("src");
        this.#video.load();
    }

    /** Tracks begin, or go on as others. */
    #begins({ mediaType, burst, soundOnlyAfter }) {
        this.#heardAt = performance.now();
        this.#attempts = 0;
        this.#changedAt = performance.now();
        this.soundOnlyAfter = soundOnlyAfter ?? 0;
        // It was another encoder that came, and not the network that was uneven.
        if (this.#begun && performance.now() - this.#stalledAt < 10_000) {
            this.target = Math.max(this.#least, this.target / 1.5);
        }
        if (!Source().isTypeSupported(mediaType)) {
            this.#wanted = false;
            this.#end();
            return this.#become("unsupported");
        }
        // Of a new feed time may begin anew: the server may have been started again. And with a track
        // more or less, a source buffer stands still or fails.
        const isOther = trackCount(mediaType) !== trackCount(this.#told);
        if (this.#isFresh || !this.#begun || isOther) this.#open(mediaType, burst);
        else this.#queue.push(mediaType);
        this.#told = mediaType;
        this.#isFresh = false;
    }

    #hear(piece) {
        this.#heardAt = performance.now();
        this.#judge(arrivalOf(piece));
        this.#queue.push(piece);
        this.#append();
    }

    /** An encoder that pauses makes nothing late; a network that does, or a page that has no time. */
    #judge(arrived) {
        if (arrived === null || !this.#begun || document.hidden) return;
        const now = performance.now();
        this.#quickest = Math.min(this.#quickest, now - arrived);
        if (now - arrived - this.#quickest < lateMilliseconds
            || now - this.#lateAt < lateEveryMilliseconds) return;
        this.#lateAt = now;
        this.#trouble("late");
    }

    // MARK: Media

    #open(mediaType, burst) {
        this.#release();
        const media = new (Source())();
        this.#media = media;
        this.#mediaType = mediaType;
        // The initialisation segment is a piece, too.
        this.#burst = burst + 1;
        media.addEventListener("sourceopen", () => {
            if (media !== this.#media || this.#buffer) return;
            try {
                this.#buffer = media.addSourceBuffer(mediaType);
            } catch {
                return this.#again();
            }
            this.#buffer.addEventListener("updateend", () => {
                if (media === this.#media) this.#appended();
            });
            this.#append();
        });
        this.#objectURL = URL.createObjectURL(media);
        this.#video.src = this.#objectURL;
    }

    #append() {
        const buffer = this.#buffer;
        if (!buffer || buffer.updating || this.#queue.length === 0) return;
        if (typeof this.#queue[0] === "string") {
            const mediaType = this.#queue.shift();
            if (mediaType !== this.#mediaType) buffer.changeType(mediaType);
            this.#mediaType = mediaType;
            return this.#append();
        }
        const next = this.#queue.findIndex((piece) => typeof piece === "string");
        const pieces = this.#queue.splice(0, next < 0 ? this.#queue.length : next);
        this.#burst -= pieces.length;
        try {
            buffer.appendBuffer(joined(pieces));
        } catch (error) {
            if (error.name !== "QuotaExceededError" || !this.#trim(0)) return this.#again();
            this.#burst += pieces.length;
            this.#queue.unshift(...pieces);
        }
    }

    #appended() {
        if (!this.#begun && this.#burst <= 0 && this.#video.buffered.length > 0) this.#begin();
        this.#append();
        if (this.#begun) this.#trim(trimSeconds);
    }

    /** The first seek: everything that came at once is there. */
    #begin() {
        this.#begun = true;
        this.#isSettled = false;
        this.#quickest = Infinity;
        this.#calmSince = performance.now();
        this.#leap();
        this.leaps = 0;
        this.#play();
    }

    /** What the browser took to begin is made up for at once, while nobody has seen much. */
    #started() {
        this.#become("playing");
        if (this.#isSettled || !this.#begun) return;
        this.#isSettled = true;
        if (this.ahead > this.target + 0.2) this.#leap();
    }

    async #play() {
        const video = this.#video;
        try {
            await video.play();
        } catch (error) {
            // Browsers let pages speak only after a tap; a picture without sound they allow.
            if (error.name !== "NotAllowedError" || video.muted) return;
            video.muted = true;
            this.#tell();
            video.play().catch(() => {});
        }
    }

    /** Goes to where the picture should be. */
    #leap() {
        const { buffered } = this.#video;
        if (buffered.length === 0) return;
        const last = buffered.length - 1;
        const start = buffered.start(last);
        this.#video.currentTime = Math.max(start, buffered.end(last) - this.target);
        this.#leaptAt = performance.now();
        this.#smoothed = this.target;
        this.leaps += 1;
    }

    /** Drops what lies behind the picture; whether there was anything to drop. */
    #trim(slack) {
        const { buffered, currentTime } = this.#video;
        if (!this.#buffer || this.#buffer.updating || buffered.length === 0) return false;
        const end = currentTime - (slack > 0 ? keptSeconds : 1);
        if (end - buffered.start(0) <= slack) return false;
        this.#buffer.remove(buffered.start(0), end);
        return true;
    }

    // MARK: Steering

    #stalled() {
        if (!this.#begun || document.hidden) return;
        const now = performance.now();
        // A pause of the encoder, a seek and a hole are no fault of the network.
        if (now - this.#heardAt > 400 || now - this.#leaptAt < 2_000
            || now - this.#stalledAt < 1_000 || this.ahead > 0.15) return;
        this.#stalledAt = now;
        this.#calmSince = now;
        this.stalls += 1;
        this.target = Math.min(targetSecondsMax, this.target * 1.5);
    }

    #steer() {
        const video = this.#video;
        const now = performance.now();
        const isSilent = now - this.#heardAt > silentMilliseconds;
        if (this.#feed && this.#wanted && isSilent) return this.#again();
        if (!this.#begun) return;
        if (this.state === "playing" && now - this.#heardAt > 1_500) this.#become("waiting");
        if (now - this.#calmSince > calmMilliseconds && this.target > this.#least) {
            this.target = Math.max(this.#least, this.target * 0.8);
            this.#calmSince = now;
        }
        const { buffered, currentTime } = video;
        if (buffered.length === 0) return;
        const ahead = this.ahead;
        if (currentTime !== this.#moved.time) this.#moved = { time: currentTime, at: now };
        const isStuck = !video.paused && ahead > this.target && now - this.#moved.at > 500
            && now - this.#leaptAt > 1_000;
        const isHole = this.#isBeforeHole(currentTime);
        if (ahead > this.target + behindSecondsMax || ahead < -0.5 || isStuck || isHole) {
            if (isHole && now - this.#changedAt > aftermathMilliseconds) this.#trouble("skip");
            this.#leap();
        } else {
            this.#smoothed += (ahead - this.#smoothed) * 0.2;
            const error = this.#smoothed - this.target;
            const [slow, fast] = rateRange;
            // In whole hundredths: each change of the speed costs the sound a moment.
            const wish = Math.abs(error) < 0.03 ? 1 : 1 + Math.round(error * 30) / 100;
            const rate = Math.min(fast, Math.max(slow, wish));
            if (video.playbackRate !== rate) video.playbackRate = rate;
        }
        if (video.paused && !document.hidden) this.#play();
        else if (!video.paused && ahead > 0.05 && this.state === "waiting"
            && video.readyState >= 3 && now - this.#heardAt < 500) this.#become("playing");
    }

    /** Whether nothing but a hole comes next: an encoder went and another came, or the server left
     *  out what came too late. */
    #isBeforeHole(time) {
        const { buffered } = this.#video;
        const last = buffered.length - 1;
        if (last === 0 || buffered.start(last) <= time) return false;
        for (let index = 0; index < last; index += 1) {
            if (buffered.start(index) <= time && time < buffered.end(index) - 0.12) return false;
        }
        return true;
    }

    /** Back from the background, where timers and decoders rest. */
    #returned() {
        if (document.hidden || !this.#begun) return;
        // What has waited for the page is late through no fault of anybody.
        this.#lateAt = performance.now();
        if (this.ahead > this.target + 0.25) this.#leap();
        this.#play();
    }

    #trouble(kind) {
        if (!this.isSoundOnly) this.dispatchEvent(new CustomEvent("trouble", { detail: { kind } }));
    }

    #become(state) {
        if (this.state === state) return;
        this.state = state;
        this.#tell();
    }

    #tell() {
        this.isMuted = this.#video.muted;
        this.dispatchEvent(new Event("change"));
    }
}
