#!/usr/bin/python3
# SPDX-License-Identifier: BSL-1.0
"""What estima-agent does for runs on four hosts without a shared file system: agent_test.py TOOL... -- [PART...]."""
import calendar
import json
import os
import shutil
import sys
import time

from cluster import Cluster, ended, expect, failed, native, python, until

SCRIPT = """#!/bin/sh
echo "job_script on $(hostname): $(sha256sum < big.bin | cut -c1-16) $(stat -c %a run_me) $(readlink link)"
[ "$1" != waits ] || exec sleep 1000
"""
BIG = 40_000_000


def tree(cluster):
    """50 MB: one large file, thousands of small ones, modes and links."""
    source = cluster.source(job_script_sh=SCRIPT)
    (source / "run_me").write_text("#!/bin/sh\n")
    (source / "big.bin").write_bytes(os.urandom(BIG))
    for i in range(1000):
        folder = source / f"many_{i % 20}"
        folder.mkdir(exist_ok=True)
        (folder / str(i)).write_bytes(os.urandom(10_000))
    (source / "run_me").chmod(0o751)
    (source / "link").symlink_to("many_1/1")
    return source


def job(*arguments, nodes=4):
    return native("job_script.sh", nodes=nodes, per_node=1, arguments=list(arguments))


def staged(cluster, run):
    return next((e for e in cluster.events(run) if e["event"] == "staged"), {})


def warnings(cluster, run):
    return " ".join(e["message"] for e in cluster.events(run) if e["event"] == "warning")


def completed(cluster, name, result, hosts=4):
    code, text, run = result
    lines = {line.split(": ", 1)[1] for line in text.splitlines() if "job_script on" in line}
    expect(f"{name}: completes, with the same files on all hosts",
           code == 0 and len(lines) == 1 and text.count("job_script on") == hosts, text)
    return run


def nothing_left(cluster, name, *hosts):
    hosts = hosts or ["ctl", *[f"n{i}" for i in range(1, 5)]]
    until(f"{name}: nothing is left on {' '.join(hosts)}", lambda: not any(cluster.processes(h) for h in hosts), 20)
    print(f"ok    {name}: nothing is left running", flush=True)


def forget(cluster, *hosts):
    for host in hosts or [f"n{i}" for i in range(1, 5)]:
        cluster.on(host, "sh", "-c", f"rm -rf {cluster.folder}/local/root/*/snapshots")


def broadcasting(cluster, source, settings=None):
    """A run whose snapshot is on its way: a host has a part of the large file."""
    code, text, run = cluster.submit(source, job(), settings or cluster.settings(), "--no-wait")
    expect("a run is submitted", code == 0, text)
    until("the snapshot is on its way", lambda: cluster.on("n3", "sh", "-c",
                                                           f"find {cluster.folder}/local/root/n3/snapshots/tmp -size "
                                                           f"+2M")[1].strip()
          .startswith(str(cluster.folder)))
    return run


