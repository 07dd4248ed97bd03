#!/usr/bin/env bash
# Tries the stream with real encoders, readers and browsers.
#
#   Tests/Peers/run.sh PLAYHOUSE [--json] [--keep FOLDER] [--only PART,…]
#
# PLAYHOUSE is the command. Parts are publishers, recording, takeover, pages and refusals. What the peers said is
# kept in FOLDER; else it goes with the check. Needs Python 3, ffmpeg, GStreamer, flvmeta, Chromium and Firefox.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
for tool in python3 ffmpeg ffprobe gst-launch-1.0 flvmeta chromium firefox-esr; do
    command -v "$tool" > /dev/null ||
        { echo "run.sh: $tool is missing; make check-peers installs it on Debian" >&2; exit 2; }
done
PYTHONDONTWRITEBYTECODE=1 exec python3 "$here/check.py" "$@"
