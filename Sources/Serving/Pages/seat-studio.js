/**
 * The card of whoever has a seat: the notice, the button that switches camera and microphone on, and
 * what to do while on air.
 *
 * @module seat-studio
 */

import { make } from "./dom.js";
import { obstacle, SeatPublisher } from "./seat-publisher.js";

const devices = { microphone: { right: "audio", act: "mic" }, camera: { right: "video", act: "camera" } };

/** Shows itself as long as this page's person has a lease. */
export class SeatStudio {
    #node;
    #place;
    #room;
    #words;
    #pictures;
    #publisher;
    #lease = null;
    #obstacle = null;
    #note = "";
    #parts;

    /**
     * @param {object} parts
     * @param {import("./playhouse.js").Playhouse} parts.room
     * @param {import("./words.js").Words} parts.words
     * @param {import("./seat-pictures.js").SeatPictures} parts.pictures Shows the preview.
     * @param {HTMLElement} parts.place Gets the card while there is one.
     */
    constructor({ room, words, pictures, place }) {
        this.#room = room;
        this.#words = words;
        this.#pictures = pictures;
        this.#place = place;
        const button = (name, press) => make("button", {
            type: "button", class: name === "begin" ? "primary" : "quiet",
            "data-test": `studio-${name}`, on: { click: press },
        });
        this.#parts = {
            title: make("h2"), notice: make("p", { "data-test": "studio-notice" }),
            state: make("p", { class: "studio-state", role: "status", "data-test": "studio-state" }),
            begin: button("begin", () => this.#publisher.begin()),
            microphone: button("microphone", () => this.#toggle("microphone")),
            camera: button("camera", () => this.#toggle("camera")),
            stop: button("stop", () => this.#publisher.end()),
        };
        const { title, notice, state, begin, microphone, camera, stop } = this.#parts;
        this.#node = make(
            "section", { class: "studio", "data-test": "studio" },
            title, notice, state,
            make("div", { class: "studio-buttons" }, begin, microphone, camera, stop));
        this.#publisher = new SeatPublisher({
            address: () => this.#address(), hello: () => this.#hello(),
        });
        this.#publisher.addEventListener("change", () => this.#changed());
        this.#publisher.addEventListener("preview", () => this.#changed());
        room.addEventListener("welcome", () => this.#follow());
        room.addEventListener("state", ({ detail: { key } }) => key === "seats" && this.#follow());
        words.addEventListener("change", () => this.#show());
        // Somebody who leaves does not stay on air by mistake.
        addEventListener("pagehide", () => this.#publisher.end());
        obstacle().then((reason) => {
            this.#obstacle = reason;
            this.#show();
        });
    }

    /** What is sent, for tests and the curious. */
    get publisher() {
        return this.#publisher;
    }

    #follow() {
        const user = this.#room.me?.user;
        const lease = (this.#room.states.get("seats") ?? []).find((seat) => seat.user === user);
        const before = this.#lease;
        const isAnother = before?.lease !== lease?.lease || before?.plugin !== lease?.plugin;
        if (isAnother && before) {
            this.#pictures.preview(before, null);
            this.#publisher.end();
        }
        this.#lease = lease ?? null;
        if (isAnother) this.#note = "";
        if (lease) {
            for (const [device, { right }] of Object.entries(devices)) {
                const isNews = isAnother || before[right] !== lease[right];
                if (isNews) this.#publisher.set(device, lease[right]);
            }
        }
        this.#show();
    }

    #changed() {
        if (this.#lease) this.#pictures.preview(this.#lease, this.#publisher.media);
        this.#show();
    }

    /** Switches here at once, and tells the plugin, which tells everybody. */
    async #toggle(device) {
        const { right, act } = devices[device];
        const wanted = !this.#publisher.isOn[device];
        const { plugin } = this.#lease;
        this.#note = "";
        if (!wanted) this.#publisher.set(device, false);
        if (this.#lease[right] === wanted) {
            this.#publisher.set(device, wanted);
            return;
        }
        try {
            await this.#room.request("act", { plugin, name: act, value: null });
        } catch (error) {
            // Another plugin may have no such button; what is locked stays off.
            if (error.code === "REFUSED" && wanted) this.#note = this.#words.text("studio.locked");
            this.#show();
        }
    }

    #hello() {
        const { plugin, lease } = this.#lease;
        return { type: "publish", plugin, lease, ...this.#room.credentials };
    }

    #address() {
        const address = new URL(
            `/rooms/${encodeURIComponent(this.#room.room)}/live/seat`, location.href);
        address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
        return address.href;
    }

    #show() {
        const { title, notice, state, begin, microphone, camera, stop } = this.#parts;
        const lease = this.#lease;
        if (!lease) return this.#node.remove();
        if (!this.#node.isConnected) this.#place.prepend(this.#node);
        const words = this.#words;
        const { state: now, reason, isOn } = this.#publisher;
        const isOff = now === "idle" || now === "ended";
        title.textContent = words.text("studio.title", { number: words.integer(lease.seat) });
        notice.textContent = words.text(
            this.#obstacle ? `studio.obstacle.${this.#obstacle}` : "studio.notice");
        notice.hidden = !isOff;
        const said = this.#note || (isOff
            ? reason ? words.text(`studio.ended.${reason}`) : ""
            : words.text(`studio.${now}`));
        if (state.textContent !== said) state.textContent = said;
        state.dataset.live = String(now === "publishing");
        const hadFocus = document.activeElement === begin || document.activeElement === stop;
        begin.hidden = !isOff || Boolean(this.#obstacle);
        begin.textContent = words.text("studio.begin");
        for (const [button, device] of [[microphone, "microphone"], [camera, "camera"]]) {
            button.hidden = isOff;
            button.textContent = words.text(`studio.${device}.${isOn[device] ? "off" : "on"}`);
        }
        stop.hidden = isOff;
        stop.textContent = words.text("studio.stop");
        // The button that was pressed is gone; whoever uses the keyboard goes on beside it.
        if (hadFocus) (isOff ? begin : stop).focus();
    }
}
