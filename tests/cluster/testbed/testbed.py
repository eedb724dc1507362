#!/usr/bin/python3
# SPDX-License-Identifier: BSL-1.0
"""Several hosts on one machine, with sshd and, if asked for, Slurm and its REST API: real daemons in namespaces.

    testbed.py up FOLDER [--hosts N] [--slurm]     brings it up; it lives until it is taken down
    testbed.py down FOLDER
    testbed.py run FOLDER [--hosts N] [--slurm] -- COMMAND...   up, the command on `ctl`, down; its exit code
    testbed.py exec FOLDER HOST -- COMMAND...      on a host (n1, n2, ...) or where programs submit from (ctl)
    testbed.py cut|join FOLDER HOST                its link vanishes, as with a dead switch; and comes back
    testbed.py shape FOLDER HOST RATE              its link has that rate, both ways: 10mbit; of ctl what it sends
    testbed.py kill|start FOLDER HOST              the host dies: all its processes end; and boots again

One process, the keeper, holds a network, a mount and a process namespace; the hosts are below it, each with its own of
these and its own name, /tmp, /run and /root. All of it ends with the keeper. Files below FOLDER/shared are the same on
all hosts; FOLDER/ssh_config is for ssh and mpirun. Needs root. Exit code 77: it cannot be done here, and why.
"""
import argparse
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import time

NET = "10.77.0."
PATIENCE = 60  # seconds until something that ought to happen has not


def sh(*words, check=True, **more):
    return subprocess.run([str(w) for w in words], check=check, stdin=subprocess.DEVNULL, **more)


