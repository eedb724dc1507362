// SPDX-License-Identifier: BSL-1.0
#include <estima/hosts/job_steps.hpp>

#include <catch2/catch.hpp>

#include <sys/wait.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <estima/hosts/call_supervisor.hpp>
#include <estima/system/files.hpp>
#include <support/temporary_directory.hpp>

#include "../../support/scoped_variable.hpp"

namespace {
using estima::job_steps;
using calls = std::vector<estima::way_to_hosts::call>;

/// What a step tells until so much of it has come; the real srun is in tests/cluster/slurm_test.py.
void wait_for(job_steps& steps, calls& all, std::size_t count) {
    for (double const limit = estima::monotonic_seconds() + 20;
         all.size() < count && estima::monotonic_seconds() < limit;)
        for (auto& one : steps.calls()) all.push_back(std::move(one));
    REQUIRE(all.size() == count);
}
void send(int fd, std::string const& text) {
    REQUIRE(::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
}
}  // namespace

TEST_CASE("one step of a job: who calls with its word is taken; who does not call is told, with what was said") {
    estima_test::temporary_directory const folder;
    std::string const srun = (folder / "srun").string(), places = (folder / "places").string(),
                      go = (folder / "go").string();
    // Tells what it was given, and as srun does what its tasks say.
    std::ofstream{srun} << "#!/bin/sh\nhead -n 1 > " << places << ".new; mv " << places << ".new " << places
                        << "\nuntil [ -e " << go << R"( ]; do sleep 0.01; done
echo ' 0: sh: 1: /x/estima-launch: not found'
echo ' 1: something of another node' >&2
echo ' 0: estima: n2 ended'
echo 'srun: error: the job is over' >&2
)";
    std::filesystem::permissions(srun, std::filesystem::perms::owner_all);
    estima_test::scoped_variable const path{"PATH", folder.path().string() + ":/usr/bin:/bin"};
    job_steps steps{"n1"};
    CHECK(steps.fd() == -1);
    CHECK(steps.is_called_from("n2"));
    CHECK_FALSE(steps.is_called_from("n1"));
    steps.begin(4, "/x/estima-launch", "");
    REQUIRE(steps.fd() >= 0);
    for (double const limit = estima::monotonic_seconds() + 20; estima::monotonic_seconds() < limit;)
        if (std::filesystem::exists(places)) break;
    std::istringstream words{estima::read_file(places)};
    std::string place, key;
    for (std::string word; words >> word; key = word)
        if (place.empty()) place = word;
    CHECK(key.size() == 32);

    estima::file_descriptor const stranger = estima::detail::connected_to(place, 5000),
                                  silent = estima::detail::connected_to(place, 5000),
                                  own = estima::detail::connected_to(place, 5000);
    REQUIRE(own);
    send(stranger.get(), "n3 " + std::string(32, '0') + "\nhello");
    send(own.get(), "n3 " + key + "\nhello");
    calls all;
    wait_for(steps, all, 1);
    CHECK(all[0].host == "n3");
    char text[100];
    REQUIRE(all[0].connection);
    REQUIRE(::read(all[0].connection.get(), text, sizeof text) == 5);
    CHECK(std::string(text, 5) == "hello");
    pollfd answer{stranger.get(), POLLIN, 0};
    while (::poll(&answer, 1, 10) == 0) CHECK(steps.calls().empty());
    CHECK(::read(stranger.get(), text, sizeof text) <= 0);  // it is sent away

    std::ofstream{go} << "";
    wait_for(steps, all, 3);
    CHECK(all[1].host == "n2");
    CHECK(steps.why_failed("n2", all[1].said, "/x/estima-launch").id == "EST-725");
    CHECK(all[2].host.empty());  // all others
    CHECK(steps.why_failed("n4", all[2].said, "/x/estima-launch").why == "srun: error: the job is over");
    CHECK(steps.fd() == -1);
    while (::waitpid(-1, nullptr, WNOHANG) > 0) continue;
}

TEST_CASE("one step of a job: what a node's shell says is there before its end, though standard error comes late") {
    estima_test::temporary_directory const folder;
    std::string const srun = (folder / "srun").string(), errors = (folder / "errors").string();
    std::ofstream{srun} << "#!/bin/sh\nfor command; do :; done\nSLURMD_NODENAME=n2 sh -c \"$command\" 2> " << errors
                        << " | sed 's/^/ 0: /'\nsed 's/^/ 0: /' " << errors << "\n";
    std::filesystem::permissions(srun, std::filesystem::perms::owner_all);
    estima_test::scoped_variable const path{"PATH", folder.path().string() + ":/usr/bin:/bin"};
    job_steps steps{"n1"};
    steps.begin(2, "/x/estima-launch", "");
    calls all;
    wait_for(steps, all, 2);
    CHECK(all[0].host == "n2");
    CHECK(steps.why_failed("n2", all[0].said, "/x/estima-launch").id == "EST-725");
    CHECK(all[1].host.empty());
    while (::waitpid(-1, nullptr, WNOHANG) > 0) continue;
}
