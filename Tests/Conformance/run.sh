#!/usr/bin/env bash
# Runs the tests of Lua 5.4.4 itself in the sandbox.
#
#   Tests/Conformance/run.sh [FOLDER]
#
# FOLDER is `testes` of the repository lua/lua at the tag v5.4.4; without it, that is cloned to
# .build-conformance. They belong to no package: Debian's source holds the library alone. drops.txt
# says which files and lines are left out, and why.
set -euo pipefail
cd "$(dirname "$0")/../.."

folder=${1:-}
if [ -z "$folder" ]; then
    folder=.build-conformance/testes
    [ -d "$folder" ] || git clone --quiet --depth 1 --branch v5.4.4 \
        https://github.com/lua/lua.git .build-conformance
fi
folder=$(cd "$folder" && pwd)
[ -f "$folder/strings.lua" ] || {
    echo "run.sh: $folder holds no tests of Lua" >&2
    exit 2
}
read -r -a swift <<< "${SWIFT:-swift}"
PLAYHOUSE_LUA_TESTS=$folder exec "${swift[@]}" test --disable-xctest --filter OfficialTests
