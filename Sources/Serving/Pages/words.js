/**
 * The words of the pages and of the plugins, in the viewer's language.
 *
 * @module words
 */

import { find } from "./dom.js";
import { elementsOf } from "./playhouse.js";

/** The languages that there are words in. */
export const locales = ["zh", "en"];

const storageKey = "playhouse.locale";

/** Reads from local storage; null where it is forbidden or empty. */
export function remembered(key) {
    try {
        return localStorage.getItem(key);
    } catch {
        return null;
    }
}

/** Writes to local storage, where that is allowed. */
export function remember(key, value) {
    try {
        localStorage.setItem(key, value);
    } catch {
        // Then it lasts as long as the page.
    }
}

/** The language to begin with: of the address, chosen before, or the browser's. */
export function preferredLocale() {
    const asked = new URLSearchParams(location.search).get("lang");
    const candidates = [asked, remembered(storageKey), ...(navigator.languages ?? [])];
    for (const candidate of candidates) {
        const locale = candidate?.toLowerCase().split("-")[0];
        if (locales.includes(locale)) return locale;
    }
    return "en";
}

/** Lets the button named `locale` change the language. */
export function offerLocales(words) {
    find("locale").addEventListener("click", () => {
        words.choose(words.locale === "zh" ? "en" : "zh");
    });
}

/** Puts `args` in the places named `{name}`; an argument that is missing leaves its name. */
export function fill(text, args = {}) {
    return text.replace(/\{([a-z0-9_]+)\}/gi,
        (place, name) => (Object.hasOwn(args, name) ? args[name] ?? place : place));
}

async function fetchTexts(address) {
    const response = await fetch(address);
    if (!response.ok) throw new Error(`${address}: ${response.status}`);
    return response.json();
}

/**
 * The pages' own words. Fires `change` when the language changed.
 *
 * Static text in a page names its key in `data-words`, an attribute's in `data-words-ATTRIBUTE`.
 */
export class Words extends EventTarget {
    locale = "en";
    #texts = {};
    #companions = [];

    /** Has other words of a language loaded, too, before it is shown. */
    accompany(load) {
        this.#companions.push(load);
    }

    /** Loads the words of a language and shows them. */
    async use(locale) {
        const [texts] = await Promise.all([
            fetchTexts(`/assets/locales/${locale}.json`),
            ...this.#companions.map((load) => load(locale)),
        ]);
        this.#texts = texts;
        this.locale = locale;
        document.documentElement.lang = locale === "zh" ? "zh-CN" : locale;
        this.apply(document);
        this.dispatchEvent(new Event("change"));
    }

    /** Changes to another language at the user's wish and keeps the choice. */
    async choose(locale) {
        remember(storageKey, locale);
        const address = new URL(location.href);
        if (address.searchParams.has("lang")) {
            address.searchParams.set("lang", locale);
            history.replaceState(history.state, "", address);
        }
        await this.use(locale);
    }

    /** The text of a key; the key itself where there is none. */
    text(key, args) {
        const text = this.#texts[key];
        return text === undefined ? key : fill(text, args);
    }

    has(key) {
        return key in this.#texts;
    }

    /** What to tell a person about an error code. */
    error({ code, retryAfterMilliseconds }) {
        const key = this.has(`error.${code}`) ? `error.${code}` : "error.other";
        const seconds = Math.ceil((retryAfterMilliseconds ?? 0) / 1000);
        if (seconds > 0 && this.has(`${key}.wait`)) return this.text(`${key}.wait`, { seconds });
        return this.text(key, { code });
    }

    /** Writes the words into every element under `root` that names a key. */
    apply(root) {
        for (const element of root.querySelectorAll("[data-words]")) {
            element.textContent = this.text(element.dataset.words);
        }
        for (const attribute of ["label", "placeholder", "title"]) {
            const name = attribute === "label" ? "aria-label" : attribute;
            for (const element of root.querySelectorAll(`[data-words-${attribute}]`)) {
                element.setAttribute(name,
                    this.text(element.getAttribute(`data-words-${attribute}`)));
            }
        }
    }

    /** Picks the text for this language from a `{"zh":…,"en":…}`. */
    pick(texts) {
        if (typeof texts === "string") return texts;
        return texts?.[this.locale] ?? texts?.en ?? Object.values(texts ?? {})[0] ?? "";
    }

    integer(value) {
        return new Intl.NumberFormat(this.locale).format(value);
    }

