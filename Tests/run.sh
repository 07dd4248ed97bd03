#!/usr/bin/env bash
# Builds the tests once, runs the named stages in order, and ends with one line that says how it went.
#
#   Tests/run.sh fast server browser
#
# Stages: fast (values, files, single modules), server (sockets and whole servers), shows (a whole show that is
# killed, which wants the machine for itself), browser (pages in headless Chromium), fuzz (every fuzz test; PLAYHOUSE_FUZZ_ROUNDS says for how long).
# SWIFT names the Swift to use, LABEL begins the last line. PLAYHOUSE_SANITIZER (address, thread) builds into a
# folder of its own.
set -euo pipefail
cd "$(dirname "$0")/.."

read -r -a swift <<< "${SWIFT:-swift}"
options=(--disable-xctest)
order=()
label=${LABEL:-Tests/run.sh}
case "${PLAYHOUSE_SANITIZER:-}" in
"") ;;
address)
    options+=(--sanitize=address --scratch-path .build-asan)
    # A stage that crashes is to die of its signal, and the sanitizer's handler may do nothing in the cage.
    export ASAN_OPTIONS="handle_segv=0:handle_sigbus=0:handle_sigill=0:handle_sigfpe=0:handle_abort=0"
    export LSAN_OPTIONS="suppressions=$PWD/Tests/leaks.supp:print_suppressions=0"
    ;;
thread)
    options+=(--sanitize=thread --scratch-path .build-tsan)
    export TSAN_OPTIONS="handle_segv=0:handle_sigbus=0:handle_sigill=0:handle_sigfpe=0:handle_abort=0"
    ;;
*)
    echo "run.sh: PLAYHOUSE_SANITIZER is address or thread" >&2
    exit 2
    ;;
esac
# Everything takes ten times as long there: one test at a time, or those with a time limit would starve.
if [ -n "${PLAYHOUSE_SANITIZER:-}" ]; then
    order=(--no-parallel)
    # Else the simulated shows alone would take twenty minutes.
    export PLAYHOUSE_SIMULATION_ROUNDS="${PLAYHOUSE_SIMULATION_ROUNDS:-150}"
fi

output=$(mktemp)
trap 'rm -f "$output"' EXIT
server='^((ServingTests|VisitingTests|PlayhouseTests|BenchmarkingTests)\.|SimulationTests\.ServerDurabilityTests|StreamingTests\.(Stream(Peer|Reader)|Publisher(End|Replacement))Tests|WorkshopTests\.(DevHouse|Tutorial)Tests|KnowledgeTests\.(Endpoint|Wording)Tests)'
shows='^ShowTrialsTests\.'
browser='^BrowserTests\.'
tests=0

give_up() {
    echo "$label: FAILED $1, after $((SECONDS / 60)) min $((SECONDS % 60)) s"
    exit 1
}

echo "Building the tests ..."
build=("${options[@]:1}")
"${swift[@]}" build --build-tests "${build[@]}" || give_up "to build"

for stage in "$@"; do
    case "$stage" in
    fast) choice=(--skip "$server" --skip "$shows" --skip "$browser") ;;
    server) choice=(--filter "$server") ;;
    shows) choice=(--filter "$shows") ;;
    browser) choice=(--filter "$browser") ;;
    fuzz) choice=(--filter '[Ff]uzz') ;;
    *)
        echo "run.sh: there is no stage $stage" >&2
        exit 2
        ;;
    esac
    echo "Running the $stage tests ..."
    # Several servers or browsers at once leave none of them a processor.
    [ "$stage" = fast ] || order=(--no-parallel)
    if ! "${swift[@]}" test --skip-build "${order[@]}" "${options[@]}" "${choice[@]}" 2>&1 | tee "$output"; then
        # What failed is far above by now.
        echo
        grep -aE -A 1 'recorded an issue|error:|^✘|Fatal' "$output" || true
        give_up "in the $stage tests"
    fi
    # A filter that matches nothing is a success to `swift test`, and must not be one here.
    count=$(sed -n 's/.*Test run with \([0-9][0-9]*\) tests\{0,1\} .*passed.*/\1/p' "$output" | tail -n 1)
    [ "${count:-0}" -gt 0 ] || give_up "in the $stage tests: none ran"
    tests=$((tests + count))
done
echo "$label: passed, $tests tests in $((SECONDS / 60)) min $((SECONDS % 60)) s"
