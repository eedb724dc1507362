#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# benchmarks: slurm_overhead
# A run on a Slurm cluster of two hosts (namespaces, tests/cluster/testbed) with 2 x 2 ranks that do nothing, against sbatch of a
# hand-written script with mpirun. In turns; both from the moment before the submission to the end that their own records tell,
# since `sbatch --wait` looks only each 2 to 10 seconds.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
exec python3 -B "$root/benchmarks/slurm_overhead.py" "$root" "$root/build/benchmarks"
