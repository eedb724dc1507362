// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

#include <support/source_folder.hpp>

#include "../../support/scoped_variable.hpp"
#include "../../support/skip.hpp"
#include "../runs/submitted.hpp"
#include "spooler_transport.hpp"

namespace {
using namespace estima_test;
using estima::run_status;
using job = estima::estimator<estima::native, team::spooler>;

/// A task-spooler of its own.
struct spooler_server {
    temporary_directory folder{};  // short: a socket's name has 107 bytes at most
    scoped_variable socket{"TS_SOCKET", (folder / "socket").string()};
    place at{};
    bool is_there = !estima::find_program("tsp").empty();
    ~spooler_server() {
        if (is_there) (void)estima::run_command("tsp -K", 10);
    }
};
}  // namespace

TEST_CASE("a transport of one's own submits, waits, looks and cancels") {
    spooler_server server;
    if (!server.is_there) return skip("tsp is not installed (Debian: task-spooler)");
    server.at.write("first.sh", "#!/bin/sh\nuntil [ -e go ]; do sleep 0.02; done\necho done\n");
    job const one{{.source_directory = server.at.source().string(), .entry_script = "first.sh"}};
    auto const runs = server.at.experiment().submit_all(std::vector{one, one, one});
    REQUIRE(runs.size() == 3);

    // The first holds the others up.
    CHECK(runs[1].status() == run_status::queued);
    CHECK(estima::journal{runs[1].directory().journal()}.record().waits_for == "the jobs before it");
    CHECK(runs[1].cancel());
    CHECK(runs[1].wait_for_completion({.timeout = patience}).status == run_status::canceled);

    estima::replace_file(runs[0].directory().code() / "go", "");
    CHECK(runs[0].wait_for_completion({.timeout = patience}).status == run_status::completed);

    // The last one is killed with its supervisor: who looks is told.
    wait_until_running(runs[2]);
    ::kill(estima::journal{runs[2].directory().journal()}.record().supervisor_pid, SIGKILL);
    auto const killed = runs[2].wait_for_completion({.timeout = patience, .raise_on_error = false});
    CHECK(killed.status == run_status::failed);
    CHECK(killed.error->id == "EST-430");
}

TEST_CASE("a run whose transport the program does not know is left alone") {
    place at;
    at.write("short.sh", "#!/bin/sh\nexec sleep 1000\n");
    estima::run const run = at.experiment().submit(
        estima::estimator<estima::native>{{.source_directory = at.source().string(), .entry_script = "short.sh"}});
    estima::replace_file(run.directory().path / "target.json", R"({"kind": "nobody's"})");
    wait_until_running(run);
    ::kill(estima::journal{run.directory().journal()}.record().supervisor_pid, SIGKILL);
    CHECK(run.status() == run_status::running);
    std::filesystem::remove(run.directory().path / "target.json");  // a local run again
    CHECK(run.wait_for_completion({.timeout = patience, .raise_on_error = false}).error->id == "EST-430");
}

TEST_CASE("the code in docs/transports.md is the code that is compiled") {
    std::filesystem::path const root = std::filesystem::path{estima_test::source_folder()}.parent_path();
    std::string const page = estima::read_file(root / "docs/transports.md");
    std::size_t const begin = page.find("```cpp\n#include") + 7;
    std::string const code = estima::read_file(root / "tests/process/transports/spooler_transport.hpp");
    CHECK(page.substr(begin, page.find("```\n", begin) - begin) == code.substr(code.find("#include")));
}
