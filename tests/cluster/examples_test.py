#!/usr/bin/python3
# SPDX-License-Identifier: BSL-1.0
"""The examples on hosts that share no file system: examples_test.py TOOL... -- EXAMPLES_FOLDER [TRAIN_BOOST_MPI]."""
import json
import pathlib
import shutil
import sys

from cluster import Cluster, expect, native, python, until


def outcome(cluster, name, source, configuration, target, output):
    """An output of a run that has to complete, as JSON."""
    code, text, run = cluster.submit(source, configuration, target)
    expect(f"{name}: completes", code == 0, text)
    return json.loads((run / "code/outputs" / output).read_text()), run


def examples(cluster, folder, train_boost_mpi):
    two, one = cluster.settings(hosts=["n1", "n2"]), cluster.settings(hosts=["n1"])
    alone = python("train.py", "None", 1, 1, arguments=["--data-folder", "/none"])
    report, run = outcome(cluster, "scikit-learn on one of the hosts", folder / "scikit_learn", alone, two, "report.json")
    expect("its model is here", (run / "code/outputs/model.pkl").stat().st_size > 0, report)

    results = [outcome(cluster, f"PyTorch over gloo, {nodes} x {per_node}", folder / "pytorch_gloo",
                       python("train.py", "Gloo", nodes, per_node, "PyTorch", arguments=["--epochs", "40"]), target, "final_loss.json")[0]
               for nodes, per_node, target in ((1, 1, one), (2, 2, two))]
    expect("its loss is the same on two hosts as on one", abs(results[0]["loss"] - results[1]["loss"]) < 1e-9 and
           results[1]["world_size"] == 4, results)

    results = [outcome(cluster, f"mpi4py, {nodes} x {per_node}", folder / "mpi4py", python("train.py", "Mpi", nodes, per_node),
                       target, "result.json")[0] for nodes, per_node, target in ((1, 1, one), (2, 2, two))]
    same = [{k: v for k, v in r.items() if "accuracy" in k or "sha" in k} for r in results]
    expect("its weights are the same on two hosts as on one", same[0] and same[0] == same[1] and results[1]["ranks"] == 4, results)

    if train_boost_mpi:
        source = cluster.own / "boost_mpi"
        source.mkdir()
        shutil.copy(train_boost_mpi, source)
        results = [outcome(cluster, f"Boost.MPI in C++, {nodes} x {per_node}", source,
                           native("train_boost_mpi", nodes, per_node, arguments=["--samples", "2000", "--iterations", "10"]), target,
                           "result.json") for nodes, per_node, target in ((1, 1, one), (2, 2, two))]
        expect("its weights are the same, bit for bit", len({(run / "code/outputs/weights.bin").read_bytes() for _, run in results}) == 1)
    else:
        print("SKIPPED: train_boost_mpi was not built (Debian: libboost-mpi-dev)")

    resuming = python("train.py", "Mpi", 2, 2, arguments=["--seconds-per-step", "0.05", "--steps", "150"],
                      retries={"atMost": 2, "resumeFrom": "outputs/checkpoint_*.npy"})
    whole, _ = outcome(cluster, "a checkpointing script", folder / "checkpointing", resuming, two, "result.json")
    code, text, run = cluster.submit(folder / "checkpointing", resuming, cluster.settings(), "--no-wait")
    expect("it is submitted again", code == 0, text)
    # A host's ./outputs are seen here at the end only; its metrics at once.
    metrics = run / "metrics/rank_0.jsonl"
    until("it has gone 60 steps", lambda: metrics.exists() and metrics.read_bytes().count(b"\n") > 60)
    cluster.testbed("kill", "n2")
    end = until("it survives the loss of a host", lambda: cluster.end_of(run), 120)
    expect("the run completes", end["status"] == "Completed", end)
    resumed = json.loads((run / "code/outputs/result.json").read_text())
    attempt = next(e for e in cluster.events(run) if e["event"] == "attempt")
    expect("from a checkpoint that the other host had written", resumed["first_step"] >= 50 and attempt["lost_hosts"] == ["n2"], resumed)
    expect("to the same weights", abs(resumed["sum_of_weights"] - whole["sum_of_weights"]) < 1e-9, (resumed, whole))
    cluster.testbed("start", "n2")


def main():
    words = sys.argv[1:]
    tools, (folder, *train) = words[:words.index("--")], words[words.index("--") + 1:]
    with Cluster(tools, 3) as cluster:
        examples(cluster, pathlib.Path(folder), train[0] if train else None)


main()
