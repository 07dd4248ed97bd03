"""Readers of the stream: each says what it saw, or raises Failure."""

import json
import re
import signal
import subprocess
import time
import urllib.request

from house import Failure
from publishers import RATE

SECONDS = 5
AUDIO_RATE, AUDIO_FRAME = 48_000, 1_024


def run(command, limit=60):
    try:
        return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=limit)
    except subprocess.TimeoutExpired:
        raise Failure(f"{command[0]} did not end within {limit} s") from None


def require(is_true, words):
    if not is_true:
        raise Failure(words)


def plausible(video, audio, seconds):
    """Checks times in seconds of what came of each track, in order of decoding."""
    for name, times in (("video", video), ("audio", audio)):
        require(len(times) > 1, f"no {name}")
        back = [at for at in range(1, len(times)) if times[at] <= times[at - 1]]
        require(not back, f"{name} goes back or stands still at {times[back[0]] if back else 0:.3f} s")
    lasted = video[-1] - video[0]
    require(lasted >= seconds * 0.6, f"only {lasted:.1f} s of picture")
    rates = len(video) / (lasted + 1 / RATE), len(audio) * AUDIO_FRAME / AUDIO_RATE / (
        audio[-1] - audio[0] + AUDIO_FRAME / AUDIO_RATE)
    require(0.8 * RATE <= rates[0] <= 1.1 * RATE, f"{rates[0]:.1f} frames a second")
    require(0.8 <= rates[1] <= 1.05, f"{rates[1]:.2f} s of sound a second")
    apart = abs(video[-1] - audio[-1])
    require(apart < 1, f"picture and sound end {apart:.1f} s apart")
    return f"{len(video)} + {len(audio)} frames, {lasted:.1f} s"


def steady(times, most):
    """Checks that no time leaps by more than so many seconds; the largest step, in milliseconds."""
    step = max(b - a for a, b in zip(times, times[1:]))
    require(step <= most, f"a leap of {step:.2f} s")
    return round(step * 1000)


def packets(address, seconds):
    """By kind of track, the facts of ffprobe and the times of decoding, for any stream that plays."""
    done = run(["ffprobe", "-v", "error", "-read_intervals", f"%+{seconds}", "-show_streams", "-show_packets",
                "-of", "json", address])
    errors = done.stderr.decode(errors="replace").strip()
    require(done.returncode == 0 and not errors, f"ffprobe ended with {done.returncode}: {errors[-300:]}")
    found = json.loads(done.stdout)
    return {stream["codec_type"]: (stream, [
        float(packet["dts_time"]) for packet in found["packets"] if packet["stream_index"] == stream["index"]])
        for stream in found["streams"]}


def decodes(address, seconds=3_600):
    """Whether ffmpeg decodes whatever tracks there are, without a warning.

    Its output counts in frames, and GStreamer may send two pictures within one: times are checked elsewhere.
    """
    done = run(["ffmpeg", "-nostdin", "-v", "warning", "-xerror", "-err_detect", "explode", "-i", address,
                "-t", str(seconds), "-fps_mode", "vfr", "-f", "null", "-"])
    errors = done.stderr.decode(errors="replace").strip()
    require(done.returncode == 0 and not errors, f"ffmpeg ended with {done.returncode}: {errors[-300:]}")


def copied(program, address, path, seconds=SECONDS):
    """Has another ffmpeg read packets and write them to a file, without a warning."""
    done = run([program, "-nostdin", "-v", "warning", "-xerror", "-err_detect", "explode", "-i", address,
                "-map", "0:v", "-map", "0:a", "-t", str(seconds), "-c", "copy", "-y", str(path)])
    errors = done.stderr.decode(errors="replace").strip()
    require(done.returncode == 0 and not errors, f"{program} ended with {done.returncode}: {errors[-300:]}")


def capture(address, seconds):
    """What comes within so many seconds."""
    end, data = time.monotonic() + seconds, bytearray()
    with urllib.request.urlopen(address, timeout=10) as answer:
        while time.monotonic() < end:
            piece = answer.read1(65_536)
            if not piece:
                break
            data += piece
    return bytes(data)


def boxes(data):
    """Kind, start and end of each whole box of an MP4 file."""
    at, found = 0, []
    while at + 8 <= len(data):
        size = int.from_bytes(data[at:at + 4], "big")
        if size == 1:
            size = int.from_bytes(data[at + 8:at + 16], "big")
        if size < 8 or at + size > len(data):
            break
        found.append((data[at + 4:at + 8].decode("latin-1"), at, at + size))
        at += size
    return found


def whole_boxes(data):
    """Without half a fragment at the end."""
    ends = [end for kind, _, end in boxes(data) if kind == "mdat"]
    require(ends, "no whole fragment")
    return data[:ends[-1]]


def by_initialisation(data):
    """A capture in pieces that each begin with an initialisation segment."""
    data = whole_boxes(data)
    starts = [start for kind, start, _ in boxes(data) if kind == "ftyp"]
    require(starts and starts[0] == 0, "no initialisation segment at the start")
    return [data[start:end] for start, end in zip(starts, starts[1:] + [len(data)])]


def tags(data):
    """Kind, time in milliseconds and body of each whole tag of an FLV file, and where the last one ends."""
    require(data[:3] == b"FLV", "no FLV")
    at, found = 13, []
    while at + 11 <= len(data):
        size = int.from_bytes(data[at + 1:at + 4], "big")
        if at + 15 + size > len(data):
            break
        milliseconds = data[at + 7] << 24 | int.from_bytes(data[at + 4:at + 7], "big")
        found.append((data[at], milliseconds, data[at + 11:at + 11 + size]))
        at += 15 + size
    return found, at


