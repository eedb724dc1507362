// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <map>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <estima/workspace/collect_garbage.hpp>
#include <estima/workspace/search_runs.hpp>
#include <estima/workspace/verify.hpp>

#include "../../support/error_of.hpp"
#include "../../support/fake_run.hpp"
#include "../../support/ordinary_user.hpp"

namespace {
namespace fs = std::filesystem;
using estima_test::error_of;
using estima_test::write_file;

/// A workspace whose runs have snapshots of their own, with many small files that all have and some that are its own.
struct workspace_with_snapshots {
    estima_test::temporary_directory folder{};
    estima::workspace w = estima::workspace::open(folder / "workspace");

    std::string take(std::string const& own) const {
        for (int i = 0; i < 60; ++i)
            write_file(folder / "source" / ("common_" + std::to_string(i)), "text " + std::to_string(i));
        for (int i = 0; i < 60; ++i)
            write_file(folder / "source" / ("own_" + std::to_string(i)),
                       own + std::string(2000, 'x') + std::to_string(i));
        write_file(folder / "source/large.bin", own + std::string(2'000'000, 'y'));
        return estima::snapshot_store{w.path() / "snapshots"}.take(folder / "source").id;
    }
    /// A run that is over, with its snapshot.
    std::string add(std::string const& own, bool is_over = true) const {
        auto const made = estima::detail::create_run(w.path(), "digits", {.script = "common_0"}, take(own), "/source");
        estima::journal log{made.directory.journal()};
        if (is_over) (void)log.append_status(estima::run_status::failed);
        return made.directory.run_id();
    }
    std::vector<std::string> found() const {
        std::vector<std::string> ids;
        for (auto const& run : search_runs(w)) ids.push_back(run.run_id);
        std::sort(ids.begin(), ids.end());
        return ids;
    }
    bool can_restore(std::string const& run) const {
        auto const snapshot =
            estima::journal{estima::run_directory{w.path() / "runs" / run}.journal()}.record().snapshot_id;
        fs::path const place = folder / ("restored_" + run);
        estima::snapshot_store{w.path() / "snapshots"}.restore(snapshot, place);
        return fs::file_size(place / "large.bin") > 2'000'000;
    }
};
using texts = std::vector<std::string>;
estima::garbage_options const all_deleted{.older_than = estima::seconds(0)};
using estima::detail::workspace_lock;

/// Whether this process waits for a lock, by what the kernel tells.
bool waits_for_a_lock() {
    std::istringstream locks{estima::read_file("/proc/locks")};
    std::string const id = " " + std::to_string(::getpid()) + " ";
    for (std::string line; std::getline(locks, line);)
        if (line.find("-> FLOCK") != line.npos && line.find(id) != line.npos) return true;
    return false;
}

/// Does `work` in a thread, and `meanwhile` when it waits for a lock of that kind, or is done without having waited.
template <class Work, class Meanwhile>
void beside_a_lock(estima::workspace const& w, workspace_lock::kind kind, Work const& work,
                   Meanwhile const& meanwhile) {
    std::atomic<bool> is_done = false;
    std::jthread worker;
    workspace_lock const held{w.path(), kind};
    worker = std::jthread{[&] {
        work();
        is_done = true;
    }};
    while (!is_done && !waits_for_a_lock()) std::this_thread::yield();
    meanwhile();
}
}  // namespace

TEST_CASE("a deleted run is in no list and no search until it is restored") {
    workspace_with_snapshots const f;
    std::string const a = f.add("a"), b = f.add("b");
    CHECK(f.found().size() == 2);
    delete_run(f.w, a);
    CHECK(f.w.runs() == texts{b});
    CHECK(f.found() == texts{b});
    CHECK(deleted_runs(f.w) == texts{a});
    CHECK(error_of([&] { (void)f.w.run(a); }).find("EST-307") != std::string::npos);
    CHECK(error_of([&] { delete_run(f.w, a); }).find("EST-307") != std::string::npos);
    CHECK(restore_run(f.w, a).id() == a);
    CHECK(f.found().size() == 2);
    CHECK(deleted_runs(f.w).empty());
    CHECK(error_of([&] { restore_run(f.w, a); }).find("EST-631") != std::string::npos);
    CHECK(error_of([&] { restore_run(f.w, "../runs/" + a); }).find("EST-631") != std::string::npos);
}

