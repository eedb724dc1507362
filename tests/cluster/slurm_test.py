#!/usr/bin/python3
# SPDX-License-Identifier: BSL-1.0
"""Runs on a Slurm cluster with slurmrestd: slurm_test.py TOOL... -- [PART...]. What works, what is said when
something does not, and that nothing is left running."""
import calendar
import json
import shutil
import subprocess
import sys
import threading
import time

from cluster import PATIENCE, TESTBED, completed, expect, failed, native, python, until
from scripts import GLOO, MPI4PY, PROXY, RESUMES, SERVERS, SLOW_PYTHON
from slurm_cluster import SlurmCluster

SKLEARN = """import os, pickle, sklearn.datasets, sklearn.linear_model
x, y = sklearn.datasets.load_digits(return_X_y=True)
model = sklearn.linear_model.LogisticRegression(max_iter=50).fit(x[:1000] / 16, y[:1000])
print("accuracy", model.score(x[1000:] / 16, y[1000:]) > 0.85)
pickle.dump(model, open("outputs/model.pkl", "wb"))
"""
SCRIPT = """#!/bin/sh
echo "job_script on $(hostname) as ${OMPI_COMM_WORLD_RANK-no} rank"
case $1 in
  fails) if [ $(hostname) = n2 ]; then echo because >&2; exit 3; fi; exec sleep 1000;;
  waits) echo begun > outputs/begun_${OMPI_COMM_WORLD_RANK-0}; exec sleep 1000;;
  short) echo begun > outputs/begun_${OMPI_COMM_WORLD_RANK-0}; exec sleep ${2-5};;
  second) echo attempt >> outputs/attempts; [ $(wc -l < outputs/attempts) -ge 2 ] || exec sleep 1000;;
esac
"""
ALL = ("ctl", "n1", "n2")


