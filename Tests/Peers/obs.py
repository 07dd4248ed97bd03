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

import readers
from house import Failure, House, wait

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

[SimpleOutput]
VBitrate=800
ABitrate=128

[Video]
BaseCX={WIDTH}
BaseCY={HEIGHT}
OutputCX={WIDTH}
OutputCY={HEIGHT}
FPSCommon={RATE}

[Audio]
SampleRate=48000
ChannelSetup=Stereo
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
