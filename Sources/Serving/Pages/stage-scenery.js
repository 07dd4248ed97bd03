/**
 * What rests on the stage: the room, the round window with its view, the table with the tea.
 *
 * @module stage-scenery
 */

const turn = 2 * Math.PI;

function vertical(context, top, bottom, stops) {
    const gradient = context.createLinearGradient(0, top, 0, bottom);
    for (const [offset, color] of stops) gradient.addColorStop(offset, color);
    return gradient;
}

/** The wall of dark boards, with the beam under the ceiling and the light of the window. */
export function paintRoom(context, { width, height, window, unit, table }) {
    context.fillStyle = vertical(context, 0, height,
        [[0, "#150c0a"], [0.45, "#2b1711"], [1, "#1a0f0b"]]);
    context.fillRect(0, 0, width, height);
    const board = 64 * unit;
    for (let x = (width / 2) % board - board; x < width; x += board) {
        context.fillStyle = "rgba(255, 200, 150, 0.028)";
        context.fillRect(x + 2, 0, board / 2 - 2, table);
        context.fillStyle = "rgba(0, 0, 0, 0.28)";
        context.fillRect(x, 0, 1.5, table);
    }
    const light = context.createRadialGradient(
        window.x, window.y, window.radius * 0.9, window.x, window.y, window.radius * 2.4);
    light.addColorStop(0, "rgba(255, 168, 96, 0.34)");
    light.addColorStop(0.5, "rgba(214, 108, 58, 0.10)");
    light.addColorStop(1, "rgba(120, 50, 20, 0)");
    context.fillStyle = light;
    context.fillRect(0, 0, width, height);
    const beam = 20 * unit;
    context.fillStyle = vertical(context, 0, beam, [[0, "#0b0605"], [1, "#2a150d"]]);
    context.fillRect(0, 0, width, beam);
    context.fillStyle = "rgba(255, 190, 120, 0.18)";
    context.fillRect(0, beam, width, 1);
}

/** A line of hills across the window, as a sum of three waves. */
function hills(context, { x, y, radius }, level, rough, seed, color) {
    context.fillStyle = color;
    context.beginPath();
    context.moveTo(x - radius, y + radius);
    for (let step = 0; step <= 80; step += 1) {
        const along = step / 80;
        const rise = Math.sin(along * 4.1 + seed) * 0.5 + Math.sin(along * 9.3 + seed * 2) * 0.28
            + Math.sin(along * 21 + seed * 3) * 0.08;
        context.lineTo(x - radius + along * 2 * radius, y + radius * (level - rise * rough));
    }
    context.lineTo(x + radius, y + radius);
    context.fill();
}

/** The moon gate: evening sky, moon, three lines of hills and a blossoming branch. */
export function paintWindow(context, { window, unit }) {
    const { x, y, radius } = window;
    context.save();
    context.beginPath();
    context.arc(x, y, radius, 0, turn);
    context.clip();
    context.fillStyle = vertical(context, y - radius, y + radius, [
        [0, "#1b2744"], [0.34, "#41385f"], [0.6, "#9c5a55"], [0.76, "#dd8f5c"], [1, "#f2bd7c"],
    ]);
    context.fillRect(x - radius, y - radius, 2 * radius, 2 * radius);
    paintMoon(context, x + radius * 0.42, y - radius * 0.44, radius * 0.17);
    hills(context, window, 0.46, 0.28, 1.2, "rgba(122, 74, 92, 0.75)");
    hills(context, window, 0.62, 0.22, 3.4, "rgba(82, 48, 66, 0.88)");
    hills(context, window, 0.82, 0.2, 5.3, "#3a2233");
    paintBranch(context, window);
    // Dusk at the rim sets the view back behind the wall, and keeps the title readable.
    const rim = context.createRadialGradient(x, y, radius * 0.35, x, y, radius);
    rim.addColorStop(0, "rgba(20, 10, 14, 0.30)");
    rim.addColorStop(0.7, "rgba(20, 10, 14, 0.12)");
    rim.addColorStop(1, "rgba(14, 6, 6, 0.62)");
    context.fillStyle = rim;
    context.fillRect(x - radius, y - radius, 2 * radius, 2 * radius);
    context.restore();
    for (const [size, width, color] of [
        [1.045, 15, "#1d0e09"], [1.085, 3, "#8a5230"], [1.0, 1.5, "rgba(255, 205, 140, 0.75)"],
        [1.12, 1, "rgba(255, 190, 120, 0.22)"],
    ]) {
        context.strokeStyle = color;
        context.lineWidth = Math.max(1, width * unit);
        context.beginPath();
        context.arc(x, y, radius * size, 0, turn);
        context.stroke();
    }
}