# MARK: Debian's ffmpeg

def ffmpeg_explode(address, width, height, seconds=SECONDS, live=True):
    """Decodes every byte of both tracks; anything that ffmpeg warns of is a failure."""
    limit = ["-t", str(seconds)] if live else []
    done = run(["ffmpeg", "-nostdin", "-v", "warning", "-xerror", "-err_detect", "explode",
                "-i", address, "-map", "0:v", "-map", "0:a", *limit, "-fps_mode", "passthrough",
                "-enc_time_base:v", "1:1000", "-f", "framecrc", "-"])
    errors = done.stderr.decode(errors="replace").strip()
    require(done.returncode == 0 and not errors,
            f"ffmpeg ended with {done.returncode}: {errors[-300:]}")
    text = done.stdout.decode()
    require(f"#dimensions 0: {width}x{height}" in text,
            "size " + " ".join(re.findall(r"#dimensions 0: (\S+)", text)))
    bases = [int(a) / int(b) for a, b in re.findall(r"#tb \d: (\d+)/(\d+)", text)]
    times = [[], []]
    for line in text.splitlines():
        if not line.startswith("#"):
            track, _, shown = (int(part) for part in line.split(",")[:3])
            times[track].append(shown * bases[track])
    return plausible(times[0], times[1], seconds)


def ffprobe(address, width, height, seconds=SECONDS, live=True, codec="h264"):
    limit = ["-read_intervals", f"%+{seconds}"] if live else []
    done = run(["ffprobe", "-v", "error", *limit, "-show_streams", "-show_packets", "-of", "json",
                address])
    errors = done.stderr.decode(errors="replace").strip()
    require(done.returncode == 0 and not errors,
            f"ffprobe ended with {done.returncode}: {errors[-300:]}")
    found = json.loads(done.stdout)
    streams = {stream["codec_type"]: stream for stream in found["streams"]}
    require({"video", "audio"} <= set(streams), f"tracks {sorted(streams)}")
    video, audio = streams["video"], streams["audio"]
    require((video["codec_name"], audio["codec_name"]) == (codec, "aac"),
            f"codecs {video['codec_name']}, {audio['codec_name']}")
    require((video["width"], video["height"]) == (width, height),
            f"size {video['width']}x{video['height']}")
    require((int(audio["sample_rate"]), audio["channels"]) == (AUDIO_RATE, 2),
            f"sound {audio['sample_rate']} Hz, {audio['channels']} channels")
    times = {name: [float(packet["dts_time"]) for packet in found["packets"]
                    if packet["stream_index"] == streams[name]["index"]] for name in streams}
    return plausible(times["video"], times["audio"], seconds)


# MARK: flvmeta

def flvmeta(address, width, height, folder, seconds=SECONDS):
    """Checks a capture that is cut off behind a whole tag."""
    data = capture(address, seconds)
    found, end = tags(data)
    path = folder / "capture.flv"
    path.write_bytes(data[:end])
    done = run(["flvmeta", "--check", str(path)])
    said = (done.stdout + done.stderr).decode(errors="replace").strip()
    counts = re.search(r"(\d+) error\(s\), (\d+) warning\(s\)", said)
    require(done.returncode == 0 and counts and counts[1] == "0",
            f"flvmeta ended with {done.returncode}: {said[-300:]}")
    frames = {kind: [at / 1000 for tag, at, body in found if tag == kind and body[1:2] == b"\x01"]
              for kind in (8, 9)}
    return plausible(frames[9], frames[8], seconds) + f", {counts[2]} warnings"


# MARK: GStreamer

def gstreamer(source, width, height, log, seconds=SECONDS, live=True):
    """Plays through qtdemux and two decoders, which tell of each frame."""
    # Of two sinks that tell by their properties at once, one may miss a turn.
    pipeline = (f"{source} ! qtdemux name=demux"
                " demux.video_0 ! queue ! h264parse ! avdec_h264 ! checksumsink name=picture sync=false"
                " demux.audio_0 ! queue ! aacparse ! avdec_aac ! fakesink name=sound sync=false silent=false")
    with log.open("wb") as output:
        process = subprocess.Popen(
            ["gst-launch-1.0", "-e", "-v", *pipeline.split()], stdin=subprocess.DEVNULL,
            stdout=output, stderr=subprocess.STDOUT)
        try:
            if live:
                time.sleep(seconds)
                process.send_signal(signal.SIGINT)
            status = process.wait(30)
        except subprocess.TimeoutExpired:
            raise Failure("gst-launch did not end within 30 s") from None
        finally:
            process.kill()
            process.wait()
    text = log.read_text(errors="replace")
    problems = re.findall(r"(?:ERROR|WARNING).*", text)
    require(status == 0 and not problems, f"gst-launch ended with {status}: {' '.join(problems)[:300]}")
    caps = re.search(r"GstChecksumSink:picture\.GstPad:sink: caps = video/x-raw.*width=\(int\)(\d+), height=\(int\)(\d+)", text)
    require(caps and (int(caps[1]), int(caps[2])) == (width, height),
            f"size {caps[1] + 'x' + caps[2] if caps else 'unknown'}")
    clock = r"(\d+):(\d+):([\d.]+)"
    times = [[int(h) * 3600 + int(m) * 60 + float(s) for h, m, s in re.findall(pattern, text, re.M)]
             for pattern in (rf"^{clock} [0-9a-f]{{32,}}$", rf"chain   \*+ \(sound:sink\).*?pts: {clock}")]
    return plausible(times[0], times[1], seconds)
