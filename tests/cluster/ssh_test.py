#!/usr/bin/python3
# SPDX-License-Identifier: BSL-1.0
"""Runs on hosts that ssh reaches: ssh_test.py TOOL... -- PART... What works, and what is said when something does
not."""
import json
import os
import pathlib
import shutil
import sys
import time

from cluster import Cluster, completed, ended, expect, failed, native, python, until
from scripts import GLOO, MPI4PY, RESUMES, SERVERS, SLOW_PYTHON

SCRIPT = """#!/bin/sh
echo "job_script on $(hostname) as ${OMPI_COMM_WORLD_RANK-no} rank"
case $1 in
  fails) if [ $(hostname) = n2 ]; then echo because >&2; exit 3; fi; exec sleep 1000;;
  waits) echo begun > outputs/begun_$OMPI_COMM_WORLD_RANK; exec sleep 1000;;
  big) head -c $2 /dev/urandom > outputs/big_$OMPI_COMM_WORLD_RANK;;
esac
"""


def nothing_left(cluster, name, *hosts):
    hosts = hosts or ["ctl", *[f"n{i}" for i in range(1, cluster.count + 1)]]
    until(f"{name}: nothing is left on {' '.join(hosts)}", lambda: not any(cluster.processes(h) for h in hosts), 20)
    print(f"ok    {name}: nothing is left running", flush=True)


def no_folder_left(cluster, name, run):
    """Where nothing of a run was worked on, nothing of it stays on the hosts."""
    hosts = [f"n{i}" for i in range(1, cluster.count + 1)]
    until(f"{name}: its folders on the hosts are removed",
          lambda: not any(run.name in cluster.on(h, "ls", f"{cluster.folder}/local/root/{h}/runs")[1] for h in hosts),
          20)


def begun(cluster, source, *arguments, target=None, workspace=None):
    """A run whose four ranks wait on their hosts."""
    code, text, run = cluster.submit(source, native("job_script.sh", arguments=list(arguments or ["waits"])),
                                     target or cluster.settings(), "--no-wait", workspace=workspace)
    expect("a run is submitted", code == 0, text)
    until("all ranks run", lambda: sum(e.get("event") == "rank_start" for e in cluster.events(run)) == 4)
    return run


