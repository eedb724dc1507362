#!/usr/bin/python3
# SPDX-License-Identifier: BSL-1.0
"""Runs on hosts that ssh reaches: ssh_test.py TOOL... -- [PART...]. What works, and what is said when something does not."""
import json
import os
import pathlib
import shutil
import sys
import time

from cluster import Cluster, expect, native, python, until

MPI4PY = """from mpi4py import MPI
import os, socket
world = MPI.COMM_WORLD
print("rank", world.rank, "of", world.size, "on", socket.gethostname(), "sum", world.allreduce(world.rank))
open(f"outputs/rank_{world.rank}.txt", "w").write("x" * world.rank)
open("outputs/who.txt", "w").write(socket.gethostname())
open("outputs/same.txt", "w").write("all the same")
"""
SCRIPT = """#!/bin/sh
echo "job_script on $(hostname) as ${OMPI_COMM_WORLD_RANK-no} rank"
case $1 in
  fails) if [ $(hostname) = n2 ]; then echo because >&2; exit 3; fi; exec sleep 1000;;
  waits) echo begun > outputs/begun_$OMPI_COMM_WORLD_RANK; exec sleep 1000;;
  big) head -c $2 /dev/urandom > outputs/big_$OMPI_COMM_WORLD_RANK;;
esac
"""
GLOO = """import os, torch, torch.distributed as d
d.init_process_group("gloo")
torch.manual_seed(1)
x, w = torch.randn(64, 4), torch.zeros(4, requires_grad=True)
y = x @ torch.tensor([1., 2., 3., 4.])
mine = slice(d.get_rank(), None, d.get_world_size())
for step in range(20):
    loss = ((x[mine] @ w - y[mine]) ** 2).sum() / len(x)
    loss.backward()
    d.all_reduce(w.grad); d.all_reduce(total := loss.detach().clone())
    with torch.no_grad(): w -= 0.1 * w.grad; w.grad = None
if d.get_rank() == 0: print(f"loss {total.item():.5f}", "over", os.environ["GLOO_SOCKET_IFNAME"])
"""
SERVERS = """import json, os, socket, threading
config = json.loads(os.environ["TF_CONFIG"])
cluster, task = config["cluster"], config["task"]
everybody = [a for kind in sorted(cluster) for a in cluster[kind]]
own = cluster[task["type"]][task["index"]]
server = socket.create_server(("", int(own.rsplit(":", 1)[1])))
def greet_all():
    for _ in everybody:
        peer = server.accept()[0]; peer.sendall(own.encode()); peer.close()
greeter = threading.Thread(target=greet_all)
greeter.start()
for address in everybody:
    host, port = address.rsplit(":", 1)
    while True:
        try:
            with socket.create_connection((host, int(port)), 20) as peer:
                if peer.recv(100).decode() == address: break
        except OSError: pass
greeter.join()  # the others have reached this one
print(task["type"], task["index"], "reached", len(everybody), flush=True)
if task["type"] == "ps": threading.Event().wait()
"""


def completed(cluster, name, result, *parts):
    code, text, run = result
    expect(f"{name}: completes", code == 0 and all(part in text for part in parts), text)
    return run


def failed(cluster, name, result, *parts):
    code, text, run = result
    expect(f"{name}: fails and says why", code == 1 and all(part in text for part in parts), text)
    return run


def nothing_left(cluster, name, *hosts):
    hosts = hosts or ["ctl", *[f"n{i}" for i in range(1, cluster.count + 1)]]
    until(f"{name}: nothing is left on {' '.join(hosts)}", lambda: not any(cluster.processes(h) for h in hosts), 20)
    print(f"ok    {name}: nothing is left running", flush=True)


def begun(cluster, source, *arguments, target=None, workspace=None):
    """A run whose four ranks wait on their hosts."""
    code, text, run = cluster.submit(source, native("job_script.sh", arguments=list(arguments or ["waits"])),
                                     target or cluster.settings(), "--no-wait", workspace=workspace)
    expect("a run is submitted", code == 0, text)
    until("all ranks run", lambda: sum(e.get("event") == "rank_start" for e in cluster.events(run)) == 4)
    return run


def ended(cluster, name, run, seconds, status, *parts):
    begin = time.monotonic()
    end = until(f"{name}: the run is over", lambda: cluster.end_of(run), seconds)
    text = json.dumps(end)
    expect(f"{name}: {status} after {time.monotonic() - begin:.1f} s", end["status"] == status and all(p in text for p in parts), text)


