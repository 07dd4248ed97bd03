#!/usr/bin/env bash
# Puts a Python environment with m3u8, and hls.js (from the package gradio), into a folder, if they are not there.
#
#   Tests/HLS/fetch.sh FOLDER
#
# Needs Python 3 with venv, and the Python package index on the first run.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
folder=${1:?fetch.sh: name a folder}

mkdir -p "$folder"
if [ ! -x "$folder/venv/bin/pip" ]; then
    python3 -m venv "$folder/venv" ||
        { echo "fetch.sh: cannot make a Python environment; on Debian: apt-get install python3-venv" >&2
          exit 2; }
fi
pip=("$folder/venv/bin/pip" --quiet --disable-pip-version-check)
"${pip[@]}" install --requirement "$here/requirements.txt"
if [ ! -s "$folder/hls.js" ]; then
    "${pip[@]}" download --no-deps --dest "$folder/wheel" gradio==6.31.0
    "$folder/venv/bin/python" - "$folder/wheel" "$folder/hls.js" <<'PYTHON'
import glob, sys, zipfile
with zipfile.ZipFile(glob.glob(sys.argv[1] + "/gradio-*.whl")[0]) as wheel:
    name = next(n for n in wheel.namelist() if "/frontend/assets/hls-" in n and n.endswith(".js"))
    open(sys.argv[2], "wb").write(wheel.read(name))
PYTHON
    rm -r "$folder/wheel"
fi