def work(cluster):
    source = cluster.source(train_py=MPI4PY, gloo_py=GLOO, servers_py=SERVERS, job_script_sh=SCRIPT)
    run = completed(cluster, "mpi4py", cluster.submit(source, python("train.py"), cluster.settings()),
                    "rank 3 of 4 on n2 sum 6")
    names = sorted(str(p.relative_to(run / "code/outputs")) for p in (run / "code/outputs").rglob("*.txt"))
    expect("outputs of both hosts are here, the ones that differ under their hosts' names",
           names == ["n1/who.txt", "n2/who.txt", "rank_0.txt", "rank_1.txt", "rank_2.txt", "rank_3.txt", "same.txt"],
           names)
    events = cluster.events(run)
    expect("each host's part is told", sorted(e["host"] for e in events if e["event"] == "node") == ["n1", "n2"])
    expect("artifacts of all hosts are recorded", sum(e["event"] == "artifact" for e in events) == 7)
    local = cluster.folder / "local/root/n2/runs"
    expect("the run's folder on a host is removed", cluster.on("n2", "ls", local)[1] == "",
           cluster.on("n2", "ls", local))
    kept = completed(cluster, "a second run", cluster.submit(source, python("train.py"),
                                                             cluster.settings(keep_folders=True)))
    expect("its folder is kept where that is asked for", kept.name in cluster.on("n2", "ls", local)[1])
    run = completed(cluster, "a shared file system",
                    cluster.submit(source, python("train.py"), cluster.settings(),
                                   workspace=cluster.shared / "workspace"))
    expect("is found to be shared", all(e["shares_the_workspace"] for e in cluster.events(run) if e["event"] == "node"))

    here = cluster.shared / "source"
    shutil.copytree(source, here)
    for workspace in (cluster.folder / "local/workspace", cluster.shared / "workspace"):
        completed(cluster, f"the submitter is one of the hosts, with its workspace in {workspace.parent.name}",
                  cluster.submit(here, python("train.py"), cluster.settings(), workspace=workspace, host="n1"),
                  "rank 0 of 4 on n1 sum 6", "rank 3 of 4 on n2 sum 6", "outputs/rank_3.txt")
    alone = cluster.submit(source, python("gloo.py", "Gloo", 1, 4, "PyTorch"), cluster.settings())
    completed(cluster, "gloo on one host", alone, "loss ")
    both = cluster.submit(source, python("gloo.py", "Gloo", 2, 2, "PyTorch"), cluster.settings())
    completed(cluster, "gloo on two hosts", both, "loss ", "over eth0")
    loss = [next(w for w in text.split("loss ")[1:]).split()[0] for _, text, _ in (alone, both)]
    expect("its loss is the same as on one", loss[0] == loss[1], loss)

    servers = python("servers.py", "ParameterServer", framework="TensorFlow") | {
        "nodeCount": 2, "tensorflow": {"workerCount": 2, "parameterServerCount": 2}}
    if os.path.isdir("/usr/lib/python3/dist-packages/tensorflow"):
        completed(cluster, "TF_CONFIG", cluster.submit(source, servers, cluster.settings()), "worker 1 reached 4")
    else:  # the host's check wants the module for this framework
        failed(cluster, "a host without tensorflow", cluster.submit(source, servers, cluster.settings()), "EST-725",
               "no module tensorflow")
        completed(cluster, "TF_CONFIG", cluster.submit(source, servers | {"framework": "Python"}, cluster.settings()),
                  "worker 1 reached 4")
    workers = python("servers.py", "MultiWorker") | {"nodeCount": 2,
                                                     "tensorflow": {"workerCount": 4, "parameterServerCount": 0}}
    completed(cluster, "TF_CONFIG of workers alone", cluster.submit(source, workers, cluster.settings()),
              *[f"worker {i} reached 4" for i in range(4)])
    single = {"script": "job_script.sh", "framework": "Native",
              "environment": {"python": {"userManagedDependencies": True}}}
    completed(cluster, "one process", cluster.submit(source, single, cluster.settings()), "job_script on n1 as no rank")
    nothing_left(cluster, "work")


def faults_of_scripts(cluster):
    source = cluster.source(job_script_sh=SCRIPT)
    run = failed(cluster, "a script that fails on the second host",
                 cluster.submit(source, native("job_script.sh", arguments=["fails"]), cluster.settings()),
                 "EST-420", "exited with code 3", "(n2)")
    expect("its last words are quoted", "because" in json.dumps(cluster.end_of(run)))
    run = begun(cluster, source)
    cluster.on("n2", "pkill", "-9", "-x", "sleep")
    ended(cluster, "a worker that is killed on the second host", run, 20, "Failed", "SIGKILL", '"n2"')
    expect("what it wrote is kept", len(list((run / "code/outputs").glob("begun_*"))) == 4)
    nothing_left(cluster, "faults of scripts")


