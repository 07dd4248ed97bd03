/**
 * The picture on the stage: live video where there is any, with a button for the sound and a word
 * while it is being waited for.
 *
 * @module picture
 */

import { find } from "./dom.js";
import { StreamPlayer } from "./player.js";
import { SeatPictures } from "./seat-pictures.js";

/**
 * Shows a room's live video on the stage of a page.
 *
 * @param {object} parts
 * @param {import("./playhouse.js").Playhouse} parts.room
 * @param {import("./words.js").Words} parts.words
 * @param {boolean} [parts.silent] Whether the host's own sound is never heard: at the host's desk it
 *     would come back into the microphone. The seats are heard there once the button was pressed.
 * @returns {{player: StreamPlayer, seats: SeatPictures}}
 */
export function showPicture({ room, words, silent = false }) {
    const stage = document.querySelector(".stage");
    const video = find("video", stage);
    const note = find("video-note", stage);
    const sound = find("sound", stage);
    video.muted = silent;
    const player = new StreamPlayer(video, () => {
        const address = new URL(`/rooms/${encodeURIComponent(room.room)}/live`, location.href);
        address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
        if (room.token) address.searchParams.set("token", room.token);
        return address.href;
    });
    const seats = new SeatPictures({
        room, words, pictures: stage.querySelector(".pictures"), silent,
    });
    const isMuted = () => (!silent && player.isMuted) || seats.isMuted;

    const show = () => {
        const { state } = player;
        const hasPicture = state === "playing" || (state === "waiting" && video.videoWidth > 0);
        stage.toggleAttribute("data-picture", hasPicture);
        stage.dataset.stream = state;
        if (video.hidden === hasPicture) {
            video.hidden = !hasPicture;
            seats.show();
        }
        stage.querySelector("canvas").hidden = hasPicture;
        const text = { waiting: "video.waiting", unsupported: "video.unsupported" }[state];
        note.textContent = text ? words.text(text) : "";
        note.hidden = !text;
        sound.hidden = (silent || !hasPicture) && seats.players.length === 0;
        sound.dataset.muted = isMuted();
        sound.textContent = words.text(isMuted() ? "video.sound.on" : "video.sound.off");
    };
    seats.addEventListener("change", show);
    player.addEventListener("change", show);
    video.addEventListener("resize", () => {
        // A wide picture on a tall stage is shown whole; one of the stage's own shape fills it.
        stage.dataset.shape = video.videoWidth >= video.videoHeight ? "wide" : "tall";
        show();
    });
    sound.addEventListener("click", () => {
        const muted = !isMuted();
        seats.mute(muted);
        if (!silent) player.mute(muted);
    });
    words.addEventListener("change", show);

    const follow = () => { player.live = room.states.get("stream")?.live === true; };
    room.addEventListener("welcome", follow);
    room.addEventListener("state", ({ detail: { key } }) => key === "stream" && follow());
    show();
    return { player, seats };
}
