/**
 * Playhouse: the client library of a live room.
 *
 * It speaks version 1 of the wire protocol (SDK-docs/protocol.md) and nothing else, touches no
 * DOM and needs no other file. An integrator embeds this file alone:
 *
 *     import { Playhouse } from "./playhouse.js";
 *
 *     const room = new Playhouse({ url: "wss://shop.example/v1/socket", room: "teahouse" });
 *     room.addEventListener("danmaku", ({ detail }) => show(detail.name, detail.text));
 *     room.addEventListener("state", ({ detail }) => update(detail.key, detail.value));
 *     room.connect();
 *     await room.request("say", { text: "Good evening" });
 *
 * What it takes off your hands: joining again after a lost connection with recovery of every
 * missed event, exponential back-off with full jitter, minimum waits and close codes of the
 * server, a watch over silent connections, the server's clock, correlation of answers.
 *
 * @module playhouse
 */

/** The version of the wire protocol that is spoken here. */
export const protocolVersion = 1;

const subprotocol = "playhouse.v1";
const waitMillisecondsMax = 30_000;
const waitMillisecondsBase = 500;
/** A connection that held this long is a good one: the next wait starts short again. */
const steadyMilliseconds = 5_000;
const tickMilliseconds = 5_000;
const quietMillisecondsMax = 20_000;
const silenceMillisecondsMax = 40_000;
const answerMillisecondsMax = 10_000;
const probeMillisecondsMax = 4_000;
const requestMillisecondsMax = 20_000;
const clockMillisecondsMax = 60_000;
const heldMillisecondsMax = 30_000;
const pendingCountMax = 256;

const closeNames = new Map([
    [1000, "CLOSED"], [1002, "WEBSOCKET"], [1003, "WEBSOCKET"], [1007, "WEBSOCKET"],
    [1009, "WEBSOCKET"], [1012, "DRAINING"],
    [4400, "BAD_HELLO"], [4401, "TOKEN_REQUIRED"], [4402, "TOKEN_MALFORMED"],
    [4403, "TOKEN_ALGORITHM"], [4404, "TOKEN_KEY"], [4405, "TOKEN_SIGNATURE"],
    [4406, "TOKEN_EXPIRED"], [4407, "TOKEN_NOT_YET"], [4408, "TOKEN_ROOM"],
    [4410, "ROOM_UNKNOWN"], [4411, "BANNED"], [4412, "VERSION"],
    [4420, "SLOW_VIEWER"], [4422, "TOO_MANY_MESSAGES"], [4423, "TOO_MANY_BYTES"],
    [4424, "TOO_MANY_JOINS"], [4425, "HELLO_TIMEOUT"], [4426, "SILENT"], [4427, "ROOM_FULL"],
    [4428, "ROOM_CLOSED"],
]);

/**
 * Tells whether protocol.md allows another try after this close code. Codes it does not list,
 * such as the 1006 of a lost network, allow it.
 *
 * @param {number} code
 * @returns {boolean}
 */
export function mayReconnect(code) {
    if ([1000, 1002, 1003, 1007, 1009].includes(code)) return false;
    return code < 4400 || code > 4419;
}

/**
 * Why a request was not carried out, or why the room cannot be entered.
 *
 * `code` is one of protocol.md, or one of this library: `DISCONNECTED` (the connection was lost
 * before the answer came: it is unknown whether the request was carried out, unless the room was
 * not connected to begin with), `TIMEOUT` (likewise, after 20 seconds), `BUSY` (more than 256
 * requests are open), `MALFORMED` (the server sent what cannot be read).
 */
export class PlayhouseError extends Error {
    /**
     * @param {string} code
     * @param {string} [message] English, for developers.
     * @param {{retryAfterMilliseconds?: number, value?: unknown}} [more]
     */
    constructor(code, message = code, more = {}) {
        super(message);
        this.name = "PlayhouseError";
        this.code = code;
        /** The shortest wait before trying again, where the server named one. */
        this.retryAfterMilliseconds = more.retryAfterMilliseconds;
        /** With `ALREADY_ANSWERED`: the answer that counts. */
        this.value = more.value;
    }
}

/** Every element of a panel in reading order, those inside of cards, rows and slots included. */
export function elementsOf(panel) {
    return (panel?.elements ?? []).flatMap((element) => [element, ...elementsOf(element)]);
}

