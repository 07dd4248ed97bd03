"""Tries real peers of the stream; run.sh says how."""

import argparse
import concurrent.futures
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

import readers
from browsers import Chromium, Firefox
from house import OTHER, ROOM, Failure, House, wait
from publishers import CONFIGURED, DEEP, ENHANCED, NEWER, ODD, PUBLISHERS, TAGS, Publisher, publish_tag

PARTS = ["publishers", "oddities", "takeover", "pages", "refusals", "codecs", "recording"]
WIDTH, HEIGHT = 640, 360


class Check:
    def __init__(self, house, folder):
        self.house, self.folder = house, folder
        self.rows = []
        self.lock = threading.Lock()

    def note(self, part, subject, check, work):
        """Does one check; what it returns, or why it failed, is its row."""
        try:
            is_good, words = True, work() or ""
        except Failure as failure:
            is_good, words = False, str(failure)
        except Exception as error:  # A check that breaks is a check that fails.
            is_good, words = False, f"{type(error).__name__}: {error}"
        words = " ".join(words.split())
        with self.lock:
            self.rows.append({"part": part, "subject": subject, "check": check, "ok": is_good, "words": words})
            print(f"  {'ok    ' if is_good else 'FAILED'} {subject}: {check}: {words}", file=sys.stderr)
        return is_good

    def publish(self, name, width=WIDTH, height=HEIGHT, encoder=None, room=ROOM):
        """Starts an encoder and waits until the room has its picture."""
        began = self._begun()
        publisher = self.start(name, self.house.key(room), width, height, encoder)
        try:
            wait(f"{name} to begin", lambda: self._begun() > began)
        except Failure as failure:
            publisher.kill()
            raise Failure(f"{failure}: {publisher.text()[-300:]}") from None
        # The first keyframe makes joiners begin with this picture.
        time.sleep(2)
        return publisher

    def _begun(self):
        return self.house.told("publisher began") + self.house.told("publisher replaced")

    def start(self, name, key, width=WIDTH, height=HEIGHT, encoder=None):
        log = self.folder / f"{name.replace(' ', '-')}-{time.monotonic_ns()}.log"
        return Publisher((encoder or PUBLISHERS[name])(self.house.ingest(key), width, height), log)

    # MARK: Publishers and readers

    def publishers(self):
        """Each publisher is read by each reader at once."""
        mp4, flv = self.house.live("live.mp4"), self.house.live("live.flv")
        for name in PUBLISHERS:
            folder = self.folder / name.replace(" ", "-")
            folder.mkdir()
            size = (WIDTH, HEIGHT)

            def captured():
                path = folder / "capture.mp4"
                path.write_bytes(readers.whole_boxes(readers.capture(mp4, readers.SECONDS)))
                return readers.gstreamer(f"filesrc location={path}", *size, folder / "file.log", live=False)

            work = {
                "ffmpeg mp4": lambda: readers.ffmpeg_explode(mp4, *size),
                "ffmpeg flv": lambda: readers.ffmpeg_explode(flv, *size),
                "ffprobe mp4": lambda: readers.ffprobe(mp4, *size),
                "ffprobe flv": lambda: readers.ffprobe(flv, *size),
                "flvmeta": lambda: readers.flvmeta(flv, *size, folder),
                "gst file": captured,
                "gst live": lambda: readers.gstreamer(
                    f"souphttpsrc location={mp4}", *size, folder / "live.log"),
            }
            running = []
            if not self.note("publishers", name, "publishes", lambda: running.append(self.publish(name))):
                continue
            with concurrent.futures.ThreadPoolExecutor(len(work)) as pool:
                for check, done in work.items():
                    pool.submit(self.note, "publishers", name, check, done)
            self.note("publishers", name, "ends", lambda: self._ends(running[0]))

    def _ends(self, publisher):
        """An encoder that is stopped goes without an error."""
        left = self.house.told("publisher left")
        status = publisher.end()
        # ffmpeg counts a signal as an error.
        readers.require(status in (0, 255), f"ended with {status}: {publisher.text()[-300:]}")
        readers.require("ERROR" not in publisher.text(), publisher.text()[-300:])
        wait("the publisher's end", lambda: self.house.told("publisher left") > left)

    # MARK: Oddities

    def oddities(self):
        """Encoders of unusual clocks and tracks, each in a room without a stream before it."""
        address = self.house.live("live.mp4", OTHER)
        for name, encoder in ODD.items():
            running = []
            if not self.note("oddities", name, "publishes", lambda: running.append(
                    self.publish("ffmpeg", encoder=encoder, room=OTHER))):
                continue
            with concurrent.futures.ThreadPoolExecutor(2) as pool:
                pool.submit(self.note, "oddities", name, "ffmpeg", lambda: readers.decodes(address, 8))
                pool.submit(self.note, "oddities", name, "ffprobe", lambda: self._odd(name, address))
            running[0].end()

    @staticmethod
    def _odd(name, address):
        tracks = readers.packets(address, 8)
        # A stream keeps its sound when another encoder without any goes on with it: then there is silence.
        wanted = {"sound alone": {"audio"}}.get(name, {"video", "audio"})
        readers.require(wanted <= set(tracks), f"tracks {sorted(tracks)}")
        words = []
        for kind, (facts, times) in sorted(tracks.items()):
            readers.require(len(times) > 100, f"{len(times)} frames of {kind}")
            words.append(f"{kind}: {len(times)} frames, steps of {readers.steady(times, 0.2)} ms at most")
        if name == "B-frames":
            readers.require(tracks["video"][0]["has_b_frames"] > 0, "no B-frames")
        if name == "44.1 kHz, mono":
            facts = tracks["audio"][0]
            readers.require((facts["sample_rate"], facts["channels"]) == ("44100", 1), "another sound")
        return "; ".join(words)

    # MARK: Another publisher

    def takeover(self):
        """Readers that stay while publishers die, freeze and come back."""
        first = self.publish("ffmpeg")
        captures = {}
        threads = [threading.Thread(
            target=lambda name=name: captures.update({name: readers.capture(self.house.live(name), 22)}))
            for name in ("live.mp4", "live.flv")]
        for thread in threads:
            thread.start()
        time.sleep(2)
        first.kill()
        second = self.publish("rtmp2sink", 480, 270)
        time.sleep(2)
        second.halt()
        replaced = self.house.told("publisher replaced")
        third = self.publish("ffmpeg", 320, 180)
        self.note("takeover", "half-open rtmp2sink", "replaced by ffmpeg", lambda: readers.require(
            self.house.told("publisher replaced") > replaced, "the log does not say so"))
        time.sleep(4)
        # The same encoder in the same size: the same piece and the same file go on, with a pause in both tracks.
        third.kill()
        fourth = self.publish("ffmpeg", 320, 180)
        for thread in threads:
            thread.join()
        second.kill()
        fourth.end()
        sizes = [(640, 360), (480, 270), (320, 180)]
        pieces = readers.by_initialisation(captures["live.mp4"])
        self.note("takeover", "live.mp4", "three pictures", lambda: readers.require(
            len(pieces) == 3, f"{len(pieces)} initialisation segments"))
        for piece, (width, height) in zip(pieces, sizes):
            path = self.folder / f"takeover-{width}.mp4"
            path.write_bytes(piece)
            self.note("takeover", "live.mp4", f"ffmpeg, {width}x{height}", lambda: readers.ffmpeg_explode(
                str(path), width, height, seconds=1.5, live=False))
        self.note("takeover", "live.flv", "times and sizes", lambda: self._flv(captures["live.flv"]))

    def _flv(self, data):
        found, end = readers.tags(data)
        path = self.folder / "takeover.flv"
        path.write_bytes(data[:end])
        configurations = [body for kind, _, body in found if kind == 9 and body[1] == 0]
        readers.require(len(configurations) == 3, f"{len(configurations)} configurations of video")
        for kind, name in ((9, "video"), (8, "audio")):
            times = [at for tag, at, body in found if tag == kind and body[1] == 1]
            readers.require(all(a < b for a, b in zip(times, times[1:])), f"{name} goes back")
        readers.decodes(str(path))
        return f"{len(found)} tags"

    # MARK: Pages

    def pages(self):
        """Chromium and Firefox stay while publishers die, freeze and come back."""
        chromium, firefox = Chromium(), None
        try:
            firefox = Firefox()
            firefox.go(self.house.page(token=self.house.token("viewer", "ana")))
            pages = [chromium.page(self.house.page()), firefox]
            publisher = self.publish("ffmpeg")
            for page in pages:
                self.note("pages", page.name, "plays live", lambda: self._plays(page, WIDTH))
                # A page that loads again forgets this; a player that connects again counts.
                page.evaluate("""(() => {
                    window.connections = 0;
                    const Socket = window.WebSocket;
                    window.WebSocket = class extends Socket {
                        constructor(...values) { super(...values); window.connections += 1; }
                    };
                })()""")
            publisher.kill()
            publisher = self.publish("ffmpeg", 480, 270)
            for page in pages:
                self.note("pages", page.name, "plays on after kill -9 in another size",
                          lambda: self._plays_on(page, 480))
            publisher.halt()
            frozen, publisher = publisher, self.publish("rtmp2sink", 320, 180)
            for page in pages:
                self.note("pages", page.name, "plays on when a half-open publisher is replaced",
                          lambda: self._plays_on(page, 320))
            frozen.kill()
            publisher.end()
            publisher = self.publish("ffmpeg", encoder=ODD["sound alone"])
            for page in pages:
                self.note("pages", page.name, "plays on when only sound comes", lambda: self._plays_on(page, 0))
            publisher.kill()
            publisher = self.publish("ffmpeg", 480, 270)
            for page in pages:
                self.note("pages", page.name, "plays on when the picture is back", lambda: self._plays_on(page, 480))
            self.note("pages", "Firefox", "offers the sound that it may not begin with",
                      lambda: self._offers_sound(firefox))
            self.note("pages", "Firefox", "is told that it cannot co-host",
                      lambda: self._co_hosts(chromium, firefox))
            publisher.end()
            for page in pages:
                self.note("pages", page.name, "console", lambda: self._is_quiet(page))
        finally:
            chromium.end()
            if firefox:
                firefox.end()

    @staticmethod
    def _plays(page, width):
        video = "document.querySelector('[data-test=\"video\"]')"
        page.wait(f"a picture {width} wide",
                  f"window.player?.state === 'playing' && {video}.videoWidth === {width}"
                  f" && {video}.checkVisibility()")
        page.wait("a settled player", "player.ahead < 1")
        state = f"[{video}.currentTime, player.ahead, player.stalls, performance.now()]"
        before = page.evaluate(state)
        time.sleep(4)
        after = page.evaluate(state)
        moved, lasted = after[0] - before[0], (after[3] - before[3]) / 1000
        words = (f"{moved:.1f} s of picture in {lasted:.1f} s, {after[1] * 1000:.0f} ms ahead,"
                 f" {after[2] - before[2]} stalls")
        readers.require(0.8 < moved / lasted < 1.2 and 0 < after[1] < 1, words)
        return words

    @classmethod
    def _plays_on(cls, page, width):
        words = cls._plays(page, width)
        connections = page.evaluate("window.connections")
        readers.require(connections == 0, f"connected again: {connections}")
        return words

    @staticmethod
    def _is_quiet(page):
        # Firefox notes each play() with sound that it refuses; the page then plays without and offers a button.
        said = [line for line in page.complaints() if "Autoplay is only allowed" not in line]
        readers.require(not said, "; ".join(said))

    @staticmethod
    def _offers_sound(firefox):
        button = "document.querySelector('[data-test=\"sound\"]')"
        readers.require(firefox.evaluate(f"player.isMuted && {button}.checkVisibility()"), "there is no button")
        return firefox.text("sound")

    def _co_hosts(self, chromium, firefox):
        host = chromium.page(self.house.page("host", self.house.token("host", "mei")))
        host.click("start-co-host")
        firefox.click("answer-send-apply")
        host.click("answer-send-accept-1")
        said = wait("a sentence for co-hosts", lambda: firefox.text("studio-notice"))
        readers.require("Firefox" in said and "cannot" in said, f"it says: {said}")
        readers.require(firefox.evaluate("document.querySelector('[data-test=\"studio-begin\"]').hidden"),
                        "it offers to begin all the same")
        return said

    # MARK: Refusals

    def refusals(self):
        """Publishers that must be told why they may not publish."""
        keys = {
            "wrong key": ("nonsense", "this is not a stream key of this server"),
            "expired key": (self.house.expired_key(), "the stream key has expired"),
            "other room's key": (f"{ROOM}?token={self.house.key(room=OTHER)}", "the stream key is for another room"),
        }
        for check, (key, words) in keys.items():
            for name in PUBLISHERS:
                self.note("refusals", name, check, lambda: self._refused(name, key, words))
        words = "set the encoder to 8 bits and 4:2:0"
        for name, encoder in DEEP.items():
            # rtmp2sink does not show what comes once it may publish; the server's log has it.
            self.note("refusals", name, "H.264 in 4:4:4", lambda: self._refused(
                name, self.house.key(), words, encoder, is_shown=name != "rtmp2sink"))
        shown = self.publish("ffmpeg")
        replaced = self.house.told("publisher replaced")
        for codec, (encoder, words) in ENHANCED.items():
            self.note("refusals", "ffmpeg 8", codec, lambda: self._refused(
                "ffmpeg 8", self.house.key(), words, encoder))
        for check, (tag, words) in TAGS.items():
            self.note("refusals", "one tag", check, lambda: self._tag_refused(tag, words))
        self.note("refusals", "ffmpeg", "is shown all the while", lambda: readers.require(
            shown.process.poll() is None and self.house.told("publisher replaced") == replaced,
            "a publisher that was refused took its place"))
        shown.end()

    def _refused(self, name, key, words, encoder=None, is_shown=True):
        told = self.house.told("publisher refused", words)
        publisher = self.start(name, key, encoder=encoder)
        try:
            status = publisher.process.wait(20)
        except subprocess.TimeoutExpired:
            publisher.kill()
            raise Failure("still there after 20 s") from None
        readers.require(status != 0, "ended as if all were well")
        readers.require(self.house.told("publisher refused", words) > told, "the server's log does not say so")
        readers.require(words in publisher.text() or not is_shown, f"its own log: {publisher.text()[-300:]}")
        return words

    def _tag_refused(self, tag, words):
        told = self.house.told("publisher refused", words)
        said = publish_tag(self.house.stream_port, self.house.key(), tag)
        readers.require(words in said and "H.264" in said, f"it was told: {said[-200:]!r}")
        readers.require(self.house.told("publisher refused", words) > told, "the server's log does not say so")
        return f"{words} …"

    # MARK: HEVC and AV1

    def codecs(self):
        """A house that takes both, with encoders that send them."""
        if NEWER == "none":
            return
        folder = self.folder / "codecs"
        folder.mkdir()
        house = House(self.house.command, folder, CONFIGURED)
        check = Check(house, folder)
        check.rows, check.lock = self.rows, self.lock
        chromium = Chromium()
        try:
            page = chromium.page(house.page())
            for codec in CONFIGURED:
                check._codec(codec, page)
            # The page that could not play one plays the next.
            publisher = check.publish("ffmpeg", 480, 270)
            check.note("codecs", "h264", "plays in Chromium again", lambda: check._plays(page, 480))
            publisher.end()
            check.note("codecs", "Chromium", "console", lambda: check._is_quiet(page))
            house.stop()
            files = sorted(house.recordings.glob("*.mp4"), key=lambda file: file.stat().st_mtime_ns)
            check.note("codecs", "recordings", "are there", lambda: readers.require(len(files) == 3, f"{len(files)}"))
            for codec, file in zip(CONFIGURED, files):
                check.note("codecs", codec, "recording", lambda: readers.ffmpeg_explode(
                    str(file), 320, 180, seconds=1, live=False))
        finally:
            chromium.end()
            house.kill()

    def _codec(self, codec, page):
        mp4, size = self.house.live("live.mp4"), (320, 180)
        running = []
        if not self.note("codecs", codec, "publishes", lambda: running.append(
                self.publish("ffmpeg 8", *size, encoder=CONFIGURED[codec]))):
            return
        self.note("codecs", codec, "page", lambda: self._played_or_told(codec, page))
        self.note("codecs", codec, "ffmpeg mp4", lambda: readers.ffmpeg_explode(mp4, *size))
        self.note("codecs", codec, "ffprobe mp4", lambda: readers.ffprobe(mp4, *size, codec=codec))
        # The newer ffmpeg knows enhanced tags but may have no decoder of AV1; Debian's is the other way round.
        copy = self.folder / f"{codec}.mkv"
        self.note("codecs", codec, "ffmpeg 8 flv", lambda: (
            readers.copied(NEWER, self.house.live("live.flv"), copy),
            readers.ffmpeg_explode(str(copy), *size, live=False))[1])
        self.note("codecs", codec, "HLS", lambda: self._hls(codec))
        self.note("codecs", codec, "ends", lambda: self._ends(running[0]))

    def _played_or_told(self, codec, page):
        """A page plays what its browser can, and says in its language what it cannot."""
        name = {"hevc": "hvc1.1.6.L60.90", "av1": "av01.0.00M.08"}[codec]
        if page.evaluate(f"MediaSource.isTypeSupported('video/mp4; codecs=\"{name},mp4a.40.2\"')"):
            return self._plays(page, 320)
        chinese = page.browser.page(self.house.page().replace("lang=en", "lang=zh"))
        for shown, words in ((page, "cannot play the picture; another browser may"), (chinese, "可以换一个浏览器试试")):
            shown.wait("a player that gives up", "window.player?.state === 'unsupported'")
            said = shown.text("video-note")
            readers.require(words in said, f"it says: {said!r}")
        chinese.evaluate("player.close()")
        return f"not played by this browser; its viewer reads: {page.text('video-note')}, {said}"

    def _hls(self, codec):
        address = self.house.live("hls/live.m3u8")
        with urllib.request.urlopen(address, timeout=10) as answer:
            text = answer.read().decode()
        name = re.search('CODECS="([^"]*)"', text)[1]
        readers.require(name.startswith({"hevc": "hvc1.", "av1": "av01."}[codec]), name)
        tracks = readers.packets(address, 4)
        readers.require(tracks["video"][0]["codec_name"] == codec, str(tracks["video"][0]["codec_name"]))
        return f"{name}, {len(tracks['video'][1])} frames"

    # MARK: Recordings

    def recording(self):
        """After the server's end: whatever was published is in files that play."""
        status = self.house.stop()
        self.note("recording", "server", "ends", lambda: readers.require(status == 0, f"ended with {status}"))
        files, odd = (sorted(self.house.recordings.glob(f"{room}-*.mp4"), key=lambda file: file.stat().st_mtime_ns)
                      for room in (ROOM, OTHER))
        self.note("recording", "files", "are there", lambda: (
            readers.require(files or odd, "there are none"), f"{len(files)} and {len(odd)} files")[1])
        for number, file in enumerate(odd, 1):
            self.note("recording", f"odd file {number}", "ffmpeg", lambda: readers.decodes(str(file)))
        # Those of the pages have a part without a picture.
        for number, file in enumerate(files, 1):
            if self._size(file) == (0, 0):
                self.note("recording", f"file {number}", "ffmpeg, sound alone", lambda: readers.decodes(str(file)))
                continue
            width, height = self._size(file)
            for check, reader in (("ffmpeg", readers.ffmpeg_explode), ("ffprobe", readers.ffprobe)):
                self.note("recording", f"file {number}", check,
                          lambda: f"{width}x{height}, " + reader(str(file), width, height, seconds=1, live=False))

    @staticmethod
    def _size(file):
        done = readers.run(["ffprobe", "-v", "error", "-select_streams", "v", "-show_entries",
                            "stream=width,height", "-of", "csv=p=0", str(file)])
        width, _, height = done.stdout.decode().strip().partition(",")
        return int(width or 0), int(height or 0)

    # MARK: The table

    def table(self):
        """Publishers by readers, then every other check."""
        rows = [row for row in self.rows if row["part"] == "publishers"]
        checks = list(dict.fromkeys(row["check"] for row in rows))
        order = ["publishes", "ffmpeg mp4", "ffmpeg flv", "ffprobe mp4", "ffprobe flv", "flvmeta", "gst file",
                 "gst live", "ends"]
        checks.sort(key=order.index)
        lines = []
        if rows:
            lines.append("".join(f"{title:<13}" for title in ["publisher", *checks]))
            for name in PUBLISHERS:
                cells = {row["check"]: "ok" if row["ok"] else "FAILED" for row in rows if row["subject"] == name}
                lines.append("".join(f"{cell:<13}" for cell in [name, *(cells.get(c, "-") for c in checks)]))
            lines.append("")
        for row in self.rows:
            if row["part"] != "publishers" or not row["ok"]:
                lines.append(f"{'ok' if row['ok'] else 'FAILED':<8}{row['part']:<12}{row['subject']:<24}"
                             f"{row['check']}: {row['words']}")
        return "\n".join(line.rstrip() for line in lines)


