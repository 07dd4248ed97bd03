"""Measures the delays that people feel; run.sh says how."""

import argparse
import http.server
import json
import pathlib
import random
import shutil
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Peers"))

from browsers import Chromium  # noqa: E402
from clock import HEIGHT, LOW_DELAY, PAINT, RATE, READ, USUAL, WIDTH, Camera  # noqa: E402
from house import Failure, House, wait  # noqa: E402

CASES = ["picture", "join", "cohost", "lease", "event", "hls", "usual"]
ON_PAGE = 'document.querySelector("[data-test=video]")'
SEAT = "document.querySelector('[data-test^=seat-picture-] video')"

OPEN = "document.querySelector('[data-test=status]')?.dataset.state === 'open'"

# Notes each presented frame of a video: when it came to the screen, and what its clock says; both as
# milliseconds since 1970.
WATCH = f"""
    globalThis.watchGlass = (video, notes) => {{
        const frame = (now, {{ expectedDisplayTime }}) => {{
            const shown = Math.max(now, expectedDisplayTime) + Date.now() - performance.now();
            notes.push([shown, ({READ})(video)]);
            video.requestVideoFrameCallback(frame);
        }};
        video.requestVideoFrameCallback(frame);
        return notes;
    }};
"""
# From the beginning of a page: when its connection was opened and its stream asked for, and its frames.
JOIN = WATCH + f"""
    globalThis.glass = {{ opened: null, asked: null, notes: [] }};
    globalThis.WebSocket = class extends WebSocket {{
        constructor(...all) {{
            super(...all);
            glass.opened ??= Date.now();
        }}
        send(data) {{
            if (String(data).includes('"watch"')) glass.asked ??= Date.now();
            super.send(data);
        }}
    }};
    addEventListener("DOMContentLoaded", () => {{
        const find = setInterval(() => {{
            const video = {ON_PAGE};
            if (!video) return;
            clearInterval(find);
            watchGlass(video, glass.notes);
        }}, 5);
    }});
"""
# A camera that is a canvas with the clock, and a microphone that is a tone.
CAMERA = f"""
    navigator.mediaDevices.getUserMedia = async () => {{
        const canvas = Object.assign(document.createElement("canvas"), {{ width: {WIDTH}, height: {HEIGHT} }});
        const context = canvas.getContext("2d");
        let turn = 0;
        setInterval(() => {{
            context.fillStyle = `hsl(${{turn += 3}} 60% 40%)`;
            context.fillRect(0, 0, canvas.width, canvas.height);
            ({PAINT})(context, canvas.width, canvas.height);
        }}, 1000 / {RATE});
        const audio = new AudioContext({{ sampleRate: 48000 }});
        const tone = new OscillatorNode(audio);
        const sound = new MediaStreamAudioDestinationNode(audio);
        tone.connect(sound);
        tone.start();
        return new MediaStream([...canvas.captureStream({RATE}).getTracks(), ...sound.stream.getTracks()]);
    }};
"""
# Notes each picture that comes, and each that is published: the last media, and the end.
PICTURES = """
    globalThis.pictures = [];
    globalThis.WebSocket = class extends WebSocket {
        constructor(...all) {
            super(...all);
            const begin = () => {
                const notes = { last: 0, ended: 0 };
                pictures.push(notes);
                return notes;
            };
            if (String(all[0]).includes("/live/seat")) {
                const notes = begin();
                this.addEventListener("close", () => { notes.ended = Date.now(); });
                return;
            }
            const coming = new Map();
            this.addEventListener("message", ({ data }) => {
                if (typeof data !== "string") {
                    coming.get(new DataView(data).getUint32(0)).last = Date.now();
                    return;
                }
                const { type, picture } = JSON.parse(data);
                if (type === "picture" && !coming.has(picture)) coming.set(picture, begin());
                if (type === "pictureOver") coming.get(picture).ended = Date.now();
            });
        }
    };
"""
EVENTS = f"""
    (() => {{
        const now = () => document.timeline.currentTime;
        const notes = globalThis.marks = {{ frames: [], events: [] }};
        const video = {ON_PAGE};
        const frame = (_, {{ mediaTime }}) => {{
            notes.frames.push([now(), mediaTime * 1000]);
            video.requestVideoFrameCallback(frame);
        }};
        video.requestVideoFrameCallback(frame);
        pictureClock.addEventListener("event", ({{ detail }}) => {{
            if (detail.name === "mark") notes.events.push([now(), detail.picture?.at ?? null]);
        }});
    }})()
"""
PAGE = f"""<!doctype html><video data-test="video" muted playsinline></video>
<script>{WATCH}</script><script type="module">
import {{ t as play }} from "/hls.js";
const hls = play({ON_PAGE}, "BASElive.m3u8", () => {ON_PAGE}.play());
// As integrators should set it: else it stays a second further behind after each stall, for good.
Object.assign(hls.config, {{ liveSyncOnStallIncrease: 0, maxLiveSyncPlaybackRate: 1.1 }});
globalThis.glass = {{ hls, notes: watchGlass({ON_PAGE}, []), errors: [], stalls: 0 }};
hls.on("hlsError", (_, data) => {{
    if (data.fatal) glass.errors.push(data.details);
    if (data.details === "bufferStalledError") glass.stalls += 1;
}});
</script>"""


