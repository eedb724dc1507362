#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# Trains a real model through estima: installs what is missing, builds examples/quickstart.cpp and runs it.
# Arguments go to the program. The second time it takes seconds and needs no network.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$root/build/quickstart
log=$build/build.log

# shellcheck source-path=SCRIPTDIR/..
source "$root/cmake/packages.sh"
estima_install_packages quickstart

# A build folder that came along from another place cannot be used.
if [ -f "$build/CMakeCache.txt" ] && ! grep -qx "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$build/CMakeCache.txt"; then
    rm -rf "$build"
fi
mkdir -p "$build"

run_quietly() {
    "$@" >>"$log" 2>&1 </dev/null || {
        cat "$log" >&2
        echo "The build failed; its output is above and in $log" >&2
        exit 1
    }
}

: >"$log"
[ -f "$build/build.ninja" ] || echo "Building the quickstart (this takes a minute or two, once)"
# Every time: packages that came since then bring further examples.
run_quietly cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DESTIMA_BUILD_TESTS=OFF \
    -DESTIMA_BUILD_BENCHMARKS=OFF -DESTIMA_BUILD_EXAMPLES=ON
run_quietly cmake --build "$build" --target quickstart estima-cli
"$build/examples/programs/quickstart" "$@"
echo
echo "Look at it again: $build/bin/estima show latest   (or runs, logs, metrics: docs/terminal.md)"