def cancels(cluster):
    source = cluster.source(job_script_sh=SCRIPT)
    run = begun(cluster, source)
    tool = cluster.folder / "bin/estima"
    code, text = cluster.on("n1", tool, "runs", "--workspace", cluster.own / "workspace")
    expect("another host does not see the submitter's workspace", code != 0, text)
    code, text = cluster.on("ctl", tool, "cancel", "--workspace", cluster.own / "workspace", run.name)
    expect("a run is canceled from another process", code == 0, text)
    ended(cluster, "cancel during work", run, 20, "Canceled")
    nothing_left(cluster, "cancel during work")
    big = cluster.source(job_script_sh=SCRIPT)
    (big / "data.bin").write_bytes(os.urandom(20_000_000))
    cluster.testbed("shape", "n2", "10mbit")
    code, text, run = cluster.submit(big, native("job_script.sh"), cluster.settings(), "--no-wait")
    until("it is being staged", lambda: any(e["event"] == "node" and e["host"] == "n2" for e in cluster.events(run)))
    cluster.on("ctl", tool, "cancel", "--workspace", cluster.own / "workspace", run.name)
    ended(cluster, "cancel during stage", run, 20, "Canceled")
    no_folder_left(cluster, "cancel during stage", run)
    nothing_left(cluster, "cancel during stage")
    slow = cluster.source(train_py="", slow_python=SLOW_PYTHON)
    shutil.copy(slow / "slow.python", cluster.shared / "slow_python")
    checked = python("train.py", "Gloo", framework="PyTorch")
    checked["environment"]["python"]["interpreterPath"] = str(cluster.shared / "slow_python")
    code, text, run = cluster.submit(slow, checked, cluster.settings(), "--no-wait")
    until("the hosts are being checked", lambda: "slow_python" in cluster.on("n2", "ps", "-A", "-o", "args")[1])
    cluster.on("ctl", tool, "cancel", "--workspace", cluster.own / "workspace", run.name)
    ended(cluster, "cancel during the check", run, 10, "Canceled")
    no_folder_left(cluster, "cancel during the check", run)
    nothing_left(cluster, "cancel during the check")
    completed(cluster, "a check that takes longer than hosts may be silent",
              cluster.submit(slow, checked, cluster.settings(silence_seconds=5)))
    run = completed(cluster, "a link of 10 Mbit/s",
                    cluster.submit(source, native("job_script.sh", arguments=["big", "2000000"]), cluster.settings()))
    expect("all of a large output is here", (run / "code/outputs/big_3").stat().st_size == 2_000_000)
    cluster.testbed("shape", "n2", "1gbit")


def interrupted_collect(cluster):
    source = cluster.source(job_script_sh=SCRIPT)
    cluster.testbed("shape", "n2", "20mbit")
    code, text, run = cluster.submit(source, native("job_script.sh", per_node=1, arguments=["big", "10000000"]),
                                     cluster.settings(), "--no-wait")
    part = run / "code/outputs/big_1.part"
    until("a large output is on its way", lambda: part.exists() and part.stat().st_size > 1_000_000)
    came = part.stat().st_size
    cluster.on("ctl", "pkill", "-9", "-f", "ssh .*n2 .*attend")
    sizes = []
    until("the run is over", lambda: (sizes.append(part.stat().st_size) if part.exists() else None)
          or cluster.end_of(run), 60)
    ended(cluster, "a connection that is lost while outputs are brought", run, 1, "Completed")
    expect("all of it is here", (run / "code/outputs/big_1").stat().st_size == 10_000_000)
    expect("it went on where it was", min(sizes) >= came, (came, min(sizes)))
    expect("that is told", any("that goes on" in e.get("message", "") for e in cluster.events(run)))
    local = cluster.folder / "local/root/n2/runs"
    expect("the run's folder on the host is removed", cluster.on("n2", "ls", local)[1] == "",
           cluster.on("n2", "ls", local))
    nothing_left(cluster, "a connection that is lost while outputs are brought")
    cluster.testbed("shape", "n2", "1gbit")


def lost_hosts(cluster):
    source = cluster.source(job_script_sh=SCRIPT)
    run = begun(cluster, source)
    cluster.testbed("kill", "n2")
    ended(cluster, "a host that dies", run, 30, "Failed", "EST-726", "the host n2 was lost")
    expect("what the other host wrote is kept", (run / "code/outputs/begun_0").exists())
    nothing_left(cluster, "a host that dies", "ctl", "n1")
    cluster.testbed("start", "n2")
    run = begun(cluster, source)
    cluster.testbed("cut", "n2")
    ended(cluster, "a link that is cut", run, 30, "Failed", "EST-726", "the host n2 was lost")
    nothing_left(cluster, "a link that is cut")
    cluster.testbed("join", "n2")
    run = begun(cluster, source)
    cluster.testbed("kill", "n1")
    ended(cluster, "the first host dies", run, 30, "Failed", "EST-726", "the host n1 was lost")
    cluster.testbed("start", "n1")
    run = begun(cluster, source)
    supervisor = next(e["pid"] for e in cluster.events(run) if e["event"] == "supervisor")
    cluster.on("ctl", "kill", "-9", supervisor)
    nothing_left(cluster, "a supervisor that is killed")
    code, text = cluster.on("ctl", cluster.folder / "bin/estima", "show", "--workspace", cluster.own / "workspace",
                            run.name)
    expect("a supervisor that is killed: who looks is told", "EST-430" in text, text)


