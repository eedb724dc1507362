#!/usr/bin/python3
# SPDX-License-Identifier: BSL-1.0
"""Jobs of a real Slurm by its REST API: slurm_client_test.py PROGRAM -- [PART...]. PROGRAM is slurm_jobs."""
import json
import os
import pathlib
import re
import subprocess
import sys
import time

from cluster import Cluster, expect, until


class Jobs:
    """The program with a token of this cluster, which is in a file."""

    def __init__(self, cluster):
        self.c = cluster
        self.conf = {"SLURM_CONF": f"{cluster.folder}/slurm/slurm.conf"}
        self.token_file = cluster.own / "token"
        self.settings()
        self.renew()

    def settings(self, **more):
        self.file = self.c.own / "target.json"
        self.file.write_text(json.dumps({"kind": "slurm", "url": "http://ctl:6820", "user": "root",
                                         "token_file": str(self.token_file),
                                         "partition": "main", "patience_seconds": 60} | more))

    def token(self, seconds=3600):
        return self.slurm("scontrol", "token", f"lifespan={seconds}", "username=root").strip()

    def renew(self, seconds=3600):
        self.token_file.write_text(self.token(seconds) + "\n")

    def slurm(self, *command):
        code, text = self.c.on("ctl", *command, **self.conf)
        expect(f"{command[0]} works", code == 0, text) if code != 0 else None
        return text

    def __call__(self, *words):
        return self.c.on("ctl", self.c.folder / "bin" / self.c.tools[0].name, self.file, *words)

    def start(self, *words):
        """The same in the background; `text()` is what it has printed."""
        log = self.c.own / f"log_{time.monotonic_ns()}"
        command = [sys.executable, "-B", str(pathlib.Path(__file__).parent / "testbed/testbed.py"), "exec",
                   str(self.c.folder), "ctl", "--",
                   str(self.c.folder / "bin" / self.c.tools[0].name), str(self.file), *map(str, words)]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=open(log, "w"), stderr=subprocess.STDOUT)
        process.text = log.read_text
        return process

    def submit(self, name, lines, *more):
        code, text = self("submit", name, lines, *more)
        expect(f"{name} is submitted", code == 0 and re.match(r"\d+ (new|found)\n", text), text)
        return int(text.split()[0])

    def daemon(self, name):
        """Its process number on ctl."""
        code, text = self.c.on("ctl", "pgrep", "-x", name)
        return int(text.split()[0]) if code == 0 else 0

    def stop(self, name):
        pid = self.daemon(name)
        self.c.on("ctl", "kill", str(pid))
        until(f"{name} ends", lambda: self.daemon(name) != pid)

    def start_slurmrestd(self, version="v0.0.38"):
        subprocess.Popen([sys.executable, "-B", str(pathlib.Path(__file__).parent / "testbed/testbed.py"), "exec",
                          str(self.c.folder), "ctl",
                          "--", "env", *[f"{k}={v}" for k, v in self.conf.items()], "SLURM_JWT=daemon", "setpriv",
                          "--reuid", "nobody",
                          "--regid", "nogroup", "--clear-groups", "slurmrestd", "-a", "rest_auth/jwt", "-s",
                          f"openapi/{version}", "0.0.0.0:6820"],
                         stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                         start_new_session=True)


