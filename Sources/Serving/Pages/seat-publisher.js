/**
 * Sends somebody's camera and microphone from a seat: captured, encoded by WebCodecs as H.264 and Opus,
 * and framed for the server (SDK-docs/protocol.md, "Publishing from a seat").
 *
 * @module seat-publisher
 */

const kinds = { videoConfiguration: 1, picture: 2, audioConfiguration: 3, sound: 4 };
const headBytes = 14;
/** Constrained baseline, level 3.1: every browser decodes it, and nothing in it waits for later frames. */
const videoCodec = "avc1.42E01F";
const bitsPerSecond = { video: 800_000, audio: 64_000 };
const framesPerSecond = 30;
const keyEveryMicroseconds = 2_000_000;
/** Bytes that wait in the socket before pictures are left out. */
const waitingBytesMax = 256 << 10;
/** Pictures that wait in the encoder before others are left out. */
const encodingMax = 2;
const levelMilliseconds = 250;
const backoffMilliseconds = [500, 5_000];
/** After these nobody tries again (protocol.md). */
const finalCodes = new Map([
    [4400, "hello"], [4401, "stranger"], [4440, "gone"], [4441, "elsewhere"], [4442, "media"],
]);

function videoConfiguration(width, height) {
    return {
        codec: videoCodec, width, height, bitrate: bitsPerSecond.video, framerate: framesPerSecond,
        latencyMode: "realtime", avc: { format: "avc" },
    };
}

function audioConfiguration(sampleRate, numberOfChannels) {
    return {
        codec: "opus", sampleRate, numberOfChannels, bitrate: bitsPerSecond.audio,
        opus: { frameDuration: 20_000 },
    };
}

/**
 * Why this browser cannot send from a seat: `insecure` (the page did not come by HTTPS), `browser`
 * (Firefox and Safari have no access to single frames on a page, or none at all), `codec`. Null if
 * it can.
 *
 * @returns {Promise<?string>}
 */
export async function obstacle() {
    if (!globalThis.isSecureContext) return "insecure";
    const needed = ["MediaStreamTrackProcessor", "VideoEncoder", "AudioEncoder"];
    const isThere = needed.every((name) => name in globalThis);
    if (!isThere || !navigator.mediaDevices?.getUserMedia) return "browser";
    try {
        const [video, audio] = await Promise.all([
            VideoEncoder.isConfigSupported(videoConfiguration(640, 360)),
            AudioEncoder.isConfigSupported(audioConfiguration(48_000, 1)),
        ]);
        return video.supported && audio.supported ? null : "codec";
    } catch {
        return "codec";
    }
}

/** An `OpusHead` (RFC 7845, section 5.1), for browsers that do not make one. */
function opusHead(sampleRate, channels) {
    const head = new DataView(new ArrayBuffer(19));
    [..."OpusHead"].forEach((letter, index) => head.setUint8(index, letter.charCodeAt(0)));
    head.setUint8(8, 1);
    head.setUint8(9, channels);
    head.setUint16(10, 312, true);
    head.setUint32(12, sampleRate, true);
    return new Uint8Array(head.buffer);
}

/** The bytes of a buffer or of a view of one. */
function bytesOf(source) {
    return ArrayBuffer.isView(source)
        ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
        : new Uint8Array(source);
}

/** One message: head and payload. */
export function framed(kind, { isKey = false, microseconds = 0, duration = 0 }, write, size) {
    const message = new Uint8Array(headBytes + size);
    const head = new DataView(message.buffer);
    head.setUint8(0, kinds[kind]);
    head.setUint8(1, isKey ? 1 : 0);
    head.setBigUint64(2, BigInt(Math.max(0, Math.round(microseconds))));
    head.setUint32(10, Math.round(duration));
    write(message.subarray(headBytes));
    return message;
}

/**
 * One person's camera and microphone on the way to the server.
 *
 * Events: `change`, when `state`, `reason` or what is switched on has changed; `preview`, when `media`
 * is there. States: `idle`, `asking` (for the devices), `connecting`, `publishing`, `ended` (with a
 * `reason`: a name of {@link finalCodes}, or `denied`, `missing`, `busy` for the devices).
 */
export class SeatPublisher extends EventTarget {
    state = "idle";
    reason = null;
    /** What is captured, for the preview. @type {?MediaStream} */
    media = null;
    /** What goes out; switched off, black and silence do. */
    isOn = { microphone: true, camera: true };

    #address;
    #hello;
    #socket = null;
    #isOpen = false;
    #attempts = 0;
    #retry = null;
    #video = null;
    #audio = null;
    #wantsKey = true;
    #lastKey = -Infinity;
    #sentConfigurations = new Set();
    #configurations = new Map();
    /** From the clock of each kind of track to the page's, in microseconds. */
    #offsets = new Map();
    #level = { at: 0, value: 0, told: -1 };