/** What a panel becomes by the newest update of it (protocol.md, "Updates of a panel"). */
export function updated(panel, update) {
    if (!panel || !update || update.of !== panel.version) return panel;
    // Which panel an update belongs to says nothing about what the panel becomes.
    const { of, ...changes } = update;
    const elements = updatedList(changes.elements, panel.elements);
    return { ...panel, ...changes, elements, picture: changes.picture };
}

function updatedList(entries, before) {
    return entries.map((entry) => {
        if (typeof entry === "number") return before[entry];
        if (!Array.isArray(entry)) return entry;
        const [old, changes] = [before[entry[0]], entry[1]];
        const element = { ...old, ...changes };
        if (old.elements && changes.elements) {
            element.elements = updatedList(changes.elements, old.elements);
        }
        return Object.fromEntries(Object.entries(element).filter(([, value]) => value !== null));
    });
}

/**
 * Names the question that an element of a panel asks: the same string as long as the element,
 * the product and the end of the countdown stay the same; undefined when there is no such element.
 * Two rounds of a game thus ask two questions, although the element's id is the same.
 *
 * @param {?{elements?: object[]}} panel
 * @param {string} name Id of the element.
 * @returns {string|undefined}
 */
export function questionOf(panel, name) {
    const elements = elementsOf(panel);
    const asked = elements.find((element) => element.id === name);
    if (!asked) return undefined;
    const { kind, label, min, max, currency, options } = asked;
    const frame = elements
        .filter((element) => element.kind === "product" || element.kind === "countdown")
        .map((element) => [element.kind, element.id, element.product?.id, element.endsAt]);
    return JSON.stringify([kind, label, min, max, currency, options, frame]);
}

/**
 * @typedef {object} PlayhouseOptions
 * @property {string} room The room's id.
 * @property {string} [url] Of the socket; default: `/v1/socket` of the page's own server.
 * @property {string} [token] JWT. Without it the viewer is anonymous.
 * @property {string} [name] Display name of an anonymous viewer, 1 to 32 characters.
 * @property {string} [visitor] Random id of an anonymous viewer; default: one kept in storage.
 * @property {"zh"|"en"} [locale]
 * @property {typeof WebSocket} [WebSocket] Default: the global one.
 * @property {Pick<Storage, "getItem"|"setItem">|null} [storage] Default: `localStorage`.
 * @property {() => number} [random] In [0, 1). Default: `Math.random`.
 *
 * @typedef {"idle"|"connecting"|"open"|"recovering"|"waiting"|"closed"} StatusState
 * @typedef {object} Status
 * @property {StatusState} state `connecting`: the first try. `recovering`: a later one. `waiting`:
 *     until the next try. `closed`: there will be no further try.
 * @property {string|null} reason Why the connection was lost or closed: a code of protocol.md, or
 *     `LOST` (the network), `UNANSWERED` (a silent server), `GAP` (an event was missing), `CLOSED`.
 * @property {number} tries How often it was tried again since a connection last held.
 * @property {number|null} retryAt Local Unix time of the next try in milliseconds, when `waiting`.
 */

/**
 * One device in one room.
 *
 * Events, all `CustomEvent` with `detail`:
 *
 * | type | detail |
 * | --- | --- |
 * | `status` | {@link Status} |
 * | `welcome` | the message. With `recovered` false, drop what you knew and show `history` anew |
 * | `state` | `{key, value}`; after every welcome once for each key, so that listeners converge |
 * | `event` | the message; each offset exactly once and in order |
 * | `speaking` | `seats`: who speaks on which seat of which plugin, `level` 0 to 100 |
 * | `danmaku` | the message; may repeat one of `history` |
 * | `picture` | the message: a picture begins that was asked for with the request `watch` |
 * | `piece` | `{picture, bytes}`: a `Uint8Array` of it |
 * | `pictureOver` | the message |
 * | `bye` | the message |
 * | `error` | {@link PlayhouseError}: an error that answers no request |
 */
export class Playhouse extends EventTarget {
    /** The room's id. */
    room;
    /** Used from the next connection on, as are `name` and `locale`. */
    token;
    name;
    locale;
    /** Who the server thinks you are: `{user, name, role}`; null before the first welcome. */
    me = null;
    /** Title of the room by locale, from the welcome. */
    title = {};
    /** Epoch and offset of the last event handled. */
    epoch = null;
    offset = 0;
    /** The latest value of every state key. An absent key is null. @type {Map<string, any>} */
    states = new Map();
    /** @type {Status} */
    status = { state: "idle", reason: null, tries: 0, retryAt: null };

