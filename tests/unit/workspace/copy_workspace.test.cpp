// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <estima/history/metric_history.hpp>
#include <estima/snapshot/snapshot_store.hpp>
#include <estima/tracking/mapped_points.hpp>
#include <estima/workspace/copy_workspace.hpp>
#include <estima/workspace/search_runs.hpp>
#include <estima/workspace/verify.hpp>

#include "../../support/error_of.hpp"
#include "../../support/fake_run.hpp"
#include "../../support/ordinary_user.hpp"
#include "../../support/umask_here.hpp"

namespace {
namespace fs = std::filesystem;
using estima_test::append_file;
using estima_test::error_of;
using estima_test::fake_run;
using estima_test::write_file;

std::string damage_of_copy(estima::workspace const& w) {
    std::string all;
    for (auto const& one : verify(w).findings) all += one.path + ": " + one.what + '\n';
    return all;
}
/// What an interrupted copy would have left.
std::ptrdiff_t hidden_in(fs::path const& folder) {
    return std::count_if(fs::directory_iterator{folder}, {},
                         [](auto const& entry) { return entry.path().filename().string().starts_with('.'); });
}
/// A run with a snapshot and an output, as a workspace has it.
estima::run_directory run_to_copy(estima::workspace const& w, fs::path const& source, bool is_over = true) {
    write_file(source / "train.py", "pass");
    write_file(source / "large", std::string(100'000, 'x'));
    std::string const snapshot = estima::snapshot_store{w.path() / "snapshots"}.take(source).id;
    auto const run = estima::detail::create_run(w.path(), "digits", {.script = "train.py"}, snapshot, source).directory;
    write_file(run.outputs() / "model", "weights");
    append_file(run.metrics_file(0), "{\"name\":\"loss\",\"value\":1}\n");
    estima::journal log{run.journal()};
    for (auto const status : {estima::run_status::preparing, estima::run_status::starting, estima::run_status::running})
        (void)log.append_status(status);
    log.append(
        {{"event", "artifact"}, {"path", "outputs/model"}, {"bytes", 7}, {"sha256", estima::sha256_hex("weights")}});
    if (!is_over) return run;
    (void)log.append_status(estima::run_status::finalizing);
    (void)log.append_status(estima::run_status::completed);
    return run;
}
}  // namespace

TEST_CASE("the copy of a workspace has its runs, deleted runs, models and snapshots") {
    estima_test::temporary_directory folder;
    auto const w = estima::workspace::open(folder / "here");
    auto const one = run_to_copy(w, folder / "source"), two = run_to_copy(w, folder / "source2");
    estima::run{one}.register_model({.name = "digits", .path = "outputs/model"}).set_alias("best");
    fs::create_symlink("model", one.outputs() / "link");
    ::chmod((one.outputs() / "model").c_str(), 0750);
    search_runs(w, "");  // makes an index
    delete_run(w, two.run_id());
    auto const deleted = fs::last_write_time(w.path() / "deleted/runs" / two.run_id());
    std::uint64_t told = 0;
    append_file(one.journal(), "{\"event\":\"tag\",\"na");  // is being written
    auto const copied = copy_workspace(w, folder / "new/there", [&](std::uint64_t bytes) {
        told = bytes;
        estima::file_descriptor const collector = estima::open_file(w.path() / "workspace.json", O_RDWR);
        CHECK(::flock(collector.get(), LOCK_EX | LOCK_NB) != 0);  // no snapshot goes meanwhile
    });
    CHECK(copied.folder == folder / "new/there");
    CHECK(copied.runs == 2);
    CHECK(copied.unfinished.empty());
    CHECK(copied.bytes >= told);
    CHECK(told > 100'000);

    auto const there = estima::workspace::open(folder / "new/there");
    CHECK(damage_of_copy(there).empty());
    CHECK(there.runs() == std::vector{one.run_id()});
    CHECK(there.model("digits", "best").run_id == one.run_id());
    estima::run_directory const copy{there.path() / "runs" / one.run_id()};
    CHECK(estima::read_file(copy.journal()) + "{\"event\":\"tag\",\"na" == estima::read_file(one.journal()));
    CHECK(there.run(one.run_id()).get_details().warnings.empty());
    for (char const* const name :
         {"run_configuration.json", "code/outputs/model", "metrics/rank_0.jsonl"})
        CHECK(estima::read_file(copy.path / name) == estima::read_file(one.path / name));
    CHECK(fs::read_symlink(copy.outputs() / "link") == "model");
    CHECK((fs::status(copy.outputs() / "model").permissions() & fs::perms::all) == fs::perms{0750});
    CHECK(!fs::exists(there.path() / "index.sqlite"));
    CHECK(search_runs(there, "metrics.loss = 1").size() == 1);
    CHECK(fs::last_write_time(there.path() / "deleted/runs" / two.run_id()) == deleted);
    restore_run(there, two.run_id());
    CHECK(search_runs(there, "").size() == 2);
    CHECK(hidden_in(folder / "new") == 0);
}

TEST_CASE("what is damaged is copied as it is, and of outputs that is told") {
    estima_test::temporary_directory folder;
    auto const w = estima::workspace::open(folder / "here");
    auto const good = run_to_copy(w, folder / "source"), changed = run_to_copy(w, folder / "source"),
               lost = run_to_copy(w, folder / "source"), emptied = run_to_copy(w, folder / "source");
    write_file(changed.outputs() / "model", "WEIGHTS");
    fs::remove(lost.journal());
    fs::resize_file(emptied.journal(), 0);
    auto const copied = copy_workspace(w, folder / "there");
    CHECK(copied.runs == 4);
    CHECK(copied.unfinished.empty());
    CHECK(copied.changed == std::vector<std::string>{"runs/" + changed.run_id() + "/code/outputs/model"});
    auto const there = estima::workspace::open(folder / "there");
    CHECK(there.runs() == w.runs());
    CHECK(damage_of_copy(there) == damage_of_copy(w));
    CHECK(estima::read_file(there.path() / "runs" / lost.run_id() / "code/outputs/model") == "weights");
    CHECK(fs::file_size(there.path() / "runs" / emptied.run_id() / "events.jsonl") == 0);
}

TEST_CASE("a link among the runs is no run, and what it leads to is not copied") {
    estima_test::temporary_directory folder;
    auto const w = estima::workspace::open(folder / "here");
    run_to_copy(w, folder / "source");
    fs::create_directories(folder / "elsewhere");
    write_file(folder / "elsewhere/file", "not of this workspace");
    std::string const name = "link_1700000000_00000001";
    fs::create_directory_symlink(folder / "elsewhere", w.path() / "runs" / name);
    CHECK(copy_workspace(w, folder / "there").runs == 1);
    CHECK_FALSE(fs::exists(fs::symlink_status(folder / "there/runs" / name)));
}

TEST_CASE("a journal that is a link is a file in the copy: what is written there leaves the original alone") {
    estima_test::temporary_directory folder;
    auto const w = estima::workspace::open(folder / "here");
    auto const run = run_to_copy(w, folder / "source", false);
    std::string const told = estima::read_file(run.journal());
    fs::rename(run.journal(), folder / "events.jsonl");
    fs::create_symlink(folder / "events.jsonl", run.journal());
    auto const made = copy_workspace(w, folder / "copy");
    CHECK(made.unfinished == std::vector<std::string>{run.run_id()});
    CHECK(estima::read_file(run.journal()) == told);
    estima::run_directory const there{made.folder / "runs" / run.run_id()};
    CHECK(fs::symlink_status(there.journal()).type() == fs::file_type::regular);
    CHECK(estima::read_file(there.journal()).starts_with(told));
}

TEST_CASE("a run that goes on is over in the copy, with outputs as they are there, and goes on") {
    estima_test::temporary_directory folder;
    auto const w = estima::workspace::open(folder / "here");
    auto const run = run_to_copy(w, folder / "source", false);
    estima::file_descriptor const lock = estima::open_file(run.lock(), O_RDWR);
    REQUIRE(::flock(lock.get(), LOCK_EX | LOCK_NB) == 0);
    estima::journal log{run.journal()};
    for (char const* const name : {"outputs/gone", "outputs/same"})
        log.append({{"event", "artifact"}, {"path", name}, {"bytes", 1}, {"sha256", estima::sha256_hex("1")}});
    write_file(run.outputs() / "same", "1");
    write_file(run.outputs() / "model", "newer weights");   // since it was recorded
    append_file(run.journal(), "{\"event\":\"tag\",\"na");  // is being written
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    estima::file_descriptor const socket{::socket(AF_UNIX, SOCK_STREAM, 0)};
    fs::create_directory_symlink(run.code(), folder / "s");  // a short name
    std::strcpy(address.sun_path, (folder / "s/x").c_str());
    REQUIRE(::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::mkfifo((run.code() / "fifo").c_str(), 0600) == 0);
    std::string const before = estima::read_file(run.journal());

    auto const copied = copy_workspace(w, folder / "there");
    CHECK(copied.unfinished == std::vector{run.run_id()});
    CHECK(estima::read_file(run.journal()) == before);
    CHECK(estima::run{run}.status() == estima::run_status::running);
    auto const there = estima::workspace::open(folder / "there");
    auto const details = there.run(run.run_id()).get_details();
    CHECK(details.status == estima::run_status::failed);
    REQUIRE(details.error);
    CHECK(details.error->id == "EST-644");
    CHECK_THAT(details.error->message, Catch::EndsWith(run.path.string()));
    CHECK(details.warnings.empty());
    REQUIRE(details.artifacts.size() == 2);
    CHECK(details.artifacts[0].sha256 == estima::sha256_hex("newer weights"));
    CHECK(damage_of_copy(there).empty());
    CHECK(!fs::exists(there.path() / "runs" / run.run_id() / "code/fifo"));
    CHECK(fs::exists(there.path() / "runs" / run.run_id() / "index.html"));
}

TEST_CASE("a copied points file has no half of a point: what was published while it was copied is left out") {
    estima_test::temporary_directory folder;
    std::string const stem = (folder / "rank_0").string();
    estima::detail::mapped_points points{stem, 1'700'000'000'000'000};
    REQUIRE(points.works());
    auto const publish = [&](std::uint64_t slot, double value) {
        points.publish(slot, estima::detail::point_word(1, 5), value, 0);
    };
    std::uint64_t name = 0, slot = 0;
    (void)points.reserve(1, name);
    double part = 0;
    std::memcpy(&part, "loss\0\0\0\0", 8);
    points.publish(name, estima::detail::name_word(0, 4), part, 0);
    for (double value : {1., 2., 3.}) {
        (void)points.reserve(1, slot);
        if (value != 2) publish(slot, value);  // the second one is not published yet
    }
    fs::path source;
    for (auto const& entry : fs::directory_iterator{folder / ""}) source = entry.path();
    fs::path const copy = folder / "copy.points";
    fs::copy_file(source, copy);
    publish(slot - 1, 2);  // after its word was copied
    auto const in = estima::open_file(source, O_RDONLY), out = estima::open_file(copy, O_RDWR);
    estima::detail::mend_copied_points(in.get(), out.get(), copy);
    std::vector<double> values;
    estima::point_file read{copy.string()};
    std::uint64_t next = 0;
    read.read(next, true, [&](estima::stored_point const& p) { values.push_back(p.value); });
    CHECK(values == std::vector{1., 3.});
    CHECK(read.damaged() == 0);
}

TEST_CASE("a workspace is copied whole or not at all, and not into what is there") {
    estima_test::temporary_directory folder;
    auto const w = estima::workspace::open(folder / "here");
    run_to_copy(w, folder / "source");
    CHECK_THAT(error_of([&] { copy_workspace(w, w.path()); }), Catch::StartsWith("[EST-639]"));
    CHECK_THAT(error_of([&] { copy_workspace(w, w.path() / "runs/x"); }), Catch::Contains("it is in the workspace"));
    CHECK_THAT(error_of([&] { copy_workspace(w, folder / "source"); }), Catch::Contains("the folder is not empty"));
    CHECK_THROWS_AS(copy_workspace(w, folder / "there", [](std::uint64_t) { throw std::runtime_error{"no"}; }),
                    std::runtime_error);
    CHECK(hidden_in(folder / "") == 0);
    CHECK(!fs::exists(folder / "there"));
    fs::create_directory(folder / "there");
    CHECK(copy_workspace(w, folder / "there").runs == 1);
}

TEST_CASE("what this user may not read ends the copy, and is named") {
    estima_test::temporary_directory folder;
    estima_test::ordinary_user const reader{folder.path()};
    auto const w = estima::workspace::open(folder / "here");
    auto const run = run_to_copy(w, folder / "source");
    fs::create_directories(w.path() / "deleted/runs");
    for (fs::path const& closed : {run.path, run.metrics(), run.outputs() / "model", run.journal(),
                                   w.path() / "snapshots", w.path() / "snapshots/trees", w.path() / "deleted/runs"}) {
        auto const before = fs::status(closed).permissions();
        fs::permissions(closed, fs::perms::none);
        std::string const told = error_of([&] { copy_workspace(w, folder / "there"); });
        fs::permissions(closed, before);
        CAPTURE(told);
        CHECK_THAT(told, Catch::StartsWith("[EST-301] cannot read " + closed.string()));
        CHECK_THAT(told, Catch::Contains("Permission denied"));
        CHECK(!fs::exists(folder / "there"));
    }
    CHECK(hidden_in(folder / "") == 0);
    CHECK(copy_workspace(w, folder / "there").runs == 1);
}

TEST_CASE("what readers keep beside metric files is not copied, and ends no copy where it is closed") {
    estima_test::temporary_directory folder;
    estima_test::ordinary_user const reader{folder.path()};
    auto const w = estima::workspace::open(folder / "here");
    auto const run = run_to_copy(w, folder / "source");
    write_file(run.outputs() / "a.blocks", "of the script");
    for (char const* const name : {"rank_0.jsonl.blocks", "rank_0.1.blocks.0a1b2c"}) {
        write_file(run.metrics() / name, "of another user");
        fs::permissions(run.metrics() / name, fs::perms::none);
    }
    copy_workspace(w, folder / "there");
    estima::run_directory const copy{folder / "there/runs" / run.run_id()};
    CHECK(estima::names_in(copy.metrics()) == std::vector<std::string>{"rank_0.jsonl"});
    CHECK(estima::read_file(copy.outputs() / "a.blocks") == "of the script");
    CHECK(fs::last_write_time(copy.metrics()) == fs::last_write_time(run.metrics()));
}

TEST_CASE("a run that is deleted or restored while the workspace is copied is in the copy, whole, and once") {
    estima_test::temporary_directory folder;
    auto const w = estima::workspace::open(folder / "here");
    run_to_copy(w, folder / "source");
    run_to_copy(w, folder / "source");
    auto const ids = estima::detail::run_ids_in(w.path() / "runs");  // in the order in which they are copied
    bool is_first = true;
    auto const copy_while = [&](auto const& work) {
        copy_workspace(w, folder / "there", [&](std::uint64_t) {
            if (std::exchange(is_first, false)) work();
        });
        CHECK_FALSE(is_first);
        auto const there = estima::workspace::open(folder / "there");
        CHECK(damage_of_copy(there).empty());
        auto all = there.runs(), deleted = deleted_runs(there);
        all.insert(all.end(), deleted.begin(), deleted.end());
        CHECK(all.size() == 2);
        for (std::string const& id : all) {
            std::string const path = std::count(deleted.begin(), deleted.end(), id) != 0 ? "deleted/runs/" : "runs/";
            for (char const* const file : {"events.jsonl", "metrics/rank_0.jsonl", "code/outputs/model"})
                CHECK(fs::exists(there.path() / path / id / file));
        }
        return deleted;
    };
    SECTION("it is just being read") {
        CHECK(copy_while([&] { delete_run(w, ids[0]); }).empty());
    }
    SECTION("its turn would have come next, and none was deleted before") {
        CHECK(copy_while([&] { delete_run(w, ids[1]); }) == std::vector{ids[1]});
    }
    SECTION("it was not there when its turn came, and is not there any more where it was") {
        delete_run(w, ids[1]);
        CHECK(copy_while([&] { restore_run(w, ids[1]); }).empty());
    }
}

TEST_CASE("a model is copied while nobody changes it, and without what a killed process left of a version") {
    estima_test::temporary_directory folder;
    auto const w = estima::workspace::open(folder / "here");
    estima::run const run{run_to_copy(w, folder / "source")};
    run.register_model({.name = "digits", .path = "outputs/model"}).set_alias("best");
    fs::path const changes = w.path() / "models/digits/changes.jsonl";
    write_file(w.path() / "models/digits/.left.tmp/files/model", "half");
    estima::file_descriptor changer = estima::open_file(changes, O_RDWR | O_APPEND);
    REQUIRE(::flock(changer.get(), LOCK_EX) == 0);
    struct stat status {};
    REQUIRE(::fstat(changer.get(), &status) == 0);
    std::atomic<bool> is_over = false;
    std::jthread const copier{[&] {
        copy_workspace(w, folder / "there");
        is_over = true;
    }};
    std::string const waiter = "-> FLOCK  ADVISORY  READ " + std::to_string(::getpid()),
                      inode = ":" + std::to_string(status.st_ino) + " ";
    for (bool waits = false; !waits && !is_over;) {
        std::string const locks = estima::read_file("/proc/locks");
        for (std::size_t at = 0; (at = locks.find(waiter, at)) != std::string::npos; ++at)
            waits = waits || locks.substr(at, locks.find('\n', at) - at).find(inode) != std::string::npos;
    }
    CHECK_FALSE(is_over);
    estima::write_all(changer.get(), "{\"event\":\"tag\",\"version\":1,\"name\":\"last\",\"value\":\"word\"}\n");
    changer.reset();
    while (!is_over) ::usleep(1000);
    fs::path const copy = folder / "there/models/digits";
    CHECK(estima::read_file(copy / "changes.jsonl") == estima::read_file(changes));
    CHECK(fs::exists(copy / "1/files"));
    CHECK_FALSE(fs::exists(copy / ".left.tmp"));
    CHECK(hidden_in(copy) == 0);
}

TEST_CASE("a run of a newer estima is copied as it is, and named") {
    estima_test::temporary_directory folder;
    auto const w = estima::workspace::open(folder / "here");
    auto const newer = run_to_copy(w, folder / "source"), other = run_to_copy(w, folder / "source");
    std::string text = estima::read_file(newer.journal());
    std::string const format = "\"format\":1";
    REQUIRE(text.find(format) != std::string::npos);
    text.replace(text.find(format), format.size(), "\"format\":99");
    write_file(newer.journal(), text);
    auto const copied = copy_workspace(w, folder / "there");
    CHECK(copied.runs == 2);
    CHECK(copied.newer == std::vector{newer.run_id()});
    CHECK(copied.unfinished.empty());
    CHECK(estima::read_file(folder / "there/runs" / newer.run_id() / "events.jsonl") == text);
    CHECK(estima::read_file(folder / "there/runs" / newer.run_id() / "code/outputs/model") == "weights");
}

TEST_CASE("of two copies to one place the slower one is refused, and leaves the other as it is") {
    estima_test::temporary_directory folder;
    auto const w = estima::workspace::open(folder / "here");
    run_to_copy(w, folder / "source");
    bool was_quicker = false;
    std::string const told = error_of([&] {
        copy_workspace(w, folder / "there", [&](std::uint64_t) {
            if (!std::exchange(was_quicker, true)) copy_workspace(w, folder / "there");
        });
    });
    CHECK_THAT(told, Catch::StartsWith("[EST-639]"));
    CHECK_THAT(told, Catch::Contains("the folder is not empty"));
    CHECK(damage_of_copy(estima::workspace::open(folder / "there")).empty());
    CHECK(hidden_in(folder / "") == 0);
}

TEST_CASE("the snapshots of a copy are as closed as those of any workspace") {
    estima_test::temporary_directory folder;
    auto const w = estima::workspace::open(folder / "here");
    run_to_copy(w, folder / "source");
    copy_workspace(w, folder / "there");
    for (char const* const name : {"here", "there"})
        CHECK((fs::status(folder / name / "snapshots").permissions() & fs::perms::all) ==
              (fs::status(w.path() / "snapshots").permissions() & fs::perms::all));
    CHECK((fs::status(folder / "there/snapshots").permissions() & fs::perms::others_all) == fs::perms::none);
}

TEST_CASE("the copy of a workspace that a group shares is shared by it as well, whatever umask the copier has") {
    estima_test::temporary_directory folder;
    gid_t const team = ::geteuid() == 0 ? 54321 : ::getegid();
    fs::create_directories(folder / "here");
    REQUIRE(::chown((folder / "here").c_str(), ::geteuid(), team) == 0);
    REQUIRE(::chmod((folder / "here").c_str(), 02775) == 0);
    auto const w = estima::workspace::open(folder / "here");
    {
        estima_test::umask_here const of_the_team{002};
        auto const run = run_to_copy(w, folder / "source"), deleted = run_to_copy(w, folder / "source");
        estima::run{run}.register_model({.name = "digits", .path = "outputs/model"});
        delete_run(w, deleted.run_id());
        REQUIRE(::chmod(run.outputs().c_str(), 02700) == 0);
    }
    bool const is_there = GENERATE(false, true);
    if (is_there) {  // a folder that was made for the copy has its own mode
        fs::create_directory(folder / "there");
        REQUIRE(::chmod((folder / "there").c_str(), 02770) == 0);
    }
    {
        estima_test::umask_here const of_the_copier{077};
        copy_workspace(w, folder / "there");
    }
    std::size_t looks = 0;
    for (auto const& entry : fs::recursive_directory_iterator{w.path()}) {
        fs::path const path = entry.path().lexically_relative(w.path());
        if (path.filename() == "changes.log" || *++path.begin() == "tmp" || *++path.begin() == "index") continue;
        CAPTURE(path);
        struct stat before {}, after {};
        REQUIRE(::stat(entry.path().c_str(), &before) == 0);
        REQUIRE(::stat((folder / "there" / path).c_str(), &after) == 0);
        CHECK(before.st_gid == team);
        CHECK(after.st_mode == before.st_mode);
        if (!is_there) CHECK(after.st_gid == team);
        ++looks;
    }
    CHECK(looks > 40);
    struct stat root {};
    REQUIRE(::stat((folder / "there").c_str(), &root) == 0);
    CHECK((root.st_mode & 07777U) == (is_there ? 02770U : 02775U));
    CHECK(root.st_gid == (is_there ? ::getegid() : team));
}

TEST_CASE("the copy of a workspace in a folder that gives its group to what is made in it belongs to that group") {
    estima_test::temporary_directory folder;
    auto const w = estima::workspace::open(folder / "here");
    auto const run = run_to_copy(w, folder / "source");
    gid_t const team = ::geteuid() == 0 ? 54321 : ::getegid(), others = ::geteuid() == 0 ? 54322 : ::getegid();
    REQUIRE(::chown(run.outputs().c_str(), ::geteuid(), others) == 0);
    REQUIRE(::chmod(run.outputs().c_str(), 02775) == 0);
    fs::create_directory(folder / "team");
    REQUIRE(::chown((folder / "team").c_str(), ::geteuid(), team) == 0);
    REQUIRE(::chmod((folder / "team").c_str(), 02770) == 0);
    copy_workspace(w, folder / "team/there");
    for (auto const& entry : fs::recursive_directory_iterator{folder / "team"}) {
        struct stat status {};
        REQUIRE(::lstat(entry.path().c_str(), &status) == 0);
        CAPTURE(entry.path());
        CHECK(status.st_gid == team);
        if (S_ISDIR(status.st_mode)) CHECK((status.st_mode & S_ISGID) != 0);
    }
}