def work(jobs):
    code, text = jobs("version")
    expect("the version is found", (code, text) == (0, "v0.0.38\n"), text)
    expect("the controller answers", jobs("ping")[1] == "ping \n", jobs("ping")[1])
    one = jobs.submit("fails", "sleep 1; exit 3")
    expect("the same comment is the same job", jobs.submit("fails", "sleep 1; exit 3") == one)
    code, text = jobs("wait", one, 60)
    expect("its states are told", re.search(rf"ended {one} FAILED NonZeroExitCode exit 3 signal 0 on n\d", text), text)
    expect("it is found by its comment", jobs("find", "fails")[1].startswith(f"{one} "))
    two = jobs.submit("waits", "trap 'exit 5' USR1; sleep 1000 & wait")
    until("it runs", lambda: " RUNNING " in jobs("job", two)[1])
    expect("a signal arrives", jobs("cancel", two, -1, "USR1")[1] == "1\n")
    text = jobs("wait", two, 60)[1]
    expect("and ends it", f"ended {two} FAILED" in text or f"ended {two} CANCELLED" in text, text)
    three = jobs.submit("is_canceled", "sleep 1000")
    until("it runs", lambda: " RUNNING " in jobs("job", three)[1])
    expect("it is canceled", jobs("cancel", three)[1] == "1\n")
    text = jobs("wait", three, 60)[1]
    expect("and said to be", f"ended {three} CANCELLED" in text, text)
    expect("a job that there is not is not canceled", jobs("cancel", 999999)[1] == "0\n")
    text = jobs("wait", 999999, 30)[1]
    expect("nor waited for", "ended unknown" in text, text)
    other = jobs.submit("ended_by_another", "sleep 1000")
    waiting = jobs.start("wait", other, 60)
    until("it runs", lambda: " RUNNING " in waiting.text())
    jobs.slurm("scancel", str(other))
    expect("what scancel did is told", waiting.wait(60) == 0 and f"ended {other} CANCELLED" in waiting.text(),
           waiting.text())


def arrays(jobs):
    array = jobs.submit("array", "sleep 2; exit $SLURM_ARRAY_TASK_ID", "0-7")
    waiting = jobs.start("wait", array, 100, 7)
    until("one waits", lambda: "PENDING" in waiting.text())
    expect("it is canceled alone", jobs("cancel", array, 7)[1] == "1\n")
    expect("and said to be", waiting.wait(100) == 0 and re.search(r"ended \d+ CANCELLED .* task 7 ", waiting.text()),
           waiting.text())
    for task in range(7):
        text = jobs("wait", array, 100, task)[1]
        state = "COMPLETED" if task == 0 else "FAILED"
        expect(f"task {task} ends as its own",
               re.search(rf"ended \d+ {state} \S+ exit {task} signal 0 on n\d task {task} ", text), text)
    text = jobs("wait", array, 60, 7)[1]
    expect("of the canceled one Slurm has kept nothing", "ended unknown" in text, text)


def refusals(jobs):
    jobs.settings(partition="none")
    code, text = jobs("submit", "x", "true")
    expect("an unknown partition is Slurm's words", code == 2 and "EST-747" in text and "Invalid partition" in text,
           text)
    jobs.settings(exclusive=True, time_limit="5", memory="100M", nice=3, constraint="")
    job = jobs.submit("asks", "sleep 1000")
    text = jobs.slurm("scontrol", "show", "job", str(job))
    for word in ("OverSubscribe=NO", "TimeLimit=00:05:00", "MinMemoryNode=100M", "Nice=3", "Requeue=0",
                 "Comment=estima-test asks"):
        expect(f"Slurm knows {word}", word in text, text)
    jobs("cancel", job)
    jobs.settings(time_limit="1")