def staging(cluster):
    source = tree(cluster)
    size = BIG + 10_000_000
    run = completed(cluster, "a tree of 50 MB", cluster.submit(source, job(), cluster.settings()))
    told = staged(cluster, run)
    expect("it left the submitter's machine once, through estima-agent",
           told["through"] == "estima-agent" and size < told["bytes"] < size + 1000, told)
    run = completed(cluster, "the same again", cluster.submit(source, job(), cluster.settings()))
    expect("nothing was sent", staged(cluster, run)["bytes"] == 0, staged(cluster, run))
    expect("and nothing started for it", not (run / "system_logs/agent.txt").exists())
    (source / "one_more").write_bytes(os.urandom(1000))
    run = completed(cluster, "one file more", cluster.submit(source, job(), cluster.settings()))
    expect("that file went to each host from here",
           staged(cluster, run)["through"] == "ssh" and staged(cluster, run)["bytes"] == 4000, staged(cluster, run))
    forget(cluster, "n2", "n3")
    (source / "big.bin").write_bytes(os.urandom(BIG))
    run = completed(cluster, "two hosts lack everything and two a part",
                    cluster.submit(source, job(), cluster.settings()))
    expect("what is lacking somewhere was sent once", size < staged(cluster, run)["bytes"] < size + 2000,
           staged(cluster, run))

    forget(cluster)
    folder = f"{cluster.folder}/local/root/n2"
    cluster.on("n2", "sh", "-c",
               f"mkdir -p {folder}/snapshots/tmp {folder}/snapshots/objects {folder}/snapshots/trees "
               f"{folder}/runs/left; "
               f"echo x > {folder}/snapshots/tmp/torn; touch -d '3 days ago' {folder}/snapshots/tmp/torn; echo y > "
               f"{folder}/runs/left/node_name; "
               f"for i in 0 1 2 3 4 5 6 7 8 9 a b c d e f; do for j in 0 1 2 3 4 5 6 7 8 9 a b c d e f; do mkdir "
               f"{folder}/snapshots/objects/$i$j; done; done")
    store = run.parent.parent / "snapshots"
    objects = [p.relative_to(store / "objects") for p in (store / "objects").rglob("*") if p.is_file()]
    cluster.on("n2", "sh", "-c", "".join(f"echo torn > {folder}/snapshots/objects/{o};" for o in objects[:50]))
    run = completed(cluster, "a host with torn files of an earlier run",
                    cluster.submit(source, job(), cluster.settings()))
    expect("temporary files of earlier days are removed",
           "torn" not in cluster.on("n2", "ls", f"{folder}/snapshots/tmp")[1])
    expect("the run's folder is removed, others' stay", cluster.on("n2", "ls", f"{folder}/runs")[1] == "left\n")

    forget(cluster)
    agent = cluster.folder / "bin/estima-agent"
    cluster.on("n2", "mount", "--bind", "/dev/null", agent)  # for n2 there is none
    run = completed(cluster, "one host lacks estima-agent", cluster.submit(source, job(), cluster.settings()))
    expect("each host gets it from here, and that is said",
           staged(cluster, run)["through"] == "ssh" and "not installed on all hosts"
           in warnings(cluster, run), warnings(cluster, run))
    cluster.on("n2", "umount", agent)
    forget(cluster)
    agent.rename(agent.with_name("away"))
    run = completed(cluster, "without estima-agent", cluster.submit(source, job(), cluster.settings()))
    expect("each host gets it from here, and that is said",
           staged(cluster, run)["through"] == "ssh" and "not installed" in warnings(cluster, run))
    forget(cluster)
    agent.write_text("#!/bin/sh\necho no library of that name >&2; exit 127\n")
    agent.chmod(0o755)
    run = completed(cluster, "an estima-agent that does not start", cluster.submit(source, job(), cluster.settings()))
    expect("each host gets it from here, and it is said why",
           staged(cluster, run)["through"] == "ssh" and "EST-781" in warnings(cluster, run)
           and "no library" in (run / "system_logs/agent.txt").read_text(), warnings(cluster, run))
    agent.with_name("away").rename(agent)
    run = completed(cluster, "a shared file system",
                    cluster.submit(source, job(), cluster.settings(), workspace=cluster.shared / "workspace"))
    expect("nothing is sent there", staged(cluster, run)["bytes"] == 0)
    forget(cluster)
    here = cluster.shared / "source"
    shutil.copytree(source, here, symlinks=True)
    result = cluster.submit(here, job(), cluster.settings(), workspace=cluster.folder / "local/workspace", host="n1")
    completed(cluster, "the submitter is one of the hosts", result)
    told = cluster.on("n1", "sh", "-c", f"grep staged {cluster.folder}/local/workspace/runs/*/events.jsonl")[1]
    expect("through estima-agent, too", "estima-agent" in told, told)
    nothing_left(cluster, "staging")