function paintMoon(context, x, y, size) {
    const halo = context.createRadialGradient(x, y, size * 0.6, x, y, size * 4);
    halo.addColorStop(0, "rgba(255, 236, 200, 0.55)");
    halo.addColorStop(1, "rgba(255, 220, 180, 0)");
    context.fillStyle = halo;
    context.fillRect(x - size * 4, y - size * 4, size * 8, size * 8);
    context.fillStyle = "#fff1d6";
    context.beginPath();
    context.arc(x, y, size, 0, turn);
    context.fill();
    context.fillStyle = "rgba(214, 178, 140, 0.28)";
    for (const [dx, dy, share] of [[-0.3, -0.2, 0.26], [0.25, 0.3, 0.2], [0.3, -0.35, 0.13]]) {
        context.beginPath();
        context.arc(x + dx * size, y + dy * size, share * size, 0, turn);
        context.fill();
    }
}

function paintBranch(context, { x, y, radius }) {
    const at = (dx, dy) => [x + dx * radius, y + dy * radius];
    context.strokeStyle = "#1a0d0c";
    context.lineCap = "round";
    const limb = (width, from, bend, to) => {
        context.lineWidth = width * radius;
        context.beginPath();
        context.moveTo(...at(...from));
        context.quadraticCurveTo(...at(...bend), ...at(...to));
        context.stroke();
    };
    limb(0.045, [-1.05, -0.22], [-0.7, -0.5], [-0.32, -0.5]);
    limb(0.026, [-0.62, -0.44], [-0.42, -0.72], [-0.12, -0.74]);
    limb(0.02, [-0.4, -0.5], [-0.18, -0.46], [0.04, -0.54]);
    limb(0.016, [-0.78, -0.36], [-0.62, -0.2], [-0.46, -0.2]);
    const blossoms = [
        [-0.32, -0.52, 1], [-0.12, -0.75, 0.9], [0.04, -0.55, 1.1], [-0.46, -0.2, 0.9],
        [-0.22, -0.7, 0.7], [-0.56, -0.62, 1], [-0.66, -0.46, 0.8], [-0.15, -0.49, 0.8],
        [-0.84, -0.44, 1], [-0.42, -0.66, 0.6], [-0.6, -0.22, 0.7],
    ];
    for (const [dx, dy, share] of blossoms) {
        const size = 0.034 * radius * share;
        const [cx, cy] = at(dx, dy);
        context.fillStyle = share > 0.85 ? "#f6b3a4" : "#e98f86";
        for (let petal = 0; petal < 5; petal += 1) {
            const angle = petal / 5 * turn + dx * 9;
            context.beginPath();
            context.arc(cx + Math.cos(angle) * size, cy + Math.sin(angle) * size,
                size * 0.78, 0, turn);
            context.fill();
        }
        context.fillStyle = "#8d2f2a";
        context.beginPath();
        context.arc(cx, cy, size * 0.4, 0, turn);
        context.fill();
    }
}