def why_not(slurm):
    """Why there can be no testbed here; empty if there can."""
    if os.geteuid() != 0:
        return "network and process namespaces with sshd in them need root"
    tools = {"ip": "iproute2", "sshd": "openssh-server", "ssh": "openssh-client", "nsenter": "util-linux",
             "tc": "iproute2"}
    if slurm:
        tools |= {"slurmctld": "slurmctld", "slurmd": "slurmd", "slurmrestd": "slurmrestd", "scontrol": "slurm-client",
                  "munged": "munge"}
    for tool, package in tools.items():
        if not shutil.which(tool, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin"):
            return f"{tool} is not installed (Debian: {package})"
    return ""


class Testbed:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder).absolute()
        self.shared = self.folder / "shared"

    def pid_of(self, host):
        """Of the first process of a host, as seen from outside."""
        return int((self.folder / f"{host}.pid").read_text())

    def hosts(self):
        return (self.folder / "hosts").read_text().split()

    def address(self, host):
        return NET + ("254" if host == "ctl" else host[1:])

    # --- seen from outside

    def up(self, count, slurm):
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o755)  # munged and slurmrestd are other users
        self.shared.mkdir(exist_ok=True)
        names = [f"n{i}" for i in range(1, count + 1)]
        (self.folder / "hosts").write_text(" ".join(names))
        self.write_ssh(names)
        log = open(self.folder / "keeper.log", "w")
        keeper = subprocess.Popen(
            ["unshare", "--net", "--mount", "--pid", "--uts", "--fork", "--kill-child", "--mount-proc",
             sys.executable, "-B", __file__, "_keep", str(self.folder), *(["--slurm"] if slurm else [])],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        (self.folder / "keeper.pid").write_text(str(keeper.pid))
        self.wait_for(lambda: (self.folder / "ready").exists() or keeper.poll() is not None, "the keeper")
        if keeper.poll() is not None:
            sys.exit("the testbed did not come up:\n" + (self.folder / "keeper.log").read_text())
        for name in ["ctl", *names]:
            self.note_pid(name)

    def note_pid(self, host):
        """The keeper sees other process numbers than we do: NSpid of /proc/PID/status has both."""
        inner = (self.folder / f"{host}.inner").read_text().strip()
        keeper = int((self.folder / "keeper.pid").read_text())
        for pid in self.below(keeper):
            try:
                status = pathlib.Path(f"/proc/{pid}/status").read_text()
            except OSError:
                continue
            numbers = next((line.split()[1:] for line in status.splitlines() if line.startswith("NSpid:")), [])
            if len(numbers) > 1 and numbers[1] == inner:
                (self.folder / f"{host}.pid").write_text(str(pid))
                return
        sys.exit(f"{host} has no process {inner}")

    @staticmethod
    def below(pid):
        todo, found = [pid], []
        while todo:
            one = todo.pop()
            found.append(one)
            try:
                for task in os.listdir(f"/proc/{one}/task"):
                    todo += [int(c) for c in pathlib.Path(f"/proc/{one}/task/{task}/children").read_text().split()]
            except OSError:
                pass
        return found

    def down(self):
        try:
            keeper = int((self.folder / "keeper.pid").read_text())
        except OSError:
            return
        (self.folder / "keeper.pid").unlink()
        if b"_keep" in self.command_of(keeper):  # else its number is somebody else's by now
            os.kill(keeper, signal.SIGKILL)  # --kill-child: and with it the first process of its namespace, and so all
            self.wait_for(lambda: b"_keep" not in self.command_of(keeper), "the end of the keeper")

    @staticmethod
    def command_of(pid):
        try:
            return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return b""

    def enter(self, host, command):
        return ["nsenter", "--target", str(self.pid_of(host)), "--net", "--mount", "--pid", "--uts", "--", *command]

    def link(self, host, *words):
        sh(*self.enter("ctl", ["ip", "link", "set", f"v{host}", *words]))

    def shape(self, host, rate):
        for target, device in [("ctl", "br0")] if host == "ctl" else [("ctl", f"v{host}"), (host, "eth0")]:
            sh(*self.enter(target, ["tc", "qdisc", "replace", "dev", device, "root", "tbf", "rate", rate, "burst",
                                    "256kb",
                                    "latency", "400ms"]))

    def kill(self, host):
        os.kill(self.pid_of(host), signal.SIGKILL)
        (self.folder / f"{host}.inner").unlink()

    def start(self, host):
        up = self.folder / f"{host}.up"
        up.unlink(missing_ok=True)
        (self.folder / f"start.{host}").touch()
        self.wait_for(up.exists, f"host {host}")  # its daemons answer: Slurm may not know yet that they were away
        self.note_pid(host)

    @staticmethod
    def wait_for(condition, what):
        deadline = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > deadline:
                sys.exit(f"{what} took longer than {PATIENCE} s")
            time.sleep(0.01)

    def write_ssh(self, names):
        ssh = self.folder / "ssh"
        ssh.mkdir(exist_ok=True)
        for key in ["user_key", *[f"{n}_key" for n in names]]:
            if not (ssh / key).exists():
                sh("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", ssh / key)
        (ssh / "known_hosts").write_text("".join(
            f"{n},{self.address(n)} " + " ".join((ssh / f"{n}_key.pub").read_text().split()[:2]) + "\n" for n in names))
        for n in names:
            (ssh / f"{n}.conf").write_text(
                f"Port 22\nHostKey {ssh}/{n}_key\nAuthorizedKeysFile {ssh}/user_key.pub\nStrictModes no\nUsePAM no\n"
                f"PidFile none\nPermitRootLogin yes\nPasswordAuthentication no\nUseDNS no\nMaxStartups 100:30:200\n"
                f"AcceptEnv ESTIMA_*\n")
        (self.folder / "ssh_config").write_text(
            f"Host n* {NET}*\n  User root\n  IdentityFile {ssh}/user_key\n  IdentitiesOnly yes\n"
            f"  UserKnownHostsFile {ssh}/known_hosts\n  StrictHostKeyChecking yes\n  ConnectTimeout 5\n  LogLevel "
            f"ERROR\n")
        (self.folder / "etc_hosts").write_text(
            "127.0.0.1 localhost\n" + "".join(f"{self.address(n)} {n}\n" for n in ["ctl", *names]))

    # --- the keeper: process 1 of the testbed

    def keep(self, slurm):
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        sh("mount", "--make-rprivate", "/")
        sh("hostname", "ctl")
        sh("mount", "--bind", self.folder / "etc_hosts", "/etc/hosts")
        sh("mount", "-t", "tmpfs", "-o", "mode=755", "none", "/run")
        sh("ip", "link", "set", "lo", "up")
        sh("ip", "link", "add", "br0", "type", "bridge")
        sh("ip", "address", "add", f"{self.address('ctl')}/24", "dev", "br0")
        sh("ip", "link", "set", "br0", "up")
        (self.folder / "ctl.inner").write_text("1")
        daemons = Slurm(self) if slurm else None
        if daemons:
            daemons.prepare()
        for host in self.hosts():
            self.boot(host, daemons)
        for host in self.hosts():
            self.wait_for(lambda h=host: self.answers(self.address(h), 22), f"sshd of {host}")
        if daemons:
            daemons.start()
        (self.folder / "ready").touch()
        while True:  # takes in what ends, and boots what is asked for
            for host in self.hosts():
                if (self.folder / f"start.{host}").exists():
                    (self.folder / f"start.{host}").unlink()
                    self.boot(host, daemons)
                    for port in (22, 6818) if daemons else (22,):
                        self.wait_for(lambda h=host, p=port: self.answers(self.address(h), p), f"port {port} of {host}")
                    (self.folder / f"{host}.up").touch()
            while True:
                try:
                    if os.waitpid(-1, os.WNOHANG)[0] == 0:
                        break
                except ChildProcessError:
                    break
            time.sleep(0.02)

    @staticmethod
    def answers(address, port):
        try:
            with socket.create_connection((address, port), 1):
                return True
        except OSError:
            return False

    def boot(self, host, daemons):
        """A host: its first process mounts what is its own and becomes sshd."""
        number = int(host[1:])
        sh("ip", "link", "delete", f"v{host}", check=False, stderr=subprocess.DEVNULL)
        sh("ip", "link", "add", f"v{host}", "type", "veth", "peer", "name", f"p{host}", "address",
           f"02:77:00:00:00:{number:02x}")
        sh("ip", "link", "set", f"v{host}", "master", "br0", "up")
        slurmd = daemons.slurmd(host) if daemons else ""
        own = " && ".join(f"mount -t tmpfs -o mode={mode} none {place}" for place, mode in
                          (("/tmp", "1777"), ("/run", "755"), ("/root", "700"))) if self.hides_nothing() else \
              "mount -t tmpfs -o mode=755 none /run && mount -t tmpfs -o mode=700 none /root"
        # A folder of its own of the same name on each host, where hosts share nothing.
        script = (f"hostname {host} && mount --make-rprivate / && {own} && mkdir -p /run/sshd {self.folder}/local && "
                  f"mount -t tmpfs none {self.folder}/local && until ip link set eth0 up 2>/dev/null; do sleep 0.01; "
                  f"done && "
                  f"ip link set lo up && ip address add {self.address(host)}/24 dev eth0 && {slurmd} "
                  f"exec /usr/sbin/sshd -D -e -f {self.folder}/ssh/{host}.conf")
        log = open(self.folder / f"{host}.log", "a")
        outer = subprocess.Popen(["unshare", "--net", "--mount", "--pid", "--uts", "--fork", "--kill-child",
                                  "--mount-proc",
                                  "sh", "-c", script], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        children = pathlib.Path(f"/proc/{outer.pid}/task/{outer.pid}/children")
        self.wait_for(lambda: children.read_text().split(), f"host {host}")
        inner = children.read_text().split()[0]
        sh("ip", "link", "set", f"p{host}", "netns", inner, "name", "eth0")
        (self.folder / f"{host}.inner").write_text(inner)

    def hides_nothing(self):
        """Whether a host may have a /tmp of its own: not where the testbed itself lies below it."""
        return not str(self.folder).startswith("/tmp/")


class Slurm:
    """A controller on ctl, a slurmd on each host, the REST API with tokens on ctl:6820."""

    def __init__(self, bed):
        self.bed = bed
        self.folder = bed.folder / "slurm"

    def prepare(self):
        for name in ("", "state", "munge", *[f"spool-{h}" for h in self.bed.hosts()]):
            (self.folder / name).mkdir(exist_ok=True)
        key = self.folder / "munge.key"
        key.write_bytes(os.urandom(128))
        key.chmod(0o400)
        shutil.chown(key, "munge", "munge")
        token_key = self.folder / "jwt.key"
        token_key.write_bytes(os.urandom(32))
        token_key.chmod(0o600)
        nodes = "".join(f"NodeName={h} NodeAddr={self.bed.address(h)} CPUs=2 RealMemory=2000 State=UNKNOWN\n"
                        for h in self.bed.hosts())
        (self.folder / "slurm.conf").write_text(
            f"ClusterName=test\nSlurmctldHost=ctl({self.bed.address('ctl')})\nSlurmUser=root\nAuthType=auth/munge\n"
            f"AuthAltTypes=auth/jwt\nAuthAltParameters=jwt_key={token_key}\nStateSaveLocation={self.folder}/state\n"
            f"SlurmdSpoolDir={self.folder}/spool-%n\nSlurmctldPidFile={self.folder}/slurmctld.pid\n"
            f"SlurmdPidFile={self.folder}/slurmd-%n.pid\nSlurmctldLogFile={self.folder}/slurmctld.log\n"
            f"SlurmdLogFile={self.folder}/slurmd-%n.log\nProctrackType=proctrack/linuxproc\nTaskPlugin=task/none\n"
            f"SwitchType=switch/none\nMpiDefault=none\nReturnToService=2\nSelectType=select/cons_tres\n"
            f"SelectTypeParameters=CR_CPU\nJobAcctGatherType=jobacct_gather/none\nSlurmdTimeout=10\nInactiveLimit=0\n"
            f"KillWait=5\nAuthInfo=cred_expire=5\nPreemptType=preempt/partition_prio\nPreemptMode=REQUEUE\n{nodes}"
            f"PartitionName=main Nodes={','.join(self.bed.hosts())} Default=YES MaxTime=INFINITE State=UP "
            f"PriorityTier=1\n"
            f"PartitionName=urgent Nodes={','.join(self.bed.hosts())} MaxTime=INFINITE State=UP PriorityTier=9\n")
        self.munged()

    def munged_words(self):
        return (f"mkdir -p /run/munge && chown munge /run/munge && setpriv --reuid munge --regid munge --clear-groups "
                f"munged --key-file={self.folder}/munge.key --log-file=/run/munge/log --seed-file=/run/munge/seed "
                f"--pid-file=/run/munge/pid --force")

    def munged(self):
        sh("sh", "-c", self.munged_words())

    def slurmd(self, host):
        return f"{self.munged_words()} && SLURM_CONF={self.folder}/slurm.conf slurmd -N {host} &&"

    def start(self):
        env = os.environ | {"SLURM_CONF": str(self.folder / "slurm.conf")}
        sh("slurmctld", env=env)
        self.bed.wait_for(lambda: self.bed.answers(self.bed.address("ctl"), 6817), "slurmctld")
        log = open(self.folder / "slurmrestd.log", "w")
        subprocess.Popen(["setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups", "slurmrestd", "-a",
                          "rest_auth/jwt", "-s", "openapi/v0.0.38", "0.0.0.0:6820"],
                         env=env | {"SLURM_JWT": "daemon"}, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.bed.wait_for(lambda: self.bed.answers(self.bed.address("ctl"), 6820), "slurmrestd")
        self.bed.wait_for(lambda: b"idle" in sh("sinfo", "-h", "-o", "%T", env=env, capture_output=True).stdout,
                          "idle nodes")


def main():
    words, command = sys.argv[1:], []
    if "--" in words:
        command = words[words.index("--") + 1:]
        words = words[:words.index("--")]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices="up down run exec cut join shape kill start _keep".split())
    parser.add_argument("folder")
    parser.add_argument("host", nargs="?")
    parser.add_argument("rate", nargs="?")
    parser.add_argument("--hosts", type=int, default=2)
    parser.add_argument("--slurm", action="store_true")
    a = parser.parse_args(words)
    bed = Testbed(a.folder)
    os.environ["PATH"] = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    if a.action in ("up", "run") and (reason := why_not(a.slurm)):
        print(f"SKIPPED: {reason}")
        sys.exit(77)
    if a.action == "up":
        bed.up(a.hosts, a.slurm)
    elif a.action == "down":
        bed.down()
    elif a.action == "run":
        try:
            bed.up(a.hosts, a.slurm)
            sys.exit(subprocess.run(bed.enter("ctl", command)).returncode)
        finally:
            bed.down()
    elif a.action == "exec":
        os.execvp("nsenter", bed.enter(a.host, command))
    elif a.action in ("cut", "join"):
        bed.link(a.host, "down" if a.action == "cut" else "up")
    elif a.action == "shape":
        bed.shape(a.host, a.rate)
    elif a.action == "kill":
        bed.kill(a.host)
    elif a.action == "start":
        bed.start(a.host)
    else:
        bed.keep(a.slurm)


main()
