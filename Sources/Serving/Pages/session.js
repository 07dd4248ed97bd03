/**
 * Which room a page is for, and who looks at it.
 *
 * @module session
 */

/** The room named by the address: `/rooms/ROOM`, `/host/ROOM` or `/operator/ROOM`. */
export function roomOfAddress() {
    return decodeURIComponent(location.pathname.split("/").filter(Boolean)[1] ?? "");
}

const storageKey = () => `playhouse.token:${location.pathname}`;

/**
 * The token that the page was opened with.
 *
 * It comes in the fragment, `#token=…`, which browsers do not send to servers. It moves
 * to the tab's own storage and disappears from the address bar and the history.
 */
export function takeToken() {
    const fragment = new URLSearchParams(location.hash.slice(1));
    const token = fragment.get("token");
    if (token) {
        keepToken(token);
        fragment.delete("token");
        const rest = fragment.toString();
        const address = location.pathname + location.search + (rest ? `#${rest}` : "");
        history.replaceState(history.state, "", address);
        return token;
    }
    try {
        return sessionStorage.getItem(storageKey()) ?? undefined;
    } catch {
        return undefined;
    }
}

export function keepToken(token) {
    try {
        sessionStorage.setItem(storageKey(), token);
    } catch {
        // Then a reload asks for it again.
    }
}

export function forgetToken() {
    try {
        sessionStorage.removeItem(storageKey());
    } catch {
        // Nothing was kept either.
    }
}
