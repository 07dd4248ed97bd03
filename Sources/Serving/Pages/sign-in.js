/**
 * The card on which hosts and operators sign in to a desk.
 *
 * @module sign-in
 */

import { find, make } from "./dom.js";
import { forgetToken, keepToken } from "./session.js";

export class SignIn {
    #room;
    #words;
    #role;
    #card;

    /**
     * @param {object} parts
     * @param {import("./playhouse.js").Playhouse} parts.room
     * @param {import("./words.js").Words} parts.words
     * @param {"host"|"operator"} parts.role Whose desk it is; both may sit at both.
     */
    constructor({ room, words, role }) {
        this.#room = room;
        this.#words = words;
        this.#role = role;
        this.#card = this.#makeCard();
        document.querySelector(".desk").after(this.#card);
        words.apply(this.#card);
        room.addEventListener("welcome", ({ detail: { role } }) => {
            if (role === "host" || role === "operator") this.#showDesk();
            else this.#signOut(words.text("host.role", { role }));
        });
        room.addEventListener("status", ({ detail: { state, reason } }) => {
            if (state !== "closed" || !String(reason).startsWith("TOKEN_")) return;
            const key = words.has(`closed.${reason}`) ? `closed.${reason}` : "closed.other";
            this.#signOut(words.text(key, { code: reason }));
        });
        this.#card.addEventListener("submit", (event) => this.#submit(event));
        find("sign-out").addEventListener("click", () => this.#signOut());
    }

    /** Joins the room with the token that the page came with, or asks for one. */
    begin() {
        if (!this.#room.token) return this.#ask("");
        this.#showDesk();
        this.#room.connect();
    }

    #makeCard() {
        const role = this.#role;
        return make("form", {
            class: "card sign-in", "data-test": "sign-in", "aria-labelledby": "sign-in-heading",
            hidden: true,
        }, make("h2", { id: "sign-in-heading", "data-words": `${role}.signin` }),
        make("p", { "data-words": `${role}.signin.lead` }),
        make("pre", {}, make("code", { "data-test": "sign-in-command" })),
        make("label", { for: "token", "data-words": "host.token" }),
        make("input", {
            id: "token", type: "password", autocomplete: "off", spellcheck: "false",
            "aria-describedby": "sign-in-note", "data-test": "token-input",
        }),
        make("p", {
            class: "problem", id: "sign-in-note", role: "status", "data-test": "sign-in-note",
        }),
        make("button", {
            class: "primary wide", type: "submit", "data-test": "token-send",
            "data-words": "host.enter",
        }));
    }

    #submit(event) {
        event.preventDefault();
        const token = find("token-input").value.trim();
        if (token === "") return find("token-input").focus();
        find("token-input").value = "";
        find("sign-in-note").textContent = "";
        keepToken(token);
        this.#room.token = token;
        this.begin();
    }

    #ask(note) {
        this.#showDesk(false);
        find("sign-in-command").textContent = "playhouse token --config FILE "
            + `--room ${this.#room.room} --role ${this.#role} --subject mei --name Mei --hours 12`;
        find("sign-in-note").textContent = note;
        find("token-input").focus();
    }

    #showDesk(shown = true) {
        this.#card.hidden = shown;
        document.querySelector(".desk").hidden = !shown;
        find("sign-out").hidden = !shown;
        document.querySelector(".connection").hidden = !shown;
    }

    #signOut(note = "") {
        forgetToken();
        this.#room.token = undefined;
        this.#room.close();
        this.#ask(note);
    }
}
