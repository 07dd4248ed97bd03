/**
 * Draws a plugin's panel: data in, elements of this page out (protocol.md, "Panels").
 *
 * @module panel
 */

import { make, icon } from "./dom.js";
import { ElementList } from "./panel-elements.js";
import { elementsOf, questionOf } from "./playhouse.js";

/** Of these an own `value` is the recorded answer that may still be changed. */
const inputKinds = new Set(["money", "number", "input", "choice"]);

/** One panel as a card. */
export class PanelCard {
    node;
    #plugin;
    #words;
    #texts;
    #now;
    #act;
    #heading;
    #body;
    #paused;
    #announcer;
    #announced = null;
    #list;
    #viewer;
    /** What became of the answers, by element id: `{state, value, question, error}`. */
    #answers = new Map();
    #panel = null;
    #own = null;
    #title = "";
    /** Only the latest of several updates that wait for the texts is drawn. */
    #turn = 0;

    /**
     * @param {object} options
     * @param {string} options.plugin
     * @param {string} options.testName For `data-test`.
     * @param {import("./words.js").Words} options.words
     * @param {import("./words.js").PluginWords} options.texts
     * @param {() => number} options.now The server's time.
     * @param {(name: string, value: unknown) => Promise<object>} options.act Sends `act`.
     * @param {() => string} [options.viewer] Who looks at it; decides the order of shuffled options.
     * @param {boolean} [options.bare] Without heading, where the surroundings have one.
     */
    constructor({ plugin, testName, words, texts, now, act, viewer = () => "", bare = false }) {
        this.#plugin = plugin;
        this.#words = words;
        this.#texts = texts;
        this.#now = now;
        this.#act = act;
        this.#viewer = viewer;
        const titleId = `${testName}-title`;
        this.#heading = make("h2", { class: "panel-heading", id: titleId });
        this.#body = make("div", { class: "panel-body", id: `${testName}-body` });
        this.#list = new ElementList(this.#body, {
            own: (id) => this.#ownOf(id),
            context: (element) => this.#context(element),
        });
        this.#paused = make("p", {
            class: "panel-paused", role: "status", hidden: true, "data-words": "panel.paused",
        });
        this.#announcer = make("p", { class: "unseen", role: "status" });
        this.node = make("section", {
            class: bare ? "panel panel-bare" : "panel", "data-test": testName,
            "data-plugin": plugin,
            "aria-labelledby": bare ? null : titleId,
        }, bare ? null : this.#bar(), this.#paused, this.#body, this.#announcer);
        words.addEventListener("change", this.#redraw);
    }

    /**
     * Shows a panel with what only this viewer sees on it. One that `isPaused` can be read, and
     * nothing on it be used.
     */
    show(panel, own, title, isPaused = false) {
        this.#paused.hidden = !isPaused;
        this.#body.inert = isPaused;
        this.#panel = panel;
        this.#own = own;
        this.#title = title;
        this.#texts.note(panel);
        this.#settleAnswers();
        this.#draw();
    }

    /** Stops what moves. The card is not used again. */
    dispose() {
        this.#panel = null;
        this.#words.removeEventListener("change", this.#redraw);
        this.#list.dispose();
        this.node.remove();
    }

    #redraw = () => this.#draw();

    /** What only this viewer sees of an element. */
    #ownOf(id) {
        return this.#own && Object.hasOwn(this.#own, id) ? this.#own[id] : undefined;
    }

    #bar() {
        const fold = make("button", {
            class: "quiet fold", type: "button", "aria-expanded": "true",
            "aria-controls": this.#body.id, "data-words-label": "fold",
            on: { click: () => this.#fold(fold) },
        }, icon("fold"));
        return make("header", { class: "panel-bar" }, icon("gift"), this.#heading, fold);
    }

    #fold(button) {
        const folded = !this.#body.hidden;
        this.#body.hidden = folded;
        button.setAttribute("aria-expanded", String(!folded));
        button.dataset.wordsLabel = folded ? "unfold" : "fold";
        this.#words.apply(button.parentElement);
    }

    async #draw() {
        const turn = ++this.#turn;
        await this.#texts.load();
        if (turn !== this.#turn || !this.#panel) return;
        this.#heading.textContent = this.#title || this.#plugin;
        this.#words.apply(this.node);
        this.#list.show(this.#panel.elements);
        this.#announce();
    }

    #context(element) {
        return {
            words: this.#words, texts: this.#texts, now: this.#now,
            viewer: this.#viewer(),
            domId: element.id ? `${this.#body.id}-${element.id}` : this.#body.id,
            say: (text) => this.#say(text),
            answer: this.#answerTo(element.id),
            send: (value) => this.#send(element.id, value),
        };
    }

    // MARK: Answers

    /** What became of an answer; a reason of the plugin's in words. */
    #answerTo(id) {
        const answer = this.#answers.get(id) ?? null;
        const reason = answer?.error?.code === "REFUSED" ? answer.error.value : undefined;
        return typeof reason === "string" ? { ...answer, reason: this.#texts.text(reason) } : answer;
    }

    /** Forgets what was answered to another question; takes over what the room has recorded. */
    #settleAnswers() {
        for (const [id, answer] of [...this.#answers]) {
            const own = this.#ownOf(id);
            const recorded = own?.locked !== undefined || own?.value !== undefined;
            const sameQuestion = questionOf(this.#panel, id) === answer.question;
            if (!sameQuestion || (answer.recorded && !recorded)) this.#answers.delete(id);
        }
        for (const plain of elementsOf(this.#panel)) {
            const own = this.#ownOf(plain.id);
            const { id, locked } = { ...plain, ...own };
            const isFinal = locked !== undefined && locked !== null;
            const value = isFinal ? locked : inputKinds.has(plain.kind) ? own?.value : undefined;
            if (id === undefined || value === undefined) continue;
            const repeated = this.#answers.get(id)?.repeated;
            this.#answers.set(id, {
                state: isFinal ? "accepted" : "changeable", value, recorded: true, repeated,
                question: questionOf(this.#panel, id),
            });
        }
    }

    async #send(id, value) {
        const answer = { state: "sending", value, question: questionOf(this.#panel, id) };
        this.#answers.set(id, answer);
        this.#draw();
        try {
            const reply = await this.#act(id, value);
            // Only what a collector took has a place in the log; a button may be pressed again.
            answer.state = reply.position === undefined ? "done" : "accepted";
            answer.value = reply.value ?? value;
        } catch (error) {
            Object.assign(answer, outcomeOf(error));
        }
        // Meanwhile the question may have changed, or the room's record have come.
        if (this.#answers.get(id) === answer) this.#draw();
    }

    // MARK: Speaking

    /** Tells a screen reader when the panel says something new. */
    #announce() {
        const titles = this.#body.querySelectorAll(
            "[data-kind=title], [data-kind=viewer], [data-kind=slot]");
        const text = [...titles].map((node) => node.textContent).join(" · ");
        if (this.#announced !== null && text !== this.#announced) this.#say(text);
        this.#announced = text;
    }

    #say(text) {
        this.#announcer.textContent = text;
    }
}

function outcomeOf(error) {
    switch (error.code) {
    case "LATE": return { state: "late", error };
    case "ALREADY_ANSWERED":
        return { state: "accepted", value: error.value, repeated: true };
    case "DISCONNECTED": case "TIMEOUT": return { state: "lost", error };
    default: return { state: "refused", error };
    }
}
