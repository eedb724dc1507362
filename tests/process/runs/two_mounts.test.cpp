// SPDX-License-Identifier: BSL-1.0
// Two hosts on one folder that a network brings them, without locks between them: each sees it through a mount of its
// own.
#include <catch2/catch.hpp>

#include <fcntl.h>
#include <sys/file.h>

#include <csignal>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <estima/history/metrics.hpp>
#include <estima/launcher/start_program.hpp>
#include <estima/system/find_program.hpp>
#include <estima/tracking/run_context.hpp>
#include <estima/workspace/search_runs.hpp>
#include <estima/workspace/verify.hpp>
#include <estima/workspace/verify_index.hpp>

#include <support/fake_run.hpp>
#include <support/scoped_variable.hpp>
#include <support/skip.hpp>

#include "submitted.hpp"

namespace {
using namespace estima_test;

/// A folder, seen through a file system of its own: its own cache and its own locks, as NFS with `nolock` has them.
class mount_of {
public:
    mount_of(std::filesystem::path const& folder, std::filesystem::path place) : place_{std::move(place)} {
        std::filesystem::create_directories(place_);
        is_there_ = ran({estima::find_program("bindfs"), folder.string(), place_.string()});
    }
    mount_of(mount_of const&) = delete;
    mount_of& operator=(mount_of const&) = delete;
    ~mount_of() {
        if (is_there_ && !ran({estima::find_program("fusermount3"), "-u", place_.string()}))
            ran({estima::find_program("umount"), "-l", place_.string()});
    }
    bool is_there() const { return is_there_; }
    std::filesystem::path const& path() const { return place_; }

private:
    static bool ran(std::vector<std::string> argv) {
        try {
            pid_t const pid = estima::start_program({.argv = std::move(argv),
                                                     .environment = {"PATH=/usr/bin:/bin:/usr/sbin:/sbin"},
                                                     .directory = "/",
                                                     .output = "/dev/null",
                                                     .error_output = "/dev/null",
                                                     .signal_if_parent_dies = 0});
            int status = -1;
            return ::waitpid(pid, &status, 0) == pid && status == 0;
        } catch (std::exception const&) {
            return false;
        }
    }

    std::filesystem::path place_;
    bool is_there_ = false;
};

bool has_locks_between(std::filesystem::path const& a, std::filesystem::path const& b) {
    estima::file_descriptor const one = estima::open_file(a / "lock", O_RDWR | O_CREAT),
                                  other = estima::open_file(b / "lock", O_RDWR);
    return ::flock(one.get(), LOCK_EX | LOCK_NB) == 0 && ::flock(other.get(), LOCK_EX | LOCK_NB) != 0;
}

constexpr int runs_each = 12, points_each = 300;

/// What a host does: runs of its own, and its rank of a run that both work on.
bool work_as_host(int host, std::filesystem::path const& folder, std::string const& shared) {
    auto const w = estima::workspace::open(folder);
    std::string const own = std::to_string(host);
    for (int number = 0; number < runs_each; ++number) {
        auto made = estima::detail::create_run(w.path(), "host_" + own, {.script = "a"}, "", "/source");
        estima::journal log{made.directory.journal()};
        using enum estima::run_status;
        for (auto const s : {preparing, starting, running})
            if (!log.append_status(s)) return false;
        for (int i = 0; i < 20; ++i) log.append({{"event", "tag"}, {"name", std::to_string(i)}, {"value", own}});
        write_file(made.directory.code() / "outputs/a", own);
        log.append(
            {{"event", "artifact"}, {"path", "outputs/a"}, {"bytes", own.size()}, {"sha256", estima::sha256_hex(own)}});
        for (auto const s : {finalizing, completed})
            if (!log.append_status(s)) return false;
        estima::run_directory const both{folder / "runs" / shared};
        scoped_variable const id{"ESTIMA_RUN_ID", shared},
            file{"ESTIMA_METRICS_FILE", both.metrics_file(host).string()};
        auto const run = estima::run_context::current();
        for (int i = 0; i < points_each; ++i) run.log("loss", host, number * points_each + i);
        if (run.dropped() != 0) return false;
        // Whoever looks finds the run's lock free, since it does not reach so far; its supervisor lives all the same.
        if (estima::run{both}.status() != running) return false;
        if (estima::run{both}.get_metrics().points("loss").empty()) return false;
    }
    return true;
}
}  // namespace

TEST_CASE("two hosts with a mount each of one folder, and no locks between them, lose nothing of each other's runs") {
    temporary_directory folder;
    std::filesystem::path const real = folder / "real";
    auto const w = estima::workspace::open(real);
    std::string shared;
    estima::file_descriptor held;
    {
        auto made = estima::detail::create_run(w.path(), "both", {.script = "a"}, "", "/source");
        shared = made.directory.run_id();
        held = std::move(made.lock);
        estima::journal log{made.directory.journal()};
        using enum estima::run_status;
        log.append({{"event", "supervisor"}, {"pid", 1}, {"start_ticks", 1}, {"host", "another-host"}});
        for (auto const s : {preparing, starting, running}) REQUIRE(log.append_status(s));
    }
    {
        mount_of const a{real, folder / "a"}, b{real, folder / "b"};
        if (!a.is_there() || !b.is_there())
            return skip("bindfs cannot mount here (Debian: bindfs; it needs /dev/fuse)");
        REQUIRE(!has_locks_between(a.path(), b.path()));
        std::vector<other_program> hosts;
        hosts.emplace_back([&] { return work_as_host(0, a.path(), shared); });
        hosts.emplace_back([&] { return work_as_host(1, b.path(), shared); });
        for (other_program& one : hosts) CHECK(one.succeeded());
        // Each sees what the other has acknowledged.
        for (auto const* const one : {&a, &b})
            CHECK(estima::workspace::open(one->path()).runs().size() == 2 * runs_each + 1);
    }
    std::filesystem::remove(real / "lock");
    estima::journal log{estima::run_directory{real / "runs" / shared}.journal()};
    for (auto const s : {estima::run_status::finalizing, estima::run_status::completed}) REQUIRE(log.append_status(s));

    auto const metrics = w.run(shared).get_metrics();
    REQUIRE(metrics.points("loss").size() == 2 * runs_each * points_each);
    std::vector<std::int64_t> next(2, 0);
    for (auto const& p : metrics.points("loss")) CHECK(p.step == next.at(static_cast<std::size_t>(p.rank))++);
    CHECK(w.runs().size() == 2 * runs_each + 1);
    for (std::string const& id : w.runs()) {
        auto const details = w.run(id).get_details();
        CHECK(details.status == estima::run_status::completed);
        if (id == shared) continue;
        CHECK(details.tags.size() == 20);
        CHECK(details.warnings.empty());
    }
    std::string findings;
    for (auto const& one : verify(w).findings) findings += one.path + ": " + one.what + '\n';
    CHECK(findings == "");
    CHECK(search_runs(w, "status = 'FINISHED'").size() == 2 * runs_each + 1);
    CHECK(verify_index(w).empty());
}
