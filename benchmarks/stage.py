# SPDX-License-Identifier: BSL-1.0
"""How long a snapshot takes to get to hosts: stage.py TOOL... -- [--hosts N] [--megabytes M] [--rounds N] [--rate R] [--through ssh] [NAME...]

stage_broadcast: from all hosts checked to the snapshot verified in the store of each, against one scp to one host, which
checks nothing. stage_again: the same step when the hosts have the snapshot, against a run whose hosts see the run's own
folder, so that there is nothing to stage. With --hosts and without names a line for docs/scaling.md is printed.
"""
import argparse
import json
import os
import pathlib
import shutil
import statistics
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "tests" / "cluster"))
from cluster import Cluster, native  # noqa: E402


def seconds_of(event):
    whole, fraction = event["time"].rstrip("Z").split(".")
    return time.mktime(time.strptime(whole, "%Y-%m-%dT%H:%M:%S")) + float("0." + fraction)


def main():
    words = sys.argv[1:]
    tools, words = words[:words.index("--")], words[words.index("--") + 1:]
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*")
    parser.add_argument("--hosts", type=int, default=4)
    parser.add_argument("--megabytes", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rate", default="1gbit")
    parser.add_argument("--through", default="estima-agent")
    a = parser.parse_args(words)
    # One host lacking something gets it through ssh in any case.
    through = a.through if a.hosts > 1 else "ssh"
    with Cluster(tools, hosts=a.hosts) as cluster:
        hosts = [f"n{i}" for i in range(1, a.hosts + 1)]
        for host in ["ctl", *hosts]:
            cluster.testbed("shape", host, a.rate)
        source = cluster.source(job_script_sh="#!/bin/sh\n")
        with open(source / "data.bin", "wb") as file:
            for _ in range(a.megabytes):
                file.write(os.urandom(1_000_000))
        local = f"{cluster.folder}/local"

        def scp():
            begin = time.monotonic()
            code, text = cluster.on("ctl", "scp", "-O", "-q", "-F", cluster.folder / "ssh_config", source / "data.bin", f"n1:{local}/copy")
            took = time.monotonic() - begin
            cluster.on("n1", "rm", f"{local}/copy")
            if code != 0:
                sys.exit("scp: " + text)
            return took

        def run(workspace=None, through=""):
            settings = cluster.settings(broadcast_megabytes=1_000_000 if a.through == "ssh" else 0)
            code, text, folder = cluster.submit(source, native("job_script.sh", nodes=a.hosts, per_node=1), settings, "--any-size", workspace=workspace)
            if code != 0:
                sys.exit(text)
            events = cluster.events(folder)
            shutil.rmtree(folder / "code")
            staged = next(e for e in events if e["event"] == "staged")
            if staged["through"] != through:
                sys.exit(f"staged through {staged['through']}: " + json.dumps(events))
            checked = max(seconds_of(e) for e in events if e["event"] == "node")
            started = next(seconds_of(e) for e in events if e.get("status") == "Starting")
            begun = next(seconds_of(e) for e in events if e.get("status") == "Preparing")
            ran = max(seconds_of(e) for e in events if e["event"] == "rank_start")
            return {"staged": seconds_of(staged) - checked, "laid_out": started - seconds_of(staged), "checked": checked - begun,
                    "ranks": ran - started}

        copies, first, again, nothing = [], [], [], []
        for _ in range(a.rounds):
            if a.names:
                copies.append(scp())
            for host in hosts:
                cluster.on(host, "sh", "-c", f"rm -rf {local}/root/*/snapshots")
            first.append(run(through=through))
            if "stage_again" in a.names:
                again.append(run())
                nothing.append(run(workspace=cluster.shared / "workspace"))

    def median(all, what):
        return statistics.median(one[what] for one in all)

    if "stage_broadcast" in a.names:
        value, other = median(first, "staged"), statistics.median(copies)
        print(json.dumps({"name": "stage_broadcast", "value": value, "unit": "s", "ratio": value / other,
                          "against": "one scp to one host", "against_value": other}))
    if "stage_again" in a.names:
        print(json.dumps({"name": "stage_again", "value": median(again, "staged") - median(nothing, "staged"), "unit": "s"}))
        print(f"laid out on each host after that: {median(again, 'laid_out'):.2f} s", file=sys.stderr)
    if not a.names:
        print(f"{a.hosts} hosts, {a.megabytes} MB, {through}: {median(first, 'staged'):.2f} s; checked after "
              f"{median(first, 'checked'):.2f} s, laid out in {median(first, 'laid_out'):.2f} s, ranks after {median(first, 'ranks'):.2f} s", flush=True)


main()
