"""Runs OBS under Xvfb against a playhouse, reads its stream and prints the host's readings; obs.sh says how."""

import argparse
import fcntl
import json
import os
import pathlib
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import urllib.request

import readers
from browsers import Chromium
from house import ROOM, Failure, House, wait

WIDTH, HEIGHT, RATE = 640, 360, 30
# 0x1D000002 is 29.0.2: without it OBS takes the settings for those of an old one.
GLOBAL = """[General]
FirstRun=true
LastVersion=486539266
EnableAutoUpdates=false
InfoIncrement=99

[Basic]
Profile=Playhouse
ProfileDir=Playhouse
SceneCollection=Playhouse
SceneCollectionFile=Playhouse

[OBSWebSocket]
FirstLoad=false
ServerEnabled=false
"""
# Simple output, as OBS sets itself up: x264 veryfast, keyframes where the encoder likes.
PROFILE = f"""[General]
Name=Playhouse

[Output]
Mode=Simple

[Video]
BaseCX={WIDTH}
BaseCY={HEIGHT}
OutputCX={WIDTH}
OutputCY={HEIGHT}
FPSCommon={RATE}

[Audio]
SampleRate=48000
ChannelSetup=Stereo

[SimpleOutput]
VBitrate=800
ABitrate=128
"""


def raise_loopback():
    """Switches lo on in a new network namespace, without any tool (netdevice(7))."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        get, put, up = 0x8913, 0x8914, 1
        request = fcntl.ioctl(any_socket, get, struct.pack("16sh22x", b"lo", 0))
        flags = struct.unpack("16sh22x", request)[1]
        fcntl.ioctl(any_socket, put, struct.pack("16sh22x", b"lo", flags | up))


def configure(home, clip, server, key, settings):
    """Writes what a person would set by hand: one scene that plays a clip, and where to stream to."""
    folder = home / ".config" / "obs-studio"
    profile, scenes = folder / "basic" / "profiles" / "Playhouse", folder / "basic" / "scenes"
    for place in (profile, scenes):
        place.mkdir(parents=True)
    (folder / "global.ini").write_text(GLOBAL)
    (profile / "basic.ini").write_text(PROFILE + settings)
    (profile / "service.json").write_text(json.dumps({
        "type": "rtmp_custom", "settings": {"server": server, "key": key, "use_auth": False, "bwtest": False}}))
    (scenes / "Playhouse.json").write_text(json.dumps({
        "name": "Playhouse", "current_scene": "Show", "current_program_scene": "Show",
        "scene_order": [{"name": "Show"}],
        "sources": [
            {"id": "ffmpeg_source", "versioned_id": "ffmpeg_source", "name": "Clip", "mixers": 255, "volume": 1.0,
             "settings": {"local_file": str(clip), "is_local_file": True, "looping": True}},
            {"id": "scene", "versioned_id": "scene", "name": "Show", "settings": {
                "id_counter": 1, "custom_size": False, "items": [
                    {"name": "Clip", "id": 1, "visible": True, "pos": {"x": 0.0, "y": 0.0},
                     "scale": {"x": 1.0, "y": 1.0}}]}},
        ]}))


class Obs:
    """OBS on a screen of its own."""

    def __init__(self, home, log):
        self.path, self.processes = log, []
        reading, writing = os.pipe()
        screen = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x720x24", "-nolisten", "tcp"],
            pass_fds=[writing], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.processes.append(screen)
        os.close(writing)
        with os.fdopen(reading) as pipe:
            display = pipe.readline().strip()
        if not display:
            self.end()
            raise Failure("Xvfb did not start")
        environment = os.environ | {
            "DISPLAY": f":{display}", "HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config"),
            "XDG_RUNTIME_DIR": str(home), "LIBGL_ALWAYS_SOFTWARE": "1", "QT_QPA_PLATFORM": "xcb", "LC_ALL": "C.UTF-8"}
        environment.pop("WAYLAND_DISPLAY", None)
        self.processes.append(subprocess.Popen(
            ["obs", "--multi", "--profile", "Playhouse", "--collection", "Playhouse", "--scene", "Show",
             "--disable-updater", "--disable-missing-files-check", "--startstreaming"],
            env=environment, stdin=subprocess.DEVNULL, stdout=log.open("wb"), stderr=subprocess.STDOUT))

    def text(self):
        return self.path.read_text(errors="replace")

    def end(self):
        for process in reversed(self.processes):
            process.kill()
            process.wait()


def ask(house, path, token, method="GET"):
    request = urllib.request.Request(
        f"http://127.0.0.1:{house.port}{path}", method=method, headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def make_clip(path):
    """Something that moves and sounds; without B-frames, so that it begins at 0."""
    done = readers.run([
        "ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", f"testsrc2=size={WIDTH}x{HEIGHT}:rate={RATE}",
        "-f", "lavfi", "-i", "sine=440:sample_rate=48000", "-t", "20", "-c:v", "libx264", "-preset", "ultrafast",
        "-bf", "0", "-pix_fmt", "yuv420p", "-c:a", "aac", "-ac", "2", str(path)])
    readers.require(done.returncode == 0, done.stderr.decode(errors="replace")[-300:])


# As OBS is when nobody has changed anything; and as the card at the host's desk advises.
SETTINGS = {
    "defaults": "",
    "as advised": "UseAdvanced=true\nPreset=veryfast\nx264Settings=tune=zerolatency bframes=0 keyint=60\n",
}


class Trial:
    """OBS with some settings, and what came of it."""

    def __init__(self, house, chromium, folder):
        self.house, self.chromium, self.folder = house, chromium, folder
        self.rows = []

    def note(self, subject, check, work):
        try:
            is_good, words = True, work() or ""
        except Failure as failure:
            is_good, words = False, str(failure)
        words = " ".join(words.split())
        self.rows.append({"subject": subject, "check": check, "ok": is_good, "words": words})
        print(f"{'ok' if is_good else 'FAILED':<8}{subject:<12}{check}: {words}", file=sys.stderr)

    def run(self, subject, clip, advised):
        """Streams until two keyframes have come; the readings of the host's desk then."""
        token = self.house.token("host", "mei")
        setup = ask(self.house, f"/v1/rooms/{ROOM}/stream-keys", token, "POST")
        home = self.folder / f"home-{len(self.rows)}"
        home.mkdir(mode=0o700)
        configure(home, clip, setup["address"], setup["key"], advised)
        desk = self.chromium.page(self.house.page("host", token))
        began = self.house.told("publisher began")
        obs = Obs(home, self.folder / f"obs-{len(self.rows)}.log")
        try:
            wait("OBS to publish", lambda: self.house.told("publisher began") > began, 60)
            mp4, flv = self.house.live("live.mp4"), self.house.live("live.flv")
            size = (WIDTH, HEIGHT)
            desk.wait("two keyframes", f"{READINGS}?.live && {READINGS}.keyframeMilliseconds !== null", 40)
            self.note(subject, "ffmpeg mp4", lambda: readers.ffmpeg_explode(mp4, *size))
            self.note(subject, "ffmpeg flv", lambda: readers.ffmpeg_explode(flv, *size))
            self.note(subject, "ffprobe mp4", lambda: readers.ffprobe(mp4, *size))
            self.note(subject, "gst live", lambda: readers.gstreamer(
                f"souphttpsrc location={mp4}", *size, self.folder / "gst.log"))
            found = desk.evaluate(READINGS)
            found["sentences"] = desk.evaluate(
                "[...document.querySelectorAll('[data-warning]')].map((line) => line.innerText)")
            self.note(subject, "no complaint of its own", lambda: readers.require(
                "Streaming Start" in obs.text() and "disconnected" not in obs.text().lower(), obs.text()[-500:]))
            return found
        except Failure as failure:
            raise Failure(f"{failure}; OBS: {obs.text()[-500:]}") from None
        finally:
            left = self.house.told("publisher left")
            obs.end()
            wait("the publisher's end", lambda: self.house.told("publisher left") > left)


