#!/usr/bin/python3
# SPDX-License-Identifier: BSL-1.0
"""The examples on several hosts: examples_test.py TOOL... -- hosts|slurm EXAMPLES_FOLDER [TRAIN_BOOST_MPI]

hosts: ssh reaches them, and they share no file system; slurm: Slurm on a shared one."""
import json
import pathlib
import shutil
import sys

from cluster import Cluster, expect, native, python, until
from slurm_cluster import SlurmCluster


def outcome(cluster, name, source, configuration, output):
    """An output of a run that has to complete, as JSON; its folder."""
    code, text, run = cluster.submit(source, configuration, cluster.settings(), workspace=cluster.workspace)
    expect(f"{name}: completes", code == 0, text)
    return json.loads((run / "code/outputs" / output).read_text()), run


def examples(cluster, folder, train_boost_mpi):
    alone = python("train.py", "None", 1, 1, arguments=["--data-folder", "/none"])
    report, run = outcome(cluster, "scikit-learn on one node", folder / "scikit_learn", alone, "report.json")
    expect("its model is here", (run / "code/outputs/model.pkl").stat().st_size > 0, report)

    results = [outcome(cluster, f"PyTorch over gloo, {nodes} x {per_node}", folder / "pytorch_gloo",
                       python("train.py", "Gloo", nodes, per_node, "PyTorch", arguments=["--epochs", "40"]),
                       "final_loss.json")[0]
               for nodes, per_node in ((1, 1), (2, 2))]
    expect("its loss is the same on two hosts as on one", abs(results[0]["loss"] - results[1]["loss"]) < 1e-9 and
           results[1]["world_size"] == 4, results)

    results = [outcome(cluster, f"mpi4py, {nodes} x {per_node}", folder / "mpi4py",
                       python("train.py", "Mpi", nodes, per_node),
                       "result.json")[0] for nodes, per_node in ((1, 1), (2, 2))]
    same = [{k: v for k, v in r.items() if "accuracy" in k or "sha" in k} for r in results]
    expect("its weights are the same on two hosts as on one",
           same[0] and same[0] == same[1] and results[1]["ranks"] == 4, results)

    if train_boost_mpi:
        source = cluster.own / "boost_mpi"
        source.mkdir()
        shutil.copy(train_boost_mpi, source)
        results = [outcome(cluster, f"Boost.MPI in C++, {nodes} x {per_node}", source,
                           native("train_boost_mpi", nodes, per_node, arguments=["--samples", "2000", "--iterations",
                                                                                 "10"]),
                           "result.json") for nodes, per_node in ((1, 1), (2, 2))]
        expect("its weights are the same, bit for bit",
               len({(run / "code/outputs/weights.bin").read_bytes() for _, run in results}) == 1)
    else:
        print("SKIPPED: train_boost_mpi was not built (Debian: libboost-mpi-dev)")


def lost_host(cluster, folder):
    resuming = python("train.py", "Mpi", 2, 2, arguments=["--seconds-per-step", "0.05", "--steps", "150"],
                      retries={"atMost": 2, "resumeFrom": "outputs/checkpoint_*.npy"})
    whole, _ = outcome(cluster, "a checkpointing script", folder / "checkpointing", resuming, "result.json")
    code, text, run = cluster.submit(folder / "checkpointing", resuming, cluster.settings(), "--no-wait",
                                     workspace=cluster.workspace)
    expect("it is submitted again", code == 0, text)
    # A host's ./outputs are seen here at the end only where no file system is shared; its metrics at once.
    metrics = run / "metrics/rank_0.jsonl"
    until("it has gone 60 steps", lambda: metrics.exists() and metrics.read_bytes().count(b"\n") > 60)
    cluster.testbed("kill", "n2")
    if isinstance(cluster, Slurm):  # what a lost attempt has left stays where it was collected to
        (run / "code/outputs/unfinished_3").write_text("torn")  # as when a rank was lost while it wrote

    def next_attempt():
        cluster.look(run)
        return next((e for e in cluster.events(run) if e["event"] == "attempt"), None)

    attempt = until("it survives the loss of a host", next_attempt, 120)
    expect("that is said", attempt["cause"] == "node_failure", attempt)
    cluster.testbed("start", "n2")
    end = until("its next attempt ends", lambda: cluster.end_of(run), 180)
    expect("the run completes", end["status"] == "Completed", end)
    resumed = json.loads((run / "code/outputs/result.json").read_text())
    expect("nothing unfinished is left", not list((run / "code/outputs").glob("unfinished_*")))
    expect("from a checkpoint that was written before", resumed["first_step"] >= 50, resumed)
    expect("to the same weights", abs(resumed["sum_of_weights"] - whole["sum_of_weights"]) < 1e-9, (resumed, whole))
    return attempt


class Hosts(Cluster):
    """Two to run on and one to spare."""

    def __init__(self, tools):
        super().__init__(tools, 3)
        self.workspace = self.own / "workspace"

    def look(self, run):
        """A supervisor on the submitter's machine sees its hosts."""


class Slurm(SlurmCluster):
    def __init__(self, tools):
        super().__init__(tools, slurm=True)

    def look(self, run):
        """What Slurm knows of its nodes is asked for by whoever looks at the run."""
        self.looked_at(run)


def main():
    words = sys.argv[1:]
    tools, (place, folder, *train) = words[:words.index("--")], words[words.index("--") + 1:]
    with {"hosts": Hosts, "slurm": Slurm}[place](tools) as cluster:
        examples(cluster, pathlib.Path(folder), train[0] if train else None)
        attempt = lost_host(cluster, pathlib.Path(folder))
        if place == "hosts":
            expect("the next one leaves that host out", attempt["lost_hosts"] == ["n2"], attempt)


main()