TEST_CASE("who has hold of a run that is deleted is told so, and how to bring it back") {
    workspace_with_snapshots made;
    std::string const id = made.add("a");
    estima::run const held = made.w.run(id);
    estima::delete_run(made.w, id);
    auto const is_told = [&](auto const& call) {
        CHECK_THAT(error_of(call), Catch::StartsWith("[EST-307]") && Catch::Contains("estima restore"));
    };
    std::string const log = estima::read_file(made.w.path() / "changes.log");
    is_told([&] { (void)held.status(); });
    is_told([&] { (void)held.get_metrics(); });
    is_told([&] { (void)held.get_details(); });
    is_told([&] { (void)held.artifacts(); });
    is_told([&] { held.wait_for_completion(); });
    is_told([&] { held.tag("a", "b"); });
    is_told([&] { held.add_property("a", "b"); });
    is_told([&] { (void)held.cancel(); });
    CHECK(estima::read_file(made.w.path() / "changes.log") == log);
    estima::restore_run(made.w, id);
    held.tag("a", "b");
    CHECK(made.w.run(id).get_tags().at("a") == "b");
    fs::remove_all(held.directory().path);
    CHECK_THAT(error_of([&] { (void)held.status(); }), Catch::StartsWith("[EST-307]") && Catch::Contains("gone"));
}

TEST_CASE("a run that goes on cannot be deleted") {
    workspace_with_snapshots const f;
    std::string const a = f.add("a", false);
    std::string const e = error_of([&] { delete_run(f.w, a); });
    CHECK(e.find("EST-630") != std::string::npos);
    CHECK(e.find("why: it is NotStarted") != std::string::npos);
    CHECK(f.w.runs() == texts{a});
}

TEST_CASE("garbage is what no run needs any more, and nothing else") {
    workspace_with_snapshots const f;
    std::string const a = f.add("a"), b = f.add("b");
    f.take("nobody's");
    delete_run(f.w, a);
    CHECK(collect_garbage(f.w).runs == 0);  // not old enough
    auto const trial = collect_garbage(f.w, {.older_than = all_deleted.older_than, .is_trial = true});
    CHECK(trial.runs == 1);
    CHECK(trial.snapshots == 2);
    CHECK(trial.bytes > 4'000'000);
    CHECK(deleted_runs(f.w) == texts{a});

    auto const done = collect_garbage(f.w, all_deleted);
    CHECK(done.runs == 1);
    CHECK(done.snapshots == 2);
    CHECK(done.objects == trial.objects);
    CHECK(done.bytes == trial.bytes);
    CHECK(deleted_runs(f.w).empty());
    CHECK(verify(f.w).findings.empty());
    CHECK(f.can_restore(b));
    CHECK(collect_garbage(f.w, all_deleted).bytes == 0);
    // What was removed is there again when it is needed again.
    CHECK(f.can_restore(f.add("a")));
    CHECK(verify(f.w).findings.empty());
}

TEST_CASE("what was deleted just now is garbage when nothing is to be kept longer") {
    workspace_with_snapshots const f;
    for (int i = 0; i < 3; ++i) {  // within one second
        delete_run(f.w, f.add(std::to_string(i)));
        CHECK(collect_garbage(f.w, {.older_than = estima::seconds(0)}).runs == 1);
    }
    CHECK(deleted_runs(f.w).empty());
    CHECK(estima::names_in(f.w.path() / "snapshots/trees").empty());
}

TEST_CASE("a run of long ago that is deleted today stays for its time") {
    workspace_with_snapshots const f;
    std::string const id = f.add("a");
    timespec const old[2]{{1'600'000'000, 0}, {1'600'000'000, 0}};
    REQUIRE(::utimensat(AT_FDCWD, (f.w.path() / "runs" / id).c_str(), old, 0) == 0);
    delete_run(f.w, id);
    CHECK(collect_garbage(f.w, {.older_than = estima::seconds(3600)}).runs == 0);
    REQUIRE(::utimensat(AT_FDCWD, (f.w.path() / "deleted/runs" / id).c_str(), old, 0) == 0);
    CHECK(collect_garbage(f.w, {.older_than = estima::seconds(3600)}).runs == 1);
}

