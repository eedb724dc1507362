# SPDX-License-Identifier: BSL-1.0
"""What tests on several hosts share: a testbed that is taken down in any case, jobs submitted on it, what became of
them.

Where no testbed can be brought up, the test ends with code 77 and says why.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

TESTBED = [sys.executable, "-B", str(pathlib.Path(__file__).parent / "testbed" / "testbed.py")]
PATIENCE = 60  # seconds until something that ought to happen has not


class Cluster:
    """`tools` are paths of estima-launch, estima and submit_and_wait. Use it in a with statement."""

    def __init__(self, tools, hosts=2, slurm=False):
        self.tools, self.count, self.slurm = [pathlib.Path(t) for t in tools], hosts, slurm
        # Not below /tmp, so that each host has a /tmp of its own.
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="estima_cluster_", dir="/var/tmp"))
        self.own = pathlib.Path(tempfile.mkdtemp(prefix="estima_cluster_", dir="/tmp"))  # the submitter's alone
        self.shared = self.folder / "shared"
        self.done = 0

    def __enter__(self):
        words = ["--hosts", str(self.count), *(["--slurm"] if self.slurm else [])]
        up = subprocess.run([*TESTBED, "up", str(self.folder), *words], stdin=subprocess.DEVNULL)
        if up.returncode != 0:
            self.__exit__()
            sys.exit(up.returncode)
        try:
            (self.folder / "bin").mkdir()
            for tool in self.tools:  # each host sees this folder, wherever the build is
                shutil.copy(tool, self.folder / "bin" / tool.name)
        except OSError:
            self.__exit__()
            raise
        return self

    def __exit__(self, *failure):
        subprocess.run([*TESTBED, "down", str(self.folder)], stdin=subprocess.DEVNULL)
        # All end with the testbed's first process, which takes as long as it takes.
        deadline = time.monotonic() + PATIENCE
        while (left := self.left()) and time.monotonic() < deadline:
            time.sleep(0.05)
        for folder in (self.folder, self.own):
            shutil.rmtree(folder, ignore_errors=True)
        if left and not failure[0]:
            sys.exit("FAILED these processes are left:\n" + left)

    def left(self):
        """Processes of the testbed, one a line."""
        return subprocess.run(["pgrep", "-fa", str(self.folder) + "/"], stdout=subprocess.PIPE, text=True).stdout

    def testbed(self, *words):
        subprocess.run([*TESTBED, words[0], str(self.folder), *words[1:]], check=True, stdin=subprocess.DEVNULL)

    def on(self, host, *command, **environment):
        """The exit code and what it printed."""
        done = subprocess.run([*TESTBED, "exec", str(self.folder), host, "--", "env",
                               *[f"{k}={v}" for k, v in environment.items()],
                               *[str(c) for c in command]], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=10 * PATIENCE, errors="replace")
        return done.returncode, done.stdout

    def settings(self, **more):
        """Of an ssh_hosts target; each host has a file system of its own below local/."""
        return {"kind": "ssh_hosts", "hosts": [f"n{i}" for i in range(1, self.count + 1)],
                "config": f"{self.folder}/ssh_config",
                "folder": f"{self.folder}/local/%u/%h", "silence_seconds": 10} | more

    def source(self, **files):
        """A source directory with these files, names with a dot in place of the last underscore."""
        folder = self.own / f"source_{self.done}"
        self.done += 1
        folder.mkdir()
        for name, text in files.items():
            path = folder / ".".join(name.rsplit("_", 1))
            path.write_text(text)
            path.chmod(0o755)
        return folder

    def submit(self, source, configuration, target, *options, workspace=None, host="ctl", **environment):
        """Exit code and output of submit_and_wait; the run's folder, where it can be seen from here."""
        workspace = pathlib.Path(workspace or self.own / "workspace")
        own = self.own if host == "ctl" else self.shared
        (own / "targets.json").write_text(json.dumps({"lab": target}))
        (own / "job.json").write_text(json.dumps(configuration | {"target": "lab"}))
        code, text = self.on(host, self.folder / "bin/submit_and_wait", workspace, source, own / "job.json", *options,
                             ESTIMA_LAUNCH=self.folder / "bin/estima-launch", ESTIMA_TARGETS=own / "targets.json",
                             **environment)
        words = text.split()
        run = workspace / "runs" / words[0] if words else None
        return code, text, run if run and run.exists() else None

    def events(self, run):
        lines = (run / "events.jsonl").read_text(errors="replace").splitlines()
        return [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]

    def end_of(self, run):
        """The last status, when the run is over; else nothing."""
        ends = [e for e in self.events(run) if e.get("status") in ("Completed", "Failed", "Canceled")]
        return ends[-1] if ends else None

    def processes(self, host):
        """Of runs, on that host."""
        text = self.on(host, "pgrep", "-fa", "estima-launch|estima-agent|orted|mpirun|job_script")[1]
        return [line for line in text.splitlines() if "pgrep" not in line]


def expect(what, is_so, seen=""):
    print(("ok    " if is_so else "FAILED ") + what + ("" if is_so else f"\n{seen}"), flush=True)
    if not is_so:
        raise SystemExit(1)


def until(what, condition, seconds=PATIENCE):
    """Waits for a condition; the value that it gave."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > deadline:
            expect(f"{what} within {seconds} s", False)
        time.sleep(0.02)
    return value


def completed(cluster, name, result, *parts):
    code, text, run = result
    expect(f"{name}: completes", code == 0 and all(part in text for part in parts), text)
    return run


def failed(cluster, name, result, *parts):
    code, text, run = result
    expect(f"{name}: fails and says why", code == 1 and all(part in text for part in parts), text)
    return run


def ended(cluster, name, run, seconds, status, *parts):
    begin = time.monotonic()
    end = until(f"{name}: the run is over", lambda: cluster.end_of(run), seconds)
    text = json.dumps(end)
    expect(f"{name}: {status} after {time.monotonic() - begin:.1f} s",
           end["status"] == status and all(p in text for p in parts), text)


def native(script, nodes=2, per_node=2, **more):
    """A run configuration for a program under mpirun."""
    return {"script": script, "framework": "Native", "communicator": "Mpi", "nodeCount": nodes,
            "mpi": {"processCountPerNode": per_node},
            "environment": {"python": {"userManagedDependencies": True}}} | more


def python(script, communicator="Mpi", nodes=2, per_node=2, framework="Python", **more):
    torch = {"pytorch": {"processCount": nodes * per_node}} if communicator in ("Gloo", "Nccl") else {}
    return {"script": script, "framework": framework, "communicator": communicator, "nodeCount": nodes,
            "mpi": {"processCountPerNode": per_node if communicator == "Mpi" else 1},
            "environment": {"python": {"userManagedDependencies": True, "interpreterPath": "python3"}}} | torch | more
