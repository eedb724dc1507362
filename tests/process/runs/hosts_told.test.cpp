// SPDX-License-Identifier: BSL-1.0
// What a run knows of the hosts that it ran on: their hardware, and the packages that its script found.
#include <catch2/catch.hpp>

#include <unistd.h>

#include <filesystem>
#include <string>

#include <estima/workspace/compare_runs.hpp>
#include <estima/workspace/search_runs.hpp>

#include <support/fake_run.hpp>

#include "submitted.hpp"

namespace {
using namespace estima_test;

/// A Python job with a package of its own, which waits until its host has told what it has.
estima::run python_run(place const& at, std::string const& version,
                       std::string const& interpreter = "/usr/bin/python3") {
    at.write("lib/known_package-" + version + ".dist-info/METADATA",
             "Metadata-Version: 2.1\nName: Known_Package\nVersion: " + version + "\n");
    at.write("json.py", "raise SystemExit('taken for the module of that name')\n");
    at.write("train.py",
             "import os, time\nend = time.time() + 60\n"
             "while '\"environment\"' not in open('../events.jsonl').read() and time.time() < end: time.sleep(0.01)\n");
    estima::run_configuration c{.script = "train.py", .framework = "Python"};
    c.environment.python = {.user_managed_dependencies = true, .interpreter_path = interpreter};
    c.environment.environment_variables = {{"PYTHONPATH", (at.source() / "lib").string()}};
    estima::run const run = at.experiment().submit(c, at.source());
    run.wait_for_completion({.timeout = patience});
    return run;
}
}  // namespace

TEST_CASE("a run tells its host, the Python packages that its script finds and their fingerprint") {
    place const at;
    estima::run const run = python_run(at, "1.0");
    auto const details = run.get_details();
    REQUIRE(details.hosts.size() == 1);
    estima::host_record const& host = details.hosts[0];
    CHECK(host.host == estima::host_name());
    CHECK_THAT(host.system, Catch::StartsWith("Linux "));
    CHECK(host.processors == ::sysconf(_SC_NPROCESSORS_ONLN));
    CHECK(host.cores >= 1);
    CHECK(host.memory_bytes > 1'000'000);
    CHECK_THAT(host.python_version, Catch::StartsWith("3."));
    CHECK_THAT(host.interpreter, Catch::StartsWith("/"));
    CHECK(host.packages.at("known-package") == "1.0");
    CHECK(host.environment_fingerprint.size() == 64);
    CHECK(details.properties.at("environment_fingerprint") == host.environment_fingerprint);
    CHECK(details.warnings.empty());
    CHECK(search_runs(at.workspace(), "properties.environment_fingerprint = '" + host.environment_fingerprint + "'")
              .size() == 1);

    estima::run const other = python_run(at, "1.1");
    CHECK(other.get_details().hosts.at(0).environment_fingerprint != host.environment_fingerprint);
    std::string told;
    for (auto const& one : estima::compare_runs({run, other}))
        if (one.is == estima::run_difference::kind::environment)
            told += one.name + ": " + one.values[0].value_or("-") + ", " + one.values[1].value_or("-") + "\n";
    CHECK(told == "known-package: 1.0, 1.1\n");
}

TEST_CASE("an interpreter that does not say what it has keeps no run from its end, and nothing of it stays") {
    place const at;
    at.write("python", "#!/bin/sh\nif [ \"$1\" = -c ]; then : > '" + (at / "asked").string() +
                           "'; sleep 1000; fi\nwhile [ ! -e '" + (at / "asked").string() +
                           "' ]; do sleep 0.01; done\n");
    at.write("train.py", "");
    estima::run_configuration c{.script = "train.py", .framework = "Python"};
    c.environment.python = {.user_managed_dependencies = true, .interpreter_path = (at.source() / "python").string()};
    estima::run const run = at.experiment().submit(c, at.source());
    auto const details = run.wait_for_completion({.timeout = patience});
    CHECK(details.status == estima::run_status::completed);
    CHECK(details.warnings.empty());
    CHECK(details.hosts.at(0).python_version.empty());
    CHECK(details.duration_seconds(0) < 60);
    CHECK(leaves_nothing_alive(run));
}

TEST_CASE("an executable tells its host, too") {
    place const at;
    estima::run const run = at.submit("#!/bin/sh\n");
    auto const details = run.wait_for_completion({.timeout = patience});
    REQUIRE(details.hosts.size() == 1);
    CHECK(details.hosts[0].interpreter.empty());
    CHECK(details.ranks.at(0).peak_memory_bytes > 0);
}