TEST_CASE("who asks for a run that is deleted and restored meanwhile gets it, or is told that it is deleted") {
    workspace_with_snapshots const made;
    std::string const id = made.add("a");
    estima::run const held = made.w.run(id);
    std::atomic<bool> is_over = false;
    std::jthread const mover{[&] {
        while (!is_over) {
            estima::delete_run(made.w, id);
            estima::restore_run(made.w, id);
        }
    }};
    std::map<std::string, int> told;
    for (int i = 0; i < 2000; ++i) {
        ++told[error_of([&] { (void)known_record(held.directory()); }).substr(0, 9)];
        ++told[error_of([&] { (void)held.status(); }).substr(0, 9)];
        if (i % 50 == 0) ++told[error_of([&] { held.tag("a"); }).substr(0, 9)];
    }
    is_over = true;
    CHECK(told[""] > 0);
    CHECK(told["[EST-307]"] > 0);
    for (auto const& [error, times] : told) {
        CAPTURE(error, times);
        CHECK((error == "" || error == "[EST-307]"));
    }
}

TEST_CASE("while it is not known what a run needs, no snapshot goes") {
    workspace_with_snapshots const f;
    std::string const a = f.add("a");
    f.take("nobody's");
    estima::run_directory const run{f.w.path() / "runs" / a};
    std::string const journal = estima::read_file(run.journal());
    if (GENERATE(true, false)) fs::remove(run.journal());
    else fs::resize_file(run.journal(), 0);
    auto const report = collect_garbage(f.w, all_deleted);
    CHECK(report.in_doubt == texts{a});
    CHECK(report.snapshots == 0);
    write_file(run.journal(), journal);
    auto const after = collect_garbage(f.w, all_deleted);
    CHECK(after.in_doubt.empty());
    CHECK(after.snapshots == 1);
    CHECK(f.can_restore(a));
}

TEST_CASE("runs are deleted and restored while the workspace is verified, and nothing is found") {
    workspace_with_snapshots made;
    std::vector<std::string> ids;
    for (int i = 0; i < 4; ++i) ids.push_back(made.add("a"));
    std::atomic<bool> is_over = false;
    std::jthread const mover{[&] {
        for (std::size_t i = 0; !is_over; ++i) {
            estima::delete_run(made.w, ids[i % 4]);
            estima::restore_run(made.w, ids[i % 4]);
        }
    }};
    std::vector<std::string> found;
    for (int i = 0; i < 100; ++i)
        for (auto const& one : verify(made.w).findings) found.push_back(one.path + ": " + one.what);
    is_over = true;
    CHECK(found == std::vector<std::string>{});
}

TEST_CASE("a deleted run that is kept keeps its snapshot") {
    workspace_with_snapshots const f;
    std::string const a = f.add("a");
    delete_run(f.w, a);
    collect_garbage(f.w, {.older_than = estima::seconds(3600)});
    restore_run(f.w, a);
    CHECK(f.can_restore(a));
}

TEST_CASE("where a tree cannot be read nothing of the store is removed") {
    workspace_with_snapshots const f;
    std::string const a = f.add("a");
    f.take("nobody's");
    auto const snapshot =
        estima::journal{estima::run_directory{f.w.path() / "runs" / a}.journal()}.record().snapshot_id;
    fs::path const tree = f.w.path() / "snapshots/trees" / snapshot;
    std::string const text = estima::read_file(tree);
    fs::permissions(tree, fs::perms::owner_write, fs::perm_options::add);
    write_file(tree, "x" + text);
    CHECK(collect_garbage(f.w, all_deleted).objects == 0);
    write_file(tree, text);
    CHECK(f.can_restore(a));
}

