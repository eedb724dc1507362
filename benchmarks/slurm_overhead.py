# SPDX-License-Identifier: BSL-1.0
"""Called by slurm_overhead.sh: slurm_overhead.py SOURCE_TREE BUILD_FOLDER"""
import json
import os
import pathlib
import shutil
import statistics
import sys
import tempfile
import time

root, build = map(pathlib.Path, sys.argv[1:3])
sys.path.insert(0, str(root / "tests/cluster"))
from cluster import Cluster  # noqa: E402

TURNS = 9
SCRIPT = """#!/bin/sh
#SBATCH --nodes=2 --ntasks=4 --ntasks-per-node=2 --partition=main --output=/dev/null
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
mpirun --bind-to none --mca oob_tcp_if_include 10.77.0.0/24 --mca btl_tcp_if_include 10.77.0.0/24 {program}
date +%s.%N > {stamp}
"""


def main():
    out = os.fdopen(os.dup(1), "w")  # what runs below may print to standard output
    os.dup2(2, 1)
    tools = [build / "libexec/estima/estima-launch", build / "benchmarks/benchmark_slurm_submit"]
    program = build / "benchmarks/programs/mpi_nothing/mpi_nothing"
    with Cluster(tools, slurm=True) as cluster:
        conf = cluster.folder / "slurm/slurm.conf"
        source = cluster.shared / "source"
        source.mkdir()
        shutil.copy(program, source / "mpi_nothing")
        token = cluster.on("ctl", "scontrol", "token", "lifespan=3600", SLURM_CONF=conf)[1].strip().removeprefix("SLURM_JWT=")
        (cluster.own / "token").write_text(token)
        targets = cluster.own / "targets.json"
        targets.write_text(json.dumps({"lab": {"kind": "slurm", "url": "http://127.0.0.1:6820", "user": "root",
                                               "token_file": str(cluster.own / "token"), "network": "10.77.0.0/24"}}))
        script, stamp = cluster.shared / "job.sh", cluster.shared / "stamp"
        script.write_text(SCRIPT.format(program=source / "mpi_nothing", stamp=stamp))

        def by_hand():
            stamp.unlink(missing_ok=True)
            code, text = cluster.on("ctl", "sh", "-c", f"date +%s.%N; sbatch {script}", SLURM_CONF=conf)
            if code != 0:
                sys.exit(text)
            begin = float(text.split()[0])
            while not (stamp.exists() and stamp.read_text().endswith("\n")):
                time.sleep(0.01)
            return float(stamp.read_text()) - begin

        def by_estima():
            code, text = cluster.on("ctl", cluster.folder / "bin/benchmark_slurm_submit", cluster.shared / "workspace", source,
                                    "mpi_nothing", ESTIMA_TARGETS=targets, ESTIMA_LAUNCH=cluster.folder / "bin/estima-launch")
            if code != 0:
                sys.exit(text)
            return float(text.split()[-1])

        def idle():
            while cluster.on("ctl", "squeue", "-h", SLURM_CONF=conf)[1].strip():
                time.sleep(0.1)

        theirs, ours = [], []
        for turn in range(TURNS + 1):  # the first is not counted
            for how, seconds in ((by_hand, theirs), (by_estima, ours)):
                idle()
                taken = how()
                if turn > 0:
                    seconds.append(taken)
        print([round(s, 2) for s in theirs], [round(s, 2) for s in ours], file=sys.stderr)
        value, against = statistics.median(ours), statistics.median(theirs)
        print(json.dumps({"name": "slurm_overhead", "value": value, "unit": "s", "ratio": value / against,
                          "against": "sbatch --wait of a script with mpirun", "against_value": against}), file=out)


main()