def resumes(cluster, after=None, **more):
    retries = {"atMost": 2, "resumeFrom": "outputs/checkpoint_*.txt"} | ({"after": after} if after else {})
    return native("job_script.sh", per_node=1, arguments=["exits" if after else "waits"], retries=retries, **more)


def attempts(cluster, run):
    return [e for e in cluster.events(run) if e["event"] == "attempt"]


def lose(cluster, source, word, target=None, workspace=None):
    """A run whose second host is lost when both ranks have written their checkpoint."""
    code, text, run = cluster.submit(source, resumes(cluster), target or cluster.settings(), "--no-wait",
                                     workspace=workspace)
    expect("a run is submitted", code == 0, text)
    until("both ranks run", lambda: sum(e["event"] == "rank_start" for e in cluster.events(run)) == 2)
    logs = [run / f"system_logs/rank_{rank}_stdout.txt" for rank in (0, 1)]
    until("both ranks tell", lambda: all(log.exists() and "begins at 0" in log.read_text() for log in logs))
    time.sleep(0.3)  # the checkpoint is written a moment after it is told
    cluster.testbed(word, "n2")
    return run


def retries(cluster):
    source = cluster.source(job_script_sh=RESUMES)
    run = completed(cluster, "a run that is tried again after an exit code",
                    cluster.submit(source, resumes(cluster, ["exit_code 75"]), cluster.settings(hosts=["n1", "n2"])))
    told = attempts(cluster, run)
    expect("why is told", [(e["number"], e["cause"], e["error"]["host"]) for e in told] == [(2, "exit_code 75", "n2")],
           told)
    expect("the script went on from its checkpoint on both hosts",
           all("begins at 9 with exits --resume-from outputs/checkpoint_9.txt" in
           (run / f"system_logs/rank_{rank}_stdout.txt").read_text() for rank in (0, 1)))
    expect("the first attempt's logs are kept apart",
           "begins at 0" in (run / "system_logs/attempt_1/rank_1_stdout.txt").read_text())
    outputs = sorted(str(p.relative_to(run / "code/outputs")) for p in (run / "code/outputs").rglob("*") if p.is_file())
    expect("outputs are those of all attempts, with no old copies beside them",
           outputs == ["checkpoint_9.txt", "seen_0", "seen_1"], outputs)
    expect("a next attempt's outputs go on where the first one's were",
           (run / "code/outputs/seen_1").read_text() == "n2\nn2\n")
    code, text = cluster.on("ctl", cluster.folder / "bin/estima", "show", "--workspace", run.parent.parent, run.name)
    expect("estima show tells both attempts", code == 0 and "Attempts" in text and "exit_code 75" in text, text)
    code, text = cluster.on("ctl", cluster.folder / "bin/estima", "logs", "--workspace", run.parent.parent, run.name,
                            "--attempt", "1", "-a")
    expect("estima logs shows the first attempt's", code == 0 and "[1] job_script on n2 begins at 0" in text, text)
    nothing_left(cluster, "a run that is tried again after an exit code")

    for name, workspace in (("a host that dies", None),
                            ("a host that dies, with a shared file system", cluster.shared / "workspace")):
        run = lose(cluster, source, "kill", workspace=workspace)
        ended(cluster, name, run, 60, "Completed")
        told = attempts(cluster, run)
        expect("the run went on on the spare host", [(e["cause"], e["lost_hosts"])
                                                     for e in told] == [("node_failure", ["n2"])] and
               [e["host"] for e in cluster.events(run) if e["event"] == "rank_start"][2:].count("n3") == 1, told)
        expect("from the checkpoint that was left",
               "n3 begins at 9" in (run / "system_logs/rank_1_stdout.txt").read_text())
        nothing_left(cluster, name, "ctl", "n1", "n3")
        cluster.testbed("start", "n2")

    two = cluster.settings(hosts=["n1", "n2"])
    run = lose(cluster, source, "cut", two)
    until("the first attempt is over", lambda: attempts(cluster, run))
    time.sleep(2)
    cluster.testbed("join", "n2")  # before its attendant has noticed: that one must not end the next attempt
    ended(cluster, "a host that comes back", run, 60, "Completed")
    expect("it took part again", "n2 begins at 9" in (run / "system_logs/rank_1_stdout.txt").read_text())
    nothing_left(cluster, "a host that comes back")

    run = lose(cluster, source, "kill", cluster.settings(hosts=["n1", "n2"], return_seconds=6, connect_seconds=2))
    ended(cluster, "a host that does not come back", run, 60, "Failed", "EST-722", "n2:")
    code, text, run = cluster.submit(source, resumes(cluster), cluster.settings(connect_seconds=3), "--no-wait")
    until("a host that is off from the beginning is passed over", lambda: attempts(cluster, run))
    until("two ranks run", lambda: sum(e["event"] == "rank_start" for e in cluster.events(run)) == 2)
    tool = cluster.folder / "bin/estima"
    cluster.on("ctl", tool, "cancel", "--workspace", cluster.own / "workspace", run.name)
    ended(cluster, "a second attempt that is canceled", run, 20, "Canceled")
    cluster.testbed("start", "n2")
    nothing_left(cluster, "retries")


