#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# benchmarks: compile_describe compile_fwd compile_estimators_100 instantiations binary_size
# What the describing headers cost those who include them: CPU time of g++ -O0, medians of 15 rounds in which the
# files take turns; template instantiations of clang; and the size of an object.
set -euo pipefail
include=${BENCHMARK_INCLUDE:?the folder with estima/}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
wanted=" $* "

cp "$here/compiled/one_estimator.cpp" "$folder/describe.cpp"
printf '#include <string>\n#include <vector>\n' >"$folder/plain.cpp"
printf '#include <estima/fwd.hpp>\n' >"$folder/fwd.cpp"
printf '#include <cstddef>\n' >"$folder/empty.cpp"
# NUMBER distinct estimators, of several frameworks, each with four policies.
estimators() {
    local frameworks=("generic" "pytorch<>" "tensorflow<>" "chainer<>" "lightgbm<>") i
    echo '#include <estima/estimator.hpp>'
    echo 'using namespace estima;'
    for ((i = 0; i < $1; ++i)); do
        echo "estimator<${frameworks[i % 5]}, ssh_hosts<max_nodes<$((200 + i))>>," \
            "mpi<node_count<$((1 + i))>, process_count_per_node<$((1 + i % 7))>>," \
            "environment<interpreter_path<\"python$i\">>> const job_$i{{.entry_script = \"train_$i.py\"}};"
    done
}
estimators 1 >"$folder/estimators_1.cpp"
estimators 100 >"$folder/estimators_100.cpp"

compile() { g++ -std=c++20 -O0 -I "$include" -c "$folder/$1.cpp" -o "$folder/$1.o"; }
# Adds user and system time of one compilation, in milliseconds, to its file.
measure() {
    local times TIMEFORMAT='%3U %3S'
    times=$({ time compile "$1" >&2; } 2>&1 | tail -n 1)
    awk '{printf "%d\n", ($1 + $2) * 1000 + 0.5}' <<<"$times" >>"$folder/$1.times"
}
median() { sort -n "$folder/$1.times" | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }
# compare NAME FILE AGAINST WHAT FACTOR : the difference of two files, in milliseconds, and their ratio
compare() {
    local file
    for file in "$2" "$3"; do compile "$file"; done  # a first round, and they must compile
    for _ in $(seq 15); do
        for file in "$2" "$3"; do measure "$file"; done
    done
    awk -v name="$1" -v a="$(median "$2")" -v b="$(median "$3")" -v what="$4" -v each="$5" 'BEGIN {
        value = (a - b) / each
        printf "{\"name\": \"%s\", \"value\": %.2f, \"unit\": \"ms\", \"ratio\": %.3f,", name, value, a / b
        printf " \"against\": \"%s\", \"against_value\": %.0f}\n", what, b }'
}

[[ $wanted != *" compile_describe "* ]] || compare compile_describe describe plain "the same file with <string> and <vector> only" 1
[[ $wanted != *" compile_fwd "* ]] || compare compile_fwd fwd empty "a file with <cstddef>" 1
[[ $wanted != *" compile_estimators_100 "* ]] ||
    compare compile_estimators_100 estimators_100 estimators_1 "a file with 1 of the 100 estimators" 99
if [[ $wanted == *" instantiations "* ]]; then
    python3 -B "$here/instantiations.py" clang++ "$include" "$here/compiled" "$here/instantiations.json" --json
fi
if [[ $wanted == *" binary_size "* ]]; then
    { cat "$folder/describe.cpp"; echo 'int main() { return static_cast<int>(job.fields().script_params.size()); }'; } >"$folder/one.cpp"
    echo 'int main() {}' >"$folder/none.cpp"
    for file in one none; do
        g++ -std=c++20 -O2 -I "$include" -c "$folder/$file.cpp" -o "$folder/$file.o"
        strip --strip-unneeded "$folder/$file.o"
    done
    awk -v a="$(stat -c %s "$folder/one.o")" -v b="$(stat -c %s "$folder/none.o")" 'BEGIN {
        printf "{\"name\": \"binary_size\", \"value\": %.1f, \"unit\": \"kB\", \"ratio\": %.1f,", (a - b) / 1000, a / b
        printf " \"against\": \"an empty main\", \"against_value\": %.1f}\n", b / 1000 }'
fi
