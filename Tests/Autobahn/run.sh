#!/usr/bin/env bash
# Runs the Autobahn WebSocket test suite (https://pypi.org/project/autobahntestsuite/), sections 1 to
# 11, against the echo endpoint of a server that it starts, and judges the report.
#
#   Tests/Autobahn/run.sh            builds the server in debug, starts and tests it
#   Tests/Autobahn/run.sh PORT       tests ws://127.0.0.1:PORT/echo, which somebody else serves
#
# AUTOBAHN_FOLDER keeps the Python environment and the reports there; else both go with the test.
# Needs Python 3.11 or later with venv, and the Python package index on the first run.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
package=$(cd "$here/../.." && pwd)
folder=${AUTOBAHN_FOLDER:-}
server=

finish() {
    status=$?
    if [ -n "$server" ]; then
        kill "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    [ -n "${AUTOBAHN_FOLDER:-}" ] || rm -rf "$folder"
    exit "$status"
}
trap finish EXIT INT TERM

if [ -z "$folder" ]; then folder=$(mktemp -d); fi
mkdir -p "$folder"

python=$(command -v "${PYTHON:-python3}") || { echo "run.sh: python3 is missing" >&2; exit 2; }
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    { echo "run.sh: Python 3.11 or later is needed" >&2; exit 2; }
if [ ! -x "$folder/venv/bin/pip" ]; then
    "$python" -m venv "$folder/venv" ||
        { echo "run.sh: cannot make a Python environment; on Debian: apt-get install python3-venv" >&2
          exit 2; }
fi
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    --requirement "$here/requirements.txt"
suite=$("$folder/venv/bin/python" -c \
    'import importlib.util as u; print(u.find_spec("autobahntestsuite").submodule_search_locations[0])')
"$folder/venv/bin/python" -W ignore "$here/convert.py" "$suite" "$folder/suite"

port=${1:-}
if [ -z "$port" ]; then
    swift build --package-path "$package" --product playhouse
    playhouse=$(swift build --package-path "$package" --show-bin-path)/playhouse
    rm -rf "$folder/data"
    cat > "$folder/config.json" <<JSON
{
    "listen": {"host": "127.0.0.1", "port": 0},
    "data": "$folder/data",
    "keys": [{"kid": "k1", "secret": "only-for-the-autobahn-test-suite-0123456789"}],
    "log": {"format": "json", "level": "info"},
    "limits": {
        "connectionsPerAddress": 100000, "joinsPerMinutePerAddress": 1000000,
        "messagesPerSecond": 1000000, "messageBurst": 1000000,
        "bytesPerSecond": 10000000000, "byteBurst": 10000000000
    },
    "testing": {"echo": true},
    "rooms": [{"id": "r0", "title": {"zh": "r0", "en": "r0"}, "anonymous": true, "show": {"id": "s0"}}]
}
JSON
    "$playhouse" serve --config "$folder/config.json" > "$folder/server.log" 2>&1 &
    server=$!
    for _ in $(seq 100); do
        port=$(sed -n 's/.*"message":"listening.*"port":\([0-9]*\).*/\1/p;
                       s/.*"port":\([0-9]*\).*"message":"listening.*/\1/p' "$folder/server.log" |
               head -n 1)
        [ -z "$port" ] || break
        kill -0 "$server" 2>/dev/null || break
        sleep 0.1
    done
    if [ -z "$port" ]; then
        echo "run.sh: the server did not start:" >&2
        cat "$folder/server.log" >&2
        exit 2
    fi
fi

rm -rf "$folder/reports"
sed -e "s,PORT,$port," -e "s,OUTDIR,$folder/reports," "$here/spec.json" > "$folder/spec.json"
echo "Running the Autobahn test suite against ws://127.0.0.1:$port/echo ..."
if ! PYTHONPATH="$folder/suite" timeout 1200 \
    "$folder/venv/bin/python" "$here/fuzz.py" "$folder/spec.json" > "$folder/fuzz.log" 2>&1; then
    echo "run.sh: the suite did not come to its end:" >&2
    tail -n 20 "$folder/fuzz.log" >&2
    exit 2
fi
# 301 cases: all of the suite but those of compression, which this server does not offer.
"$folder/venv/bin/python" "$here/check.py" "$folder/reports" 301
