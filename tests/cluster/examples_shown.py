#!/usr/bin/python3
# SPDX-License-Identifier: BSL-1.0
"""What examples/cluster.sh shows: examples_shown.py CLUSTER_SH. It is ended by its own means, also when it fails."""
import os
import subprocess
import sys

if os.geteuid() != 0:
    print("SKIPPED: network and process namespaces need root")
    raise SystemExit(77)
shown = subprocess.run(["bash", sys.argv[1]], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
print(shown.stdout)
for part in ("A training on two of them", "the host n2 was lost", "ok: Slurm ran it", "The hosts are taken down."):
    if part not in shown.stdout:
        print(f"FAILED: it does not show: {part}")
        raise SystemExit(1)
raise SystemExit(shown.returncode)
