/**
 * The pictures of co-host seats beside that of the host, in the layout that a plugin's panel names.
 *
 * @module seat-pictures
 */

import { make } from "./dom.js";
import { PictureFeed } from "./picture-feed.js";
import { StreamPlayer } from "./player.js";
import { elementsOf } from "./playhouse.js";

const layouts = ["grid", "float", "featured", "two_side"];
const keyOf = ({ plugin, lease }) => `${plugin} ${lease}`;

/**
 * The seats on a stage.
 *
 * Events: `change`, when seats came or went, or one is heard or not heard any more.
 */
export class SeatPictures extends EventTarget {
    #room;
    #words;
    #pictures;
    #host;
    #muted;
    /** Whether the page does without pictures. */
    #listens = false;
    /** By lease. @type {Map<string, {figure: HTMLElement, video: HTMLVideoElement, player: ?StreamPlayer}>} */
    #tiles = new Map();
    /** By plugin: the newest layout that was seen. */
    #layouts = new Map();
    /** What a person of this page sends, by lease. @type {Map<string, MediaStream>} */
    #previews = new Map();

    /**
     * @param {object} parts
     * @param {import("./playhouse.js").Playhouse} parts.room
     * @param {import("./words.js").Words} parts.words
     * @param {HTMLElement} parts.pictures Holds the host's video and gets the seats'.
     * @param {boolean} parts.silent Whether nothing is heard before somebody wants it.
     */
    constructor({ room, words, pictures, silent }) {
        super();
        this.#room = room;
        this.#words = words;
        this.#pictures = pictures;
        this.#host = pictures.querySelector("video");
        this.#muted = silent;
        const shown = /^(seats|seat-streams|panel:.+:viewer)$/;
        room.addEventListener("welcome", () => this.show());
        room.addEventListener("state", ({ detail: { key } }) => shown.test(key) && this.show());
        words.addEventListener("change", () => this.show());
    }