TEST_CASE("runs are made while garbage is collected, and none loses its snapshot") {
    workspace_with_snapshots const f;
    std::atomic<bool> over{false};
    std::thread collector{[&] {
        while (!over) collect_garbage(f.w, all_deleted);
    }};
    std::vector<std::string> ids;
    for (int i = 0; i < 8; ++i) {
        // As submit does.
        estima::detail::workspace_lock const held{f.w.path(), estima::detail::workspace_lock::kind::shared};
        ids.push_back(f.add("the same", true));
    }
    over = true;
    collector.join();
    for (std::string const& id : ids) CHECK(f.can_restore(id));
    CHECK(verify(f.w).findings.empty());
}

TEST_CASE("a run is not moved while garbage is collected: it would be seen neither here nor there") {
    workspace_with_snapshots const f;
    std::string const a = f.add("a"), b = f.add("b");
    delete_run(f.w, b);
    bool const deletes = GENERATE(true, false);
    beside_a_lock(
        f.w, workspace_lock::kind::alone, [&] { deletes ? delete_run(f.w, a) : (void)restore_run(f.w, b); },
        [&] {
            CHECK(f.w.runs() == texts{a});
            CHECK(deleted_runs(f.w) == texts{b});
        });
    CHECK(f.w.runs().size() == (deletes ? 0 : 2));
}

TEST_CASE("runs that are restored or deleted before garbage is collected keep their snapshots, and nothing fails") {
    workspace_with_snapshots const f;
    std::string const a = f.add("a"), b = f.add("b");
    delete_run(f.w, b);
    estima::garbage_report report;
    beside_a_lock(
        f.w, workspace_lock::kind::shared, [&] { report = collect_garbage(f.w, all_deleted); },
        [&] {  // it has seen that b is to go
            restore_run(f.w, b);
            delete_run(f.w, a);
        });
    CHECK(report.runs == 0);
    CHECK(report.snapshots == 0);
    CHECK(report.in_doubt == texts{});
    CHECK(report.passed_over.empty());
    CHECK(f.w.runs() == texts{b});
    restore_run(f.w, a);
    CHECK(f.can_restore(a));
    CHECK(f.can_restore(b));
}

TEST_CASE("a run that is deleted after long is not older than that") {
    workspace_with_snapshots const f;
    std::string const a = f.add("a");
    fs::path const run = f.w.path() / "runs" / a;
    fs::last_write_time(run, fs::last_write_time(run) - std::chrono::hours{24 * 60});
    // As a deletion that was killed just after the run was moved would leave it.
    beside_a_lock(
        f.w, workspace_lock::kind::alone, [&] { delete_run(f.w, a); },
        [&] { CHECK(fs::last_write_time(run) > fs::file_time_type::clock::now() - std::chrono::hours{1}); });
    CHECK(collect_garbage(f.w).runs == 0);
}

