#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# bash tests/run.sh          everything: g++ and clang, all tests; sanitizers, unit and process tests
# bash tests/run.sh LABEL    one part with g++: unit, static, negative, process, examples, consumers or cluster; with clang: fuzz
# Installs what is missing (root or sudo), builds below build/, and ends with a line "N passed, N failed, N skipped".
set -uo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root" || exit 1
labels="unit static negative process examples consumers cluster"  # fuzz is apart: it takes its minutes whatever changes
label=${1:-}
if [ -n "$label" ] && [[ " $labels fuzz " != *" $label "* ]]; then
    echo "no such label: $label (there are: $labels fuzz)" >&2
    exit 2
fi

# shellcheck source-path=SCRIPTDIR/..
source cmake/packages.sh
estima_install_packages tests || exit 1

# What the caller's shell has set for his own runs must not reach the tests.
unset "${!ESTIMA_@}"
jobs=$(nproc)
results=$root/build/test-results
rm -rf "$results"
mkdir -p "$results"

if command -v ccache >/dev/null; then
    export CMAKE_CXX_COMPILER_LAUNCHER=ccache
    # Relative paths and no build folder in the key, so that another clone of the tree finds what was compiled here.
    export CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=include_file_mtime,include_file_ctime
fi

# Debug information for files and lines only (-g1): a fifth less to compile.
# check PRESET LABELS TARGET... : builds the targets and runs the tests; leaves $results/PRESET.xml
check() {
    local preset=$1 labels=$2 log=$results/$1.log start=$SECONDS
    shift 2
    # A build folder that came along from another place cannot be used.
    if [ -f "build/$preset/CMakeCache.txt" ] &&
        ! grep -qx "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "build/$preset/CMakeCache.txt"; then
        rm -rf "build/$preset"
    fi
    echo "== $preset: building $*"
    if ! { cmake --preset "$preset" -DCMAKE_CXX_FLAGS_DEBUG=-g1 -DESTIMA_UNITY_TESTS=ON &&
        cmake --build --preset "$preset" --parallel "$jobs" --target "$@"; } >"$log" 2>&1 </dev/null; then
        cat "$log"
        echo "== $preset: the build failed"
        touch "$results/$preset.build_failed"
        return
    fi
    echo "== $preset: built in $((SECONDS - start)) s; running $labels"
    run_tests "$preset" "$labels" "$preset"
}

# run_tests PRESET LABELS NAME : runs the tests of a build; leaves $results/NAME.xml
run_tests() {
    local start=$SECONDS own=/tmp
    # What a test leaves that is ended in the middle goes with this folder. Its name is short, for the sake of sockets.
    # The hosts of clusters have a /tmp of their own, and these tests clear up by themselves.
    if [ "$2" != "^cluster$" ]; then own=$(mktemp -d /tmp/estima.XXXX) && chmod 1777 "$own" || own=/tmp; fi
    TMPDIR=$own ctest --test-dir "build/$1" -L "$2" -j "$jobs" --output-on-failure --no-tests=error \
        --output-junit "$results/$3.xml" </dev/null || touch "$results/$3.tests_failed"
    if [ "$own" != /tmp ]; then rm -rf "$own"; fi
    echo "== $3: tests took $((SECONDS - start)) s"
}

case $label in
    "")
        apart=${labels/ cluster/}
        check gcc-debug "^(${apart// /|})$" all
        # Clusters mostly wait, for daemons and time limits: the others are built and run meanwhile.
        if [ ! -e "$results/gcc-debug.build_failed" ]; then
            run_tests gcc-debug "^cluster$" cluster >"$results/cluster.log" 2>&1 &
        fi
        # Unit and process tests are compiled and run with clang by the two that follow.
        check clang-debug "^(static|negative|examples|consumers)$" estima_odr examples estima-cli estima-agent
        check asan "^(unit|process)$" estima_unit_tests estima_process_tests
        check tsan "^(unit|process)$" estima_unit_tests estima_process_tests
        check fuzz "^fuzz$" fuzzers
        wait
        if [ -e "$results/cluster.log" ]; then cat "$results/cluster.log"; fi
        ;;
    unit | process) check gcc-debug "^$label$" "estima_${label}_tests" ;;
    static) check gcc-debug "^static$" estima_odr ;;
    negative) check gcc-debug "^negative$" help ;;
    examples) check gcc-debug "^examples$" examples ;;
    fuzz) check fuzz "^fuzz$" fuzzers ;;
    cluster) check gcc-debug "^cluster$" estima_cluster_tests ;;
    consumers) check gcc-debug "^consumers$" estima-launch estima-cli estima-agent ;;
esac
python3 -B tests/summary.py "$results"
