/**
 * The stage while there is no picture from a camera: an evening in a tea house, painted by hand.
 *
 * What rests is painted once per size; lanterns, steam, mist and motes move over it, at thirty
 * frames a second, and only while somebody can see them. Who asked for less movement sees one
 * frame.
 *
 * @module stage
 */

import { prefersStillness } from "./dom.js";
import { paintRoom, paintTable, paintWindow } from "./stage-scenery.js";

const frameMilliseconds = 1000 / 30;
const pixelRatioMax = 2;
const turn = 2 * Math.PI;

/** Places of everything, for a stage of this size. Wide and tall ones differ. */
function arrange(width, height) {
    const tall = height > width * 1.1;
    const radius = tall
        ? Math.min(width * 0.41, height * 0.23) : Math.min(height * 0.37, width * 0.3);
    const window = { x: width / 2, y: tall ? height * 0.31 : height * 0.45, radius };
    const table = tall ? height * 0.585 : height * 0.83;
    const unit = tall ? width / 390 : height / 460;
    const lantern = (x, drop, scale, phase) => (
        { x: x * width, drop: drop * height, size: 34 * unit * scale, phase });
    const lanterns = tall
        ? [lantern(0.1, 0.125, 0.95, 0), lantern(0.91, 0.175, 0.8, 2)]
        : [lantern(0.09, 0.2, 1.25, 0), lantern(0.2, 0.1, 0.85, 1.3),
            lantern(0.82, 0.12, 0.9, 3.1), lantern(0.925, 0.25, 1.15, 2.2)];
    return { width, height, tall, window, table, unit, lanterns };
}

/** A soft round spot, painted once and stamped often. */
function spot(color) {
    const size = 64;
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = size;
    const context = canvas.getContext("2d");
    const gradient = context.createRadialGradient(32, 32, 0, 32, 32, 32);
    gradient.addColorStop(0, `rgba(${color}, 1)`);
    gradient.addColorStop(0.4, `rgba(${color}, 0.35)`);
    gradient.addColorStop(1, `rgba(${color}, 0)`);
    context.fillStyle = gradient;
    context.fillRect(0, 0, size, size);
    return canvas;
}

export class Stage {
    #canvas;
    #context;
    #scenery = document.createElement("canvas");
    #steam = spot("255, 238, 214");
    #glow = spot("255, 170, 84");
    #mist = spot("255, 214, 190");
    #motes = [];
    #puffs = [];
    #place = null;
    #drawnAt = 0;
    #frame = null;
    #visible = true;