def refused(house, clip, folder):
    """What OBS shows of a key that is none."""
    words = "this is not a stream key of this server"
    home = folder / "home-refused"
    home.mkdir(mode=0o700)
    configure(home, clip, house.ingest(""), "nonsense", "")
    obs = Obs(home, folder / "obs-refused.log")
    try:
        wait("the refusal in OBS's log", lambda: words in obs.text(), 60)
        readers.require(house.told("publisher refused", words) == 1, "OBS tries again and again")
    finally:
        obs.end()
    return words


READINGS = 'playhouse.states.get("stream-readings")'


def judge(subject, found):
    """What the host must be told of these settings."""
    told = set(found["warnings"])
    words = (f"keyframes {found['keyframeMilliseconds'] / 1000:.1f} s apart,"
             f" B-frames {'yes' if found['reordering'] else 'no'}, warnings {sorted(told)}")
    readers.require(found["codecs"].startswith("avc1.") and "mp4a" in found["codecs"], found["codecs"])
    readers.require((found["width"], found["height"]) == (WIDTH, HEIGHT), "another size")
    if subject == "defaults":
        readers.require({"keyframes", "reordering"} <= told, f"warnings are missing: {words}")
        readers.require(len(found["sentences"]) == len(told), "a warning without a sentence")
    else:
        readers.require(not told & {"keyframes", "reordering", "group", "noSound", "silence"}, words)
        readers.require(found["keyframeMilliseconds"] <= 2_100, words)
    return words


def main():
    parser = argparse.ArgumentParser(prog="obs.sh", description=__doc__)
    parser.add_argument("playhouse")
    parser.add_argument("--json", action="store_true", help="prints rows and readings as JSON")
    parser.add_argument("--keep", type=pathlib.Path, help="keeps what OBS said in this folder")
    options = parser.parse_args()
    raise_loopback()
    folder = options.keep or pathlib.Path(tempfile.mkdtemp(prefix="playhouse-obs-"))
    folder.mkdir(parents=True, exist_ok=True)
    folder = folder.resolve()
    version = subprocess.run(["obs", "--version"], capture_output=True, text=True).stdout.strip()
    house, chromium, found = House(options.playhouse, folder), None, {}
    try:
        chromium = Chromium()
        trial = Trial(house, chromium, folder)
        make_clip(folder / "clip.mp4")
        for subject, advised in SETTINGS.items():
            try:
                found[subject] = trial.run(subject, folder / "clip.mp4", advised)
                trial.note(subject, "readings", lambda: judge(subject, found[subject]))
            except Failure as failure:
                trial.note(subject, "all", lambda: readers.require(False, str(failure)))
        trial.note("wrong key", "refused in words", lambda: refused(house, folder / "clip.mp4", folder))
    finally:
        house.kill()
        if chromium:
            chromium.end()
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
    failed = [row for row in trial.rows if not row["ok"]]
    if options.json:
        print(json.dumps({"version": version, "rows": trial.rows, "readings": found}, indent=1))
    else:
        print(version)
        for subject, values in found.items():
            print(f"\nreadings, {subject}")
            for name, value in values.items():
                print(f"  {name:<22}{value}")
        print(f"\ncheck-obs: {len(trial.rows) - len(failed)} passed, {len(failed)} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