/** The table with a pot and two cups. */
export function paintTable(context, { width, height, window, table, unit }) {
    context.fillStyle = vertical(context, table, height,
        [[0, "#4a2a1a"], [0.06, "#35190f"], [0.5, "#1d0f0a"], [1, "#120907"]]);
    context.fillRect(0, table, width, height - table);
    const shine = context.createRadialGradient(
        window.x, table, 0, window.x, table, window.radius * 1.7);
    shine.addColorStop(0, "rgba(255, 176, 104, 0.30)");
    shine.addColorStop(1, "rgba(255, 150, 80, 0)");
    context.save();
    context.beginPath();
    context.rect(0, table, width, height - table);
    context.clip();
    context.translate(0, table);
    context.scale(1, 0.4);
    context.translate(0, -table);
    context.fillStyle = shine;
    context.fillRect(0, table, width, (height - table) * 3);
    context.restore();
    context.fillStyle = "rgba(255, 206, 150, 0.5)";
    context.fillRect(0, table, width, 1.2);
    paintPot(context, window.x - 22 * unit, table + 5 * unit, unit);
    paintCup(context, window.x + 62 * unit, table + 6 * unit, unit);
    paintCup(context, window.x + 104 * unit, table + 11 * unit, unit * 1.08);
}

function clay(context, y, tall, unit) {
    return vertical(context, y - tall * unit, y,
        [[0, "#9a5233"], [0.35, "#6d3420"], [1, "#2c130b"]]);
}

function shadow(context, x, y, half, unit) {
    context.fillStyle = "rgba(0, 0, 0, 0.4)";
    context.beginPath();
    context.ellipse(x, y, half * unit, 5 * unit, 0, 0, turn);
    context.fill();
}

function paintPot(context, x, y, unit) {
    shadow(context, x, y, 50, unit);
    context.strokeStyle = clay(context, y, 54, unit);
    context.lineWidth = 6 * unit;
    context.lineCap = "round";
    context.beginPath();
    context.ellipse(x + 36 * unit, y - 25 * unit, 15 * unit, 14 * unit, 0, -1.4, 1.6);
    context.stroke();
    context.fillStyle = clay(context, y, 54, unit);
    context.beginPath();
    context.moveTo(x - 30 * unit, y - 14 * unit);
    context.quadraticCurveTo(x - 42 * unit, y - 22 * unit, x - 50 * unit, y - 42 * unit);
    context.lineTo(x - 43 * unit, y - 43 * unit);
    context.quadraticCurveTo(x - 38 * unit, y - 32 * unit, x - 28 * unit, y - 32 * unit);
    context.fill();
    context.beginPath();
    context.ellipse(x, y - 21 * unit, 37 * unit, 22 * unit, 0, 0, turn);
    context.fill();
    context.beginPath();
    context.ellipse(x, y - 40 * unit, 19 * unit, 6 * unit, 0, 0, turn);
    context.arc(x, y - 49 * unit, 4.5 * unit, 0, turn);
    context.fill();
    context.strokeStyle = "rgba(255, 208, 160, 0.5)";
    context.lineWidth = 1.3 * unit;
    context.beginPath();
    context.ellipse(x, y - 21 * unit, 35 * unit, 20 * unit, 0, 3.5, 5.6);
    context.stroke();
}

function paintCup(context, x, y, unit) {
    shadow(context, x, y, 20, unit);
    context.fillStyle = vertical(context, y - 22 * unit, y,
        [[0, "#f0e2cd"], [0.5, "#c9ad8e"], [1, "#6e523c"]]);
    context.beginPath();
    context.moveTo(x - 17 * unit, y - 21 * unit);
    context.quadraticCurveTo(x - 15 * unit, y - 2 * unit, x - 7 * unit, y);
    context.lineTo(x + 7 * unit, y);
    context.quadraticCurveTo(x + 15 * unit, y - 2 * unit, x + 17 * unit, y - 21 * unit);
    context.fill();
    context.fillStyle = "#f7ecdb";
    context.beginPath();
    context.ellipse(x, y - 21 * unit, 17 * unit, 4.6 * unit, 0, 0, turn);
    context.fill();
    context.fillStyle = "#b5702f";
    context.beginPath();
    context.ellipse(x, y - 20.6 * unit, 14.5 * unit, 3.5 * unit, 0, 0, turn);
    context.fill();
}
