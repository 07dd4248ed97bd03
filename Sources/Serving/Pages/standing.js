/**
 * How a plugin stands, in the words of whoever runs the show.
 *
 * @module standing
 */

/**
 * A plugin that has ended keeps its result on screen until the next start or stop: it is over, and
 * not one that was never started.
 *
 * @param {"idle"|"running"|"paused"} status Of the state `plugins`.
 * @param {boolean} isShown Whether it has a panel on any screen.
 * @returns {"idle"|"running"|"paused"|"over"}
 */
export function standingOf(status, isShown) {
    return status === "idle" && isShown ? "over" : status;
}