    /** By plugin and surface: the panel as it was sent whole, and its newest update. */
    #panels = new Map();
    #url;
    #WebSocket;
    #storage;
    #random;
    #visitor;
    /** The connection in use, null between two; whatever an older one still says is not heard. */
    #link = null;
    #wanted = false;
    #tries = 0;
    #nextId = 1;
    /** @type {Map<string, object>} */
    #pending = new Map();
    /** Acts that wait for a new connection. */
    #held = new Set();
    #retryTimer = null;
    #tickTimer = null;
    #notBefore = 0;
    #gapAt = null;
    #clock = { offset: 0, roundTrip: Infinity, at: -Infinity };

    /** @param {PlayhouseOptions} options */
    constructor(options) {
        super();
        this.room = options.room;
        this.token = options.token;
        this.name = options.name;
        this.locale = options.locale;
        this.#url = options.url ?? defaultURL();
        this.#WebSocket = options.WebSocket ?? globalThis.WebSocket;
        this.#storage = options.storage === undefined ? defaultStorage() : options.storage;
        this.#random = options.random ?? Math.random;
        this.#visitor = options.visitor;
    }

    /** Joins the room and stays in it until `close()`, or until the server says not to return. */
    connect() {
        if (this.#wanted) return;
        this.#wanted = true;
        this.#tries = 0;
        this.#notBefore = 0;
        for (const [target, type] of wakers()) target.addEventListener(type, this.#wake);
        this.#open();
    }

    /** Leaves the room for good. `connect()` joins it again. */
    close() { this.#end("CLOSED", 1000); }

    /** Joins again at once, with recovery: after a change of `name` or `token`. */
    reconnect() {
        if (!this.#wanted) return this.connect();
        this.#abandon("CLOSED", 1000);
        this.#notBefore = 0;
        this.#open();
    }

    /** What proves who this is, for other connections to the same server: `token`, or `visitor`. */
    get credentials() {
        if (this.token) return { token: this.token };
        return { visitor: this.#visitor ??= rememberedVisitor(this.#storage) };
    }

    /** The server's time, milliseconds of Unix time. */
    serverNow() { return Date.now() + this.#clock.offset; }

    /**
     * Sends a request and waits for its answer.
     *
     * A request that was under way when the connection broke is rejected with `DISCONNECTED`: it
     * may or may not have been carried out, and saying something twice is worse than asking.
     * The exception is `act` with a value: there the first answer counts, so repeating it is
     * harmless. It is sent once more after the connection came back, within 30 seconds and only
     * while the panel still asks the same question, so that a guess never slips into the next
     * round; where the first copy had arrived, the promise is fulfilled with what was recorded.
     * An `act` with null, the press of a button, is not repeated.
     *
     * @param {string} type A request of protocol.md, such as `say`.
     * @param {object} [fields] Its fields besides `type` and `id`.
     * @returns {Promise<object>} The reply; rejected with a {@link PlayhouseError}.
     */
    request(type, fields = {}) {
        return new Promise((resolve, reject) => {
            const call = { type, fields, resolve, reject, again: false, question: undefined };
            if (type === "act" && fields.value !== null && fields.value !== undefined) {
                call.question = this.#question(fields);
            }
            this.#send(call);
        });
    }

    // MARK: Connecting

    #open() {
        clearTimeout(this.#retryTimer);
        clearInterval(this.#tickTimer);
        const returning = this.epoch !== null || this.#tries > 0;
        this.#setStatus(returning ? "recovering" : "connecting", this.status.reason);
        const now = Date.now();
        const link = {
            socket: null, openedAt: now, receivedAt: now, admittedAt: null, tickAt: now,
            hello: null, helloAt: 0, recover: null, reason: null, farewell: null, minimum: 0,
        };
        try {
            link.socket = new this.#WebSocket(this.#url, [subprotocol]);
        } catch (error) {
            this.#wanted = false;
            this.#setStatus("closed", "BAD_URL");
            this.#emit("error", new PlayhouseError("BAD_URL", String(error)));
            return;
        }
        this.#link = link;
        link.socket.binaryType = "arraybuffer";
        link.socket.onopen = () => this.#link === link && this.#greet(link);
        link.socket.onmessage = ({ data }) => this.#link === link && this.#receive(link, data);
        link.socket.onclose = ({ code }) => this.#link === link && this.#lost(link, code);
        this.#tickTimer = setInterval(() => this.#tick(link), tickMilliseconds);
    }

    #greet(link) {
        const [id, version] = [this.#newId(), protocolVersion];
        const hello = { type: "hello", id, version, room: this.room, ...this.credentials };
        if (this.locale) hello.locale = this.locale;
        if (!this.token && this.name) hello.name = this.name;
        if (this.epoch !== null) {
            hello.recover = { epoch: this.epoch, offset: this.offset };
        }
        link.hello = hello.id;
        link.helloAt = Date.now();
        link.recover = hello.recover;
        link.socket.send(JSON.stringify(hello));
    }

    #welcome(link, message) {
        const { receivedAt } = link;
        link.admittedAt = receivedAt;
        this.#setClock(message.now, link.helloAt, receivedAt);
        this.me = { user: message.user, name: message.name, role: message.role };
        this.title = message.title ?? {};
        // After a recovery the missed events are still to come: our own offset stands.
        const recovered = message.recovered === true && link.recover?.epoch === message.epoch;
        if (!recovered) {
            this.epoch = message.epoch;
            this.offset = message.offset;
            this.#gapAt = null;
        }
        const before = [...this.states.keys()];
        this.states = new Map();
        this.#panels.clear();
        for (const [key, value] of Object.entries(message.states ?? {})) this.#take(key, value);
        const gone = before.filter((key) => !this.states.has(key));
        this.#setStatus("open", null);
        this.#emit("welcome", { ...message, recovered });
        for (const key of gone) this.#emit("state", { key, value: null });
        for (const [key, value] of this.states) this.#emit("state", { key, value });
        this.#sendHeld();
    }

    /** Ends the connection in use without waiting for the other side, which may be out of reach. */
    #abandon(reason, code = 3000) {
        const link = this.#link;
        this.#link = null;
        clearTimeout(this.#retryTimer);
        clearInterval(this.#tickTimer);
        if (link) {
            link.socket.onopen = link.socket.onmessage = link.socket.onclose = null;
            link.socket.close(code);
        }
        this.#failPending(reason);
    }

    #lost(link, code) {
        let reason = closeNames.get(code) ?? "LOST";
        let again = mayReconnect(code);
        if (link.farewell) {
            // The close frame itself may have been lost after `bye`, or after the refused hello.
            reason = link.farewell.code;
            again = again && link.farewell.reconnect;
        }
        this.#abandon(reason);
        if (again) this.#waitAndRetry(link, reason);
        else this.#end(reason);
    }

    #drop(link, reason) {
        if (this.#link !== link) return;
        this.#abandon(reason);
        this.#waitAndRetry(link, reason);
    }

    #waitAndRetry(link, reason) {
        const now = Date.now();
        if (link.admittedAt !== null && now - link.admittedAt >= steadyMilliseconds) {
            this.#tries = 0;
        }
        this.#tries += 1;
        const most = Math.min(waitMillisecondsMax, waitMillisecondsBase * 2 ** this.#tries);
        // On top of the shortest wait, not instead of it: a restarted server that told everyone
        // the same wait must not see everyone at the same moment.
        const wait = link.minimum + this.#random() * most;
        this.#notBefore = now + link.minimum;
        this.#setStatus("waiting", reason, now + wait);
        this.#retryTimer = setTimeout(() => this.#open(), wait);
    }

    #end(reason, code) {
        this.#wanted = false;
        this.#abandon(reason, code);
        for (const call of this.#held) this.#failHeld(call);
        for (const [target, type] of wakers()) target.removeEventListener(type, this.#wake);
        this.#setStatus("closed", reason);
    }

    /** The network came or went, or somebody looks at the page again. */
    #wake = (event) => {
        const hidden = globalThis.document?.visibilityState === "hidden";
        if (event.type === "visibilitychange" && hidden) return;
        if (this.#link) {
            this.#probe(this.#link, probeMillisecondsMax);
        } else if (event.type !== "offline" && this.status.state === "waiting") {
            // What failed without a network says nothing about the server.
            if (event.type === "online") this.#tries = 0;
            clearTimeout(this.#retryTimer);
            const wait = this.#notBefore - Date.now();
            if (wait <= 0) return this.#open();
            this.#setStatus("waiting", this.status.reason, this.#notBefore);
            this.#retryTimer = setTimeout(() => this.#open(), wait);
        }
    };

    // MARK: Watching the connection

    /**
     * Looks after the connection every 5 seconds. The pings of the WebSocket protocol do not show
     * in a browser, so silence is broken by asking for the time.
     */
    #tick(link) {
        if (this.#link !== link) return;
        const now = Date.now();
        const late = now - link.tickAt > 3 * tickMilliseconds;
        link.tickAt = now;
        if (link.admittedAt === null) {
            // Connecting and welcome together; a timer that slept is no proof of a silent server.
            if (!late && now - link.openedAt >= answerMillisecondsMax) {
                this.#drop(link, "UNANSWERED");
            }
            return;
        }
        const silence = now - link.receivedAt;
        if (silence >= silenceMillisecondsMax && !late) return this.#drop(link, "UNANSWERED");
        if (silence >= quietMillisecondsMax || now - this.#clock.at >= clockMillisecondsMax) {
            this.#probe(link, answerMillisecondsMax);
        }
    }

    /** Asks for the time and drops the connection when nothing at all comes back. */
    #probe(link, answerMilliseconds) {
        if (link.admittedAt === null || link.probing) return;
        link.probing = true;
        const sentAt = Date.now();
        const timer = setTimeout(() => {
            link.probing = false;
            if (link.receivedAt < sentAt) this.#drop(link, "UNANSWERED");
        }, answerMilliseconds);
        this.request("ping").then(
            (reply) => this.#setClock(reply.now, sentAt, Date.now()),
            () => {},
        ).finally(() => {
            clearTimeout(timer);
            link.probing = false;
        });
    }

    /** Takes a reading of the server's clock, unless an earlier one had the shorter way. */
    #setClock(serverNow, sentAt, receivedAt) {
        if (typeof serverNow !== "number") return;
        const roundTrip = receivedAt - sentAt;
        this.#clock.at = receivedAt;
        if (roundTrip <= this.#clock.roundTrip) {
            this.#clock.offset = serverNow - (sentAt + receivedAt) / 2;
            this.#clock.roundTrip = roundTrip;
        } else {
            // A reading is worth less the older it gets, for clocks drift.
            this.#clock.roundTrip = 2 * this.#clock.roundTrip + 1;
        }
    }

    // MARK: Receiving

    #receive(link, data) {
        link.receivedAt = Date.now();
        if (typeof data !== "string") return this.#piece(data);
        let message;
        try {
            message = JSON.parse(data);
        } catch {
            this.#emit("error", new PlayhouseError("MALFORMED", "a message is not JSON"));
            return;
        }
        switch (message?.type) {
        case "welcome": return this.#welcome(link, message);
        case "event": return this.#event(link, message);
        case "state": {
            const key = this.#take(message.key, message.value);
            return this.#emit("state", { key, value: this.states.get(key) });
        }
        case "danmaku":
        case "speaking":
        case "picture":
        case "pictureOver": return this.#emit(message.type, message);
        case "reply": return this.#settle(message.id, null, message);
        case "error": return this.#refused(link, message);
        case "bye":
            link.farewell = { code: message.code, reconnect: message.reconnect !== false };
            link.minimum = Math.max(link.minimum, message.afterMilliseconds ?? 0);
            return this.#emit("bye", message);
        }
    }

    #piece(data) {
        if (data.byteLength <= 4) return;
        const picture = new DataView(data).getUint32(0);
        this.#emit("piece", { picture, bytes: new Uint8Array(data, 4) });
    }

    /** Keeps a state, a panel as its newest update makes it; returns the key that has changed. */
    #take(key, value) {
        const [, kind, name] = /^(panel|update):(.*)$/s.exec(key) ?? [];
        if (kind) {
            const known = { ...this.#panels.get(name), [kind]: value };
            this.#panels.set(name, known);
            key = `panel:${name}`;
            value = updated(known.panel ?? null, known.update);
        }
        this.states.set(key, value);
        return key;
    }

    #event(link, message) {
        if (message.offset <= this.offset) return;
        if (message.offset !== this.offset + 1) {
            // Ask once for what is missing; if it is not to be had, start from fresh states.
            if (this.#gapAt === this.offset) this.epoch = null;
            this.#gapAt = this.offset;
            this.#emit("error", new PlayhouseError("GAP",
                `event ${message.offset} came after ${this.offset}`));
            return this.#drop(link, "GAP");
        }
        this.offset = message.offset;
        this.#emit("event", message);
    }

    #refused(link, message) {
        const error = new PlayhouseError(message.code, message.message, message);
        if (message.id === link.hello && link.admittedAt === null) {
            const listed = [...closeNames].find(([, name]) => name === message.code);
            link.farewell = { code: message.code, reconnect: !listed || mayReconnect(listed[0]) };
            link.minimum = Math.max(link.minimum, message.retryAfterMilliseconds ?? 0);
            return this.#emit("error", error);
        }
        if (message.id === undefined || !this.#pending.has(message.id)) {
            return this.#emit("error", error);
        }
        this.#settle(message.id, error);
    }

