#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# benchmarks: compile_describe
# CPU time that g++ -O0 takes for a file with <estima/estimator.hpp> and one estimator, against the same file with
# <string> and <vector> only. Both in turn, 15 rounds, medians.
set -euo pipefail
include=${BENCHMARK_INCLUDE:?the folder with estima/}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cat >"$folder/describe.cpp" <<'CPP'
#include <estima/estimator.hpp>

#include <string>
#include <vector>

estima::estimator<estima::scikit_learn<>, estima::local> const job{{
    .source_directory = "project",
    .entry_script = "train.py",
    .script_params = {{"--regularization", 0.8}, {"--verbose", estima::flag}},
}};
CPP
cat >"$folder/plain.cpp" <<'CPP'
#include <string>
#include <vector>
CPP

# Prints user and system time of one compilation, in milliseconds.
measure() {
    local times TIMEFORMAT='%3U %3S'
    times=$({ time g++ -std=c++20 -O0 -I "$include" -c "$folder/$1.cpp" -o "$folder/$1.o" >&2; } 2>&1 | tail -n 1)
    awk '{printf "%d\n", ($1 + $2) * 1000 + 0.5}' <<<"$times"
}
median() { sort -n | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }

g++ -std=c++20 -O0 -I "$include" -c "$folder/describe.cpp" -o "$folder/describe.o"  # a first round, and it must compile
for _ in $(seq 15); do
    measure describe >>"$folder/describe.times"
    measure plain >>"$folder/plain.times"
done
describe=$(median <"$folder/describe.times")
plain=$(median <"$folder/plain.times")
awk -v a="$describe" -v b="$plain" 'BEGIN {
    printf "{\"name\": \"compile_describe\", \"value\": %.3f, \"unit\": \"s\", \"ratio\": %.3f,", a / 1000, a / b
    printf " \"against\": \"the same file with <string> and <vector> only\", \"against_value\": %.3f}\n", b / 1000 }'