def versions():
    def first_line(*command):
        text = subprocess.run(command, capture_output=True, text=True).stdout.strip()
        return text.splitlines()[0] if text else "?"
    return {
        "ffmpeg": first_line("ffmpeg", "-version").split()[2], "flvmeta": first_line("flvmeta", "--version"),
        "GStreamer": first_line("gst-launch-1.0", "--version").split()[-1],
        "Chromium": first_line("chromium", "--version").split()[1],
        "Firefox": first_line("firefox-esr", "--version").split()[-1],
    }


def main():
    parser = argparse.ArgumentParser(prog="run.sh", description=__doc__)
    parser.add_argument("playhouse")
    parser.add_argument("--json", action="store_true", help="prints the rows as JSON")
    parser.add_argument("--keep", type=pathlib.Path, help="keeps what the peers said in this folder")
    parser.add_argument("--only", default=",".join(PARTS), help="parts, with commas between them")
    options = parser.parse_args()
    parts = options.only.split(",")
    if unknown := set(parts) - set(PARTS):
        parser.error(f"unknown part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    folder = options.keep or pathlib.Path(tempfile.mkdtemp(prefix="playhouse-peers-"))
    folder.mkdir(parents=True, exist_ok=True)
    found = versions()
    print(", ".join(f"{name} {version}" for name, version in found.items()), file=sys.stderr)
    house = House(options.playhouse, folder.resolve())
    check = Check(house, folder.resolve())
    try:
        for part in PARTS:
            if part in parts:
                print(part, file=sys.stderr)
                # What breaks a part is a failure of the part; the others are tried all the same.
                try:
                    getattr(check, part)()
                except (Failure, OSError) as failure:
                    check.note(part, "-", "all", lambda: readers.require(False, str(failure)))
    finally:
        if house.process.poll() is None:
            house.kill()
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
    failed = [row for row in check.rows if not row["ok"]]
    if options.json:
        print(json.dumps({"versions": found, "rows": check.rows}, indent=1))
    else:
        print(check.table())
        print(f"check-peers: {len(check.rows) - len(failed)} passed, {len(failed)} failed")
    sys.exit(1 if failed or not check.rows else 0)


main()