    /**
     * @param {object} parts
     * @param {() => string} parts.address Of the WebSocket, asked for each time.
     * @param {() => object} parts.hello The first message, likewise.
     */
    constructor({ address, hello }) {
        super();
        this.#address = address;
        this.#hello = hello;
    }

    /** Asks for camera and microphone and begins; only in answer to a press. */
    async begin() {
        if (this.state !== "idle" && this.state !== "ended") return;
        this.#become("asking");
        let media;
        try {
            media = await capture();
        } catch (error) {
            const reasons = { NotAllowedError: "denied", NotFoundError: "missing" };
            return this.#become("ended", reasons[error.name] ?? "busy");
        }
        // The seat may be gone by the time somebody has answered the browser.
        if (this.state !== "asking") return media.getTracks().forEach((track) => track.stop());
        this.media = media;
        this.#offsets.clear();
        this.#configurations.clear();
        this.#attempts = 0;
        this.#switch();
        for (const track of media.getTracks()) this.#read(track, media);
        this.dispatchEvent(new Event("preview"));
        this.#connect();
    }

    /** Stops everything: the lights of camera and microphone go out. */
    end(reason = null) {
        clearTimeout(this.#retry);
        this.#retry = null;
        const socket = this.#socket;
        this.#socket = null;
        this.#isOpen = false;
        socket?.close();
        this.media?.getTracks().forEach((track) => track.stop());
        this.media = null;
        for (const encoder of [this.#video?.encoder, this.#audio]) {
            if (encoder && encoder.state !== "closed") encoder.close();
        }
        [this.#video, this.#audio] = [null, null];
        this.#become("ended", reason);
    }

    /** Switches the microphone or the camera. */
    set(device, isOn) {
        if (this.isOn[device] === isOn) return;
        this.isOn[device] = isOn;
        this.#switch();
        this.dispatchEvent(new Event("change"));
    }

    #switch() {
        this.media?.getAudioTracks().forEach((track) => { track.enabled = this.isOn.microphone; });
        this.media?.getVideoTracks().forEach((track) => { track.enabled = this.isOn.camera; });
        this.#wantsKey = true;
    }

    #become(state, reason = null) {
        if (this.state === state && this.reason === reason) return;
        [this.state, this.reason] = [state, reason];
        this.dispatchEvent(new Event("change"));
    }

    // MARK: Connection

    #connect() {
        const socket = new WebSocket(this.#address());
        socket.binaryType = "arraybuffer";
        this.#socket = socket;
        this.#become("connecting");
        socket.addEventListener("open", () => {
            if (socket === this.#socket) socket.send(JSON.stringify(this.#hello()));
        });
        socket.addEventListener("message", ({ data }) => {
            if (socket === this.#socket && typeof data === "string") this.#hear(JSON.parse(data));
        });
        socket.addEventListener("close", ({ code }) => {
            if (socket !== this.#socket) return;
            this.#socket = null;
            this.#isOpen = false;
            if (finalCodes.has(code)) return this.end(finalCodes.get(code));
            this.#later();
        });
    }

    #later() {
        const [first, most] = backoffMilliseconds;
        const wait = Math.min(most, first * 2 ** this.#attempts) * (0.5 + Math.random());
        this.#attempts += 1;
        this.#become("connecting");
        this.#retry = setTimeout(() => this.#connect(), wait);
    }

    #hear({ type }) {
        if (type === "keyframe") this.#wantsKey = true;
        if (type !== "publishing") return;
        this.#attempts = 0;
        this.#isOpen = true;
        this.#wantsKey = true;
        this.#level.told = -1;
        this.#sentConfigurations.clear();
        this.#become("publishing");
    }

    #send(message) {
        if (this.#isOpen && this.#socket?.readyState === 1) this.#socket.send(message);
    }

    /** Sends a configuration once over each connection, and again when it has changed. */
    #configure(kind) {
        const bytes = this.#configurations.get(kind);
        if (!bytes || this.#sentConfigurations.has(kind) || !this.#isOpen) return;
        this.#sentConfigurations.add(kind);
        this.#send(framed(kind, {}, (place) => place.set(bytes), bytes.byteLength));
    }

    #keep(kind, description) {
        this.#configurations.set(kind, bytesOf(description).slice());
        this.#sentConfigurations.delete(kind);
    }

    // MARK: Media

    async #read(track, media) {
        const reader = new MediaStreamTrackProcessor({ track }).readable.getReader();
        for (;;) {
            const { done, value } = await reader.read();
            if (done) return;
            try {
                if (this.media !== media) return void reader.cancel();
                if (track.kind === "video") this.#encodePicture(value);
                else this.#encodeSound(value);
            } catch {
                this.end("media");
            } finally {
                value.close();
            }
        }
    }

    /** Tracks may count from different beginnings; where they do not, one offset keeps them together. */
    #note(kind, { timestamp, duration }) {
        if (this.#offsets.has(kind)) return;
        const offset = performance.now() * 1_000 - timestamp - (duration ?? 0);
        const other = [...this.#offsets.values()][0];
        const isOneClock = other !== undefined && Math.abs(other - offset) < 500_000;
        this.#offsets.set(kind, isOneClock ? other : offset);
    }

    #encodePicture(frame) {
        this.#note("video", frame);
        const width = frame.displayWidth & ~1;
        const height = frame.displayHeight & ~1;
        if (!this.#isOpen || width < 16 || height < 16) return;
        if (!this.#video || this.#video.size !== `${width} ${height}`) {
            if (this.#video?.encoder.state === "configured") this.#video.encoder.close();
            this.#video = { size: `${width} ${height}`, encoder: this.#videoEncoder(width, height) };
            this.#wantsKey = true;
        }
        const { encoder } = this.#video;
        if (encoder.encodeQueueSize > encodingMax
            || this.#socket.bufferedAmount > waitingBytesMax) return;
        const keyFrame = this.#wantsKey
            || Math.abs(frame.timestamp - this.#lastKey) >= keyEveryMicroseconds;
        encoder.encode(frame, { keyFrame });
        if (keyFrame) [this.#wantsKey, this.#lastKey] = [false, frame.timestamp];
    }

    #videoEncoder(width, height) {
        const encoder = new VideoEncoder({
            output: (chunk, metadata) => {
                const description = metadata?.decoderConfig?.description;
                if (description) this.#keep("videoConfiguration", description);
                this.#configure("videoConfiguration");
                this.#sendChunk("picture", "video", chunk);
            },
            error: () => this.end("media"),
        });
        encoder.configure(videoConfiguration(width, height));
        return encoder;
    }

    #encodeSound(data) {
        this.#note("audio", data);
        this.#measure(data);
        if (!this.#isOpen) return;
        this.#audio ??= this.#audioEncoder(data.sampleRate, Math.min(2, data.numberOfChannels));
        this.#audio.encode(data);
    }

    #audioEncoder(sampleRate, channels) {
        this.#keep("audioConfiguration", opusHead(sampleRate, channels));
        const encoder = new AudioEncoder({
            output: (chunk, metadata) => {
                const description = metadata?.decoderConfig?.description;
                if (description?.byteLength >= 19) this.#keep("audioConfiguration", description);
                this.#configure("audioConfiguration");
                this.#sendChunk("sound", "audio", chunk);
            },
            error: () => this.end("media"),
        });
        encoder.configure(audioConfiguration(sampleRate, channels));
        return encoder;
    }

    #sendChunk(kind, track, chunk) {
        this.#send(framed(kind, {
            isKey: kind === "picture" && chunk.type === "key",
            microseconds: chunk.timestamp + this.#offsets.get(track),
            duration: chunk.duration ?? 0,
        }, (place) => chunk.copyTo(place), chunk.byteLength));
    }