def lost_servers(jobs):
    jobs.settings(unreachable_seconds=3)
    job = jobs.submit("lives", "sleep 15; exit 4")
    waiting = jobs.start("wait", job, 200)
    until("it runs", lambda: " RUNNING " in waiting.text())
    jobs.stop("slurmrestd")
    until("it is said that slurmrestd is away", lambda: "\naway " in waiting.text())
    late = jobs.start("submit", "late", "true")
    time.sleep(1)
    expect("a submission waits for slurmrestd", late.poll() is None, late.text())
    jobs.start_slurmrestd()
    until("and that it is back", lambda: "\nback " in waiting.text())
    expect("the submission arrives", late.wait(100) == 0 and late.text().endswith(" new\n"), late.text())
    expect("the end is told", waiting.wait(200) == 0 and f"ended {job} FAILED NonZeroExitCode exit 4" in waiting.text(),
           waiting.text())

    job = jobs.submit("survives", "sleep 20; exit 6")
    until("it runs", lambda: " RUNNING " in jobs("job", job)[1])
    waiting = jobs.start("wait", job, 200)
    jobs.stop("slurmctld")
    late = jobs.start("submit", "meanwhile", "true")
    time.sleep(2)
    jobs.slurm("slurmctld")
    expect("a submission outlasts a restart of slurmctld", late.wait(100) == 0, late.text())
    expect("once", len(jobs("find", "meanwhile")[1].splitlines()) == 1, jobs("find", "meanwhile")[1])
    expect("so does a wait", waiting.wait(200) == 0 and f"ended {job} FAILED NonZeroExitCode exit 6" in waiting.text(),
           waiting.text())


def older_version(jobs):
    jobs.stop("slurmrestd")
    jobs.start_slurmrestd("v0.0.37")
    code, text = jobs("version")
    expect("an older version is found", (code, text) == (0, "v0.0.37\n"), text)
    job = jobs.submit("older", "sleep 1; exit 3")
    text = jobs("wait", job, 60)[1]
    expect("and spoken", re.search(rf"ended {job} FAILED NonZeroExitCode exit 3 signal 0 on n\d", text), text)
    job = jobs.submit("older_waits", "sleep 1000")
    until("it runs", lambda: " RUNNING " in jobs("job", job)[1])
    expect("also to cancel", jobs("cancel", job)[1] == "1\n")
    jobs.stop("slurmrestd")
    jobs.start_slurmrestd()


def tokens(jobs):
    token = jobs.token_file.read_text().strip().removeprefix("SLURM_JWT=")
    jobs.settings(patience_seconds=5)
    seen = ""
    jobs.renew(1)
    time.sleep(2)
    code, text = jobs("submit", "expired", "true")
    seen += text
    expect("an expired token is said to be", code == 2 and "EST-746" in text and "expired" in text, text)
    expect("and started nothing", jobs.slurm("squeue", "-h", "-n", "expired", "-t", "all") == "")
    jobs.settings(token_command=f"env SLURM_CONF={jobs.conf['SLURM_CONF']} scontrol token lifespan=3600 username=root")
    job = jobs.submit("renewed", "sleep 8; exit 7")
    expect("a command renews it", job > 0)
    jobs.settings()
    jobs.renew(4)
    waiting = jobs.start("wait", job, 100)
    until("it is waited for", lambda: "state" in waiting.text())
    command = jobs.c.on("ctl", "pgrep", "-fa", "slurm_jobs")[1]
    time.sleep(5)
    jobs.renew()
    expect("a wait takes the new one", waiting.wait(100) == 0
           and f"ended {job} FAILED NonZeroExitCode exit 7" in waiting.text(), waiting.text())
    jobs.settings(patience_seconds=3)
    jobs.token_file.write_text("no.such.token")
    code, text = jobs("job", job)
    seen += text + waiting.text() + command
    expect("one that is none is an error", code == 2 and ("EST-746" in text or "EST-750" in text), text)
    jobs.token_file.unlink()
    code, text = jobs("job", job)
    expect("so is a file that is not there", code == 2 and "EST-301" in text, text)
    last = jobs.token().removeprefix("SLURM_JWT=")
    for secret in (token, "no.such.token", last.split(".")[0]):
        expect("no token was shown", secret not in seen, seen)


def main():
    words = sys.argv[1:]
    tools, parts = words[:words.index("--")], words[words.index("--") + 1:]
    with Cluster(tools, slurm=True) as cluster:
        jobs = Jobs(cluster)
        for part in parts or ("work", "arrays", "refusals", "lost_servers", "older_version", "tokens"):
            globals()[part](jobs)
            jobs.settings()
            jobs.renew()


if __name__ == "__main__":
    main()