    /** @param {HTMLCanvasElement} canvas Hidden from screen readers. */
    constructor(canvas) {
        this.#canvas = canvas;
        this.#context = canvas.getContext("2d");
        this.#motes = Array.from({ length: 26 }, () => ({
            x: Math.random(), y: Math.random(), speed: 0.006 + Math.random() * 0.012,
            sway: Math.random() * turn, size: 0.6 + Math.random() * 1.4,
        }));
        this.#puffs = Array.from({ length: 22 }, (_, index) => ({
            age: index / 22, side: Math.random() * turn, cup: index % 3 === 0 ? 1 : 0,
        }));
        new ResizeObserver(() => this.#resize()).observe(canvas);
        new IntersectionObserver(([entry]) => {
            this.#visible = entry.isIntersecting;
            this.#wake();
        }).observe(canvas);
        document.addEventListener("visibilitychange", () => this.#wake());
        matchMedia("(prefers-reduced-motion: reduce)")
            .addEventListener("change", () => this.#wake());
        this.#resize();
    }

    #resize() {
        const { clientWidth: width, clientHeight: height } = this.#canvas;
        if (width === 0 || height === 0) return;
        const ratio = Math.min(pixelRatioMax, devicePixelRatio || 1);
        this.#place = arrange(width, height);
        for (const canvas of [this.#canvas, this.#scenery]) {
            canvas.width = Math.round(width * ratio);
            canvas.height = Math.round(height * ratio);
        }
        const context = this.#scenery.getContext("2d");
        context.scale(ratio, ratio);
        paintRoom(context, this.#place);
        paintWindow(context, this.#place);
        paintTable(context, this.#place);
        this.#context.setTransform(ratio, 0, 0, ratio, 0, 0);
        const { window } = this.#place;
        const { style } = this.#canvas.parentElement;
        style.setProperty("--moon-x", `${window.x}px`);
        style.setProperty("--moon-y", `${window.y}px`);
        style.setProperty("--moon-radius", `${window.radius}px`);
        this.#draw(performance.now());
        this.#wake();
    }

    #wake() {
        cancelAnimationFrame(this.#frame);
        if (document.hidden || !this.#visible || prefersStillness()) return;
        const step = (now) => {
            this.#frame = requestAnimationFrame(step);
            if (now - this.#drawnAt >= frameMilliseconds - 2) this.#draw(now);
        };
        this.#frame = requestAnimationFrame(step);
    }

    #draw(now) {
        const place = this.#place;
        if (!place) return;
        const elapsed = Math.min(100, now - this.#drawnAt) / 1000;
        this.#drawnAt = now;
        const seconds = now / 1000;
        const context = this.#context;
        context.globalAlpha = 1;
        context.globalCompositeOperation = "source-over";
        context.drawImage(this.#scenery, 0, 0, place.width, place.height);
        this.#drawMist(place, seconds);
        context.globalCompositeOperation = "lighter";
        this.#drawSteam(place, elapsed);
        this.#drawMotes(place, elapsed, seconds);
        for (const lantern of place.lanterns) this.#drawLantern(place, lantern, seconds);
        context.globalAlpha = 1;
    }

    /** Mist between the hills, inside the window only. */
    #drawMist({ window }, seconds) {
        const context = this.#context;
        const { x, y, radius } = window;
        context.save();
        context.beginPath();
        context.arc(x, y, radius * 0.985, 0, turn);
        context.clip();
        for (let index = 0; index < 4; index += 1) {
            const along = ((seconds * (0.008 + index * 0.003) + index * 0.31) % 1.6) - 0.3;
            const width = radius * (1.3 + 0.2 * index);
            context.globalAlpha = 0.16;
            context.drawImage(this.#mist, x - radius + along * 2 * radius - width / 2,
                y + radius * (0.2 + 0.13 * index), width, radius * 0.2);
        }
        context.restore();
    }

    #drawSteam({ window, table, unit }, elapsed) {
        const context = this.#context;
        const sources = [
            { x: window.x - 70 * unit, y: table - 44 * unit },
            { x: window.x + 62 * unit, y: table - 22 * unit },
        ];
        for (const puff of this.#puffs) {
            puff.age += elapsed / 5.5;
            if (puff.age > 1) {
                puff.age -= 1;
                puff.side = Math.random() * turn;
            }
            const source = sources[puff.cup];
            const { age } = puff;
            const size = (14 + 66 * age) * unit;
            const drift = Math.sin(age * 5 + puff.side) * 13 * unit * age + age * 16 * unit;
            context.globalAlpha = 0.085 * Math.sin(Math.PI * Math.min(1, age * 1.1));
            context.drawImage(this.#steam, source.x + drift - size / 2,
                source.y - age * 150 * unit - size / 2, size, size);
        }
    }

    #drawMotes({ width, height, unit }, elapsed, seconds) {
        const context = this.#context;
        for (const mote of this.#motes) {
            mote.y -= mote.speed * elapsed;
            if (mote.y < -0.02) mote.y = 1.02;
            const x = (mote.x + 0.02 * Math.sin(seconds * 0.3 + mote.sway)) * width;
            const size = mote.size * 7 * Math.max(0.7, unit);
            context.globalAlpha = 0.28 + 0.2 * Math.sin(seconds * 0.9 + mote.sway);
            context.drawImage(this.#glow, x - size / 2, mote.y * height - size / 2, size, size);
        }
    }

    #drawLantern(place, { x, drop, size, phase }, seconds) {
        const context = this.#context;
        context.save();
        context.translate(x, 0);
        context.rotate(Math.sin(seconds * 0.7 + phase) * 0.022);
        const flicker = 1 + 0.04 * Math.sin(seconds * 2.3 + phase * 5);
        const halo = size * 7 * flicker;
        context.globalAlpha = 0.34;
        context.drawImage(this.#glow, -halo / 2, drop - halo / 2, halo, halo);
        context.globalAlpha = 1;
        context.globalCompositeOperation = "source-over";
        context.strokeStyle = "#4a2a1a";
        context.lineWidth = Math.max(1, size * 0.04);
        line(context, 0, 0, 0, drop - size * 0.8);
        const body = context.createRadialGradient(0, drop + size * 0.1, size * 0.1, 0, drop, size);
        body.addColorStop(0, "#ffd890");
        body.addColorStop(0.45, "#ef7f3a");
        body.addColorStop(1, "#a92f1c");
        context.fillStyle = body;
        context.beginPath();
        context.ellipse(0, drop, size * 0.92, size * 0.74, 0, 0, turn);
        context.fill();
        context.strokeStyle = "rgba(110, 24, 10, 0.34)";
        for (const rib of [0.28, 0.6]) {
            context.beginPath();
            context.ellipse(0, drop, size * 0.92 * rib, size * 0.74, 0, 0, turn);
            context.stroke();
        }
        context.fillStyle = "#3b1d10";
        context.fillRect(-size * 0.3, drop - size * 0.83, size * 0.6, size * 0.13);
        context.fillRect(-size * 0.3, drop + size * 0.7, size * 0.6, size * 0.13);
        context.strokeStyle = "#d7793a";
        for (const thread of [-0.12, 0, 0.12]) {
            line(context, thread * size, drop + size * 0.83,
                thread * size * 1.5, drop + size * 1.5);
        }
        context.restore();
    }
}

function line(context, x1, y1, x2, y2) {
    context.beginPath();
    context.moveTo(x1, y1);
    context.lineTo(x2, y2);
    context.stroke();
}
