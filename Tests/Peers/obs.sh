#!/usr/bin/env bash
# Has OBS stream to a playhouse, in a network of their own without a way out, and prints what the host would read.
#
#   Tests/Peers/obs.sh PLAYHOUSE [--json] [--keep FOLDER]
#
# PLAYHOUSE is the command. Needs Python 3, ffmpeg, OBS with its plugins, Xvfb, and the right to make a network
# namespace: root, or user namespaces for everybody.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
for tool in python3 ffmpeg ffprobe gst-launch-1.0 obs Xvfb unshare; do
    command -v "$tool" > /dev/null ||
        { echo "obs.sh: $tool is missing; make check-obs installs it on Debian" >&2; exit 2; }
done
# OBS looks for updates when it starts: in here it finds nobody.
if [ "$(id -u)" = 0 ]; then own=(unshare --net); else own=(unshare --map-root-user --net); fi
"${own[@]}" true 2> /dev/null || {
    echo "obs.sh: this machine lets nobody make a network namespace (unshare --net); run it as root, or allow" >&2
    echo "user namespaces: sysctl kernel.unprivileged_userns_clone=1. Containers need --cap-add SYS_ADMIN." >&2
    exit 2
}
PYTHONDONTWRITEBYTECODE=1 exec "${own[@]}" python3 "$here/obs.py" "$@"
