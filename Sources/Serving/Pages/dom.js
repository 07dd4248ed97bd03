/**
 * Makes elements without markup: what comes from the network is only ever set as text.
 *
 * @module dom
 */

/**
 * Makes an element.
 *
 * @param {string} tag
 * @param {object} [attributes] `class`, `text`, `on` (listeners by type), `hidden`, `disabled`,
 *     `style` (custom properties by name); all others are set as they are; null is left out.
 * @param {...(Node|string|null)} children
 * @returns {HTMLElement}
 */
export function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
        if (value === null || value === undefined || value === false) continue;
        if (name === "text") element.textContent = value;
        else if (name === "on") listen(element, value);
        else if (name === "style") setProperties(element, value);
        else element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children.filter((child) => child !== null && child !== undefined));
    return element;
}

function listen(element, listeners) {
    for (const [type, listener] of Object.entries(listeners)) {
        element.addEventListener(type, listener);
    }
}

function setProperties(element, properties) {
    for (const [name, value] of Object.entries(properties)) element.style.setProperty(name, value);
}

/** Finds the one element with this `data-test` name. */
export function find(name, root = document) {
    return root.querySelector(`[data-test="${name}"]`);
}

const strokes = {
    heart: "M12 20.3C5.4 15.2 2.8 12 2.8 8.6A4.8 4.8 0 0 1 12 6.6a4.8 4.8 0 0 1 9.2 2c0 3.4-2.6 "
        + "6.6-9.2 11.7Z",
    send: "M4 12 20.5 4.5 14 20l-3-6.5L4 12Zm7 1.5 4.5-4.5",
    people: "M9 11.2a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4Zm-6 7.6c.4-3.3 2.9-5.2 6-5.2s5.6 1.9 "
        + "6 5.2M16 5.2a3 3 0 0 1 0 5.7m2 3.2c1.7.8 2.8 2.4 3 4.7",
    pin: "m14.5 3.5 6 6-3.2.7-4 4-.3 4.3-7.5-7.5 4.3-.3 4-4 .7-3.2ZM8.5 15.5 4 20",
    check: "m4.5 12.5 5 5 10-11",
    down: "M12 5v13m-6-6 6 6 6-6",
    fold: "m6 9 6 6 6-6",
    trash: "M4.5 6.5h15M9.5 6V4h5v2m-8 .5.8 13h9.4l.8-13M10 10.5v5.5m4-5.5v5.5",
    mute: "M4 9.5v5h3.5L12 18.5v-13L7.5 9.5H4Zm12 .5 4.5 4.5m0-4.5L16 14.5",
    ban: "M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17ZM6 6l12 12",
    danmaku: "M3.5 5.5h17v11h-9l-4.5 3.5v-3.5H3.5v-11Zm4 4h6m-3 3.5h6",
    person: "M12 11.5a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-7.5 9c.5-4.3 3.5-6.5 7.5-6.5s7 2.2 "
        + "7.5 6.5",
    gift: "M4.5 11.5v8.5h15v-8.5M3.5 7.5h17v4h-17v-4ZM12 7.5V20M12 7.5c-1.5-3.5-5-4-5-1.5 0 "
        + "1.5 2.5 1.5 5 1.5Zm0 0c1.5-3.5 5-4 5-1.5 0 1.5-2.5 1.5-5 1.5Z",
    picture: "M4 5h16v14H4V5Zm0 11 4.5-4.5 3.5 3.5 3-2.5 5 4.5M9 10.2a1.3 1.3 0 1 0 0-2.6 1.3 1.3 0 "
        + "0 0 0 2.6Z",
    play: "M7.5 5v14l11-7-11-7Z",
    stop: "M6.5 6.5h11v11h-11v-11Z",
};

/**
 * Makes a line icon, hidden from screen readers: the control around it has the label.
 *
 * @param {keyof strokes} name
 * @returns {SVGElement}
 */
export function icon(name) {
    const namespace = "http://www.w3.org/2000/svg";
    const picture = document.createElementNS(namespace, "svg");
    picture.setAttribute("viewBox", "0 0 24 24");
    picture.setAttribute("aria-hidden", "true");
    picture.setAttribute("class", `icon icon-${name}`);
    const path = document.createElementNS(namespace, "path");
    path.setAttribute("d", strokes[name]);
    picture.append(path);
    return picture;
}

/** Whether the user asked for less movement; read each time, for it may change. */
export function prefersStillness() {
    return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