def share(values, part):
    """The value below which this part of them lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


class Measurement:
    def __init__(self, house, folder, seconds, hls):
        self.house, self.folder, self.seconds, self.hls = house, folder, seconds, hls
        self.rows = []
        self.people = 0
        self.is_started = False

    def note(self, case, what, values, targets, unit="ms", remark=""):
        """One row: figures of these values, and how they stand to the targets, by name of the figure."""
        figures = {
            "p50": share(values, 0.5), "p95": share(values, 0.95), "p99": share(values, 0.99),
            "max": max(values)}
        is_met = all(figures[name] <= most for name, most in targets.items())
        self.rows.append({
            "case": case, "what": what, "count": len(values), "unit": unit, "targets": targets, "met": is_met,
            "remark": remark, **{name: round(value) for name, value in figures.items()}})
        row = self.rows[-1]
        wish = ", ".join(f"{name} at most {most}" for name, most in targets.items()) or "no target"
        print(f"  {case:8} {what}: p50 {row['p50']}, p95 {row['p95']}, p99 {row['p99']}, max {row['max']} {unit}, "
              f"{len(values)} values; {wish}: {'met' if is_met else 'MISSED'}{'; ' if remark else ''}{remark}",
              file=sys.stderr)

    # MARK: Parts

    def camera(self, options):
        """A new stream of the room, once it has a picture."""
        def begun():
            return self.house.told("publisher began") + self.house.told("publisher replaced")
        before = begun()
        camera = Camera(self.house.ingest(self.house.key()), options, self.folder / "camera.log")
        try:
            wait("the camera", lambda: begun() > before)
        except Failure as failure:
            camera.end()
            raise Failure(f"{failure}: {camera.log.read_text(errors='replace')[-300:]}") from None
        return camera

    def viewer(self, browser, script="", path=None):
        page = browser.page("about:blank")
        page.call("Page.addScriptToEvaluateOnNewDocument", source=WATCH + script)
        page.call("Page.navigate", url=path or self.house.page())
        return page

    @staticmethod
    def delays(notes):
        """Milliseconds from clock to screen of each frame, and of the oldest picture before the next came."""
        if len(notes) < 60:
            raise Failure(f"only {len(notes)} frames were presented")
        unread = [clock for _, clock in notes if clock is None]
        if len(unread) > len(notes) / 50:
            raise Failure(f"{len(unread)} of {len(notes)} frames have no clock that can be read")
        notes = [(shown, clock) for shown, clock in notes if clock is not None]
        ages = [following[0] - this[1] for this, following in zip(notes, notes[1:])]
        return [shown - clock for shown, clock in notes], ages

    def watch(self, page, video, seconds=None, settle=8):
        page.wait("a moving picture", f"Boolean({video}?.videoWidth && {video}.currentTime > 0.5)")
        time.sleep(settle)
        page.evaluate(f"globalThis.notes = watchGlass({video}, []), null")
        time.sleep(seconds or self.seconds)
        return self.delays(page.evaluate("notes"))

    def play(self, case, what, options, targets, remark=lambda browser: ""):
        camera, browser = self.camera(options), Chromium()
        try:
            page = self.viewer(browser)
            delays, ages = self.watch(page, ON_PAGE)
            figures = page.evaluate("({ stalls: player.stalls, leaps: player.leaps, target: player.target })")
            words = f"{figures['stalls']} stalls, {figures['leaps']} leaps, buffer {figures['target']:.2f} s; " \
                    f"the oldest picture on the screen was {max(ages):.0f} ms old"
            self.note(case, what, delays, targets, remark=words + remark(browser))
        finally:
            browser.end()
            camera.end()

    # MARK: Cases

    def picture(self):
        """Glass to glass with an encoder that hurries."""
        self.play("picture", "glass to glass, zerolatency", LOW_DELAY, {"p95": 450, "max": 1000})

    def usual(self):
        """The same with OBS's usual settings; the host's card has to say why."""
        def told(browser):
            desk = self.viewer(browser, path=self.house.page("host", self.house.token("host", "mei")))
            desk.wait("a warning", "document.querySelector('[data-test=stream-warnings]')?.children.length > 0")
            time.sleep(3)
            return f"; the host is told: {desk.text('stream-warnings')!r}".replace("\\n", " ")
        self.play("usual", "glass to glass, OBS's usual settings", USUAL, {"p95": 1100}, told)

    def join(self):
        """From the request of the stream to the first picture that is live."""
        camera, browser = self.camera(LOW_DELAY), Chromium()
        asked, opened, begun, ages = [], [], [], []
        try:
            time.sleep(3)
            steady, _ = self.watch(self.viewer(browser), ON_PAGE, 10, 5)
            most = share(steady, 0.95) + 100
            browser.end()
            browser = Chromium()
            page = self.viewer(browser, JOIN)
            for _ in range(30):
                time.sleep(random.uniform(0.3, 2.3))
                page.call("Page.navigate", url="about:blank")
                page.call("Page.navigate", url=self.house.page())
                page.wait("a live frame", "globalThis.glass?.notes.length > 10 && "
                          f"glass.notes.some(([shown, clock]) => clock && shown - clock <= {most})", 20)
                found = page.evaluate("({ ...glass, origin: performance.timeOrigin })")
                live = next(shown for shown, clock in found["notes"] if clock and shown - clock <= most)
                asked.append(live - found["asked"])
                opened.append(live - found["opened"])
                begun.append(live - found["origin"])
                shown, clock = found["notes"][0]
                ages.append(shown - (clock or shown))
        finally:
            browser.end()
            camera.end()
        remark = f"live is at most {most:.0f} ms old; the very first frame was {share(ages, 0.95):.0f} ms old (p95)"
        self.note("join", "first live frame, from the page's WebSocket", opened, {"p95": 600}, remark=remark)
        self.note("join", "first live frame, from the request of the stream", asked, {})
        self.note("join", "first live frame, from the page's address", begun, {})

    def desk(self, browser):
        """The host's desk, with the plugin of seats running."""
        desk = self.viewer(browser, path=self.house.page("host", self.house.token("host", "mei")))
        desk.wait("the room", OPEN)
        if not self.is_started:
            desk.click("start-co-host")
            self.is_started = True
        return desk

    def seat(self, browser, desk):
        """Another person each time, who is seated and on air."""
        self.people += 1
        person = self.house.token("viewer", f"ana{self.people}")
        seat = self.viewer(browser, CAMERA + PICTURES, self.house.page("rooms", person))
        seat.wait("the room", OPEN)
        seat.click("answer-send-apply")
        desk.click(f"answer-send-accept-{self.people}")
        seat.click("studio-begin")
        return seat

    def cohost(self):
        """From a co-host's camera to a viewer's screen."""
        camera, browser = self.camera(LOW_DELAY), Chromium()
        try:
            viewer = self.viewer(browser)
            self.seat(browser, self.desk(browser))
            viewer.wait("the co-host's picture", f"{SEAT}?.videoWidth > 0")
            delays, ages = self.watch(viewer, SEAT)
            self.note("cohost", "co-host to viewer", delays, {"p95": 450},
                      remark=f"the oldest picture on the screen was {max(ages):.0f} ms old")
        finally:
            browser.end()
            camera.end()

    def lease(self):
        """From the host's press of the button to the last byte of a seat that was taken away."""
        browser = Chromium()
        last, closed, cut = [], [], []
        try:
            viewer, desk = self.viewer(browser, PICTURES), self.desk(browser)
            for _ in range(10):
                seat = self.seat(browser, desk)
                viewer.wait("the co-host's picture", f"{SEAT}?.videoWidth > 0")
                time.sleep(1.5)
                number = viewer.evaluate(f"{SEAT}.closest('[data-test^=seat-picture-]').dataset.test.at(-1)")
                desk.click(f"answer-send-select-{number}")
                kick = "document.querySelector('[data-test^=answer-send-kick-]')"
                desk.wait("the button to remove", f"Boolean({kick})")
                pressed = desk.evaluate(f"({kick}.click(), Date.now())")
                for page in (seat, viewer):
                    page.wait("the end of the seat", "pictures.length > 0 && pictures.every((one) => one.ended)")
                ends = viewer.evaluate("pictures.splice(0)")[-1]
                last.append(max(0, ends["last"] - pressed))
                closed.append(ends["ended"] - pressed)
                cut.append(seat.evaluate("Math.max(...pictures.splice(0).map((one) => one.ended))") - pressed)
                seat.call("Page.navigate", url="about:blank")
        finally:
            browser.end()
        self.note("lease", "button to a viewer's last byte", last, {"max": 200})
        self.note("lease", "button to the end of a viewer's stream", closed, {"max": 200})
        self.note("lease", "button to the end of the co-host's own", cut, {"max": 200})

    def event(self):
        """How much later than its frame an event is shown."""
        camera, browser = self.camera(LOW_DELAY), Chromium()
        count = 200
        try:
            viewer = self.viewer(browser)
            desk = self.viewer(browser, path=self.house.page("host", self.house.token("host", "mei")))
            viewer.wait("a moving picture", "globalThis.player?.state === 'playing'")
            time.sleep(5)
            viewer.evaluate(EVENTS)
            viewer.wait("frames", "marks.frames.length > 30")
            desk.evaluate(f"""(async () => {{
                for (let index = 0; index < {count}; index += 1) {{
                    await playhouse.request("publish", {{ name: "mark", data: index, picture: true }});
                    await new Promise((done) => setTimeout(done, 90 + index % 7 * 10));
                }}
            }})().catch((error) => {{ globalThis.failure = String(error.message ?? error); }}), null""")
            viewer.wait("all events", f"marks.events.length === {count}", 60)
            late = viewer.evaluate(
                "marks.events.map(([time, at]) => marks.frames.findLast(([shown]) => shown <= time)?.[1] - at)")
        finally:
            browser.end()
            camera.end()
        # A page cannot show anything between two frames.
        self.note("event", "event behind its frame", late, {"p99": 1000 / RATE + 20}, remark=f"min {min(late):.0f}")

    def low_latency(self):
        """Low-latency HLS, read by hls.js."""
        page, script = PAGE.replace("BASE", self.house.live("hls/")).encode(), self.hls.read_bytes()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                kind, body = ("text/javascript", script) if self.path == "/hls.js" else ("text/html", page)
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        camera, browser = self.camera(LOW_DELAY), Chromium()
        try:
            # The server begins to cut parts when somebody asks; this is not the first one.
            wait("the playlist", lambda: self.has_playlist())
            time.sleep(8)
            reader = browser.page(f"http://127.0.0.1:{server.server_address[1]}/")
            delays, ages = self.watch(reader, ON_PAGE)
            found = reader.evaluate("({ errors: glass.errors, stalls: glass.stalls, latency: glass.hls.latency })")
            if found["errors"]:
                raise Failure(f"hls.js says {found['errors']}")
            self.note("hls", "glass to glass, LL-HLS, hls.js", delays, {"p95": 1500},
                      remark=f"{found['stalls']} stalls; it thinks {found['latency'] * 1000:.0f} ms; "
                             f"the oldest picture on the screen was {max(ages):.0f} ms old")
        finally:
            browser.end()
            camera.end()
            server.shutdown()

    def has_playlist(self):
        try:
            with urllib.request.urlopen(self.house.live("hls/live.m3u8"), timeout=10) as answer:
                name = next(line for line in answer.read().decode().split() if line.endswith(".m3u8"))
            with urllib.request.urlopen(self.house.live(f"hls/{name}"), timeout=10):
                return True
        except urllib.error.HTTPError:
            return False

    def run(self, cases):
        """Runs the cases; the names of those that could not be measured."""
        failed = []
        for case in cases:
            try:
                (self.low_latency if case == "hls" else getattr(self, case))()
            except Failure as failure:
                print(f"  {case:8} could not be measured: {failure}", file=sys.stderr)
                failed.append(case)
        return failed


