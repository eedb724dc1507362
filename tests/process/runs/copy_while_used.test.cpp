// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <estima/history/metric_history.hpp>
#include <estima/snapshot/snapshot_store.hpp>
#include <estima/tracking/run_context.hpp>
#include <estima/workspace/copy_workspace.hpp>
#include <estima/workspace/verify.hpp>

#include <support/fake_run.hpp>
#include <support/scoped_variable.hpp>

#include "submitted.hpp"

namespace {
using namespace estima_test;

/// What programs tell each other of how far they are.
struct told_progress {
    std::atomic<std::uint64_t> points{0}, runs{0};
    std::atomic<bool> is_enough{false};
    static told_progress& shared() {
        void* const room =
            ::mmap(nullptr, sizeof(told_progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (room == MAP_FAILED) throw std::runtime_error{"mmap failed"};
        return *new (room) told_progress;
    }
};

/// Makes runs, one after the other, each with a snapshot of its own, an output that changes, and an end; some are
/// deleted, one becomes a model.
bool make_runs_until(told_progress& told, estima::workspace const& w, std::filesystem::path const& source) {
    for (int i = 0; i < 60 && !told.is_enough; ++i) {
        write_file(source / "train.py", "print(" + std::to_string(i) + ")");
        estima::snapshot_store store{w.path() / "snapshots"};
        auto made = estima::detail::create_run(w.path(), "busy", {.script = "train.py"}, store.take(source).id, source);
        estima::journal log{made.directory.journal()};
        for (auto const s : {estima::run_status::preparing, estima::run_status::starting, estima::run_status::running})
            if (!log.append_status(s)) return false;
        for (int version = 0; version < 3; ++version) {
            std::string const text(1000, static_cast<char>('a' + version));
            write_file(made.directory.outputs() / "model", text);
            log.append({{"event", "artifact"},
                        {"path", "outputs/model"},
                        {"bytes", 1000},
                        {"sha256", estima::sha256_hex(text)}});
        }
        if (!log.append_status(estima::run_status::finalizing) || !log.append_status(estima::run_status::completed))
            return false;
        made.lock.reset();
        estima::run const run{made.directory};
        run.tag("i", std::to_string(i));
        if (i % 8 == 0) run.register_model({.name = "busy", .path = "outputs/model"}).set_alias("newest");
        if (i % 2 == 1) delete_run(w, run.id());
        if (i % 4 == 3) restore_run(w, run.id());
        ++told.runs;
    }
    return true;
}
}  // namespace

TEST_CASE("a workspace is copied while programs write to it: each copy is sound and has what was acknowledged") {
    fake_run made;
    write_file(made / "first/train.py", "");
    auto const first = estima::detail::create_run(
        made.workspace().path(), "busy", {.script = "train.py"},
        estima::snapshot_store{made.workspace().path() / "snapshots"}.take(made / "first").id, made / "first");
    estima::run const run{first.directory};
    std::filesystem::remove_all(made.directory().path);  // it has no snapshot
    told_progress& told = told_progress::shared();
    other_program logger{[&] {
        scoped_variable const id{"ESTIMA_RUN_ID", run.id()},
            file{"ESTIMA_METRICS_FILE", first.directory.metrics_file(0).string()};
        auto context = estima::run_context::current();
        for (int i = 0; !told.is_enough; ++i) {
            context.log("loss", i, i);
            ++told.points;
            if (i > 1000) ::poll(nullptr, 0, i % 100 == 0 ? 1 : 0);
        }
        return context.dropped() == 0;
    }};
    other_program maker{[&] { return make_runs_until(told, made.workspace(), made / "source"); }};
    std::shared_ptr<void> const lets_them_go{nullptr, [&](void*) { told.is_enough = true; }};
    double const deadline = estima::monotonic_seconds() + patience.seconds();
    for (int i = 0; i < 5; ++i) {
        std::uint64_t const runs = std::min<std::uint64_t>(told.runs + 2, 60);
        while (told.runs < runs || told.points < 1000) {
            REQUIRE(estima::monotonic_seconds() < deadline);
            ::poll(nullptr, 0, 1);
        }
        std::set<std::string> ids;  // of runs that are over by now, or were deleted
        for (std::string const& id : made.workspace().runs()) ids.insert(id);
        for (std::string const& id : deleted_runs(made.workspace())) ids.insert(id);
        std::uint64_t const points = told.points;
        auto const copied = copy_workspace(made.workspace(), made / ("copy_" + std::to_string(i)));
        auto const copy = estima::workspace::open(copied.folder);
        for (auto const& one : verify(copy).findings) FAIL_CHECK(one.path << ": " << one.what);
        for (std::string const& id : copy.runs()) ids.erase(id);
        for (std::string const& id : deleted_runs(copy)) ids.erase(id);
        CHECK(ids.empty());
        auto const history = copy.run(run.id()).get_metric_history("loss", {.max_points = 0});
        CHECK(history.size() >= points);
        for (std::size_t n = 0; n < history.size(); ++n)
            if (history[n].value != static_cast<double>(n) || history[n].step != static_cast<std::int64_t>(n)) {
                FAIL_CHECK("point " << n << " is " << history[n].value);
                break;
            }
        CHECK(copied.unfinished.size() >= 1);
        CHECK(run.status() == estima::run_status::not_started);
        std::error_code ignored;
        std::filesystem::remove_all(copied.folder, ignored);
    }
    told.is_enough = true;
    CHECK(logger.succeeded());
    CHECK(maker.succeeded());
    for (auto const& one : verify(made.workspace()).findings) FAIL_CHECK(one.path << ": " << one.what);
}

TEST_CASE("who looks at the copy of a run that goes on does not end its processes") {
    place at;
    estima::run const run = at.submit(script_that_waits_for(at / "go", "echo done > outputs/x"));
    wait_for(run.directory().code() / "here");
    wait_until_running(run);  // the script may be faster than the supervisor's word of it
    copy_workspace(at.workspace(), at / "copy");
    auto const copy = estima::workspace::open(at / "copy");
    CHECK(copy.run(run.id()).status() == estima::run_status::failed);
    CHECK(run.status() == estima::run_status::running);
    write_file(at / "go", "");
    CHECK(run.wait_for_completion({.timeout = patience}).status == estima::run_status::completed);
    CHECK(run.artifacts().size() == 1);
    CHECK(verify(copy).findings.empty());
}