KEEPS = """#!/bin/sh
echo 1 > outputs/checkpoint_$(hostname)
echo outputs/checkpoint_$(hostname) >> $ESTIMA_RUN_DIRECTORY/uploads/requests
echo /etc/passwd >> $ESTIMA_RUN_DIRECTORY/uploads/requests
echo job_script waits
exec sleep 1000
"""


def records_at_once(cluster):
    """What is recorded while a run works on hosts: uploads, and what its processes use."""
    for name, workspace in (("with file systems of their own", None),
                            ("with a shared one", cluster.shared / "workspace")):
        source = cluster.source(job_script_sh=KEEPS)
        code, text, run = cluster.submit(source, native("job_script.sh", per_node=1), cluster.settings(), "--no-wait",
                                         workspace=workspace, ESTIMA_SAMPLE_SECONDS="0.3")
        expect("a run is submitted", code == 0, text)
        uploads = lambda: {e["path"] for e in cluster.events(run) if e["event"] == "artifact"}
        until(f"hosts {name}: uploads are artifacts while the run works",
              lambda: uploads() == {"outputs/checkpoint_n1", "outputs/checkpoint_n2"})
        expect("they are here", (run / "code/outputs/checkpoint_n2").read_text() == "1\n")
        until("what is no output is told", lambda: any("/etc/passwd was not uploaded" in e.get("message", "")
                                                       for e in cluster.events(run)))
        samples = lambda: "".join(p.read_text() for p in (run / "metrics").glob("system*.jsonl"))
        until("the processes on each host are sampled", lambda: all(f"system/{what}" in samples() for what in
              ("rank_0/memory_bytes", "rank_1/memory_bytes", "rank_1/cpu_percent", "n1/disk_free_bytes",
               "n2/disk_free_bytes")))
        cluster.on("ctl", cluster.folder / "bin/estima", "cancel", "--workspace", run.parent.parent, run.name)
        ended(cluster, f"hosts {name}", run, 20, "Canceled")
        nothing_left(cluster, f"hosts {name}")