    /** A count in little room: 9,120 in full, 12.3K or 1.2万 above ten thousand. */
    count(value) {
        if (value < 10_000) return this.integer(value);
        return new Intl.NumberFormat(this.locale, {
            notation: "compact", maximumFractionDigits: 1,
        }).format(value);
    }

    /** Hours and minutes of a server time. */
    time(at) {
        return new Intl.DateTimeFormat(this.locale, {
            hour: "2-digit", minute: "2-digit", hour12: false,
        }).format(at);
    }

    /** Hours, minutes and seconds of a server time. */
    seconds(at) {
        return new Intl.DateTimeFormat(this.locale, {
            hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false,
        }).format(at);
    }

    /** A time that is left: 45 s, 4:05 min or 3 h, roughly from a day on. */
    duration(seconds) {
        if (seconds < 60) return this.text("duration.seconds", { seconds });
        if (seconds < 3_600) {
            const minutes = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
            return this.text("duration.minutes", { minutes });
        }
        const unit = seconds < 86_400 ? "hours" : "days";
        const count = Math.ceil(seconds / (unit === "hours" ? 3_600 : 86_400));
        return this.text(`duration.${unit}`, { count: this.integer(count) });
    }

    /** An amount in minor units: 4900 of CNY is ¥49.00. */
    money(minor, currency) {
        const format = currencyFormat(this.locale, currency);
        return format.format(minor / 10 ** format.resolvedOptions().maximumFractionDigits);
    }
}

export function currencyFormat(locale, currency) {
    return new Intl.NumberFormat(locale, {
        style: "currency", currency, currencyDisplay: "narrowSymbol",
    });
}

/**
 * The words of one plugin, from its locale file.
 *
 * Money among the arguments has no currency of its own: it is that of the plugin's latest panel.
 */
export class PluginWords {
    currency = "CNY";
    #plugin;
    #words;
    #files = new Map();
    #loaded = new Map();

    constructor(plugin, words) {
        this.#plugin = plugin;
        this.#words = words;
    }

    /** Waits for the texts of a language. Without a file the keys are shown. */
    async load(locale = this.#words.locale) {
        if (!this.#files.has(locale)) {
            const plugin = encodeURIComponent(this.#plugin);
            const file = fetchTexts(`/v1/plugins/${plugin}/locales/${locale}.json`)
                .then((texts) => this.#loaded.set(locale, texts))
                .catch(() => this.#files.delete(locale));
            this.#files.set(locale, file);
        }
        await this.#files.get(locale);
    }

    /** Takes note of the currency that a panel is in. */
    note(panel) {
        for (const element of elementsOf(panel)) {
            const currency = element.currency ?? element.product?.currency;
            if (currency) {
                this.currency = currency;
                return;
            }
        }
    }

    /** The text of a key, or of `{"zh":…,"en":…}`; a text that is no key as it is. */
    text(key, args) {
        if (key === undefined || key === null) return "";
        const texts = this.#loaded.get(this.#words.locale) ?? {};
        const text = typeof key === "object" ? this.#words.pick(key)
            : Object.hasOwn(texts, key) ? texts[key] : String(key);
        const shown = Object.entries(args ?? {}).map(([name, value]) => [name, this.value(value)]);
        return fill(text, Object.fromEntries(shown));
    }

    /** The text of a key, or undefined where the plugin has none. */
    optional(key) {
        const texts = this.#loaded.get(this.#words.locale) ?? {};
        return Object.hasOwn(texts, key) ? texts[key] : undefined;
    }

    /** The name of an item: as it is, one for each language, or that of a key. */
    name(name) {
        return name?.text === undefined ? this.#words.pick(name) : this.text(name.text);
    }

    /** An argument or an item's value as it is shown. */
    value(value) {
        if (typeof value === "number") return this.#words.integer(value);
        if (typeof value?.money === "number") return this.#words.money(value.money, this.currency);
        if (value?.text !== undefined) return this.text(value.text);
        if (value?.viewer) return value.viewer.name ?? value.viewer.user;
        return value === null || value === undefined ? "" : String(value);
    }
}

/** The words of every plugin of a room. */
export class PluginShelf {
    #words;
    #plugins = new Map();

    constructor(words) {
        this.#words = words;
        words.accompany((locale) => Promise.all(
            [...this.#plugins.values()].map((plugin) => plugin.load(locale))));
    }

    of(plugin) {
        if (!this.#plugins.has(plugin)) {
            this.#plugins.set(plugin, new PluginWords(plugin, this.#words));
        }
        return this.#plugins.get(plugin);
    }
}
