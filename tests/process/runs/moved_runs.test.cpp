// SPDX-License-Identifier: BSL-1.0
// A run that one program deletes and restores again and again while others read it in every way.
#include <catch2/catch.hpp>

#include <filesystem>
#include <functional>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <estima/archive/export_run.hpp>
#include <estima/terminal/show_logs.hpp>
#include <estima/terminal/show_metrics.hpp>
#include <estima/terminal/show_run.hpp>
#include <estima/workspace/compare_code.hpp>
#include <estima/workspace/compare_runs.hpp>
#include <estima/workspace/delete_run.hpp>

#include <support/fake_run.hpp>

#include "submitted.hpp"

namespace {
using namespace estima_test;
namespace fs = std::filesystem;
namespace terminal = estima::terminal;

estima::run over_run(estima::workspace const& w, fs::path const& source, std::string const& word) {
    write_file(source / "train.py", word);
    std::string const snapshot = estima::snapshot_store{w.path() / "snapshots"}.take(source).id;
    auto const run =
        estima::detail::create_run(w.path(), "digits", {.script = "train.py", .arguments = {"--word", word}}, snapshot,
                                   source)
            .directory;
    estima::journal log{run.journal()};
    using enum estima::run_status;
    for (auto const s : {preparing, starting, running}) (void)log.append_status(s);
    for (int i = 0; i < 3; ++i) {
        std::string const name = "outputs/" + std::to_string(i);
        write_file(run.code() / name, name);
        std::string const sum = estima::sha256_hex(name);
        log.append({{"event", "artifact"}, {"path", name}, {"bytes", name.size()}, {"sha256", sum}});
    }
    append_file(run.metrics_file(0), "{\"name\":\"loss\",\"value\":" + std::to_string(word.size()) +
                                         "}\n{\"name\":\"classes\",\"value\":[1,2]}\n");
    append_file(run.rank_stdout(0), word + '\n');
    for (auto const s : {finalizing, completed}) (void)log.append_status(s);
    return estima::run{run};
}
}  // namespace

TEST_CASE("a run that is deleted and restored all the time is read right, or said to be gone, in whatever way") {
    temporary_directory folder;
    auto const w = estima::workspace::open(folder / "w");
    std::string const moved = over_run(w, folder / "source", "one").id();
    estima::run const other = over_run(w, folder / "source", "other");
    estima::run const run = w.run(moved);
    auto const printed = [&](auto const& command, auto const& options) {
        std::ostringstream out, err;
        terminal::screen s;
        s.out = &out;
        s.err = &err;
        s.json = true;
        command(w, options, s);
        return out.str();
    };
    fs::path const place = folder / "there";
    std::vector<std::pair<std::string, std::function<bool()>>> const readers{
        {"details", [&] {
             auto const d = run.get_details();
             return d.run_definition.script == "train.py" && d.warnings.empty() && d.log_files.size() == 1;
         }},
        {"wait", [&] {
             std::ostringstream out;
             int points = 0;
             auto const count = [&](auto const&, auto const&) { ++points; };
             auto const d = run.wait_for_completion({.show_output = true, .output = &out, .on_metric = count});
             return out.str().find("\none\n") != std::string::npos && points == 1 && d.log_files.size() == 1;
         }},
        {"metrics", [&] { return run.get_metrics().points("loss").size() == 1; }},
        {"history", [&] { return run.get_metric_history("loss").size() == 1; }},
        {"file names", [&] { return run.get_file_names().size() == 4; }},
        {"download", [&] { return run.download_files("", place) == 4; }},
        {"download of one", [&] { return estima::read_file(run.download_file("outputs/1", place)) == "outputs/1"; }},
        {"model", [&] { return run.register_model({.name = "m", .path = "outputs"}).files.size() == 3; }},
        {"compare", [&] { return estima::compare_runs({run, other}).size() == 3; }},  // a metric, an argument, a file
        {"compare code", [&] { return compare_code(run, other).size() == 1; }},
        {"export", [&] {
             auto const made = export_run(w, moved, place / "run.tar", {.exist_ok = true});
             return made.changed.empty() && made.has_snapshot;
         }},
        {"show --config", [&] {
             std::string const told = printed(terminal::show_run, terminal::show_options{moved, true});
             return told.find("train.py") != std::string::npos;
         }},
        {"logs", [&] {
             return printed(terminal::show_logs, terminal::logs_options{.run = moved}).find("one") != std::string::npos;
         }},
        {"metrics NAME", [&] {
             return printed(terminal::show_metrics, terminal::metrics_options{.run = moved, .names = {"classes"}})
                        .find("[1") != std::string::npos;
         }},
    };
    fs::create_directories(place);
    fs::path const end = folder / "end";
    other_program mover{[&] {
        while (!fs::exists(end)) {
            delete_run(w, moved);
            restore_run(w, moved);
        }
        return true;
    }};
    struct at_the_end {
        explicit at_the_end(fs::path const& path) : file{path} {}
        at_the_end(at_the_end const&) = delete;
        at_the_end& operator=(at_the_end const&) = delete;
        ~at_the_end() { write_file(file, ""); }
        fs::path const& file;
    };
    std::optional<at_the_end> ends{std::in_place, end};
    for (auto const& [name, is_right] : readers) {
        INFO(name);
        int right = 0, gone = 0;
        // Each is done while it moves, and meets it where it is gone, whatever the turns of the processes.
        double const give_up = estima::monotonic_seconds() + patience.seconds();
        while ((right < 40 || gone < 1) && estima::monotonic_seconds() < give_up) try {
                bool const is = is_right();
                REQUIRE(is);
                ++right;
            } catch (estima::error const& e) {
                CAPTURE(e.what());
                REQUIRE(e.id() == "EST-307");
                ++gone;
            }
        CHECK(right >= 40);
        CHECK(gone >= 1);
    }
    ends.reset();
    CHECK(mover.succeeded());
}