def from_elsewhere(cluster):
    """The submitter goes away; others, here and on another host, find its runs. Many runs at once."""
    source = cluster.source(job_script_sh=SCRIPT)
    tool, workspace = cluster.folder / "bin/estima", cluster.shared / "workspace"
    run = begun(cluster, source, workspace=workspace)  # whoever submitted it has ended
    for host in ("ctl", "n1"):
        code, text = cluster.on(host, tool, "logs", "--workspace", workspace, run.name, "-a")
        expect(f"its output is followed from {host}", code == 0 and "job_script on n2" in text, text)
    code, text = cluster.on("n1", tool, "cancel", "--workspace", workspace, run.name)
    expect("it is canceled from another host", code == 0, text)
    ended(cluster, "a run without its submitter", run, 20, "Canceled")
    code, text = cluster.on("n1", tool, "show", "--workspace", workspace, run.name)
    expect("which sees its end", code == 0 and "Canceled" in text, text)
    nothing_left(cluster, "a run without its submitter")

    big = native("job_script.sh", arguments=["big", "8000000"])
    cluster.testbed("shape", "n2", "10mbit")
    code, text, run = cluster.submit(source, big, cluster.settings(keep_folders=False), "--no-wait")
    until("it is being collected", lambda: sum(e["event"] == "rank_exit" for e in cluster.events(run)) == 4)
    time.sleep(1)
    cluster.on("ctl", tool, "cancel", "--workspace", cluster.own / "workspace", run.name)
    ended(cluster, "cancel during collect", run, 15, "Canceled")
    told = [e["message"] for e in cluster.events(run) if e["event"] == "warning"]
    expect("what was not brought is told, and kept on its host",
           any("on n2: not all" in m for m in told) and run.name in
           cluster.on("n2", "ls", cluster.folder / "local/root/n2/runs")[1], told)
    nothing_left(cluster, "cancel during collect")
    cluster.testbed("shape", "n2", "1gbit")

    one = {"script": "job_script.sh", "framework": "Native",
           "environment": {"python": {"userManagedDependencies": True}}}
    runs = []
    for i in range(20):
        code, text, run = cluster.submit(source, one, cluster.settings(hosts=[f"n{1 + i % 2}"]), "--no-wait")
        expect(f"run {i + 1} of 20 is submitted", code == 0, text)
        runs.append(run)
    until("20 runs at once are over", lambda: all(cluster.end_of(run) for run in runs), 180)
    expect("all of them completed", {cluster.end_of(run)["status"] for run in runs} == {"Completed"},
           [cluster.end_of(run) for run in runs])
    nothing_left(cluster, "20 runs at once")


