# SPDX-License-Identifier: BSL-1.0
"""ssh_hosts.py ESTIMA_LAUNCH SUBMIT_AND_WAIT MPI_NOTHING NAME...: see ssh_hosts.sh. Medians."""
import json
import pathlib
import shutil
import statistics
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "tests/cluster"))
from cluster import Cluster, native, until  # noqa: E402

# Runs where submit is called, so that entering the testbed is not measured: seconds of each command, in turn.
MEASURE = """import json, os, subprocess, sys, time
times, repeats = [], int(sys.argv[1])
os.environ |= {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1", "PMIX_MCA_psec": "^munge"}
for i in range(repeats + 1):
    for command in json.loads(sys.argv[2]):
        begin = time.monotonic()
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        times.append(time.monotonic() - begin)
        if done.returncode != 0: sys.exit(" ".join(command) + ": " + done.stdout)
print(json.dumps([times[2::2], times[3::2]]))  # the first of each is not counted: it stages
"""
WAITS = "#!/bin/sh\necho begun\nexec sleep 1000\n"


def print_result(name, value, unit, against=None, against_value=None):
    result = {"name": name, "value": value, "unit": unit}
    if against:
        result |= {"ratio": value / against_value, "against": against, "against_value": against_value}
    print(json.dumps(result), flush=True)


def ssh_overhead(cluster, mpi_nothing):
    source = cluster.own / "nothing"
    source.mkdir()
    shutil.copy(mpi_nothing, source)
    program = cluster.shared / "mpi_nothing"
    shutil.copy(mpi_nothing, program)
    (cluster.own / "targets.json").write_text(json.dumps({"lab": cluster.settings()}))
    (cluster.own / "job.json").write_text(json.dumps(native("mpi_nothing") | {"target": "lab"}))
    ours = [cluster.folder / "bin/submit_and_wait", cluster.own / "workspace", source, cluster.own / "job.json"]
    bare = ["mpirun", "--host", "n1:2,n2:2", "-np", "4", "--mca", "plm", "rsh", "--mca", "plm_rsh_args", f"-F {cluster.folder}/ssh_config",
            "--mca", "oob_tcp_if_include", "10.77.0.0/24", "--mca", "btl_tcp_if_include", "10.77.0.0/24", program]
    code, text = cluster.on("ctl", sys.executable, "-c", MEASURE, 7, json.dumps([[str(w) for w in c] for c in (ours, bare)]),
                            ESTIMA_LAUNCH=cluster.folder / "bin/estima-launch", ESTIMA_TARGETS=cluster.own / "targets.json")
    if code != 0:
        sys.exit(text)
    own, other = (statistics.median(times) for times in json.loads(text.splitlines()[-1]))
    print_result("ssh_overhead", own, "s", "bare mpirun over ssh", other)


def waiting(cluster, **settings):
    """A run of four ranks that have begun to wait."""
    source = cluster.source(job_script_sh=WAITS)
    target = cluster.settings(**settings)
    if not settings:
        target.pop("silence_seconds")  # the default
    code, text, run = cluster.submit(source, native("job_script.sh"), target, "--no-wait")
    if code != 0:
        sys.exit(text)
    logs = [run / f"system_logs/rank_{rank}_stdout.txt" for rank in range(4)]
    until("all ranks run", lambda: all(log.exists() and log.stat().st_size for log in logs))
    time.sleep(0.5)
    return run


def seconds_to_end(cluster, run):
    begin = time.monotonic()
    until("the run is over", lambda: b'"Failed"' in (run / "events.jsonl").read_bytes(), 120)
    return time.monotonic() - begin


def failure_notice(cluster):
    times = []
    for _ in range(5):
        run = waiting(cluster)
        cluster.on("n2", "pkill", "-9", "-o", "-x", "sleep")
        seconds = seconds_to_end(cluster, run)
        begin = time.monotonic()
        until("all workers have ended", lambda: not any("sleep" in line for host in ("n1", "n2") for line in
              cluster.on(host, "pgrep", "-fa", "sleep 1000")[1].splitlines() if "pgrep" not in line))
        took = time.monotonic() - begin
        times.append(seconds + (took if took > 0.8 else 0))  # to look at both hosts takes 0.2 s by itself
    print_result("failure_notice", statistics.median(times), "s")


def host_loss_notice(cluster):
    run = waiting(cluster)
    cluster.testbed("cut", "n2")
    print_result("host_loss_notice", seconds_to_end(cluster, run), "s")
    cluster.testbed("join", "n2")


def main():
    launch, submit, mpi_nothing, *names = sys.argv[1:]
    with Cluster([launch, submit]) as cluster:
        if "ssh_overhead" in names:
            ssh_overhead(cluster, mpi_nothing)
        if "failure_notice" in names:
            failure_notice(cluster)
        if "host_loss_notice" in names:
            host_loss_notice(cluster)


main()