    /** The players of all seats but the own one. */
    get players() {
        return [...this.#tiles.values()].flatMap(({ player }) => player ?? []);
    }

    /** Whether somebody wanted the seats silent, or nobody has wanted to hear them yet. */
    get isMuted() {
        return this.#muted || this.players.some((player) => player.isMuted);
    }

    mute(muted) {
        this.#muted = muted;
        this.players.forEach((player) => player.mute(muted));
        this.dispatchEvent(new Event("change"));
    }

    /** Leaves the pictures out and keeps the sound; or brings them back. */
    listen(soundOnly) {
        if (this.#listens === soundOnly) return;
        this.#listens = soundOnly;
        this.players.forEach((player) => player.listen(soundOnly));
        this.show();
    }

    /** Shows in the place of a lease's stream what this page sends itself; null ends that. */
    preview(lease, media) {
        if (media) this.#previews.set(keyOf(lease), media);
        else this.#previews.delete(keyOf(lease));
        this.show();
    }

    /** Shows what the states of the room say now. */
    show() {
        const streams = new Map((this.#room.states.get("seat-streams") ?? []).map(
            (stream) => [keyOf(stream), stream]));
        const seats = (this.#room.states.get("seats") ?? [])
            .filter((lease) => streams.has(keyOf(lease)) || this.#previews.has(keyOf(lease)));
        const wanted = new Set(seats.map(keyOf));
        const before = this.#tiles.size;
        for (const key of this.#tiles.keys()) if (!wanted.has(key)) this.#drop(key);
        for (const lease of seats) this.#showSeat(lease, streams.get(keyOf(lease)));
        this.#arrange(seats);
        if (before !== this.#tiles.size) this.dispatchEvent(new Event("change"));
    }

    #drop(key) {
        const { figure, player, video } = this.#tiles.get(key);
        this.#tiles.delete(key);
        player?.close();
        video.srcObject = null;
        figure.remove();
    }

    #showSeat(lease, stream) {
        const key = keyOf(lease);
        const preview = this.#previews.get(key);
        // The own picture never comes back from the server: it would be late, and echo.
        const isOwn = lease.user === this.#room.me?.user;
        let tile = this.#tiles.get(key);
        if (tile && Boolean(tile.player) === isOwn) {
            this.#drop(key);
            tile = null;
        }
        tile ??= this.#makeTile(lease, isOwn);
        const { figure, video, player } = tile;
        if (player) player.live = stream?.live === true;
        else if (video.srcObject !== (preview ?? null)) video.srcObject = preview ?? null;
        const isAway = isOwn ? !preview : stream?.live !== true;
        figure.dataset.seat = lease.seat;
        figure.dataset.muted = String(!lease.audio);
        const isHeard = this.#listens && !isOwn;
        figure.dataset.hidden = String(isAway || !lease.video || isHeard);
        const name = lease.name || lease.user;
        const flags = [
            isOwn && "seat.you", !lease.audio && "seat.muted", !lease.video && "seat.camera_off",
            isAway && "seat.suspended",
        ].filter(Boolean);
        const caption = figure.querySelector("figcaption");
        caption.textContent = [name, ...flags.map((flag) => this.#words.text(flag))].join(" · ");
        video.setAttribute("aria-label", this.#words.text("seat.picture", {
            name, number: this.#words.integer(lease.seat),
        }));
        figure.dataset.initial = [...name][0] ?? "";
    }

    #makeTile(lease, isOwn) {
        const video = make("video", { playsinline: true, autoplay: isOwn });
        const figure = make("figure", {
            class: "seat-picture", "data-test": `seat-picture-${lease.seat}`,
            "data-own": String(isOwn),
        }, video, make("figcaption"));
        this.#pictures.append(figure);
        video.muted = isOwn || this.#muted;
        let player = null;
        if (!isOwn) {
            player = new StreamPlayer(video, (soundOnly) =>
                new PictureFeed(this.#room, { soundOnly, seat: lease }));
            player.listen(this.#listens);
            player.addEventListener("change", () => {
                figure.dataset.stream = player.state;
                this.dispatchEvent(new Event("change"));
            });
        }
        const tile = { figure, video, player };
        this.#tiles.set(keyOf(lease), tile);
        return tile;
    }

    // MARK: Layout

    /** The layout of the plugin that gave the seats: the newest, whatever comes late. */
    #layoutOf(plugin) {
        const known = this.#layouts.get(plugin);
        const found = elementsOf(this.#room.states.get(`panel:${plugin}:viewer`))
            .find(({ kind }) => kind === "seats");
        if (!found) return known;
        const version = found.version ?? 0;
        if (known && version < known.version) return known;
        const featured = found.seats.findIndex((seat) => seat.featured === true) + 1;
        const name = layouts.includes(found.layout) ? found.layout : "grid";
        const layout = { name, version, featured };
        this.#layouts.set(plugin, layout);
        return layout;
    }

    #arrange(seats) {
        const pictures = this.#pictures;
        const { name = "grid", featured = 0 } = this.#layoutOf(seats[0]?.plugin) ?? {};
        const hasHost = !this.#host.hidden;
        pictures.dataset.seats = seats.length;
        pictures.dataset.layout = seats.length > 0 ? name : "none";
        const tiles = seats.map((lease) => this.#tiles.get(keyOf(lease)).figure);
        const inFront = seats.findIndex((lease) => lease.seat === featured);
        const all = [...(hasHost ? [this.#host] : []), ...tiles];
        const star = tiles[inFront] ?? null;
        const main = {
            grid: [],
            float: all.slice(0, 1),
            featured: [star ?? all[0]],
            two_side: hasHost ? [this.#host, star ?? tiles[0]] : [star ?? tiles[0]],
        }[name];
        let row = 0;
        for (const tile of [this.#host, ...tiles]) {
            tile.dataset.place = name === "grid" ? "tile" : main.includes(tile) ? "main" : "side";
            if (tile.dataset.place === "side") tile.style.setProperty("--row", row += 1);
        }
        const sides = name === "grid" ? 0 : Math.max(0, all.length - main.length);
        const columns = all.length < 2 ? 1 : all.length < 5 ? 2 : all.length < 10 ? 3 : 4;
        const numbers = {
            columns, sides: Math.max(1, sides), tracks: main.length * Math.max(1, sides),
            mains: Math.max(1, main.length), rows: Math.max(4, sides),
        };
        for (const [key, value] of Object.entries(numbers)) {
            pictures.style.setProperty(`--${key}`, value);
        }
        pictures.dataset.sides = sides;
    }
}