    /** Tells how loud it is, a few times a second: 0 at −50 dB, 100 at full scale. */
    #measure(data) {
        const samples = new Float32Array(data.numberOfFrames);
        data.copyTo(samples, { planeIndex: 0, format: "f32-planar" });
        const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
        const loudness = power > 0 ? 100 + 20 * Math.log10(power) : 0;
        this.#level.value = Math.max(this.#level.value, Math.round(loudness));
        const now = performance.now();
        if (now - this.#level.at < levelMilliseconds) return;
        const level = Math.min(100, Math.max(0, this.#level.value));
        if (level !== this.#level.told) this.#send(JSON.stringify({ type: "level", level }));
        this.#level = { at: now, value: 0, told: level };
    }
}

/** Camera and microphone, or the microphone alone where there is no camera. */
async function capture() {
    const audio = {
        echoCancellation: true, noiseSuppression: true, autoGainControl: true, sampleRate: 48_000,
    };
    const video = {
        width: { ideal: 640 }, height: { ideal: 360 }, frameRate: { ideal: framesPerSecond },
        facingMode: "user",
    };
    try {
        return await navigator.mediaDevices.getUserMedia({ audio, video });
    } catch (error) {
        if (!["NotFoundError", "NotReadableError"].includes(error.name)) throw error;
        return navigator.mediaDevices.getUserMedia({ audio });
    }
}
