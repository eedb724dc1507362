# SPDX-License-Identifier: BSL-1.0
"""Training scripts that tests on several hosts share."""

MPI4PY = """from mpi4py import MPI
import os, socket
world = MPI.COMM_WORLD
print("rank", world.rank, "of", world.size, "on", socket.gethostname(), "sum", world.allreduce(world.rank))
open(f"outputs/rank_{world.rank}.txt", "w").write("x" * world.rank)
open("outputs/who.txt", "w").write(socket.gethostname())
open("outputs/same.txt", "w").write("all the same")
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
# An HTTP proxy on port 3128 that wants the user and password that it is called with.
PROXY = """import base64, http.server, sys, urllib.error, urllib.request
wanted = "Basic " + base64.b64encode(sys.argv[1].encode()).decode()
class Proxy(http.server.BaseHTTPRequestHandler):
    def forward(self):
        if self.headers.get("Proxy-Authorization") != wanted: return self.send_error(407)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))) or None
        headers = {k: v for k, v in self.headers.items() if not k.startswith("Proxy") and k not in ("Host", "Content-Length")}
        try: answer = urllib.request.urlopen(urllib.request.Request(self.path, body, headers, method=self.command))
        except urllib.error.HTTPError as e: answer = e
        text = answer.read()
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.headers.get("Content-Type", ""))
        self.send_header("Content-Length", len(text))
        self.end_headers()
        self.wfile.write(text)
    do_GET = do_POST = do_DELETE = forward
    def log_message(self, *words): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 3128), Proxy)
print("listens", flush=True)
server.serve_forever()
"""
