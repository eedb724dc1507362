// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>

#include <estima/history/metric_files.hpp>
#include <estima/history/metrics.hpp>
#include <estima/launcher/lay_out_again.hpp>
#include <estima/launcher/retry.hpp>
#include <estima/snapshot/snapshot_store.hpp>
#include <support/temporary_directory.hpp>

namespace {
void write_aged(std::filesystem::path const& file, std::string const& text, long seconds = 0) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream{file, std::ios::binary} << text;
    timespec const times[]{{seconds, 0}, {seconds, 0}};
    if (seconds > 0) REQUIRE(::utimensat(AT_FDCWD, file.c_str(), times, 0) == 0);
}
}  // namespace

TEST_CASE("how an attempt ended, as retries tell ends apart") {
    using estima::cause_of_end;
    using namespace estima;
    CHECK(cause_of_end({.id = "EST-726", .message = {}}) == cause::node_failure);
    CHECK(cause_of_end({.id = "EST-722", .message = {}}) == cause::node_failure);
    CHECK(cause_of_end({.id = "EST-420", .message = {}, .exit_code = 75}) == cause::exit_code(75));
    CHECK(cause_of_end({.id = "EST-421", .message = {}, .signal = "SIGKILL"}) == cause::signal(9));
    CHECK(cause_of_end({.id = "EST-422", .message = {}}) == cause::any_failure);
    for (retry_cause const& one :
         {cause::node_failure, cause::preemption, cause::any_failure, cause::exit_code(1), cause::signal(64)})
        CHECK(cause_of(cause_text(one)) == one);
    for (char const* const word :
         {"", "exit_code", "exit_code ", "exit_code 7 ", "exit_code x", "signal SIGKILL", "Node_failure"})
        CHECK_FALSE(cause_of(word));
}

TEST_CASE("the newest checkpoint is the one that was written last, and of one moment the one with the highest number") {
    estima_test::temporary_directory const folder;
    estima::run_directory const run{folder.path()};
    estima::run_configuration c;
    CHECK(newest_checkpoint(c, run).empty());
    c.retries = estima::retries_section{1, {}, "outputs/*/step_*.pt"};
    CHECK(newest_checkpoint(c, run).empty());
    write_aged(run.outputs() / "a/step_9.pt", "", 1000);
    write_aged(run.outputs() / "a/step_10.pt", "", 1000);
    write_aged(run.outputs() / "b/step_1.pt", "", 900);
    write_aged(run.outputs() / "b/step_1.pt.part", "", 9000);
    write_aged(run.outputs() / "step_99.pt", "", 9000);
    write_aged(run.outputs() / "a/deep/step_99.pt", "", 9000);
    CHECK(newest_checkpoint(c, run) == "outputs/a/step_10.pt");
    write_aged(run.outputs() / "b/step_1.pt", "", 1001);
    CHECK(newest_checkpoint(c, run) == "outputs/b/step_1.pt");
}

TEST_CASE("a metric line that was left torn is closed before the next attempt, whoever wrote it") {
    estima_test::temporary_directory const folder;
    estima::run_directory const run{folder.path() / "runs/one"};
    write_aged(folder / "source/train.py", "1");
    std::string const snapshot = estima::snapshot_store{run.snapshots()}.take(folder / "source").id;
    std::string const line = R"({"name":"loss","value":1})" "\n";
    write_aged(run.metrics_file(0), line + R"({"name":"loss","va)");
    write_aged(run.metrics_file(1), line);
    write_aged(run.metrics_file(2), "");
    write_aged(run.metrics() / "media/x.jsonl", "torn");
    write_aged(run.metrics() / "rank_0.1.points", "torn");
    write_aged(run.metrics() / "from a host.attempt_1.jsonl", "torn");
    std::filesystem::create_symlink("/dev/full", run.metrics() / "elsewhere.jsonl");
    lay_out_again(run, snapshot);
    lay_out_again(run, snapshot);
    CHECK(estima::read_file(run.metrics_file(0)) == line + "{\"name\":\"loss\",\"va\x18\n");
    CHECK(estima::read_file(run.metrics_file(1)) == line);
    CHECK(estima::read_file(run.metrics_file(2)).empty());
    CHECK(estima::read_file(run.metrics() / "media/x.jsonl") == "torn");
    CHECK(estima::read_file(run.metrics() / "rank_0.1.points") == "torn");
    CHECK(estima::read_file(run.metrics() / "from a host.attempt_1.jsonl") == "torn\x18\n");
    std::ofstream{run.metrics_file(0), std::ios::app} << line;
    for (char const* const name : {"elsewhere.jsonl", "rank_0.1.points"}) std::filesystem::remove(run.metrics() / name);
    auto const metrics = estima::read_metrics(run.metrics());
    CHECK(metrics.points("loss").size() == 3);
    CHECK(metrics.lines_skipped == 0);
}

