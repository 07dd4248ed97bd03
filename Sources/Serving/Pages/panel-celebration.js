/**
 * The element `celebrate` of a panel.
 *
 * @module panel-celebration
 */

import { make, icon, prefersStillness } from "./dom.js";

const confettiCount = 44;
const confettiShades = 5;

/** A handful of paper over the page, once; garlands at rest for who asked for less movement. */
function celebrate() {
    const note = make("p", { class: "celebrate" }, icon("gift"), make("span"));
    const sky = make("div", { class: "confetti", "aria-hidden": "true" });
    if (!prefersStillness()) {
        document.body.append(sky);
        const flights = Array.from({ length: confettiCount }, (_, index) => {
            const paper = make("span", { "data-shade": String(index % confettiShades) });
            sky.append(paper);
            return throwPaper(paper).finished;
        });
        Promise.allSettled(flights).then(() => sky.remove());
    }
    return {
        node: note,
        update(_, { words }) {
            note.lastElementChild.textContent = words.text("celebrate");
        },
        dispose: () => sky.remove(),
    };
}

function throwPaper(paper) {
    const across = Math.random() * innerWidth;
    const drift = (Math.random() - 0.5) * 220;
    const turns = 360 + Math.random() * 900;
    return paper.animate([
        { transform: `translate3d(${across}px, -24px, 0) rotate(0) rotateX(0)` },
        {
            transform: `translate3d(${across + drift}px, ${innerHeight + 24}px, 0) `
                + `rotate(${turns}deg) rotateX(${turns}deg)`,
        },
    ], {
        duration: 2_400 + Math.random() * 1_800, delay: Math.random() * 500, fill: "both",
        easing: "cubic-bezier(.25, .5, .6, 1)",
    });
}

export const celebrationParts = { celebrate };
