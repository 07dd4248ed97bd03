#!/usr/bin/env bash
# Measures the delays that people feel, by a clock that is part of the picture: from camera to screen, of joining, of
# co-hosts, of a seat that is taken away, of events against their frame, of low-latency HLS.
#
#   Tests/Glass/run.sh PLAYHOUSE [--json] [--only CASE,…] [--seconds S]
#
# PLAYHOUSE is the command, in a release build. HLS_FOLDER keeps hls.js there; else it goes with the check. Needs
# Python 3 with venv, ffmpeg, Chromium, and the Python package index on the first run. Leave the machine alone meanwhile.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
for tool in python3 ffmpeg chromium; do
    command -v "$tool" > /dev/null ||
        { echo "run.sh: $tool is missing; make check-glass installs it on Debian" >&2; exit 2; }
done
folder=${HLS_FOLDER:-$(mktemp -d)}
[ -n "${HLS_FOLDER:-}" ] || trap 'rm -rf "$folder"' EXIT
"$here/../HLS/fetch.sh" "$folder"
PYTHONDONTWRITEBYTECODE=1 python3 "$here/measure.py" "$@" --hls "$folder/hls.js"