TEST_CASE("a next attempt finds its source anew and the outputs of the earlier ones, whoever was killed between") {
    estima_test::temporary_directory const folder;
    estima::run_directory const run{folder / "w/runs/r_1"};
    write_aged(folder / "source/train.py", "source");
    write_aged(folder / "source/outputs/given", "given");
    write_aged(folder / "source/outputs/folder/also", "also");
    std::string const id = estima::snapshot_store{run.snapshots()}.take(folder / "source").id;
    estima::lay_out(run, id);
    write_aged(run.code() / "train.py", "changed");
    write_aged(run.code() / "beside", "x");
    write_aged(run.outputs() / "folder/also", "changed");
    write_aged(run.outputs() / "deep/er/new", "new");
    write_aged(run.logs() / "events", "e");
    SECTION("nobody was") {}
    SECTION("somebody was, in the midst of it") {
        write_aged(run.path / "code.next/outputs/moved", "moved");
        write_aged(run.path / "code.next/train.py", "source");
    }
    bool const was_killed = std::filesystem::exists(run.path / "code.next");
    estima::outputs_before const before = estima::lay_out_again(run, id);
    CHECK(estima::read_file(run.code() / "train.py") == "source");
    CHECK_FALSE(std::filesystem::exists(run.code() / "beside"));
    CHECK(estima::read_file(run.outputs() / "folder/also") == "changed");
    CHECK(estima::read_file(run.outputs() / "deep/er/new") == "new");
    CHECK(estima::read_file(run.logs() / "events") == "e");
    CHECK(std::filesystem::exists(run.outputs() / "moved") == was_killed);
    CHECK(before.has_untouched(run.outputs() / "given"));
    CHECK_FALSE(before.has_untouched(run.outputs() / "folder/also"));
    CHECK_FALSE(before.has_untouched(run.outputs() / "deep/er/new"));
    CHECK_FALSE(std::filesystem::exists(run.path / "code.next"));
}

TEST_CASE("logs and metrics of an attempt are set aside, and its metrics are still its ranks'") {
    estima_test::temporary_directory const folder;
    estima::run_directory const run{folder.path()};
    for (char const* const name : {"rank_0_stdout.txt", "mpirun.txt", "supervisor.txt", "attempt_1/old"})
        write_aged(run.system_logs() / name, name);
    for (char const* const name : {"rank_0.jsonl", "rank_12.77.points", "system.jsonl", "rank_0.attempt_1.jsonl"})
        write_aged(run.metrics() / name, name);
    estima::set_logs_aside(run, 2, true);
    CHECK(std::filesystem::exists(run.attempt_logs(2) / "rank_0_stdout.txt"));
    CHECK(std::filesystem::exists(run.attempt_logs(2) / "mpirun.txt"));
    CHECK(std::filesystem::exists(run.supervisor_log()));
    CHECK(std::filesystem::exists(run.attempt_logs(1) / "old"));
    std::string found;
    for (auto const& f : estima::metric_files(run.metrics()))
        found += f.path.filename().string() + "=" + std::to_string(f.rank) + (f.is_points ? "p " : " ");
    CHECK(found ==
          "rank_0.attempt_1.jsonl=0 rank_0.attempt_2.jsonl=0 rank_12.attempt_2.77.points=12p system.jsonl=-1 ");
}
