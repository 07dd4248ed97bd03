#!/usr/bin/env bash
# Has real clients read the low-latency HLS of a real encoder's stream: python's m3u8, and hls.js (from the package
# gradio) in headless Chromium.
#
#   Tests/HLS/run.sh PLAYHOUSE
#
# PLAYHOUSE is the command. HLS_FOLDER keeps the Python environment and hls.js there; else they go with the
# test. Needs Python 3 with venv, ffmpeg, Chromium, and the Python package index on the first run.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
playhouse=${1:?run.sh: name the command playhouse}
folder=${HLS_FOLDER:-$(mktemp -d)}
work=$(mktemp -d)
children=()

finish() {
    status=$?
    for child in "${children[@]}"; do
        kill -9 "$child" 2> /dev/null || true
        wait "$child" 2> /dev/null || true
    done
    rm -rf "$work"
    [ -n "${HLS_FOLDER:-}" ] || rm -rf "$folder"
    exit "$status"
}
trap finish EXIT INT TERM

"$here/fetch.sh" "$folder"

cat > "$work/config.json" <<'JSON'
{"listen": {"port": 0}, "data": "data", "log": {"format": "json"}, "stream": {"port": 0},
 "keys": [{"kid": "hls", "secret": "only-for-this-check-of-hls-0123456789"}],
 "rooms": [{"id": "teahouse", "anonymous": true}]}
JSON
"$playhouse" serve --config "$work/config.json" > "$work/log" 2>&1 &
children+=($!)
port=
for _ in $(seq 300); do
    port=$(sed -n 's/.*"streamPort":\([0-9]*\).*/\1/p' "$work/log")
    [ -z "$port" ] || break
    sleep 0.1
done
[ -n "$port" ] || { cat "$work/log" >&2; exit 1; }
key=$("$playhouse" stream-key --config "$work/config.json" --room teahouse --user mei)
ffmpeg -nostdin -v error -re -f lavfi -i testsrc2=size=640x360:rate=30 -f lavfi -i sine=440 \
    -c:v libx264 -preset ultrafast -tune zerolatency -g 60 -pix_fmt yuv420p -c:a aac -ac 2 \
    -f flv "rtmp://127.0.0.1:$port/live/$key" &
children+=($!)
"$folder/venv/bin/python" "$here/check.py" "http://127.0.0.1:$port/rooms/teahouse/hls/" "$folder/hls.js"