def names(cluster):
    """Addresses, aliases, long host names; interfaces of other names, and one with the same address on two hosts."""
    source = tree(cluster)
    config = cluster.own / "config"
    config.write_text(f"Include {cluster.folder}/ssh_config\nHost fourth\n  HostName 10.77.0.4\n  User root\n  "
                      f"IdentityFile {cluster.folder}/ssh/user_key\n  HostKeyAlias n4\n"
                      f"  UserKnownHostsFile {cluster.folder}/ssh/known_hosts\n")
    cluster.on("n2", "hostname", "n2.a-long-name.example.org")
    for host in ("n1", "n3"):
        cluster.on(host, "sh", "-c",
                   "ip link add docker0 type bridge && ip address add 172.17.0.1/16 dev docker0 && ip link set docker0 "
                   "up")
    cluster.on("n3", "sh", "-c", "ip link set eth0 down && ip link set eth0 name ens5 && ip link set ens5 up")
    expect("an interface has another name", "ens5" in cluster.on("n3", "ip", "address")[1],
           cluster.on("n3", "ip", "address"))
    forget(cluster)
    run = completed(cluster, "names of all forms", cluster.submit(source, job(), cluster.settings(
        config=str(config), hosts=["10.77.0.1", "n2", "n3", "fourth"])))
    expect("through estima-agent", staged(cluster, run)["through"] == "estima-agent", warnings(cluster, run))
    nothing_left(cluster, "names")


def faults(cluster):
    source = tree(cluster)
    for i in range(1, 5):
        cluster.testbed("shape", f"n{i}", "100mbit")  # 4 s for 50 MB
    # Enough is free when the host is checked, and no more when the large file comes.
    small = f"{cluster.folder}/local/root"
    fill = f"mkdir -p {small} && mount -t tmpfs -o size=140m none {small}; " \
           f"(until find {small} -path '*tmp/*' -size +4M | grep -q tmp; do sleep 0.02; done; " \
           f"head -c 200M /dev/zero > {small}/filler) >/dev/null 2>&1 &"
    cluster.on("n2", "sh", "-c", fill)
    begin = time.monotonic()
    run = failed(cluster, "a host whose disk fills", cluster.submit(source, job(), cluster.settings()), "EST-301",
                 "1 of 4 hosts", "n2: ", "No space left")
    expect("it was being brought by estima-agent", (run / "system_logs/agent.txt").exists())
    expect("that is told at once", time.monotonic() - begin < 20, time.monotonic() - begin)
    expect("no worker was started", not any(e["event"] == "rank_start" for e in cluster.events(run)))
    nothing_left(cluster, "a host whose disk fills")
    cluster.on("n2", "umount", small)

    forget(cluster)
    run = broadcasting(cluster, source)
    cluster.testbed("kill", "n2")
    ended(cluster, "a host that dies during the broadcast", run, 30, "Failed", "EST-726", "n2: ")
    nothing_left(cluster, "a host that dies", "ctl", "n1", "n3", "n4")
    cluster.testbed("start", "n2")
    cluster.testbed("shape", "n2", "100mbit")

    forget(cluster)
    run = broadcasting(cluster, source)
    cluster.testbed("cut", "n2")
    ended(cluster, "a link that is cut during the broadcast", run, 30, "Failed", "EST-726", "n2: ")
    cluster.testbed("join", "n2")
    nothing_left(cluster, "a link that is cut")

    forget(cluster)
    run = broadcasting(cluster, source)
    cluster.on("n4", "pkill", "-9", "-f", "estima-agent")
    ended(cluster, "an agent that is killed", run, 60, "Completed")
    expect("the hosts get the rest from here", "EST-781" in warnings(cluster, run)
           and staged(cluster, run)["through"] == "ssh", warnings(cluster, run))
    nothing_left(cluster, "an agent that is killed")

    forget(cluster)
    run = broadcasting(cluster, source)
    cluster.on("ctl", cluster.folder / "bin/estima", "cancel", "--workspace", cluster.own / "workspace", run.name)
    ended(cluster, "cancel during the broadcast", run, 20, "Canceled")
    nothing_left(cluster, "cancel during the broadcast")

    forget(cluster)
    run = broadcasting(cluster, source)
    cluster.on("ctl", "kill", "-9", next(e["pid"] for e in cluster.events(run) if e["event"] == "supervisor"))
    nothing_left(cluster, "a supervisor that is killed during the broadcast")
    run = completed(cluster, "the next run", cluster.submit(source, job(), cluster.settings()))
    expect("parts that came before it are not sent again", staged(cluster, run)["bytes"] <= BIG + 10_000_500,
           staged(cluster, run))