    // MARK: Requests

    #send(call) {
        const link = this.#link;
        if (!link || link.admittedAt === null) {
            return call.reject(new PlayhouseError("DISCONNECTED", "the room is not connected"));
        }
        if (this.#pending.size >= pendingCountMax) {
            return call.reject(new PlayhouseError("BUSY", "too many requests are open"));
        }
        const id = this.#newId();
        call.timer = setTimeout(
            () => this.#settle(id, new PlayhouseError("TIMEOUT", "no answer within 20 s")),
            requestMillisecondsMax);
        this.#pending.set(id, call);
        link.socket.send(JSON.stringify({ ...call.fields, type: call.type, id }));
    }

    #settle(id, error, reply) {
        const call = this.#pending.get(id);
        if (!call) return;
        this.#pending.delete(id);
        clearTimeout(call.timer);
        if (!error) return call.resolve(reply);
        if (call.again && error.code === "ALREADY_ANSWERED"
            && JSON.stringify(error.value) === JSON.stringify(call.fields.value)) {
            // The first copy had arrived; only its reply was lost.
            return call.resolve({ type: "reply", id, accepted: true, value: error.value });
        }
        call.reject(error);
    }

    #failPending(reason) {
        const calls = [...this.#pending.values()];
        this.#pending.clear();
        for (const call of calls) {
            clearTimeout(call.timer);
            if (call.question !== undefined && !call.again && this.#wanted) {
                call.again = true;
                call.timer = setTimeout(() => this.#failHeld(call), heldMillisecondsMax);
                this.#held.add(call);
            } else {
                call.reject(new PlayhouseError("DISCONNECTED", `connection lost: ${reason}`));
            }
        }
    }

    #failHeld(call) {
        clearTimeout(call.timer);
        if (this.#held.delete(call)) {
            call.reject(new PlayhouseError("DISCONNECTED", "the answer was not repeated"));
        }
    }

    #sendHeld() {
        for (const call of [...this.#held]) {
            if (this.#question(call.fields) !== call.question) {
                this.#failHeld(call);
                continue;
            }
            this.#held.delete(call);
            clearTimeout(call.timer);
            this.#send(call);
        }
    }

    #question({ plugin, name }) {
        return questionOf(this.states.get(`panel:${plugin}:viewer`), name)
            ?? questionOf(this.states.get(`panel:${plugin}:host`), name);
    }

    // MARK: Small things

    #newId() { return String(this.#nextId++); }

    #setStatus(state, reason, retryAt = null) {
        this.status = { state, reason, tries: this.#tries, retryAt };
        this.#emit("status", this.status);
    }

    #emit(type, detail) { this.dispatchEvent(new CustomEvent(type, { detail })); }
}

/** What says that trying now is worth more than waiting. */
function wakers() {
    const { window, document } = globalThis;
    if (typeof window?.addEventListener !== "function" || !document) return [];
    return [
        [window, "online"], [window, "offline"], [window, "pageshow"],
        [document, "visibilitychange"],
    ];
}

function defaultURL() {
    const { location } = globalThis;
    if (!location) throw new TypeError("Playhouse needs the option url outside of a page");
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    return `${scheme}//${location.host}/v1/socket`;
}

/** Reading the property alone throws where the user forbids storage. */
function defaultStorage() {
    try {
        return globalThis.localStorage ?? null;
    } catch {
        return null;
    }
}

function rememberedVisitor(storage) {
    const key = "playhouse.visitor";
    try {
        const known = storage?.getItem(key);
        if (known && /^[A-Za-z0-9_-]{8,64}$/.test(known)) return known;
    } catch {
        // Storage that cannot be read is storage that is not there.
    }
    const bytes = globalThis.crypto.getRandomValues(new Uint8Array(16));
    const visitor = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    try {
        storage?.setItem(key, visitor);
    } catch {
        // Kept for this page only.
    }
    return visitor;
}
