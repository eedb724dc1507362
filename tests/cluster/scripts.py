# SPDX-License-Identifier: BSL-1.0
"""Training scripts that tests on several hosts share."""
import pathlib

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
# Opens the servers of TF_CONFIG and connects all to all.
SERVERS = (pathlib.Path(__file__).parents[2] / "examples/tf_config/meet.py").read_text()
# An HTTP proxy on port 3128 that wants the user and password that it is called with.
PROXY = """import base64, http.server, sys, urllib.error, urllib.request
wanted = "Basic " + base64.b64encode(sys.argv[1].encode()).decode()
class Proxy(http.server.BaseHTTPRequestHandler):
    def forward(self):
        if self.headers.get("Proxy-Authorization") != wanted: return self.send_error(407)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))) or None
        own = ("Host", "Content-Length")
        headers = {k: v for k, v in self.headers.items() if not k.startswith("Proxy") and k not in own}
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

# Writes a checkpoint, and then waits or fails on n2; its next attempt goes on from there.
RESUMES = """#!/bin/sh
begin=0
[ -z "$ESTIMA_RESUME_FROM" ] || begin=$(cat $ESTIMA_RESUME_FROM)
echo "job_script on $(hostname) begins at $begin with $*"
echo $(hostname) >> outputs/seen_$OMPI_COMM_WORLD_RANK
[ $begin -lt 9 ] || exit 0
echo $((begin + 9)) > outputs/checkpoint_$((begin + 9)).txt
[ $1 = waits ] || exit $([ $(hostname) = n2 ] && echo 75 || echo 0)
exec sleep 1000
"""

# An interpreter that takes long to say which modules it has.
SLOW_PYTHON = "#!/bin/sh\nsleep 12\nexec python3 \"$@\"\n"
