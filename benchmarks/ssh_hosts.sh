#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# benchmarks: ssh_overhead failure_notice host_loss_notice
# Runs on hosts that ssh reaches: two of them, in namespaces of this machine (tests/cluster/testbed). Needs root.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$root/build/benchmarks
exec python3 -B "$root/benchmarks/ssh_hosts.py" "$build/libexec/estima/estima-launch" "$build/benchmarks/submit_and_wait" \
    "$build/benchmarks/programs/mpi_nothing/mpi_nothing" "$@"
