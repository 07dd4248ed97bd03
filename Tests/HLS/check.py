"""Reads low-latency HLS with m3u8 and with hls.js in Chromium; run.sh starts what is read."""

import http.server
import json
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

import m3u8

base, script = sys.argv[1], sys.argv[2]
SECONDS = 12


def fetch(name):
    with urllib.request.urlopen(base + name, timeout=30) as answer:
        return answer.read()


def wait_for_stream():
    for _ in range(100):
        try:
            return fetch("live.m3u8")
        except urllib.error.HTTPError:
            time.sleep(0.2)
    sys.exit("check.py: there is no stream")


def check_m3u8():
    """Follows the playlist for some seconds, part by part."""
    master = m3u8.loads(wait_for_stream().decode())
    assert master.is_variant and master.playlists[0].stream_info.codecs, "no codecs"
    uri = master.playlists[0].uri
    playlist = m3u8.loads(fetch(uri).decode())
    parts = 0
    for _ in range(30):
        assert playlist.server_control.can_block_reload == "YES"
        target = playlist.part_inf.part_target
        assert playlist.server_control.part_hold_back >= 3 * target
        hint = playlist.preload_hint.uri
        number, part = hint.removesuffix(".m4s").split(".")
        body = fetch(hint)
        playlist = m3u8.loads(fetch(f"{uri}?_HLS_msn={number}&_HLS_part={part}").decode())
        listed = [p for s in playlist.segments for p in s.parts]
        listed += [p for p in getattr(playlist, "partial_segments", None) or []]
        assert hint in [p.uri for p in listed], f"{hint} is not listed"
        assert all(p.duration <= target for p in listed), "a part is too long"
        assert body[4:8] == b"prft", "a part is no fragment"
        parts += 1
    delta = fetch(f"{uri}?_HLS_skip=YES").decode()
    print(f"m3u8: {parts} parts, each under the name that was hinted; delta of {len(delta)} bytes")


PAGE = """<!doctype html><video muted playsinline></video><script type="module">
import { t as play } from "/hls.js";
const video = document.querySelector("video");
const errors = [];
const hls = play(video, "BASElive.m3u8", () => video.play());
hls.on("hlsError", (_, data) => errors.push(`${data.fatal ? "fatal " : ""}${data.details}`));
let parts = 0;
hls.on("hlsFragLoaded", (_, data) => { if (data.part) parts += 1; });
await new Promise((done) => setTimeout(done, SECONDS * 500));
const start = video.currentTime;
await new Promise((done) => setTimeout(done, SECONDS * 500));
await fetch("/result", { method: "POST", body: JSON.stringify({
    moved: video.currentTime - start, latency: hls.latency, target: hls.targetLatency, parts, errors,
    width: video.videoWidth, version: hls.constructor.version }) });
</script>"""


class Handler(http.server.BaseHTTPRequestHandler):
    result = None
    is_done = threading.Event()

    def do_GET(self):
        if self.path == "/hls.js":
            kind, body = "text/javascript", open(script, "rb").read()
        else:
            page = PAGE.replace("BASE", base).replace("SECONDS", str(SECONDS))
            kind, body = "text/html", page.encode()
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        Handler.result = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(204)
        self.end_headers()
        Handler.is_done.set()

    def log_message(self, *_):
        pass


def check_hls_js():
    """Plays for some seconds in Chromium."""
    chromium = shutil.which("chromium") or sys.exit("check.py: chromium is not installed")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = subprocess.Popen(
            [chromium, "--headless=new", "--no-sandbox", "--disable-gpu", "--mute-audio",
             "--autoplay-policy=no-user-gesture-required", f"--user-data-dir={profile}",
             "--remote-debugging-port=0", f"http://127.0.0.1:{server.server_address[1]}/"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            if not Handler.is_done.wait(60 + SECONDS):
                sys.exit("check.py: the page did not answer")
        finally:
            browser.kill()
            browser.wait()
    result = Handler.result
    print("hls.js:", json.dumps(result))
    assert result["width"] == 640, "no picture"
    assert result["moved"] > SECONDS / 4, "the picture stands still"
    assert result["parts"] > 10, "no parts were read"
    assert not [e for e in result["errors"] if e.startswith("fatal")], "a fatal error"


check_m3u8()
check_hls_js()
print("check-hls: 2 passed, 0 failed")