TEST_CASE("a deleted run with a closed folder deeper than a path can be is passed over, too") {
    estima_test::temporary_directory const scratch;
    estima_test::ordinary_user const user{scratch.path()};
    workspace_with_snapshots const f;
    std::string const a = f.add("a"), name(200, 'd');
    estima::file_descriptor at = estima::open_file(f.w.path() / "runs" / a, O_RDONLY | O_DIRECTORY);
    for (int depth = 0; depth < 30; ++depth) {
        REQUIRE(::mkdirat(at.get(), name.c_str(), 0700) == 0);
        at = estima::file_descriptor{::openat(at.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    }
    delete_run(f.w, a);
    REQUIRE(::fchmod(at.get(), 0) == 0);
    auto const report = collect_garbage(f.w, all_deleted);
    CHECK(report.runs == 0);
    REQUIRE(report.passed_over.size() == 1);
    CHECK(report.passed_over[0].why == "Permission denied");
    REQUIRE(::fchmod(at.get(), 0700) == 0);
    CHECK(collect_garbage(f.w, all_deleted).runs == 1);
}

TEST_CASE("a deleted run with folders deeper than files can be open at once is removed") {
    workspace_with_snapshots const f;
    std::string const a = f.add("a");
    constexpr int depth = 300;
    estima::file_descriptor at = estima::open_file(f.w.path() / "runs" / a, O_RDONLY | O_DIRECTORY);
    for (int i = 0; i < depth; ++i) {
        for (char const* const name : {"empty", "deep"}) REQUIRE(::mkdirat(at.get(), name, 0700) == 0);
        estima::file_descriptor const file{::openat(at.get(), "file", O_WRONLY | O_CREAT | O_CLOEXEC, 0600)};
        REQUIRE(estima::write_all(file.get(), "word"));
        at = estima::file_descriptor{::openat(at.get(), "deep", O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    }
    at.reset();
    delete_run(f.w, a);
    std::uint64_t const before = collect_garbage(f.w, {.older_than = estima::seconds(0), .is_trial = true}).bytes;
    rlimit usual {};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &usual) == 0);
    rlimit const few{64, usual.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &few) == 0);
    auto const report = collect_garbage(f.w, all_deleted);
    ::setrlimit(RLIMIT_NOFILE, &usual);
    CHECK(report.runs == 1);
    CHECK(report.passed_over.empty());
    CHECK(report.bytes == before);
    CHECK(report.bytes >= depth * 4);
    CHECK(fs::is_empty(f.w.path() / "deleted/runs"));
}

TEST_CASE("a deleted run that cannot be removed is passed over and told, and can still be restored") {
    estima_test::temporary_directory const scratch;
    estima_test::ordinary_user const user{scratch.path()};
    workspace_with_snapshots const f;
    std::string const a = f.add("a"), b = f.add("b");
    f.take("nobody's");
    std::string const inside = "code/outputs/tmp_private";
    fs::create_directories(f.w.path() / "runs" / a / inside);
    fs::permissions(f.w.path() / "runs" / a / inside, fs::perms::none);
    delete_run(f.w, a);
    delete_run(f.w, b);
    for (bool const is_trial : {true, false}) {
        auto const report = collect_garbage(f.w, {.older_than = all_deleted.older_than, .is_trial = is_trial});
        CHECK(report.runs == 1);
        CHECK(report.snapshots == 2);
        REQUIRE(report.passed_over.size() == 1);
        CHECK(report.passed_over[0].path == "deleted/runs/" + a + "/" + inside);
        CHECK(report.passed_over[0].why == "Permission denied");
    }
    CHECK(deleted_runs(f.w) == texts{a});
    restore_run(f.w, a);
    CHECK(f.can_restore(a));
    fs::permissions(f.w.path() / "runs" / a / inside, fs::perms::owner_all);
    delete_run(f.w, a);
    auto const report = collect_garbage(f.w, all_deleted);
    CHECK(report.runs == 1);
    CHECK(report.passed_over.empty());
}

TEST_CASE("of a store where this user may remove nothing all stays, and that is told") {
    estima_test::temporary_directory const scratch;
    estima_test::ordinary_user const user{scratch.path()};
    workspace_with_snapshots const f;
    f.take("nobody's");
    fs::path const folder = f.w.path() / "snapshots" / GENERATE("trees", "packs");
    fs::permissions(folder, fs::perms::owner_write, fs::perm_options::remove);
    for (bool const is_trial : {true, false}) {
        auto const report = collect_garbage(f.w, {.older_than = all_deleted.older_than, .is_trial = is_trial});
        REQUIRE(report.passed_over.size() == 1);
        CHECK(report.passed_over[0].path == "snapshots/" + folder.filename().string());
        CHECK(report.snapshots == (folder.filename() == "packs" ? 1 : 0));
    }
    CHECK(verify(f.w).findings.empty());
    fs::permissions(folder, fs::perms::owner_write, fs::perm_options::add);
    CHECK(collect_garbage(f.w, all_deleted).objects >= 60);
    CHECK(estima::names_in(f.w.path() / "snapshots/packs").empty());
}

TEST_CASE("trees that this user may not look at are not taken for trees that are gone") {
    estima_test::temporary_directory const scratch;
    estima_test::ordinary_user const user{scratch.path()};
    workspace_with_snapshots const f;
    std::string const a = f.add("a");
    fs::path const trees = f.w.path() / "snapshots/trees";
    fs::permissions(trees, fs::perms::owner_read);
    auto const report = collect_garbage(f.w, all_deleted);
    fs::permissions(trees, fs::perms::owner_all);
    CHECK(report.objects == 0);
    REQUIRE(report.passed_over.size() == 1);
    CHECK(report.passed_over[0].path.starts_with("snapshots/trees/"));
    CHECK(f.can_restore(a));
    fs::permissions(trees.parent_path(), fs::perms::none);
    auto const closed = collect_garbage(f.w, all_deleted);
    fs::permissions(trees.parent_path(), fs::perms::owner_all);
    REQUIRE(closed.passed_over.size() == 1);
    CHECK(closed.passed_over[0].path == "snapshots/trees");
    CHECK(closed.passed_over[0].why == "Permission denied");
}

TEST_CASE("what a killed collection left is collected by the next") {
    workspace_with_snapshots const f;
    std::string const a = f.add("a"), b = f.add("b");
    delete_run(f.w, b);
    fs::path const deleted = f.w.path() / "deleted/runs";
    auto const all = collect_garbage(f.w, {.older_than = all_deleted.older_than, .is_trial = true});
    // It was renamed, and its tree removed.
    fs::remove(f.w.path() / "snapshots/trees" /
               estima::journal{estima::run_directory{deleted / b}.journal()}.record().snapshot_id);
    fs::rename(deleted / b, deleted / (".leaving_" + b));
    auto const report = collect_garbage(f.w, all_deleted);
    CHECK(report.objects == all.objects);
    CHECK(report.bytes > 2'000'000);
    CHECK(estima::names_in(deleted).empty());
    CHECK(collect_garbage(f.w, all_deleted).bytes == 0);
    CHECK(f.can_restore(a));
    CHECK(verify(f.w).findings.empty());
}

TEST_CASE("a store is verified while snapshots come and go, and nothing is found") {
    workspace_with_snapshots const f;
    std::string const a = f.add("a");
    f.take("nobody's");
    std::uint64_t const after = GENERATE(0U, 4'000'100U);  // while it reads large files, or a pack
    bool is_done = false;
    auto const report = estima::verify_store(f.w.path() / "snapshots", [&](std::uint64_t bytes) {
        if (bytes < after || std::exchange(is_done, true)) return;
        CHECK(collect_garbage(f.w, all_deleted).snapshots == 1);
        f.take("new");
    });
    CHECK(is_done);
    for (auto const& one : report.faults) FAIL_CHECK(one.path << ": " << one.what);
    CHECK(f.can_restore(a));
}

TEST_CASE("a model keeps the snapshot of its run") {
    workspace_with_snapshots const f;
    std::string const a = f.add("a", false);
    estima::run_directory const run{f.w.path() / "runs" / a};
    write_file(run.code() / "outputs/m", "weights");
    estima::journal log{run.journal()};
    log.append({{"event", "artifact"}, {"path", "outputs/m"}, {"bytes", 7}, {"sha256", estima::sha256_hex("weights")}});
    (void)log.append_status(estima::run_status::failed);
    estima::model const m = f.w.run(a).register_model({.name = "m", .path = "outputs/m"});
    REQUIRE(!m.lineage.snapshot_id.empty());
    delete_run(f.w, a);
    auto const report = collect_garbage(f.w, all_deleted);
    CHECK(report.runs == 1);
    CHECK(report.snapshots == 0);
    CHECK(fs::exists(f.w.path() / "snapshots/trees" / m.lineage.snapshot_id));

    std::string const text = estima::read_file(m.folder / "model.json");
    write_file(m.folder / "model.json", "{");
    CHECK(collect_garbage(f.w, all_deleted).in_doubt == texts{"m:1"});
    write_file(m.folder / "model.json", text);
    f.w.delete_model("m", 1);
    CHECK(collect_garbage(f.w, all_deleted).snapshots == 1);
}

TEST_CASE("garbage cannot be kept for less than no time") {
    workspace_with_snapshots const f;
    std::string const a = f.add("a");
    delete_run(f.w, a);
    for (double const s : {-5.0, double(NAN), -double(INFINITY)})
        CHECK_THAT(error_of([&] { collect_garbage(f.w, {.older_than = estima::seconds(s)}); }),
                   Catch::StartsWith("[EST-649]"));
    CHECK(collect_garbage(f.w, {.older_than = estima::seconds(INFINITY)}).runs == 0);
    CHECK(deleted_runs(f.w) == texts{a});
}
