#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# benchmarks: submit_rate submit_rate_loop slurm_state_requests
# On a Slurm of two hosts (namespaces, tests/cluster/testbed). submit_rate: runs a second of a program that submits 100 at
# once (submit_all: one array), all that belongs to a run among it, against sbatch in a loop. submit_rate_loop: the same where
# it submits one after the other, so that it waits for slurmrestd for each. slurm_state_requests: requests a second that
# slurmrestd gets, counted on the way to it, while 200 runs wait and the program waits for all of them.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
exec python3 -B "$root/benchmarks/slurm_rate.py" "$root" "$root/build/benchmarks" "$@"
