/**
 * Shows how the connection is doing: a dot while all is well, words when it is not.
 *
 * @module status
 */

/** Another try by the same person would end the same way. */
const hopelessReasons = ["BANNED", "ROOM_UNKNOWN"];
/** A newer page may do better. */
const pageReasons = ["BAD_HELLO", "VERSION", "WEBSOCKET"];

/**
 * Fills the element named `status`, whose `data-state` is the state of the connection, and the
 * button beside it.
 */
export class StatusView {
    #room;
    #words;
    #element;
    #text;
    #seconds;
    #button;
    #asGuest;
    #timer = null;

    /**
     * @param {object} parts
     * @param {import("./playhouse.js").Playhouse} parts.room
     * @param {import("./words.js").Words} parts.words
     * @param {HTMLElement} parts.element Holds a `.status-text` and a `.status-seconds`.
     * @param {HTMLButtonElement} parts.button
     * @param {() => void} [parts.asGuest] Tries without the token that was turned down.
     */
    constructor({ room, words, element, button, asGuest }) {
        this.#room = room;
        this.#words = words;
        this.#element = element;
        this.#text = element.querySelector(".status-text");
        this.#seconds = element.querySelector(".status-seconds");
        this.#button = button;
        this.#asGuest = asGuest;
        button.addEventListener("click", () => {
            if (this.#tokenFailed()) this.#asGuest();
            else if (this.#pageFailed()) location.reload();
            else room.reconnect();
        });
        room.addEventListener("status", () => this.#render());
        words.addEventListener("change", () => this.#render());
        this.#render();
    }

    #render() {
        clearInterval(this.#timer);
        const { state, reason } = this.#room.status;
        this.#element.dataset.state = state;
        this.#element.dataset.reason = reason ?? "";
        document.body.dataset.connection = state;
        this.#text.textContent = this.#phrase(state, reason);
        this.#seconds.textContent = "";
        if (state === "waiting") {
            this.#count();
            this.#timer = setInterval(() => this.#count(), 500);
        }
        const hopeless = state === "closed" && hopelessReasons.includes(reason);
        this.#button.hidden = hopeless || (state !== "waiting" && state !== "closed");
        const action = this.#tokenFailed() ? "guest" : this.#pageFailed() ? "reload"
            : state === "closed" ? "return" : "retry";
        this.#button.textContent = this.#words.text(`status.${action}`);
    }

    #pageFailed() {
        const { state, reason } = this.#room.status;
        return state === "closed" && pageReasons.includes(reason);
    }

    #tokenFailed() {
        const { state, reason } = this.#room.status;
        const turnedDown = state === "closed" && String(reason).startsWith("TOKEN_");
        return turnedDown && Boolean(this.#room.token) && Boolean(this.#asGuest);
    }

    #phrase(state, reason) {
        if (state === "closed") {
            const key = `closed.${reason}`;
            if (this.#words.has(key)) return this.#words.text(key);
            return this.#words.text("closed.other", { code: reason ?? "" });
        }
        if (state === "waiting") {
            const key = `waiting.${reason}`;
            return this.#words.text(this.#words.has(key) ? key : "waiting.LOST");
        }
        return this.#words.text(`status.${state}`);
    }

    /** The seconds stand apart from the words, so that a screen reader is not told each. */
    #count() {
        const left = Math.max(0, (this.#room.status.retryAt ?? 0) - Date.now());
        const seconds = Math.ceil(left / 1000);
        this.#seconds.textContent = this.#words.text("status.seconds", { seconds });
    }
}
