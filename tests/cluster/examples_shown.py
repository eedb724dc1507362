#!/usr/bin/python3
# SPDX-License-Identifier: BSL-1.0
"""What examples/cluster.sh shows: examples_shown.py CLUSTER_SH BUILD_FOLDER. It is ended by its own means,
also when it fails."""
import os
import subprocess
import sys

if os.geteuid() != 0:
    print("SKIPPED: network and process namespaces need root")
    raise SystemExit(77)
shown = subprocess.run(["bash", sys.argv[1]], env=os.environ | {"ESTIMA_BUILD": sys.argv[2]}, stdin=subprocess.DEVNULL,
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
print(shown.stdout)
parts = ["A training on two of them", "the host n2 was lost", "rank 3 of 4: ", "worker 3 reached 4", "Canceled",
         "was asked to end",
         "nothing of it is left", '"bytes":0', "ok: Slurm ran it", "The hosts are taken down."]
if os.path.exists(sys.argv[2] + "/libexec/estima/estima-agent"):
    parts.append('"through":"estima-agent"')
for part in parts:
    if part not in shown.stdout:
        print(f"FAILED: it does not show: {part}")
        raise SystemExit(1)
raise SystemExit(shown.returncode)