def work(cluster):
    source = cluster.source(train_py=MPI4PY, gloo_py=GLOO, servers_py=SERVERS, job_script_sh=SCRIPT)
    run = completed(cluster, "mpi4py", cluster.submit(source, python("train.py"), cluster.settings()), "rank 3 of 4 on n2 sum 6")
    names = sorted(str(p.relative_to(run / "code/outputs")) for p in (run / "code/outputs").rglob("*.txt"))
    expect("outputs of both hosts are here, the ones that differ under their hosts' names",
           names == ["n1/who.txt", "n2/who.txt", "rank_0.txt", "rank_1.txt", "rank_2.txt", "rank_3.txt", "same.txt"], names)
    events = cluster.events(run)
    expect("each host's part is told", sorted(e["host"] for e in events if e["event"] == "node") == ["n1", "n2"])
    expect("artifacts of all hosts are recorded", sum(e["event"] == "artifact" for e in events) == 7)
    local = cluster.folder / "local/root/n2/runs"
    expect("the run's folder on a host is removed", cluster.on("n2", "ls", local)[1] == "", cluster.on("n2", "ls", local))
    kept = completed(cluster, "a second run", cluster.submit(source, python("train.py"), cluster.settings(keep_folders=True)))
    expect("its folder is kept where that is asked for", kept.name in cluster.on("n2", "ls", local)[1])
    run = completed(cluster, "a shared file system",
                    cluster.submit(source, python("train.py"), cluster.settings(), workspace=cluster.shared / "workspace"))
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
        failed(cluster, "a host without tensorflow", cluster.submit(source, servers, cluster.settings()), "EST-725", "no module tensorflow")
        completed(cluster, "TF_CONFIG", cluster.submit(source, servers | {"framework": "Python"}, cluster.settings()), "worker 1 reached 4")
    single = {"script": "job_script.sh", "framework": "Native", "environment": {"python": {"userManagedDependencies": True}}}
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
    nothing_left(cluster, "cancel during stage")
    run = completed(cluster, "a link of 10 Mbit/s", cluster.submit(source, native("job_script.sh", arguments=["big", "2000000"]), cluster.settings()))
    expect("all of a large output is here", (run / "code/outputs/big_3").stat().st_size == 2_000_000)
    cluster.testbed("shape", "n2", "1gbit")


def interrupted_collect(cluster):
    source = cluster.source(job_script_sh=SCRIPT)
    cluster.testbed("shape", "n2", "20mbit")
    code, text, run = cluster.submit(source, native("job_script.sh", per_node=1, arguments=["big", "10000000"]), cluster.settings(), "--no-wait")
    part = run / "code/outputs/big_1.part"
    until("a large output is on its way", lambda: part.exists() and part.stat().st_size > 1_000_000)
    came = part.stat().st_size
    cluster.on("ctl", "pkill", "-9", "-f", "ssh .*n2 .*attend")
    sizes = []
    until("the run is over", lambda: (sizes.append(part.stat().st_size) if part.exists() else None) or cluster.end_of(run), 60)
    ended(cluster, "a connection that is lost while outputs are brought", run, 1, "Completed")
    expect("all of it is here", (run / "code/outputs/big_1").stat().st_size == 10_000_000)
    expect("it went on where it was", min(sizes) >= came, (came, min(sizes)))
    expect("that is told", any("that goes on" in e.get("message", "") for e in cluster.events(run)))
    local = cluster.folder / "local/root/n2/runs"
    expect("the run's folder on the host is removed", cluster.on("n2", "ls", local)[1] == "", cluster.on("n2", "ls", local))
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
    code, text = cluster.on("ctl", cluster.folder / "bin/estima", "show", "--workspace", cluster.own / "workspace", run.name)
    expect("a supervisor that is killed: who looks is told", "EST-430" in text, text)


def hosts_that_cannot(cluster):
    source = cluster.source(train_py=MPI4PY, job_script_sh=SCRIPT)
    job = native("job_script.sh")
    ssh = pathlib.Path(cluster.folder / "ssh")
    cluster.testbed("kill", "n2")
    begin = time.monotonic()
    failed(cluster, "a host that is off", cluster.submit(source, job, cluster.settings(connect_seconds=4)), "EST-722", "n2:")
    expect("a host that is off: that is told in time", time.monotonic() - begin < 12, time.monotonic() - begin)
    code, text, run = cluster.submit(source, job, cluster.settings(), "--no-wait")
    cluster.testbed("start", "n2")
    ended(cluster, "a host that is only booting", run, 40, "Completed")
    empty = cluster.own / "empty_config"
    empty.write_text("")
    other = cluster.own / "other_key"
    cluster.on("ctl", "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", other)
    failed(cluster, "a key that is refused", cluster.submit(source, job, cluster.settings(key=str(other), config=str(empty), user="root",
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
    cluster.on("n1", "cp", cluster.folder / "bin/estima-launch", cluster.folder / "local/launch")
    failed(cluster, "one host lacks the launcher", cluster.submit(source, job, cluster.settings(
        launcher=f"{cluster.folder}/local/launch")), "EST-725", "n2: its shell says")
    cluster.on("n2", "sh", "-c", f"mkdir -p {cluster.folder}/local/small && mount -t tmpfs -o size=4m none {cluster.folder}/local/small")
    failed(cluster, "one host lacks the space", cluster.submit(source, job, cluster.settings(
        folder=f"{cluster.folder}/local/small/%h")), "EST-725", "n2:", "MiB are free")
    code, text, _ = cluster.submit(source, native("job_script.sh", nodes=3), cluster.settings())
    expect("more nodes than hosts are refused at submit", code == 2 and "EST-720" in text, text)
    code, text, _ = cluster.submit(source, job, cluster.settings(hots=["n1"]))
    expect("a setting that does not exist is refused at submit", code == 2 and "EST-721" in text and 'did you mean "hosts"' in text, text)
    nothing_left(cluster, "hosts that cannot")


def main():
    words = sys.argv[1:]
    tools, parts = words[:words.index("--")], words[words.index("--") + 1:]
    with Cluster(tools) as cluster:
        for part in (work, faults_of_scripts, cancels, interrupted_collect, lost_hosts, hosts_that_cannot):
            if not parts or part.__name__ in parts:
                part(cluster)


main()