def begun(cluster, source, ranks=2, **more):
    """A run whose ranks, one on each host, wait."""
    code, text, run = cluster.run_job(source, native("job_script.sh", 2, ranks // 2, arguments=["waits"]), "--no-wait",
                                      **more)
    expect("a run is submitted", code == 0, text)
    begin, count = time.monotonic(), 0
    while count < ranks and time.monotonic() < begin + PATIENCE and not cluster.end_of(run):
        count = sum(e.get("event") == "rank_start" for e in cluster.events(run))
        time.sleep(0.02)
    expect("all ranks run", count == ranks,
           f"{cluster.looked_at(run)}\n{cluster.slurm_says('scontrol', 'show', 'node')}")
    return run


def ended(cluster, name, run, seconds, status, *parts, asks=True):
    """It is over within that time; somebody looks at it every second, unless not `asks`."""
    begin, asked = time.monotonic(), 0

    def over():
        nonlocal asked
        if asks and time.monotonic() > asked + 1:
            cluster.estima("show", run.name)
            asked = time.monotonic()
        return cluster.end_of(run)

    end = until(f"{name}: the run is over", over, seconds)
    text = json.dumps(end)
    expect(f"{name}: {status} after {time.monotonic() - begin:.1f} s",
           end["status"] == status and all(p in text for p in parts), text)


def nothing_left(cluster, name, *hosts):
    until(f"{name}: nothing is left", lambda: not any(cluster.processes(h) for h in hosts or ALL), 40)
    until(f"{name}: no job is left", lambda: not cluster.slurm_says("squeue", "-h").strip(), 40)
    print(f"ok    {name}: nothing is left running", flush=True)


def work(cluster):
    source = cluster.source(train_py=MPI4PY, gloo_py=GLOO, servers_py=SERVERS, job_script_sh=SCRIPT, fit_py=SKLEARN)
    run = completed(cluster, "scikit-learn on one node", cluster.run_job(source, python("fit.py", "None", 1, 1)),
                    "accuracy True",
                    "Status: Queued")
    expect("its model is an output", any(e["event"] == "artifact" and e["path"] == "outputs/model.pkl"
                                         for e in cluster.events(run)))
    job = cluster.slurm_says("scontrol", "-o", "show", "job", cluster.job_of(run))
    expect("its job's comment leads back to it", f"Comment=estima {run.name}" in job and "JobName=hosts" in job, job)
    expect("Slurm would not start it again by itself", "Requeue=0" in job, job)
    run = completed(cluster, "mpi4py on two nodes", cluster.run_job(source, python("train.py", per_node=2)),
                    "rank 3 of 4 on n2 sum 6")
    expect("outputs of both nodes are artifacts", sum(e["event"] == "artifact" for e in cluster.events(run)) == 6,
           [e for e in cluster.events(run) if e["event"] == "artifact"])
    alone = cluster.run_job(source, python("gloo.py", "Gloo", 1, 2, "PyTorch"))
    completed(cluster, "gloo on one node", alone, "loss ")
    both = cluster.run_job(source, python("gloo.py", "Gloo", 2, 2, "PyTorch"))
    completed(cluster, "gloo on two nodes", both, "loss ", "over eth0")
    loss = [next(w for w in text.split("loss ")[1:]).split()[0] for _, text, _ in (alone, both)]
    expect("its loss is the same as on one", loss[0] == loss[1], loss)
    servers = python("servers.py", "ParameterServer", nodes=2) | {
        "nodeCount": 2, "tensorflow": {"workerCount": 2, "parameterServerCount": 2}}
    completed(cluster, "TF_CONFIG", cluster.run_job(source, servers), "worker 1 reached 4")
    workers = python("servers.py", "MultiWorker") | {"nodeCount": 2,
                                                     "tensorflow": {"workerCount": 4, "parameterServerCount": 0}}
    completed(cluster, "TF_CONFIG of workers alone", cluster.run_job(source, workers),
              *[f"worker {i} reached 4" for i in range(4)])
    nothing_left(cluster, "work")


def many(cluster):
    source = cluster.shared / "many_source"
    source.mkdir()
    (source / "job_script.sh").write_text(SCRIPT)
    (source / "job_script.sh").chmod(0o755)
    targets = cluster.own / "many.json"
    targets.write_text(json.dumps({"cluster": cluster.settings(partition="")}))
    code, text = cluster.on("ctl", cluster.folder / "bin/slurm_many", cluster.workspace, source, 20,
                            ESTIMA_TARGETS=targets,
                            ESTIMA_LAUNCH=cluster.folder / "bin/estima-launch")
    expect("20 runs at once complete", code == 0 and "20 completed" in text, text)
    jobs = {cluster.job_of(cluster.workspace / "runs" / name).split("_")[0] for name in text.split()
            if name.startswith("many_")}
    expect("they are one array", len(jobs) == 1, jobs)
    nothing_left(cluster, "20 runs at once")


def faults_of_scripts(cluster):
    source = cluster.source(job_script_sh=SCRIPT)
    run = failed(cluster, "a script that fails on the second node",
                 cluster.run_job(source, native("job_script.sh", 2, 1, arguments=["fails"])),
                 "EST-420", "exited with code 3", "(n2)")
    expect("its last words are quoted", "because" in json.dumps(cluster.end_of(run)))
    until("its job failed, too", lambda: cluster.state_of(cluster.job_of(run)) == "FAILED")
    nothing_left(cluster, "a script that fails")
    run = begun(cluster, source)
    cluster.on("n2", "pkill", "-9", "-x", "sleep")
    ended(cluster, "a worker that is killed on the second node", run, 20, "Failed", "SIGKILL", '"n2"', asks=False)
    expect("what it wrote is kept", len(list((run / "code/outputs").glob("begun_*"))) == 2)
    nothing_left(cluster, "a worker that is killed")
    run = begun(cluster, source)
    supervisor = next(e["pid"] for e in cluster.events(run) if e["event"] == "supervisor")
    cluster.on("n1", "kill", "-9", supervisor)
    ended(cluster, "a supervisor that is killed", run, 30, "Failed", "EST-767")
    nothing_left(cluster, "a supervisor that is killed")


def cancels(cluster):
    source = cluster.source(job_script_sh=SCRIPT)
    run = begun(cluster, source)
    code, text = cluster.estima("cancel", run.name, host="n2")
    expect("a run is canceled from another host", code == 0, text)
    ended(cluster, "cancel during work", run, 20, "Canceled", asks=False)
    expect("its ranks were asked to end", all(e.get("ended_on_request") for e in cluster.events(run)
                                              if e["event"] == "rank_exit"))
    nothing_left(cluster, "cancel during work")
    (cluster.shared / "slow_python").write_text(SLOW_PYTHON)
    (cluster.shared / "slow_python").chmod(0o755)
    checked = python("job_script.sh", "Gloo", 2, 1, "PyTorch")
    checked["environment"]["python"]["interpreterPath"] = str(cluster.shared / "slow_python")
    for nodes in (2, 1):
        code, text, run = cluster.run_job(source, checked | {"nodeCount": nodes, "pytorch": {"processCount": nodes}},
                                          "--no-wait")
        until("the nodes are being checked", lambda: "slow_python" in cluster.on("n1", "ps", "-A", "-o", "args")[1])
        cluster.estima("cancel", run.name)
        ended(cluster, f"cancel during the check of {nodes} nodes", run, 20, "Canceled", asks=False)
        nothing_left(cluster, "cancel during the check")
    run = begun(cluster, source)
    cluster.slurm_says("scancel", cluster.job_of(run))
    ended(cluster, "scancel by somebody else", run, 30, "Canceled")
    expect("that is said", any("somebody canceled" in e.get("message", "") for e in cluster.events(run)),
           cluster.events(run))
    expect("what it wrote is kept", len(list((run / "code/outputs").glob("begun_*"))) == 2)
    nothing_left(cluster, "scancel")

    cluster.slurm_says("scontrol", "update", "NodeName=n1", "State=DRAIN", "Reason=repair")
    code, text, run = cluster.run_job(source, native("job_script.sh", 2, 1), "--no-wait")
    expect("a job for a node that is drained is taken", code == 0, text)
    until("estima show says that it waits, and for what",
          lambda: all(w in cluster.looked_at(run) for w in ("Queued", "DRAINED")))
    expect("so does its page", "DRAINED" in (run / "index.html").read_text())
    cluster.slurm_says("scontrol", "update", "NodeName=n1", "State=RESUME")
    ended(cluster, "when the node is back", run, 60, "Completed", asks=False)
    cluster.slurm_says("scontrol", "update", "NodeName=n1", "State=DRAIN", "Reason=repair")
    code, text, run = cluster.run_job(source, native("job_script.sh", 2, 1), "--no-wait")
    code, text = cluster.estima("cancel", run.name)
    ended(cluster, "cancel of a job that never starts", run, 10, "Canceled", asks=False)
    expect("Slurm knows that", cluster.state_of(cluster.job_of(run)) == "CANCELLED")
    cluster.slurm_says("scontrol", "update", "NodeName=n1", "State=RESUME")
    nothing_left(cluster, "a job that never starts")


def limits(cluster):
    source = cluster.source(job_script_sh=SCRIPT)
    run = begun(cluster, source, time_limit="1")
    ended(cluster, "the time limit of Slurm", run, 90, "Failed", "EST-761", asks=False)
    expect("what it wrote is an artifact", sum(e["event"] == "artifact" for e in cluster.events(run)) == 2)
    nothing_left(cluster, "time limit")
    own = cluster.folder / "local/workspace"  # each host has another folder there
    cluster.on("ctl", "mkdir", "-p", cluster.folder / "local")
    code, text, run = cluster.run_job(source, native("job_script.sh", 2, 1), workspace=own)
    expect("a host that does not see the workspace: the run fails and says so",
           code == 1 and "EST-765" in text and "does not see the run's folder" in text, text)
    code, text, run = cluster.run_job(source, native("job_script.sh", 2, 1), launcher="/nowhere/estima-launch")
    expect("a launcher that is not there: the run fails and says so",
           code == 1 and "EST-767" in text and "has no /nowhere" in text, text)
    code, text, _ = cluster.run_job(source, native("job_script.sh", 2, 1), partition="nowhere")
    expect("a partition that does not exist is refused at submit", code == 2 and "EST-747" in text, text)
    nothing_left(cluster, "limits")


def preempted(cluster):
    source = cluster.source(job_script_sh=SCRIPT)
    job = native("job_script.sh", 2, 1)
    code, text, run = cluster.run_job(source, native("job_script.sh", 1, 1, arguments=["second"], communicator="None"),
                                      "--no-wait",
                                      requeue=True, exclusive=True)
    until("it runs", lambda: (run / "code/outputs/attempts").exists())
    urgent = completed(cluster, "an urgent job takes its place", cluster.run_job(source, job, partition="urgent"))
    ended(cluster, "the preempted job is started again", run, 120, "Completed")
    attempts = [e for e in cluster.events(run) if e["event"] == "attempt"]
    expect("its second attempt is recorded, once, with why",
           len(attempts) == 1 and attempts[0]["number"] == 2 and attempts[0]["error"]["id"] == "EST-763", attempts)
    run = begun(cluster, source, exclusive=True)
    completed(cluster, "another urgent job", cluster.run_job(source, job, partition="urgent"))
    ended(cluster, "a preempted job that is not to be started again", run, 60, "Failed", "EST-763")
    nothing_left(cluster, "preempted")


def resumes(*arguments, after=None):
    retries = {"atMost": 2, "resumeFrom": "outputs/checkpoint_*.txt"} | ({"after": after} if after else {})
    return native("job_script.sh", 2, 1, arguments=list(arguments), retries=retries)


def attempts(cluster):
    """Tried again: in the same job after an exit code, in the next one after a preemption; a node that is drained."""
    source = cluster.source(job_script_sh=RESUMES)
    run = completed(cluster, "a run that is tried again after an exit code",
                    cluster.run_job(source, resumes("exits", after=["exit_code 75"])))
    told = [e for e in cluster.events(run) if e["event"] == "attempt"]
    expect("why is told", [(e["number"], e["cause"]) for e in told] == [(2, "exit_code 75")], told)
    logs = [run / f"system_logs/rank_{rank}_stdout.txt" for rank in (0, 1)]
    expect("it went on from its checkpoint on both nodes", all("begins at 9" in log.read_text() for log in logs))
    expect("the first attempt's logs are kept",
           "begins at 0" in (run / "system_logs/attempt_1/rank_1_stdout.txt").read_text())
    nothing_left(cluster, "a run that is tried again after an exit code")

    code, text, run = cluster.run_job(source, resumes("waits"), "--no-wait", exclusive=True)
    logs = [run / f"system_logs/rank_{rank}_stdout.txt" for rank in (0, 1)]
    until("both ranks tell", lambda: all(log.exists() and "begins at 0" in log.read_text() for log in logs))
    until("there is a checkpoint", (run / "code/outputs/checkpoint_9.txt").exists)
    other = cluster.source(job_script_sh=SCRIPT)
    completed(cluster, "an urgent job takes the place of two nodes",
              cluster.run_job(other, native("job_script.sh", 2, 1), partition="urgent"))
    ended(cluster, "a preempted job of two nodes is started again", run, 120, "Completed")
    told = [e for e in cluster.events(run) if e["event"] == "attempt"]
    expect("its second attempt is recorded", [(e["number"], e["cause"]) for e in told] == [(2, "preemption")], told)
    expect("it went on from its checkpoint on both nodes", all("begins at 9" in log.read_text() for log in logs))
    nothing_left(cluster, "a preempted job of two nodes")

    run = begun(cluster, other)
    cluster.slurm_says("scontrol", "update", "NodeName=n2", "State=DRAIN", "Reason=repair")
    until("its node is drained", lambda: "DRAIN" in cluster.slurm_says("scontrol", "-o", "show", "node", "n2"))
    cluster.on("n2", "pkill", "-9", "-x", "sleep")
    ended(cluster, "a worker fails on a node that is being drained", run, 20, "Failed", "SIGKILL", '"n2"', asks=False)
    cluster.slurm_says("scontrol", "update", "NodeName=n2", "State=RESUME")
    nothing_left(cluster, "a node that is drained")


def lost_nodes(cluster):
    source = cluster.source(job_script_sh=SCRIPT)
    run = begun(cluster, source)
    cluster.testbed("kill", "n2")
    ended(cluster, "the second node dies", run, 60, "Failed", "EST-762")
    expect("what the other wrote is kept", (run / "code/outputs/begun_0").exists())
    cluster.testbed("start", "n2")
    until("the node is back", lambda: cluster.slurm_says("sinfo", "-h", "-t", "idle", "-o", "%D").strip() == "2")
    run = begun(cluster, source)
    cluster.testbed("kill", "n1")
    ended(cluster, "the first node dies", run, 90, "Failed", "EST-762")
    cluster.testbed("start", "n1")
    until("it is back", lambda: cluster.slurm_says("sinfo", "-h", "-t", "idle", "-o", "%D").strip() == "2")
    nothing_left(cluster, "lost nodes")


def daemons_away(cluster):
    source = cluster.source(job_script_sh=SCRIPT)
    code, text, run = cluster.run_job(source, native("job_script.sh", 2, 1, arguments=["short", "8"]), "--no-wait")
    until("it runs", lambda: any(e["event"] == "rank_start" for e in cluster.events(run)))
    cluster.on("ctl", "pkill", "-x", "slurmctld")
    time.sleep(2)  # it is away for that long
    cluster.start_daemon(["slurmctld"])
    ended(cluster, "slurmctld is started again during a run", run, 60, "Completed")
    nothing_left(cluster, "slurmctld is started again")
    cluster.on("ctl", "pkill", "-x", "slurmrestd")
    returned = time.monotonic() + 60
    threading.Timer(60, cluster.start_rest).start()
    result = cluster.run_job(source, native("job_script.sh", 2, 1))
    completed(cluster, "slurmrestd is away for a minute at submit", result)
    expect("it was", time.monotonic() > returned)
    jobs = [line for line in cluster.slurm_says("scontrol", "-o", "show", "job").splitlines() if result[2].name in line]
    expect("one job was made of it", len(jobs) == 1, jobs)
    nothing_left(cluster, "slurmrestd is away")


def nodes_that_cannot(cluster):
    """What the nodes lack is told before a worker starts, and their clocks are compared."""
    source = cluster.source(train_py=MPI4PY, job_script_sh=SCRIPT)
    own = cluster.folder / "local/own_python"  # each node has another folder there
    cluster.on("n1", "ln", "-s", "/usr/bin/python3", own)
    only = python("train.py", per_node=1)
    only["environment"]["python"]["interpreterPath"] = str(own)
    run = failed(cluster, "one node lacks the interpreter", cluster.run_job(source, only), "EST-725", "1 of 2 hosts",
                 "n2: it has no interpreter")
    expect("no worker was started", not any(e["event"] == "rank_start" for e in cluster.events(run)))
    left = [p.name for p in run.iterdir() if p.name.startswith(("attendant_", "clock_offset_", "shared_token"))]
    expect("nothing of the check is left in the run's folder", not left, left)
    failed(cluster, "modules that nodes lack", cluster.run_job(source, python("train.py", per_node=1),
                                                               imports=["json.decoder", "no_such.part", "no_other"]),
           "EST-725", "2 of 2 hosts", "n1: /usr/bin/python3 has no module no_such.part",
           "n2: /usr/bin/python3 has no module no_other")
    alone = python("train.py", "None", 1, 1)
    run = failed(cluster, "a module that the only node of a job lacks",
                 cluster.run_job(source, alone, imports=["json.decoder", "no_such"]), "EST-725", "1 of 1 hosts",
                 "/usr/bin/python3 has no module no_such")
    expect("no worker was started", not any(e["event"] == "rank_start" for e in cluster.events(run)))
    left = [p.name for p in run.iterdir() if p.name.startswith(("attendant_", "clock_offset_", "shared_token"))]
    expect("nothing of the check is left in the run's folder", not left, left)
    cluster.on("n2", "ip", "route", "add", "unreachable", "10.77.0.1/32")
    failed(cluster, "a node that does not reach the first", cluster.run_job(source, native("job_script.sh", 2, 1)),
           "n2: ")
    cluster.on("n2", "ip", "route", "delete", "unreachable", "10.77.0.1/32")
    cluster.on("n2", "mount", "-t", "tmpfs", "none", cluster.workspace)
    failed(cluster, "one node does not see the workspace", cluster.run_job(source, native("job_script.sh", 2, 1)),
           "EST-765", "1 of 2 hosts", "n2: ")
    cluster.on("n2", "umount", cluster.workspace)
    cluster.on("n2", "mount", "--bind", "/dev/null", cluster.folder / "bin/estima-launch")
    failed(cluster, "one node lacks estima-launch", cluster.run_job(source, native("job_script.sh", 2, 1)), "EST-725",
           "1 of 2 hosts", "n2: its shell says")
    cluster.on("n2", "umount", cluster.folder / "bin/estima-launch")

    launch = cluster.folder / "bin/launch"
    launch.write_text(f"""#!/bin/sh
bin={cluster.folder}/bin
case $(hostname) in n2*) LD_PRELOAD=$bin/hour_ahead.so exec $bin/dynamic_launch "$@";; esac
exec $bin/estima-launch "$@"
""")
    launch.chmod(0o755)
    begin = time.time()
    code, text, run = cluster.run_job(source, native("job_script.sh", 2, 1), launcher=str(launch))
    expect("a node whose clock is ahead: completes", code == 0, text)
    events = cluster.events(run)
    offset = {e["host"]: e["clock_offset_seconds"] for e in events if e["event"] == "node"}
    expect("its offset is told, and the other has none", abs(offset["n2"] - 3600) < 1 and abs(offset["n1"]) < 0.1,
           offset)
    expect("and warned of", any("3600 s ahead" in e.get("message", "") for e in events))
    times = [calendar.timegm(time.strptime(e["time"][:19], "%Y-%m-%dT%H:%M:%S")) for e in events
             if e["event"] in ("rank_start", "rank_exit")]
    expect("all times are of the first node's clock",
           len(times) == 4 and all(begin - 2 < t < time.time() + 2 for t in times), times)
    expect("nothing of the comparison is left in the run's folder", not list(run.glob("clock_offset_*")))
    nothing_left(cluster, "nodes that cannot")


def links(cluster):
    source = cluster.source(train_py=MPI4PY, job_script_sh=SCRIPT)
    cluster.testbed("shape", "n2", "10mbit")
    completed(cluster, "a link of 10 Mbit/s", cluster.run_job(source, python("train.py", per_node=1)),
              "rank 1 of 2 on n2 sum 1")
    cluster.testbed("shape", "n2", "1gbit")
    run = begun(cluster, source)
    cluster.testbed("cut", "n2")
    ended(cluster, "a node whose link is cut", run, 90, "Failed", "EST-762")
    expect("what the other wrote is kept", (run / "code/outputs/begun_0").exists())
    cluster.testbed("join", "n2")
    until("the node is back", lambda: cluster.slurm_says("sinfo", "-h", "-t", "idle", "-o", "%D").strip() == "2", 120)
    nothing_left(cluster, "a node whose link is cut")


def token_expires(cluster):
    """During a run: who waits for it goes on, with a new token or without."""
    source = cluster.source(job_script_sh=SCRIPT)
    long_token = cluster.token
    cluster.new_token(8)
    code, text, run = cluster.run_job(source, native("job_script.sh", 2, 1, arguments=["short", "12"]),
                                      patience_seconds=5)
    expect("a token that expires during a run: it completes", code == 0, text)
    cluster.new_token(8)
    expires = time.time() + 8
    code, text, run = cluster.run_job(source, native("job_script.sh", 2, 1, arguments=["short", "20"]), "--no-wait",
                                      token_command=f"SLURM_CONF={cluster.folder}/slurm/slurm.conf scontrol token "
                                                    f"lifespan=600")
    until("it runs", lambda: any(e["event"] == "rank_start" for e in cluster.events(run)))
    until("the token has expired", lambda: time.time() > expires + 1)
    cluster.slurm_says("scancel", cluster.job_of(run))
    ended(cluster, "scancel after the token has expired, and a command makes new ones", run, 40, "Canceled")
    cluster.token = long_token
    cluster.token_file.write_text(long_token)
    nothing_left(cluster, "a token that expires")


def submitter_gone(cluster):
    source = cluster.source(job_script_sh=SCRIPT)
    shared = cluster.shared / "source_of_gone"
    shutil.copytree(source, shared)
    (cluster.own / "targets.json").write_text(json.dumps({"lab": cluster.settings()}))
    (cluster.own / "job.json").write_text(json.dumps(native("job_script.sh", 2, 1,
                                                            arguments=["short", "6"]) | {"target": "lab"}))
    submitter = subprocess.Popen(
        [*TESTBED, "exec", str(cluster.folder), "ctl", "--", "env", f"ESTIMA_LAUNCH={cluster.folder}/bin/estima-launch",
         f"ESTIMA_TARGETS={cluster.own}/targets.json", str(cluster.folder / "bin/submit_and_wait"),
         str(cluster.workspace), str(shared),
         str(cluster.own / "job.json")], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    name = submitter.stdout.readline().strip()
    run = cluster.workspace / "runs" / name
    cluster.on("ctl", "pkill", "-9", "-x", "submit_and_wait")
    submitter.wait()
    code, text = cluster.estima("logs", "-f", name, host="n2")
    expect("a run whose submitter was killed is followed from another host", code == 0 and "rank" in text, text)
    ended(cluster, "a run whose submitter was killed", run, 30, "Completed")
    nothing_left(cluster, "a submitter that was killed")


def secrets(cluster):
    """The token is nowhere but in its file."""
    source = cluster.source(job_script_sh=SCRIPT)
    code, text, run = cluster.run_job(source, native("job_script.sh", 2, 1, arguments=["waits"]), "--no-wait")
    until("it runs", lambda: sum(e.get("event") == "rank_start" for e in cluster.events(run)) == 2)
    for host in ALL:
        code, seen = cluster.on(host, "sh", "-c", "cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ | tr '\\0' '\\n'")
        expect(f"no process of {host} has the token in argv or environment", cluster.token not in seen)
    cluster.estima("cancel", run.name)
    ended(cluster, "the run", run, 30, "Canceled", asks=False)
    good = cluster.token
    bad = cluster.own / "bad_token"
    bad.write_text(good[:-8] + "AAAAAAAA")
    code, text, _ = cluster.run_job(source, native("job_script.sh", 2, 1), token_file=str(bad), patience_seconds=5)
    # 22.05 says the same of a token that it does not take and of a controller that does not answer.
    ids = ("EST-746", "EST-748", "EST-750")
    expect("a token that is refused: submit says so, without it",
           code == 2 and any(i in text for i in ids) and good[:-8] not in text, text)
    found = subprocess.run(["grep", "-rlF", good[:60], str(cluster.workspace), str(cluster.shared),
                            str(cluster.folder / "slurm")],
                           stdout=subprocess.PIPE, text=True).stdout.split()
    expect("no file has the token", not [f for f in found if "/state/" not in f and "/spool" not in f], found)

    # By all other ways. `with_secret` says so with the token itself, or with a word that stands for a secret beside it.
    word = "0penSesame"
    (cluster.own / "proxy.py").write_text(PROXY)
    proxy = subprocess.Popen([*TESTBED, "exec", str(cluster.folder), "ctl", "--", sys.executable,
                              cluster.own / "proxy.py", f"me:{word}"],
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    proxy.stdout.readline()
    bad.write_text(cluster.slurm_says("scontrol", "token", "lifespan=1"))
    time.sleep(2)  # it has expired
    ways = {"token_variable": ({"token_file": "", "token_variable": "MY_TOKEN"}, {"MY_TOKEN": good}),
            "token_command": ({"token_file": str(bad), "token_command": f"true {word}; cat {cluster.token_file}"}, {}),
            "a proxy with a password": ({"proxy": f"http://me:{word}@127.0.0.1:3128"}, {})}
    for way, (settings, variables) in ways.items():
        code, text, run = cluster.submit(source, native("job_script.sh", 2, 1, arguments=["waits"]),
                                         cluster.settings(**settings),
                                         "--no-wait", workspace=cluster.workspace, **variables)
        expect(f"{way}: a run is submitted", code == 0 and good not in text and word not in text, text)
        until("it runs", lambda run=run: sum(e.get("event") == "rank_start" for e in cluster.events(run)) == 2)
        for host in ("n1", "n2"):
            code, seen = cluster.on(host, "sh", "-c", "cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ | tr '\\0' '\\n'")
            expect(f"{way}: no process of {host} has a secret", good not in seen and word not in seen)
        code, text = cluster.on("ctl", cluster.folder / "bin/estima", "cancel", "--workspace", cluster.workspace,
                                run.name,
                                ESTIMA_TARGETS=cluster.own / "targets.json", **variables)
        expect(f"{way}: another program asks for its end", code == 0, text)
        ended(cluster, way, run, 30, "Canceled", asks=False)
        code, text, _ = cluster.submit(source, native("job_script.sh", 2, 1),
                                       cluster.settings(**(settings | {"partition": "nowhere"})),
                                       workspace=cluster.workspace, **variables)
        expect(f"{way}: an error has no secret", code == 2 and "EST-747" in text and good not in text
               and word not in text, text)
        for secret in (good[:60], word):
            found = subprocess.run(["grep", "-rlF", secret, str(cluster.workspace), str(cluster.folder / "slurm")],
                                   stdout=subprocess.PIPE, text=True).stdout.split()
            expect(f"{way}: no file has a secret", not [f for f in found if "/state/" not in f and "/spool" not in f],
                   found)
    code, text, _ = cluster.submit(source, native("job_script.sh", 2, 1),
                                   cluster.settings(token_file="", token_variable="NO_TOKEN",
                                   token_command=f"false {word}"), workspace=cluster.workspace)
    expect("a command that makes no token: its error has no secret",
           code == 2 and "EST-746" in text and word not in text, text)
    proxy.kill()
    nothing_left(cluster, "secrets")


def main():
    words = sys.argv[1:]
    tools, parts = words[:words.index("--")], words[words.index("--") + 1:]
    with SlurmCluster(tools, slurm=True) as cluster:
        for part in (work, many, faults_of_scripts, cancels, limits, preempted, attempts, lost_nodes, daemons_away,
                     submitter_gone, secrets,
                     nodes_that_cannot, links, token_expires):
            if not parts or part.__name__ in parts:
                begin = time.monotonic()
                part(cluster)
                print(f"      {part.__name__} took {time.monotonic() - begin:.0f} s", flush=True)


main()