def checks(cluster):
    source = cluster.source(job_script_sh="#!/bin/sh\n", train_py="import numpy\n")
    cluster.on("n2", "ip", "route", "add", "unreachable", "10.77.0.3/32")
    begin = time.monotonic()
    run = failed(cluster, "hosts that do not reach each other", cluster.submit(source, job(), cluster.settings()),
                 "EST-725",
                 "1 of 4 hosts", "n2: it does not reach n3 at 10.77.0.3:")
    expect("no worker was started", not any(e["event"] == "rank_start" for e in cluster.events(run)))
    cluster.on("n2", "ip", "route", "delete", "unreachable", "10.77.0.3/32")
    failed(cluster, "a module that is asked for",
           cluster.submit(source, python("train.py", nodes=4, per_node=1), cluster.settings(
        imports=["json", "no_such_module"])), "EST-725", "4 of 4 hosts",
        "n4: /usr/bin/python3 has no module no_such_module")

    nothing_left(cluster, "checks")


def another_clock(cluster):
    """A host whose clock is an hour ahead: that of all that estima has running there."""
    source = cluster.source(job_script_sh=f"""#!/bin/sh
case $(hostname) in n2*) sleep 1; echo "first, on n2";; *) sleep 3; echo "then, on another";; esac
{cluster.folder}/bin/log_once
""")
    launch = cluster.folder / "bin/launch"
    launch.write_text(f"""#!/bin/sh
bin={cluster.folder}/bin
case $(hostname) in n2*) LD_PRELOAD=$bin/hour_ahead.so exec $bin/dynamic_launch "$@";; esac
exec $bin/estima-launch "$@"
""")
    launch.chmod(0o755)
    begin = time.time()
    code, text, run = cluster.submit(source, job(), cluster.settings(launcher=str(launch)))
    end = time.time()
    expect("a host whose clock is ahead: completes", code == 0, text)
    offset = {e["host"]: e["clock_offset_seconds"] for e in cluster.events(run) if e["event"] == "node"}
    expect("its offset is told, and the others have none",
           abs(offset["n2"] - 3600) < 1 and all(abs(offset[h]) < 0.1 for h in ("n1", "n3", "n4")), offset)
    expect("and warned of", "3600 s ahead" in warnings(cluster, run), warnings(cluster, run))

    def while_it_ran(name, texts):
        times = [calendar.timegm(time.strptime(t[:19], "%Y-%m-%dT%H:%M:%S")) for t in texts]
        expect(f"all times are of this clock: {name}", len(times) >= 4 and all(begin - 2 < t < end + 2 for t in times),
               texts)

    events = cluster.events(run)
    while_it_ran("when ranks started and ended", [e["time"] for e in events
                                                  if e["event"] in ("rank_start", "rank_exit")])
    while_it_ran("the last line of the journal", [e["time"] for e in events[-4:]])
    tool = cluster.folder / "bin/estima"

    for name in ("number", "row"):  # in shared memory, and as a line
        text = cluster.on("ctl", tool, "--json", "metrics", "--workspace", cluster.own / "workspace", run.name, name)[1]
        while_it_ran(f"metrics ({name})", [json.loads(line)["time"] for line in text.splitlines()])
    text = cluster.on("ctl", tool, "logs", "--all-ranks", "--workspace", cluster.own / "workspace", run.name)[1]
    nothing_left(cluster, "a host whose clock is ahead")
    order = [line.split(": ")[-1] for line in text.splitlines() if "first," in line or "then," in line]
    expect("lines of all hosts stand in the order in which they were written",
           len(order) == 4 and "first, on n2" in order[0], text)


def main():
    words = sys.argv[1:]
    tools, parts = words[:words.index("--")], words[words.index("--") + 1:]
    with Cluster(tools, hosts=4) as cluster:
        for part in (staging, faults, checks, another_clock, names):
            if not parts or part.__name__ in parts:
                part(cluster)


main()
