#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# bash benchmarks/run.sh [NAME...]    all benchmarks, or those named; the names and limits are in limits.json
# Builds for release below build/benchmarks, runs benchmarks/*.cpp and benchmarks/*.sh, writes
# build/benchmarks/results.json and prints a table. Returns 1 when a limit is not met or a result is missing.
#
# A benchmark prints one line of JSON a result and nothing else to stdout:
#   {"name": ..., "value": median, "unit": ..., "ratio": value / against_value, "against": what the other side is,
#    "against_value": its median in that unit}
# (the last three only where there are two sides). A comment "benchmarks: NAME NAME" in its first lines says what
# it measures, and it gets the wanted names as arguments.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$root/build/benchmarks
wanted=("$@")

# shellcheck source-path=SCRIPTDIR/..
source "$root/cmake/packages.sh"
estima_install_packages benchmarks
limits=$root/benchmarks/limits.json
mapfile -t known < <(python3 -c 'import json, sys; print(*json.load(open(sys.argv[1])), sep="\n")' "$limits")
for name in "${wanted[@]}"; do
    [[ " ${known[*]} " == *" $name "* ]] || { echo "no such benchmark: $name (there are: ${known[*]})" >&2; exit 2; }
done
[ ${#wanted[@]} -gt 0 ] || wanted=("${known[@]}")

if [ -f "$build/CMakeCache.txt" ] && ! grep -qx "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$build/CMakeCache.txt"; then
    rm -rf "$build"
fi
mkdir -p "$build"
if ! { cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DESTIMA_BUILD_TESTS=OFF \
    -DESTIMA_BUILD_EXAMPLES=OFF -DESTIMA_BUILD_BENCHMARKS=ON && cmake --build "$build" --target benchmarks; } \
    >"$build/build.log" 2>&1 </dev/null; then
    cat "$build/build.log" >&2
    exit 1
fi

unset "${!ESTIMA_@}"
export BENCHMARK_INCLUDE=$root/include
lines=$build/results.jsonl
: >"$lines"
for source in "$root"/benchmarks/*.cpp "$root"/benchmarks/*.sh; do
    if [ ! -f "$source" ] || [ "$source" = "$root/benchmarks/run.sh" ]; then continue; fi
    measured=$(sed -n '1,12s/^\(#\|\/\/\) *benchmarks: //p' "$source")
    names=()
    for name in $measured; do
        [[ " ${wanted[*]} " == *" $name "* ]] && names+=("$name")
    done
    [ ${#names[@]} -gt 0 ] || continue
    file=$(basename "$source")
    echo "measuring ${names[*]}" >&2
    case $file in
        *.cpp) command=("$build/benchmarks/benchmark_${file%.cpp}") ;;
        *) command=(bash "$source") ;;
    esac
    # One that fails leaves its results missing, which the table shows.
    "${command[@]}" "${names[@]}" </dev/null >>"$lines" || echo "$file failed" >&2
done
python3 -B "$root/benchmarks/table.py" "$limits" "$lines" "$build/results.json" "${wanted[@]}"
