/**
 * The picture on the stage: live video where there is any, with a button for the sound and a word
 * while it is being waited for.
 *
 * @module picture
 */

import { find } from "./dom.js";
import { PictureChoice } from "./picture-choice.js";
import { PictureFeed } from "./picture-feed.js";
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
 * @returns {{player: StreamPlayer, seats: SeatPictures, choice: PictureChoice}}
 */
export function showPicture({ room, words, silent = false }) {
    const stage = document.querySelector(".stage");
    const video = find("video", stage);
    const note = find("video-note", stage);
    const sound = find("sound", stage);
    /** Only pages of viewers have it: a host hears nothing of their own. */
    const only = find("sound-only", stage);
    video.muted = silent;
    const player = new StreamPlayer(video, (soundOnly) => new PictureFeed(room, { soundOnly }));
    const choice = new PictureChoice(player);
    const seats = new SeatPictures({
        room, words, pictures: stage.querySelector(".pictures"), silent,
    });
    const isMuted = () => (!silent && player.isMuted) || seats.isMuted;

    const show = () => {
        const { state } = player;
        const listens = choice.isSoundOnly && (state === "playing" || state === "waiting");
        const hasPicture = !listens
            && (state === "playing" || (state === "waiting" && video.videoWidth > 0));
        const plays = hasPicture || (listens && state === "playing");
        stage.toggleAttribute("data-picture", hasPicture);
        stage.dataset.stream = state;
        if (video.hidden === hasPicture) {
            video.hidden = !hasPicture;
            seats.show();
        }
        stage.querySelector("canvas").hidden = hasPicture;
        const text = listens && state === "playing" ? `video.only.${choice.reason}`
            : { waiting: "video.waiting", unsupported: "video.unsupported" }[state];
        note.textContent = text ? words.text(text) : "";
        note.hidden = !text;
        stage.toggleAttribute("data-sound-only", listens);
        if (only) {
            only.hidden = !(plays || listens) || !choice.hasSound;
            only.dataset.offered = choice.isOffered;
            only.textContent = words.text(listens ? "video.only.end"
                : choice.isOffered ? "video.only.offer" : "video.only.begin");
        }
        sound.hidden = (silent || !plays) && seats.players.length === 0;
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
    choice.addEventListener("change", () => {
        seats.listen(choice.isSoundOnly);
        show();
    });
    only?.addEventListener("click", () => choice.choose(!choice.isSoundOnly));
    words.addEventListener("change", show);

    const follow = () => {
        const stream = room.states.get("stream");
        if (only) choice.follow(stream);
        player.live = stream?.live === true;
    };
    room.addEventListener("welcome", follow);
    room.addEventListener("state", ({ detail: { key } }) => key === "stream" && follow());
    show();
    return { player, seats, choice };
}
