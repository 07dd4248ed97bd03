/**
 * The page of `playhouse dev`: the three surfaces side by side, the journal to go back in, the state
 * of the plugins, what their handlers use, and what is amiss.
 *
 * @module dev
 */

import { find, make } from "/assets/dom.js";
import { preferredLocale, Words } from "/assets/words.js";
import { Bench } from "/dev/files/bench.js";
import { showBudgets } from "/dev/files/budgets.js";
import { Past } from "/dev/files/past.js";
import { showProblems } from "/dev/files/problems.js";
import { showTree } from "/dev/files/tree.js";
import { DevTexts } from "/dev/files/texts.js";

const words = new Words();
const texts = new DevTexts(words);
find("locale").addEventListener("click", () => {
    words.choose(words.locale === "zh" ? "en" : "zh");
});
await words.use(preferredLocale());

const bench = new Bench();
/** A debugging aid, and what tests look at. */
window.bench = bench;
const past = new Past({ words, bench });

// MARK: The surfaces

/** The pages are opened anew with every show: what they knew of the one before is no longer so. */
function showFrames({ room, tokens }) {
    const places = { viewer: "rooms", host: "host", operator: "operator" };
    for (const [surface, place] of Object.entries(places)) {
        const frame = find(`frame-${surface}`);
        const language = `?lang=${words.locale}&show=${bench.status.opening}`;
        frame.src = `/${place}/${room}${language}#token=${tokens[surface]}`;
    }
}

// MARK: What plays

function showPlays() {
    const { plugins, crowd } = bench.status;
    find("plays").replaceChildren(...plugins.map(({ plugin, version, hash, status }) =>
        make("li", { "data-plugin": plugin, "data-hash": hash ?? "" },
            make("strong", { text: plugin }), ` ${version ?? ""} `,
            make("span", {
                class: "chip", "data-state": status ?? "idle",
                text: texts.text(`dev.status.${status ?? "none"}`),
            }))));
    const button = find("crowd");
    button.hidden = crowd.count === 0;
    button.setAttribute("aria-pressed", String(crowd.awake));
    button.textContent = texts.text(crowd.awake ? "dev.crowd.on" : "dev.crowd.off",
        { count: crowd.count });
    find("connection").textContent = bench.isReached && bench.status.ready
        ? "" : texts.text(bench.isReached ? "dev.opening" : "dev.lost");
}

find("crowd").addEventListener("click", () => bench.wakeCrowd(!bench.status.crowd.awake));

// MARK: Time

const slider = find("slider");

function showTime() {
    const { first, last } = bench.status;
    slider.min = first;
    slider.max = last;
    slider.value = bench.position;
    find("position").textContent = texts.text(bench.isLive ? "dev.position.live" : "dev.position", {
        position: bench.position, last,
    });
    document.body.toggleAttribute("data-past", !bench.isLive);
    find("back").disabled = bench.position <= first;
    find("forward").disabled = bench.isLive;
    find("live").disabled = bench.isLive;
    find("branch").disabled = bench.isLive;
}

slider.addEventListener("input", () => bench.go(Number(slider.value)));
find("back").addEventListener("click", () => bench.go(bench.position - 1));
find("forward").addEventListener("click", () => bench.go(bench.position + 1));
find("live").addEventListener("click", () => bench.go(null));
find("branch").addEventListener("click", () => bench.branch(bench.position));
find("again").addEventListener("click", () => bench.branch(0));

// MARK: The inspector

const records = find("records");
const linesMax = 400;

function recordLine({ sequence, source, kind, hook, text }) {
    const name = `${source.replace(/^plugin:/, "")} ${kind === "fault" ? `${hook} ✗` : kind}`;
    return make("li", { "data-sequence": sequence, "data-kind": kind },
        make("button", { type: "button", on: { click: () => bench.go(sequence) } },
            make("span", { class: "number", text: sequence }), make("strong", { text: name }),
            make("span", { class: "told", text })));
}

function showRecords({ detail: lines }) {
    const atEnd = records.scrollHeight - records.scrollTop - records.clientHeight < 40;
    records.append(...lines.slice(-linesMax).map(recordLine));
    while (records.children.length > linesMax) records.firstChild.remove();
    if (atEnd && bench.isLive) records.scrollTop = records.scrollHeight;
    markRecord();
}

function markRecord() {
    for (const line of records.querySelectorAll("[aria-current]")) {
        line.removeAttribute("aria-current");
    }
    const line = records.querySelector(`[data-sequence="${bench.position}"]`);
    line?.setAttribute("aria-current", "true");
    if (!bench.isLive) line?.scrollIntoView({ block: "nearest" });
}

function showPosition() {
    const { view } = bench;
    if (!view) return;
    showTree(find("record"), view.record ?? {});
    const states = Object.fromEntries(Object.entries(view.plugins).map(
        ([plugin, { panels, own, title, ...rest }]) => [plugin, rest]));
    showTree(find("state"), { ...states, pools: view.pools });
    past.show(bench.isLive ? null : view);
}

function redraw() {
    if (!bench.status) return;
    showPlays();
    showTime();
    showProblems(find("problems"), bench.status.plugins, texts);
    showBudgets(find("budgets"), bench.status.plugins, texts);
    markRecord();
}

bench.addEventListener("status", redraw);
bench.addEventListener("position", () => {
    showTime();
    markRecord();
});
bench.addEventListener("view", showPosition);
bench.addEventListener("records", showRecords);
bench.addEventListener("opened", () => {
    records.replaceChildren();
    showFrames(bench.status);
});
words.addEventListener("change", () => {
    redraw();
    if (bench.status?.tokens) showFrames(bench.status);
});
bench.run();
