#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# benchmarks: stage_broadcast stage_again
# A snapshot of 500 MB to four hosts in namespaces, whose links and the submitter's carry 1 Gbit/s. Needs root.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$root/build/benchmarks
exec python3 -B "$root/benchmarks/stage.py" "$build/libexec/estima/estima-launch" "$build/libexec/estima/estima-agent" \
    "$build/benchmarks/submit_and_wait" -- "$@"