def main():
    parser = argparse.ArgumentParser(prog="measure.py", description=__doc__)
    parser.add_argument("playhouse")
    parser.add_argument("--hls", type=pathlib.Path, help="hls.js, for the case hls")
    parser.add_argument("--only", default=",".join(CASES), help=f"cases, of {', '.join(CASES)}")
    parser.add_argument("--seconds", type=float, default=30, help="for which frames are read, in each case (30)")
    parser.add_argument("--json", action="store_true", help="prints one JSON object")
    options = parser.parse_args()
    cases = options.only.split(",")
    unknown = [case for case in cases if case not in CASES]
    if unknown:
        parser.error(f"there is no case {unknown[0]}; there are {', '.join(CASES)}")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="playhouse-glass-"))
    house = None
    try:
        house = House(options.playhouse, folder)
        measurement = Measurement(house, folder, options.seconds, options.hls)
        failed = measurement.run(cases)
    finally:
        if house:
            house.kill()
        shutil.rmtree(folder, ignore_errors=True)
    if options.json:
        print(json.dumps({"rows": measurement.rows, "failed": failed}, ensure_ascii=False))
    missed = len([row for row in measurement.rows if not row["met"]])
    print(f"check-glass: {len(measurement.rows)} figures, {missed} beyond their target; "
          f"{len(failed)} cases could not be measured", file=sys.stderr)
    sys.exit(1 if failed else 0)


main()
