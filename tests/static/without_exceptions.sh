#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# without_exceptions.sh ALL_HEADERS COMPILER FLAG...
# All headers that describe jobs, and a program that uses them, with -fno-exceptions and -fno-rtti. What would throw
# prints the error and ends the program.
set -euo pipefail
headers=$1
shift
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$@" -fno-exceptions -fno-rtti -include "$headers" "$here/without_exceptions.cpp" -o "$folder/program"

cd "$folder"
ulimit -c 0
./program check
for words in 'require_valid:\[EST-021\] entry_script' 'list:\[EST-602\] a value of a list'; do
    if output=$(./program "${words%%:*}" 2>&1); then
        echo "it goes on after an error: ${words%%:*}" >&2
        exit 1
    fi
    grep -q "^${words#*:}" <<<"$output" || { echo "it prints: $output" >&2; exit 1; }
done
