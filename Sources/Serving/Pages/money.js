/**
 * Money as people type it, to minor units and back. No floating point on the way in.
 *
 * @module money
 */

import { currencyFormat } from "./words.js";

/** How many digits the minor unit of a currency has: 2 for CNY, 0 for JPY. */
export function minorDigits(currency) {
    return currencyFormat("en", currency).resolvedOptions().maximumFractionDigits;
}

/** The currency's sign, such as ¥. */
export function currencySign(locale, currency) {
    const parts = currencyFormat(locale, currency).formatToParts(0);
    return parts.find(({ type }) => type === "currency")?.value ?? currency;
}

/**
 * Reads an amount such as `49`, `49.5`, `1,200.00` or `４９。５`.
 *
 * @param {string} text
 * @param {number} digits Of the minor unit.
 * @returns {?number} Minor units; null for anything that is not an amount in whole minor units.
 */
export function parseMinor(text, digits) {
    let plain = text.normalize("NFKC").replace(/[\s¥￥$€£元]/g, "").replace(/[。．]/g, ".");
    if (/^\d{1,3}(,\d{3})+(\.\d*)?$/.test(plain)) plain = plain.replaceAll(",", "");
    else plain = plain.replace(",", ".");
    const match = /^(\d*)(?:\.(\d*))?$/.exec(plain);
    if (!match || plain === "" || plain === ".") return null;
    const [, whole, fraction = ""] = match;
    if (fraction.length > digits) return null;
    const minor = Number(whole + fraction.padEnd(digits, "0"));
    return Number.isSafeInteger(minor) ? minor : null;
}
