# SPDX-License-Identifier: BSL-1.0
"""What TensorFlow's processes begin with, without TensorFlow: each reads TF_CONFIG, opens the server of its own task, and
connects to those of all tasks, on whichever hosts they are. A parameter server then serves until it is ended."""
import json
import os
import socket
import threading

config = json.loads(os.environ["TF_CONFIG"])
cluster, task = config["cluster"], config["task"]
everybody = [address for kind in sorted(cluster) for address in cluster[kind]]
own = cluster[task["type"]][task["index"]]
server = socket.create_server(("", int(own.rsplit(":", 1)[1])))


def greet_all():
    for _ in everybody:
        peer = server.accept()[0]
        peer.sendall(own.encode())
        peer.close()


greeter = threading.Thread(target=greet_all)
greeter.start()
for address in everybody:
    host, port = address.rsplit(":", 1)
    while True:
        try:
            with socket.create_connection((host, int(port)), 20) as peer:
                if peer.recv(100).decode() == address:
                    break
        except OSError:
            pass  # it is not open yet
greeter.join()  # the others have reached this one
print(task["type"], task["index"], "reached", len(everybody), flush=True)
if task["type"] == "ps":
    threading.Event().wait()