def hosts_that_cannot(cluster):
    source = cluster.source(train_py=MPI4PY, job_script_sh=SCRIPT)
    job = native("job_script.sh")
    ssh = pathlib.Path(cluster.folder / "ssh")
    cluster.testbed("kill", "n2")
    begin = time.monotonic()
    failed(cluster, "a host that is off", cluster.submit(source, job, cluster.settings(connect_seconds=4)), "EST-722",
           "n2:")
    expect("a host that is off: that is told in time", time.monotonic() - begin < 12, time.monotonic() - begin)
    code, text, run = cluster.submit(source, job, cluster.settings(), "--no-wait")
    cluster.testbed("start", "n2")
    ended(cluster, "a host that is only booting", run, 40, "Completed")
    empty = cluster.own / "empty_config"
    empty.write_text("")
    other = cluster.own / "other_key"
    cluster.on("ctl", "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", other)
    failed(cluster, "a key that is refused", cluster.submit(source, job,
                                                            cluster.settings(key=str(other), config=str(empty),
                                                                             user="root",
                                                            known_hosts=f"{ssh}/known_hosts")), "EST-723", "n1:", "n2:")
    known = cluster.own / "known_hosts"
    lines = (ssh / "known_hosts").read_text().splitlines()
    known.write_text(lines[0] + "\n" + lines[1].split()[0] + " " + " ".join(lines[0].split()[1:]) + "\n")
    failed(cluster, "a host key that has changed", cluster.submit(source, job, cluster.settings(
        config=str(empty), user="root", key=f"{ssh}/user_key", known_hosts=str(known))), "EST-724", "n2: its host key")
    known.write_text("")
    failed(cluster, "a host key that is not known", cluster.submit(source, job, cluster.settings(
        config=str(empty), user="root", key=f"{ssh}/user_key", known_hosts=str(known))), "EST-724", "not known")
    completed(cluster, "accept-new", cluster.submit(source, job, cluster.settings(
        config=str(empty), user="root", key=f"{ssh}/user_key", known_hosts=str(known), host_keys="accept-new")))
    # Only n1 has this interpreter, and a launcher of its own.
    cluster.on("n1", "ln", "-s", "/usr/bin/python3", cluster.folder / "local/own_python")
    only = python("train.py")
    only["environment"]["python"]["interpreterPath"] = str(cluster.folder / "local/own_python")
    run = failed(cluster, "one host lacks the interpreter", cluster.submit(source, only, cluster.settings()), "EST-725",
                 "1 of 2 hosts", "n2: it has no interpreter")
    expect("no worker was started", not any(e["event"] == "rank_start" for e in cluster.events(run)))
    no_folder_left(cluster, "one host lacks the interpreter", run)
    cluster.on("n2", "sh", "-c",
               f"printf '#!/bin/sh\\necho no such library >&2; exit 4\\n' > "
               f"{only['environment']['python']['interpreterPath']}; "
               f"chmod 755 {only['environment']['python']['interpreterPath']}")
    failed(cluster, "on one host the interpreter does not run", cluster.submit(source, only, cluster.settings()),
           "EST-725",
           "1 of 2 hosts", "n2: ", "exit code 4: no such library")
    failed(cluster, "modules with a dot that hosts lack, and others",
           cluster.submit(source, python("train.py"), cluster.settings(
        imports=["json.decoder", "no_such.part", "no_other"])), "EST-725", "2 of 2 hosts", "no module no_such.part",
        "n2: /usr/bin/python3 has no module no_other")
    old = cluster.shared / "old_mpirun"
    old.write_text("#!/bin/sh\necho 'mpirun (Open MPI) 3.1.3'\n")
    old.chmod(0o755)
    mpirun = os.path.realpath("/usr/bin/mpirun")
    for other, words in ((old, "it has mpirun (Open MPI) 3.1.3, here it is mpirun"),
                         ("/dev/null", "it has no Open MPI")):
        cluster.on("n2", "mount", "--bind", other, mpirun)
        failed(cluster, f"one host whose mpirun is {other}", cluster.submit(source, job, cluster.settings()), "EST-725",
               "1 of 2 hosts", f"n2: {words}")
        cluster.on("n2", "umount", mpirun)
    if not list(pathlib.Path("/dev").glob("nvidia[0-9]*")):
        failed(cluster, "hosts without GPUs", cluster.submit(source, python("train.py", "Nccl", framework="PyTorch"),
                                                             cluster.settings()),
               "EST-725", "2 of 2 hosts", "n2: it has 0 GPUs for 2 processes")
    cluster.on("n1", "cp", cluster.folder / "bin/estima-launch", cluster.folder / "local/launch")
    failed(cluster, "one host lacks the launcher", cluster.submit(source, job, cluster.settings(
        launcher=f"{cluster.folder}/local/launch")), "EST-725", "n2: its shell says")
    cluster.on("n2", "sh", "-c",
               f"mkdir -p {cluster.folder}/local/small && mount -t tmpfs -o size=4m none {cluster.folder}/local/small")
    failed(cluster, "one host lacks the space", cluster.submit(source, job, cluster.settings(
        folder=f"{cluster.folder}/local/small/%h")), "EST-725", "n2:", "MiB are free")
    code, text, _ = cluster.submit(source, native("job_script.sh", nodes=3), cluster.settings())
    expect("more nodes than hosts are refused at submit", code == 2 and "EST-720" in text, text)
    code, text, _ = cluster.submit(source, job, cluster.settings(kind=3))
    expect("a kind that is no word is refused, with its place",
           code == 2 and "EST-721" in text and "targets.json:1:" in text, text)
    code, text, _ = cluster.submit(source, job, cluster.settings(hots=["n1"]))
    expect("a setting that does not exist is refused at submit",
           code == 2 and "EST-721" in text and 'did you mean "hosts"' in text, text)
    nothing_left(cluster, "hosts that cannot")


def main():
    words = sys.argv[1:]
    tools, parts = words[:words.index("--")], words[words.index("--") + 1:]
    with Cluster(tools, 3 if "retries" in parts else 2) as cluster:
        for part in (work, faults_of_scripts, cancels, interrupted_collect, lost_hosts, hosts_that_cannot, retries,
                     records_at_once,
                     from_elsewhere):
            if part.__name__ in parts:
                part(cluster)


main()
