# SPDX-License-Identifier: BSL-1.0
"""A cluster with Slurm: what tests on it share."""
import subprocess

from cluster import TESTBED, Cluster, expect


class SlurmCluster(Cluster):
    """A cluster whose workspace is shared by all hosts, with a token for its REST API."""

    def __enter__(self):
        super().__enter__()
        self.workspace = self.shared / "workspace"
        self.token_file = self.folder / "token"
        self.new_token(36000)
        return self

    def new_token(self, seconds):
        self.token = self.slurm_says("scontrol", "token", f"lifespan={seconds}").strip().removeprefix("SLURM_JWT=")
        expect("there is a token", len(self.token) > 50, self.token)
        self.token_file.write_text(self.token)
        self.token_file.chmod(0o600)

    def slurm_says(self, *command):
        return self.on("ctl", *command, SLURM_CONF=self.folder / "slurm/slurm.conf")[1]

    def settings(self, **more):
        return {"kind": "slurm", "url": "http://10.77.0.254:6820", "user": "root", "token_file": str(self.token_file),
                "partition": "main"} | more

    def run_job(self, source, configuration, *options, host="ctl", workspace=None, **more):
        return self.submit(source, configuration, self.settings(**more), *options, host=host,
                           workspace=workspace or self.workspace)

    def estima(self, *words, host="ctl"):
        return self.on(host, self.folder / "bin/estima", words[0], "--workspace", self.workspace, *words[1:],
                       ESTIMA_TARGETS=self.own / "targets.json")

    def job_of(self, run):
        return next((e["value"] for e in self.events(run) if e.get("name") == "slurm_job_id"), None)

    def state_of(self, job):
        text = self.slurm_says("scontrol", "-o", "show", "job", job)
        return next((w.split("=")[1] for w in text.split() if w.startswith("JobState=")), "")

    def looked_at(self, run):
        """Somebody looks at the run, as of now."""
        return self.estima("show", run.name)[1]

    def start_daemon(self, command, **environment):
        words = [f"{k}={v}" for k, v in ({"SLURM_CONF": self.folder / "slurm/slurm.conf"} | environment).items()]
        subprocess.Popen([*TESTBED, "exec", str(self.folder), "ctl", "--", "env", *words, *command],
                         stdin=subprocess.DEVNULL,
                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)

    def start_rest(self):
        self.start_daemon(["setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups", "slurmrestd", "-a",
                           "rest_auth/jwt",
                           "-s", "openapi/v0.0.38", "0.0.0.0:6820"], SLURM_JWT="daemon")
