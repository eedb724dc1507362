// SPDX-License-Identifier: BSL-1.0
// Those who look after a workspace are killed at any moment: no run, output, model or snapshot is lost or half there.
#include <catch2/catch.hpp>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <functional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <estima/archive/export_run.hpp>
#include <estima/archive/import_run.hpp>
#include <estima/snapshot/snapshot_store.hpp>
#include <estima/workspace/collect_garbage.hpp>
#include <estima/workspace/copy_workspace.hpp>
#include <estima/workspace/delete_run.hpp>
#include <estima/workspace/experiments.hpp>
#include <estima/workspace/verify.hpp>
#include <estima/workspace/verify_index.hpp>

#include <support/fake_run.hpp>

#include "submitted.hpp"

namespace {
using namespace estima_test;
namespace fs = std::filesystem;

/// Runs that are over, each with a snapshot of its own.
struct kept_place {
    temporary_directory folder{};
    estima::workspace w = estima::workspace::open(folder / "w");
    std::vector<std::string> ids{};

    kept_place() {
        for (int i = 0; i < 4; ++i) ids.push_back(add(i));
    }
    std::string add(int i) const {
        for (int file = 0; file < 40; ++file)
            write_file(folder / "source" / std::to_string(file),
                       std::string(2000, static_cast<char>('a' + i)) + std::to_string(file % 7));
        write_file(folder / "source/large", std::string(300'000, static_cast<char>('a' + i)));
        std::string const snapshot = estima::snapshot_store{w.path() / "snapshots"}.take(folder / "source").id;
        auto const made = estima::detail::create_run(w.path(), "kept", {.script = "0"}, snapshot, "/source");
        std::string const text(200'000, static_cast<char>('0' + i));
        write_file(made.directory.outputs() / "model", text);
        append_file(made.directory.metrics_file(0), "{\"name\":\"loss\",\"value\":1}\n");
        estima::journal log{made.directory.journal()};
        log.append({{"event", "artifact"},
                    {"path", "outputs/model"},
                    {"bytes", text.size()},
                    {"sha256", estima::sha256_hex(text)}});
        using enum estima::run_status;
        for (auto const s : {preparing, starting, running, finalizing, completed}) REQUIRE(log.append_status(s));
        return made.directory.run_id();
    }
};

/// Kills a process that does this, after so many microseconds; true if it was not done.
bool kill_while(std::function<void()> const& work, unsigned microseconds) {
    pid_t const pid = ::fork();
    if (pid == 0) {
        try {
            work();
        } catch (std::exception const& e) {
            std::fprintf(stderr, "%s\n", e.what());
            ::_exit(1);
        }
        ::_exit(0);
    }
    timespec const life{0, static_cast<long>(microseconds) * 1000};
    ::nanosleep(&life, nullptr);
    ::kill(pid, SIGKILL);
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    CHECK((WIFSIGNALED(status) || status == 0));
    return WIFSIGNALED(status);
}

std::string damage_in(estima::workspace const& w) {
    std::string text;
    for (auto const& one : verify(w).findings)
        if (one.is == estima::verify_finding::kind::damage) text += one.path + ": " + one.what + '\n';
    for (auto const& one : verify_index(w)) text += one.path + ": " + one.what + '\n';
    return text;
}
}  // namespace

TEST_CASE("whoever deletes, restores, exports, imports, copies, registers or collects is killed at any moment") {
    kept_place const at;
    auto const other = estima::workspace::open(at.folder / "other");
    fs::path const file = at.folder / "run.tar", copy = at.folder / "copy";
    export_run(at.w, at.ids[0], at.folder / "whole.tar");
    write_file(at.folder / "model/weights", std::string(100'000, 'm'));
    std::mt19937 random{11};
    int spare = 5, killed = 0;
    auto const rename = [&](std::string const& from, std::string const& to) {
        try {
            rename_experiment(at.w, from, to);
        } catch (estima::error const& e) {  // the one before was killed between the two
            if (e.id() != "EST-633") throw;
        }
    };
    std::vector<std::function<void()>> const works{
        [&] { delete_run(at.w, at.ids[1]), restore_run(at.w, at.ids[1]), delete_run(at.w, at.ids[1]); },
        [&] { export_run(at.w, at.ids[0], file); },
        [&] { import_run(other, at.folder / "whole.tar"); },
        [&] { copy_workspace(at.w, copy); },
        [&] { at.w.register_model({.name = "m", .path = (at.folder / "model").string(), .aliases = {"newest"}}); },
        [&] { collect_garbage(at.w, {.older_than = estima::seconds(0)}); },
        [&] { rename("held", "kept"), rename("kept", "held"), rename("held", "kept"); },
        [&] { verify(at.w, {.mend = true}); }};
    for (int round = 0; round < 240; ++round) {
        std::size_t const work = static_cast<std::size_t>(round) % works.size();
        CAPTURE(round, work);
        if (work == 5) delete_run(at.w, at.add(spare++ % 20));  // something to collect
        killed += kill_while(works[work], static_cast<unsigned>(random() % (round % 3 == 0 ? 30000U : 6000U))) ? 1 : 0;
        for (std::string const& id : deleted_runs(at.w))
            if (std::find(at.ids.begin(), at.ids.end(), id) != at.ids.end()) restore_run(at.w, id);
        if (fs::exists(file)) import_run(estima::workspace::open(at.folder / ("of_" + std::to_string(round))), file);
        fs::remove(file);
        if (fs::exists(copy / "workspace.json")) {
            CHECK(damage_in(estima::workspace::open(copy)) == "");
            fs::remove_all(copy);
        }
        if (round % 24 != 23) continue;
        REQUIRE(damage_in(at.w) == "");
        REQUIRE(damage_in(other) == "");
        for (std::string const& id : at.ids) REQUIRE(at.w.run(id).get_details().artifacts.size() == 1);
        for (estima::model const& one : at.w.models({.name = "m", .all_versions = true}))
            REQUIRE(one.files.size() == 1);
        for (std::string const& id : other.runs()) delete_run(other, id);
        collect_garbage(other, {.older_than = estima::seconds(0)});
    }
    CHECK(killed > 80);
    // All of it still can be done.
    if (at.w.runs().size() < 4) FAIL("a run is lost");
    rename_experiment(at.w, experiments(at.w).at(0).name, "end");
    CHECK(export_run(at.w, at.ids[0], file).has_snapshot);
    copy_workspace(at.w, copy);
    CHECK(damage_in(estima::workspace::open(copy)) == "");
    std::set<int> versions;
    auto const last = at.w.register_model({.name = "m", .path = (at.folder / "model").string()});
    for (estima::model const& one : at.w.models({.name = "m", .all_versions = true}))
        CHECK(versions.insert(one.version).second);
    CHECK(last.version == *versions.rbegin());
}
