// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <string>

#include <estima/launcher/host_facts.hpp>
#include <support/skip.hpp>

#include "made_run.hpp"

using estima_test::has_mpirun;
using estima_test::made_run;
using status = estima::run_status;

namespace {

estima::run_configuration roles(char const* communicator, int workers, int servers) {
    estima::run_configuration c = made_run::python("train.py");
    c.communicator = communicator;
    c.tensorflow = {.worker_count = workers, .parameter_server_count = servers};
    return c;
}

// Opens the server of its task, asks every other task for its name, and says which it has met. A worker ends when all
// others have asked it as well; a parameter server serves on.
char const all_to_all[] = R"(
import json, os, socket, sys, threading, time
config = json.loads(os.environ["TF_CONFIG"])
kind, index = config["task"]["type"], config["task"]["index"]
own = f"{kind}{index}"
places = {f"{k}{i}": place for k, tasks in config["cluster"].items() for i, place in enumerate(tasks)}

def address(name):
    host, port = places[name].rsplit(":", 1)
    return host, int(port)

server = socket.create_server(address(own))
callers, complete = set(), threading.Event()

def serve():
    while True:
        connection, _ = server.accept()
        with connection:
            callers.add(connection.makefile().readline().strip())
            connection.sendall(own.encode() + b"\n")
        if len(callers) == len(places) - 1:
            complete.set()

def ask(name):
    while True:
        try:
            with socket.create_connection(address(name)) as connection:
                connection.sendall(own.encode() + b"\n")
                return connection.makefile().readline().strip()
        except ConnectionRefusedError:
            time.sleep(0.01)

threading.Thread(target=serve, daemon=kind == "worker").start()
print(own, "met", *sorted(ask(name) for name in places if name != own))
if len(places) > 1:
    complete.wait()
sys.exit(int(sys.argv[1]) if own == "worker0" and len(sys.argv) > 1 else 0) if kind == "worker" else None
)";
}  // namespace

TEST_CASE("parameter_server: every task meets every other, and the servers are ended when the workers have") {
    if (!has_mpirun()) return estima_test::skip("openmpi-bin is not installed");
    made_run run{roles("ParameterServer", 2, 2), {{"train.py", all_to_all}}};
    auto const record = run.run();
    INFO(estima::read_file(run.directory.journal()) << estima::read_file(run.directory.mpirun_log()));
    REQUIRE(record.status == status::completed);
    CHECK(record.warnings.empty());
    CHECK(run.output(0) == "worker0 met ps0 ps1 worker1\n");
    CHECK(run.output(1) == "worker1 met ps0 ps1 worker0\n");
    CHECK(run.output(2) == "ps0 met ps1 worker0 worker1\n");
    CHECK(run.output(3) == "ps1 met ps0 worker0 worker1\n");
    REQUIRE(record.ranks.size() == 4);
    for (std::size_t rank = 0; rank < 4; ++rank) CHECK(record.ranks[rank].ended_on_request == (rank >= 2));
    CHECK(run.living().empty());
}

TEST_CASE("parameter_server: a worker that fails ends the servers, and the run has Failed") {
    if (!has_mpirun()) return estima_test::skip("openmpi-bin is not installed");
    estima::run_configuration c = roles("ParameterServer", 2, 1);
    c.arguments = {"7"};
    made_run run{c, {{"train.py", all_to_all}}};
    auto const record = run.run();
    INFO(estima::read_file(run.directory.journal()) << estima::read_file(run.directory.mpirun_log()));
    REQUIRE(record.status == status::failed);
    CHECK(record.error->rank == 0);
    CHECK(record.error->exit_code == 7);
    CHECK(run.living().empty());
}

TEST_CASE("parameter_server: a server that fails makes the run fail") {
    if (!has_mpirun()) return estima_test::skip("openmpi-bin is not installed");
    made_run run{roles("ParameterServer", 1, 1),
                 {{"train.py",
                   "import json, os, sys, time\n"
                   "if json.loads(os.environ['TF_CONFIG'])['task']['type'] == 'ps': sys.exit('no room')\n"
                   "while True: time.sleep(1000)\n"}}};
    auto const record = run.run();
    REQUIRE(record.status == status::failed);
    CHECK(record.error->rank == 1);
    CHECK(record.error->stderr_tail == std::vector<std::string>{"no room"});
    CHECK(run.living().empty());
}

TEST_CASE("multi_worker: the workers meet, alone as well") {
    int const workers = GENERATE(3, 1);
    if (workers > 1 && !has_mpirun()) return estima_test::skip("openmpi-bin is not installed");
    made_run run{roles("MultiWorker", workers, 0), {{"train.py", all_to_all}}};
    auto const record = run.run();
    INFO(estima::read_file(run.directory.journal()));
    REQUIRE(record.status == status::completed);
    CHECK(run.output(0) == (workers == 3 ? "worker0 met worker1 worker2\n" : "worker0 met\n"));
}
