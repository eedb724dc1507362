# SPDX-License-Identifier: BSL-1.0
"""Called by slurm_rate.sh: slurm_rate.py SOURCE_TREE BUILD_FOLDER NAME..."""
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import time

root, build = map(pathlib.Path, sys.argv[1:3])
names = sys.argv[3:]
sys.path.insert(0, str(root / "tests/cluster"))
from cluster import TESTBED, Cluster, until  # noqa: E402

TURNS, RUNS = 5, 100
WAITING, SECONDS = 200, 30
# Passes on what comes to 6821 to slurmrestd, and writes the time of each request.
COUNTER = """
import re, socket, sys, threading, time
log = open(sys.argv[1], "w", buffering=1)
server = socket.create_server(("127.0.0.1", 6821))
def carry(a, b, counts):
    try:
        while data := a.recv(65536):
            if counts:
                for _ in re.findall(rb"(?:GET|POST|DELETE) /", data): log.write(f"{time.time()}\\n")
            b.sendall(data)
    except OSError: pass
    for s in (a, b):
        try: s.shutdown(socket.SHUT_RDWR)
        except OSError: pass
while True:
    here = server.accept()[0]
    there = socket.create_connection(("127.0.0.1", 6820))
    threading.Thread(target=carry, args=(here, there, True), daemon=True).start()
    threading.Thread(target=carry, args=(there, here, False), daemon=True).start()
"""


def main():
    out = os.fdopen(os.dup(1), "w")  # what runs below may print to standard output
    os.dup2(2, 1)

    def tell(**result):
        print(json.dumps(result), file=out, flush=True)

    tools = [build / "libexec/estima/estima-launch", build / "benchmarks/benchmark_slurm_rate"]
    with Cluster(tools, slurm=True) as cluster:
        conf = cluster.folder / "slurm/slurm.conf"
        source = cluster.shared / "source"
        source.mkdir()
        script = source / "true.sh"
        script.write_text("#!/bin/sh\n")
        script.chmod(0o755)
        token = cluster.on("ctl", "scontrol", "token", "lifespan=3600", SLURM_CONF=conf)[1].strip()
        (cluster.own / "token").write_text(token)
        (cluster.own / "counter.py").write_text(COUNTER)
        log = cluster.own / "requests"
        targets = cluster.own / "targets.json"
        # Nodes that take nothing new: what is measured is submitting and waiting, not the work.
        for node in ("n1", "n2"):
            cluster.on("ctl", "scontrol", "update", f"nodename={node}", "state=drain", "reason=measuring", SLURM_CONF=conf)
        program = [cluster.folder / "bin/benchmark_slurm_rate", cluster.shared / "workspace", source, "true.sh"]
        more = {"ESTIMA_TARGETS": targets, "ESTIMA_LAUNCH": cluster.folder / "bin/estima-launch"}

        def target(port):
            targets.write_text(json.dumps({"lab": {"kind": "slurm", "url": f"http://127.0.0.1:{port}", "user": "root",
                                                   "token_file": str(cluster.own / "token"), "network": "10.77.0.0/24"}}))

        def by_hand():
            loop = f"i=0; while [ $i -lt {RUNS} ]; do sbatch -o /dev/null {script} >&2 || exit 1; i=$((i + 1)); done"
            code, text = cluster.on("ctl", "sh", "-c", f"date +%s.%N; {loop}; date +%s.%N", SLURM_CONF=conf)
            if code != 0:
                sys.exit(text)
            return RUNS / (float(text.split()[-1]) - float(text.split()[0]))

        def by_estima(how):
            code, text = cluster.on("ctl", *program, how, RUNS, 0, **more)
            if code != 0:
                sys.exit(text)
            return float(text.split()[0])

        def none_left():
            cluster.on("ctl", "scancel", "--user=root", SLURM_CONF=conf)
            until("an empty queue", lambda: not cluster.on("ctl", "squeue", "-h", SLURM_CONF=conf)[1].strip())

        if {"submit_rate", "submit_rate_loop"} & set(names):
            target(6820)
            ways = {"sbatch": by_hand, "loop": lambda: by_estima("loop"), "at_once": lambda: by_estima("at_once")}
            rates = {way: [] for way in ways}
            for turn in range(TURNS + 1):  # the first is not counted
                for way, how in ways.items():
                    none_left()
                    rate = how()
                    if turn > 0:
                        rates[way].append(rate)
            print({way: [round(r) for r in all_of_it] for way, all_of_it in rates.items()}, file=sys.stderr)
            against = statistics.median(rates["sbatch"])
            for name, way in (("submit_rate", "at_once"), ("submit_rate_loop", "loop")):
                value = statistics.median(rates[way])
                if name in names:
                    tell(name=name, value=value, unit="runs/s", ratio=value / against, against="sbatch in a loop", against_value=against)
            none_left()
        if "slurm_state_requests" in names:
            target(6821)
            enter = [*TESTBED, "exec", str(cluster.folder), "ctl", "--", sys.executable, "-B", str(cluster.own / "counter.py"), str(log)]
            counter = subprocess.Popen(enter, stdin=subprocess.DEVNULL)
            until("the counter", log.exists)
            words = [*TESTBED, "exec", str(cluster.folder), "ctl", "--", "env", *[f"{k}={v}" for k, v in more.items()],
                     *map(str, program), "wait", str(WAITING), str(SECONDS)]
            waiting = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
            if not re.search("runs a second", waiting.stdout.readline()):
                sys.exit("the runs were not submitted")
            begin = time.time()
            if waiting.stdout.readline() != "waited\n":
                sys.exit("the program did not wait")
            end = time.time()
            times = [float(line) for line in log.read_text().split() if begin < float(line) <= end]
            # In any ten seconds: the busiest count.
            busiest = max(sum(t <= u < t + 10 for u in times) for t in times) / 10 if times else 0
            print(f"{len(times)} requests in {end - begin:.1f} s", file=sys.stderr)
            tell(name="slurm_state_requests", value=busiest, unit="1/s")
            cluster.on("ctl", "scancel", "--user=root", SLURM_CONF=conf)
            waiting.wait(120)
            counter.terminate()
            counter.wait()


main()
