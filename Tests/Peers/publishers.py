"""Encoders that send a moving picture and a tone; and a hand that sends a single tag."""

import functools
import os
import signal
import socket
import struct
import subprocess

RATE = 30


def ffmpeg(address, width, height, colours="yuv420p", program="ffmpeg", video="libx264", audio="aac",
           rate=48_000, channels=2, more=()):
    """Debian's, or another one; without a track where its codec is None."""
    command = [program, "-nostdin", "-v", "info", "-nostats"]
    if video:
        command += ["-re", "-f", "lavfi", "-i", f"testsrc2=size={width}x{height}:rate={RATE}"]
    if audio:
        command += ["-re", "-f", "lavfi", "-i", f"sine=440:sample_rate={rate}"]
    if video:
        command += ["-c:v", video, "-g", "60", "-pix_fmt", colours, "-b:v", "800k"]
    if video == "libx264":
        command += ["-preset", "ultrafast", "-tune", "zerolatency"]
    if audio:
        command += ["-c:a", audio, "-ac", str(channels)]
    return [*command, *more, "-f", "flv", address]


def _gstreamer(sink, address, width, height, colours="I420"):
    return ["gst-launch-1.0", "-e",
            *("videotestsrc is-live=true pattern=ball !"
              f" video/x-raw,format={colours},width={width},height={height},framerate={RATE}/1 ! x264enc"
              " tune=zerolatency speed-preset=ultrafast bitrate=800 key-int-max=60 ! h264parse !"
              " queue ! flvmux name=mux streamable=true audiotestsrc is-live=true !"
              " audio/x-raw,rate=48000,channels=2 ! avenc_aac ! aacparse ! queue ! mux. mux. !").split(),
            sink, f"location={address}"]


PUBLISHERS = {
    "ffmpeg": ffmpeg,
    "rtmp2sink": functools.partial(_gstreamer, "rtmp2sink"),
    "rtmpsink": functools.partial(_gstreamer, "rtmpsink"),
}
# An ffmpeg that speaks enhanced RTMP, which Debian's does not yet.
NEWER = os.environ.get("PEERS_FFMPEG", "none")
ENHANCED = {}
if NEWER != "none":
    PUBLISHERS["ffmpeg 8"] = functools.partial(ffmpeg, program=NEWER)
    ENHANCED = {
        "HEVC": ({"video": "libx265"}, "HEVC (H.265) video cannot be played"),
        "AV1": ({"video": "libsvtav1"}, "AV1 video cannot be played"),
        "VP9": ({"video": "libvpx-vp9", "more": ("-deadline", "realtime")}, "VP8 or VP9 video cannot be played"),
        "Opus": ({"audio": "libopus"}, "Opus sound is not taken"),
        "FLAC": ({"audio": "flac"}, "sound is not taken"),
    }
    ENHANCED = {name: (functools.partial(ffmpeg, program=NEWER, **values), words)
                for name, (values, words) in ENHANCED.items()}
# The same where they are taken, as fast as they go; by the coding's name in FFmpeg and in a configuration.
CONFIGURED = {
    "hevc": functools.partial(ffmpeg, program=NEWER, video="libx265", more=(
        "-preset", "ultrafast", "-tune", "zerolatency", "-x265-params", "log-level=error")),
    "av1": functools.partial(ffmpeg, program=NEWER, video="libsvtav1", more=(
        "-preset", "12", "-svtav1-params", "pred-struct=1:rc=2")),
}
# Seconds that the encoder's clock begins with; 24, 31 bits of milliseconds are full some seconds later. ffmpeg's
# tags have 31 bits.
ODD = {
    "clock past 24 bits": functools.partial(ffmpeg, more=("-output_ts_offset", "16772")),
    "clock past 31 bits": functools.partial(ffmpeg, more=("-output_ts_offset", "2147478")),
    "B-frames": functools.partial(
        ffmpeg, more=("-preset", "veryfast", "-tune", "animation", "-bf", "3", "-b_strategy", "0")),
    "picture alone": functools.partial(ffmpeg, audio=None),
    "sound alone": functools.partial(ffmpeg, video=None),
    "44.1 kHz, mono": functools.partial(ffmpeg, rate=44_100, channels=1),
}
# What they make of a picture in full colours; GStreamer does so unasked.
DEEP = {
    "ffmpeg": functools.partial(ffmpeg, colours="yuv444p"),
    "rtmp2sink": functools.partial(_gstreamer, "rtmp2sink", colours="Y444"),
}


class Publisher:
    """A running encoder."""

    def __init__(self, command, log):
        self.path = log
        # librtmp tells what the server said only in GStreamer's log.
        self.process = subprocess.Popen(
            ["env", "GST_DEBUG_NO_COLOR=1", "GST_DEBUG=rtmp:5", *command],
            stdin=subprocess.DEVNULL, stdout=log.open("wb"), stderr=subprocess.STDOUT)

    def text(self):
        return self.path.read_text(errors="replace")

    def end(self):
        """Ends it as Ctrl-C does; what it is ended with, None if it had to be killed."""
        self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.kill()
            return None

    def halt(self):
        self.process.send_signal(signal.SIGSTOP)

    def kill(self):
        self.process.kill()
        self.process.wait()


# What no encoder of the distribution sends: a tag of a codec that pages cannot play.

def _text(value):
    return b"\x02" + struct.pack(">H", len(value)) + value.encode()


def _number(value):
    return b"\x00" + struct.pack(">d", value)


def _message(kind, stream, body, on=3):
    """One message in chunks of 128 bytes (RTMP 1.0, section 5.3.1)."""
    head = bytes([on]) + b"\0\0\0" + len(body).to_bytes(3, "big") + bytes([kind])
    pieces = [body[at:at + 128] for at in range(0, len(body), 128)]
    return head + stream.to_bytes(4, "little") + bytes([0xC0 | on]).join(pieces)


def publish_tag(port, key, tag):
    """Publishes one video tag; what the server sent until it closed."""
    with socket.create_connection(("127.0.0.1", port), timeout=15) as connection:
        connection.sendall(b"\x03" + bytes(1536))
        answer = b""
        while len(answer) < 3073:
            answer += connection.recv(4096)
        connection.sendall(answer[1:1537])
        application = b"\x03\x00\x03app" + _text("live") + b"\0\0\x09"
        connection.sendall(_message(20, 0, _text("connect") + _number(1) + application))
        connection.sendall(_message(20, 0, _text("createStream") + _number(2) + b"\x05"))
        connection.sendall(_message(
            20, 1, _text("publish") + _number(3) + b"\x05" + _text(key) + _text("live"), on=4))
        connection.sendall(_message(9, 1, tag, on=6))
        said = b""
        while piece := connection.recv(4096):
            said += piece
        return said.decode("utf-8", "replace")


# Enhanced RTMP: a keyframe's configuration with a FourCC; and what came before it, codec id 12.
TAGS = {
    "HEVC (hvc1)": (b"\x90hvc1" + bytes(23), "HEVC (H.265)"),
    "HEVC (id 12)": (b"\x1c\0\0\0\0" + bytes(23), "HEVC (H.265)"),
    "AV1 (av01)": (b"\x90av01" + bytes(8), "AV1"),
}
