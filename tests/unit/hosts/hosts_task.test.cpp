// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <fstream>
#include <string>
#include <vector>

#include <estima/hosts/attendant_mark.hpp>
#include <estima/hosts/host_files.hpp>
#include <estima/hosts/hosts_task.hpp>
#include <estima/system/sha256.hpp>
#include <support/temporary_directory.hpp>

using estima::attempt_record;
using estima::hosts_task;

namespace {
std::vector<std::string> chosen(std::vector<std::vector<std::string>> const& lost, double* connect_seconds = nullptr) {
    hosts_task task{.run = {}, .configuration = {}, .target = {}, .launcher = {}, .snapshot_id = {}};
    task.configuration.communicator = "Mpi";
    task.configuration.node_count = 2;
    task.configuration.mpi.process_count_per_node = 2;
    task.target.hosts = {{"n1"}, {"small", 1}, {"n2"}, {"n3"}};
    estima::run_record run;
    for (auto const& hosts : lost) run.attempts.push_back({.lost_hosts = hosts, .ranks = {}});
    estima::detail::choose_hosts(task, run);
    if (connect_seconds != nullptr) *connect_seconds = task.target.connect_seconds;
    std::vector<std::string> names;
    for (auto const& host : task.target.hosts) names.push_back(host.name);
    return names;
}
void write(std::filesystem::path const& file, std::string const& text) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream{file, std::ios::binary} << text;
}
}  // namespace

TEST_CASE("the hosts of an attempt are those that were not lost, as long as there are enough") {
    using names = std::vector<std::string>;
    double patience = 0;
    CHECK(chosen({}) == names{"n1", "n2"});
    CHECK(chosen({{"n1"}}) == names{"n2", "n3"});
    CHECK(chosen({{"n2"}}, &patience) == names{"n1", "n3"});
    CHECK(patience == 30);
    CHECK(chosen({{"n2"}, {"n3"}}, &patience) == names{"n1", "n2"});  // lost longest ago: back soonest
    CHECK(patience == 600);                                           // it is waited for
    CHECK(chosen({{"n3"}, {"n2"}}) == names{"n1", "n3"});
    CHECK(chosen({{"n1", "n2"}, {}}) == names{"n3", "n1"});
}

TEST_CASE("files of hosts: the same once, different ones below their hosts' names, what is here not at all") {
    estima_test::temporary_directory const folder;
    estima::run_directory const run{folder.path()};
    write(run.path / "code/outputs/here", "here");
    std::filesystem::create_directories(run.metrics());
    auto const file = [](std::string path, std::string const& text) {
        return estima::node_file{std::move(path), text.size(), estima::sha256_hex(text), 1700000000.25};
    };
    estima::host_files const files{run};
    std::vector<std::string> told;
    auto plan = files.plan(
        {{file("code/outputs/same", "s"), file("code/outputs/who", "n1"), file("code/outputs/here", "here")},
         {file("code/outputs/same", "s"), file("code/outputs/who", "n2"), file("../../etc/passwd", "x")}},
        {"n1", "n2"}, [&](std::string const& path, int owners) { told.push_back(path + std::to_string(owners)); });
    std::vector<std::string> to;
    for (auto const& one : plan) to.push_back(one.to);
    CHECK(to == std::vector<std::string>{"code/outputs/same", "code/outputs/n1/who", "code/outputs/n2/who"});
    CHECK(told == std::vector<std::string>{"code/outputs/who2"});

    files.piece(plan[0], 0, "s");
    CHECK(files.end(plan[0]));
    auto const time = std::filesystem::last_write_time(run.path / "code/outputs/same");
    CHECK(std::chrono::file_clock::to_sys(time).time_since_epoch() == std::chrono::milliseconds{1700000000250});
    files.piece(plan[1], 0, "xx");  // other bytes than were told
    CHECK_FALSE(files.end(plan[1]));
    CHECK_FALSE(std::filesystem::exists(run.path / "code/outputs/n1/who"));

    files.grown("system_logs/../../x", 0, "x");
    files.grown("code/x", 0, "x");
    CHECK_FALSE(std::filesystem::exists(run.path / "code/x"));
    files.grown("metrics/rank_0.jsonl", 2, "ab");
    CHECK(estima::read_file(run.path / "metrics/rank_0.jsonl") == std::string("\0\0ab", 4));
}

TEST_CASE("a folder that a lost run left on a host is removed after some days, and no other") {
    estima_test::temporary_directory const folder;
    std::filesystem::path const runs = folder.path();
    auto const mark = "attendant_" + estima::host_name();
    for (char const* const run : {"left", "recent", "this", "kept", "alive"}) write(runs / run / "code/x", "x");
    for (char const* const run : {"left", "recent", "this"}) write(runs / run / mark, "999999999 5\n");
    estima::attendant_mark{runs / "alive"}.set();  // by this process
    auto const old = std::filesystem::file_time_type::clock::now() - std::chrono::hours{24 * 8};
    for (char const* const run : {"left", "this"}) std::filesystem::last_write_time(runs / run / mark, old);
    CHECK(estima::attendant_mark{runs / "left"}.left_for() > 7 * 86400);
    CHECK(estima::attendant_mark{runs / "kept"}.left_for() < 0);
    estima::remove_left_folders(runs, "this", 7);
    CHECK_FALSE(std::filesystem::exists(runs / "left"));
    for (char const* const run : {"recent", "this", "kept", "alive"}) CHECK(std::filesystem::exists(runs / run));
}

TEST_CASE("the attendant of an earlier attempt is ended, and only that one") {
    estima_test::temporary_directory const folder;
    estima::attendant_mark const mark{folder.path()};
    CHECK_FALSE(mark.end_earlier());
    pid_t const other = ::fork();
    if (other == 0) {
        mark.set();
        for (;;) ::pause();
    }
    while (!mark.end_earlier()) ::usleep(1000);
    int status = 0;
    REQUIRE(::waitpid(other, &status, 0) == other);
    CHECK(WTERMSIG(status) == SIGKILL);
    CHECK(mark.end_earlier());  // it was there, and is gone
    mark.set();
    CHECK(mark.end_earlier());  // this very process is not an earlier one
    mark.remove();
    CHECK_FALSE(mark.end_earlier());
}
