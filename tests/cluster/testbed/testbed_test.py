#!/usr/bin/python3
# SPDX-License-Identifier: BSL-1.0
"""What tests on several hosts rely on: testbed.py brings up what it says, breaks it, and leaves nothing behind.

Exit code 77: it cannot be done here, and why.
"""
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

TESTBED = [sys.executable, "-B", str(pathlib.Path(__file__).with_name("testbed.py"))]
# Not below /tmp, so that each host has a /tmp of its own.
FOLDER = tempfile.mkdtemp(prefix="estima_testbed_", dir="/var/tmp")
PATIENCE = 60


def testbed(*words, check=True):
    return subprocess.run([*TESTBED, words[0], FOLDER, *words[1:]], check=check, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, text=True).stdout


def on(host, *command):
    done = subprocess.run([*TESTBED, "exec", FOLDER, host, "--", *command], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.returncode, done.stdout


def ssh(host, command):
    return on("ctl", "ssh", "-F", f"{FOLDER}/ssh_config", host, command)


def expect(what, is_so):
    print(("ok    " if is_so else "FAILED ") + what, flush=True)
    if not is_so:
        raise SystemExit(1)


def until(what, condition):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            expect(what, False)
        time.sleep(0.05)
    expect(what, True)


def hosts():
    for host in ("n1", "n2"):
        expect(f"ssh to {host}", ssh(host, "hostname") == (0, host + "\n"))
    ssh("n1", f"echo only here > /tmp/mine; echo {FOLDER} > {FOLDER}/local/mine; echo all > {FOLDER}/shared/ours")
    expect("/tmp and local/ are each host's own", ssh("n2", f"cat /tmp/mine {FOLDER}/local/mine")[0] != 0)
    expect("shared/ is everybody's", ssh("n2", f"cat {FOLDER}/shared/ours") == (0, "all\n"))
    expect("a host sees its own processes only", "n2_key" not in ssh("n1",
                                                                     "cat /proc/[0-9]*/cmdline | tr '\\0' ' '")[1])


def faults():
    testbed("cut", "n2")
    expect("a host whose link is cut does not answer", ssh("n2", "true")[0] == 255)
    testbed("join", "n2")
    until("it answers when the link is back", lambda: ssh("n2", "true")[0] == 0)
    testbed("kill", "n2")
    expect("a dead host does not answer", ssh("n2", "true")[0] == 255)
    testbed("start", "n2")
    until("it answers when it was started again", lambda: ssh("n2", "true")[0] == 0)
    testbed("shape", "n1", "10mbit")
    begin = time.monotonic()
    ssh("n1", "head -c 2500000 /dev/zero")  # 20 Mbit
    expect("a shaped link is as slow as that", time.monotonic() - begin > 1)
    testbed("shape", "n1", "1gbit")


def mpi():
    code, text = on("ctl", "env", "OMPI_ALLOW_RUN_AS_ROOT=1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1",
                    "PMIX_MCA_psec=^munge",
                    "mpirun", "--host", "n1:2,n2:2", "--mca", "plm", "rsh", "--mca", "plm_rsh_agent", "ssh", "--mca",
                    "plm_rsh_args", f"-F {FOLDER}/ssh_config", "--mca", "oob_tcp_if_include", "10.77.0.0/24", "--mca",
                    "btl_tcp_if_include", "10.77.0.0/24", "hostname")
    # Under load Open MPI warns that a child of its own is in a group already, and goes on.
    said = sorted(line for line in text.splitlines() if "plm:rsh: Warning: setpgid" not in line)
    is_right = code == 0 and said == ["n1", "n1", "n2", "n2"]
    expect("mpirun starts ranks on both hosts over ssh" + ("" if is_right else f": {code}, {text!r}"), is_right)


def slurm():
    """A job through the REST API, and its end through it as well."""
    conf = f"SLURM_CONF={FOLDER}/slurm/slurm.conf"
    token = on("ctl", "env", conf, "scontrol", "token", "lifespan=600")[1].strip().removeprefix("SLURM_JWT=")

    def rest(method, path, body=None):
        program = ("import json,sys,urllib.request as u; m,p,t,b=sys.argv[1:]; "
                   "r=u.Request('http://127.0.0.1:6820/slurm/'"
                   "'v0.0.38/'+p, method=m, data=b.encode() or None, "
                   "headers={'X-SLURM-USER-NAME':'root','X-SLURM-USER-TOKEN':"
                   "t,'Content-Type':'application/json'}); print(u.urlopen(r, timeout=20).read().decode())")
        code, text = on("ctl", sys.executable, "-c", program, method, path, token, json.dumps(body) if body else "")
        if code != 0:
            print(text)
            expect(f"{method} {path}", False)
        return json.loads(text)

    expect("slurmrestd answers", rest("GET", "ping")["pings"][0]["ping"] == "UP")
    job = {"name": "two", "nodes": "2", "tasks": 2, "tasks_per_node": 1, "partition": "main",
           "current_working_directory": f"{FOLDER}/shared", "standard_output": f"{FOLDER}/shared/job.txt",
           "environment": {"PATH": "/usr/bin:/bin"}}
    number = rest("POST", "job/submit", {"job": job, "script": "#!/bin/sh\nsrun hostname\n"})["job_id"]
    state = lambda: rest("GET", f"job/{number}")["jobs"][0]["job_state"]
    until("a job on two hosts completes", lambda: state() == "COMPLETED")
    expect("it ran on both", sorted(pathlib.Path(FOLDER, "shared/job.txt").read_text().split()) == ["n1", "n2"])


def main():
    up = subprocess.run([*TESTBED, "up", FOLDER, "--hosts", "2", "--slurm"], stdin=subprocess.DEVNULL)
    if up.returncode != 0:
        sys.exit(up.returncode)
    hosts()
    mpi()
    slurm()
    faults()


try:
    main()
finally:
    testbed("down", check=False)
    left = subprocess.run(["pgrep", "-fa", FOLDER + "/"], stdout=subprocess.PIPE, text=True).stdout
    shutil.rmtree(FOLDER, ignore_errors=True)
if left:
    print("FAILED these processes are left:\n" + left)
    sys.exit(1)
