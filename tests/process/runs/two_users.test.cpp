// SPDX-License-Identifier: BSL-1.0
// A team in one workspace: users of one group, each in a process of his own.
#include <catch2/catch.hpp>

#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <estima/archive/import_run.hpp>
#include <estima/workspace/collect_garbage.hpp>
#include <estima/workspace/copy_workspace.hpp>
#include <estima/workspace/delete_run.hpp>
#include <estima/workspace/experiments.hpp>
#include <estima/workspace/search_runs.hpp>
#include <estima/workspace/verify.hpp>
#include <estima/workspace/verify_index.hpp>

#include <support/error_of.hpp>
#include <support/fake_run.hpp>
#include <support/scoped_variable.hpp>
#include <support/skip.hpp>

#include "submitted.hpp"

namespace {
namespace fs = std::filesystem;
using namespace estima_test;

constexpr gid_t team = 54321;
constexpr uid_t ada = 54001, grace = 54002;

/// A program of that user, who belongs to the team.
template <class Work>
other_program program_of(uid_t user, mode_t mask, Work const& work) {
    return other_program{[&] {
        ::umask(mask);
        if (::setgroups(1, &team) != 0 || ::setgid(user) != 0 || ::setuid(user) != 0) return false;
        return work();
    }};
}

/// Of a condition that does not hold in another process.
bool holds(bool condition, char const* what) {
    if (!condition) std::fprintf(stderr, "user %d: does not hold: %s\n", static_cast<int>(::getuid()), what);
    return condition;
}
#define HOLDS(condition) holds(condition, #condition)

/// The folder of a workspace as docs/runs.md has a team make it, and a source directory for each user. The launcher
/// lies where all may start it.
struct team_folder {
    temporary_directory folder{};
    fs::path const workspace = folder / "workspace";
    scoped_variable const launcher;

    team_folder() : launcher{"ESTIMA_LAUNCH", copied_launcher()} {
        fs::permissions(folder.path(), fs::perms{0755});
        fs::create_directory(workspace);
        REQUIRE(::chown(workspace.c_str(), ada, team) == 0);
        REQUIRE(::chmod(workspace.c_str(), 02775) == 0);
        for (uid_t const user : {ada, grace}) {
            write_file(source(user) / "train",
                       "#!/bin/sh\necho '{\"name\":\"loss\",\"value\":0.5}' >> \"$ESTIMA_METRICS_FILE\"\n"
                       "mkdir outputs/part\necho weights > outputs/part/model\n");
            write_file(source(user) / "wait", "#!/bin/sh\n: > here\nsleep 1000\n");
            for (char const* const script : {"train", "wait"}) fs::permissions(source(user) / script, fs::perms{0755});
            fs::create_directory(home(user));
            REQUIRE(::chown(home(user).c_str(), user, user) == 0);
        }
    }
    fs::path source(uid_t user) const { return folder / ("source_" + std::to_string(user)); }
    fs::path home(uid_t user) const { return folder / ("home_" + std::to_string(user)); }
    estima::run submit(uid_t user, std::string const& script = "train") const {
        return estima::workspace::open(workspace)
            .experiment("of_" + std::to_string(user))
            .submit({.script = script, .framework = "Native"}, source(user));
    }

private:
    std::string copied_launcher() const {
        char const* const built = std::getenv("ESTIMA_LAUNCH");
        fs::path const copy = folder / "estima-launch";
        fs::copy_file(built != nullptr ? built : "", copy);
        fs::permissions(copy, fs::perms{0755});
        return copy;
    }
};

bool is_sound(estima::workspace const& w) {
    estima::verify_report report = verify(w);
    for (auto& one : verify_index(w)) report.findings.push_back(one);
    for (auto const& one : report.findings) std::fprintf(stderr, "%s: %s\n", one.path.c_str(), one.what.c_str());
    return report.findings.empty();
}

constexpr int runs_of_each = 5;

std::string seen_by(uid_t user) { return "seen by " + std::to_string(user); }

/// What one of the team does while the others do the same. Tells in "tagged" of its home which runs it tagged.
bool works_in_team(team_folder const& f, uid_t user) {
    auto const w = estima::workspace::open(f.workspace);
    std::ofstream tagged{f.home(user) / "tagged"};
    auto const tag_all = [&] {
        for (std::string const& id : w.runs()) try {
                w.run(id).tag(seen_by(user));
                tagged << id << '\n';
            } catch (estima::error const& e) {
                if (e.id() != "EST-307") throw;  // another one has just deleted it, and will restore it
            }
    };
    for (int i = 0; i < runs_of_each; ++i) {
        estima::run const run = f.submit(user);
        tag_all();
        if (!HOLDS(run.wait_for_completion({.timeout = patience}).status == estima::run_status::completed))
            return false;
        run.register_model({.name = "shared", .path = "outputs/part/model"}).set_alias("newest");
        if (!HOLDS(!search_runs(w, "attributes.run_id = '" + run.id() + "' and metrics.loss = 0.5").empty()))
            return false;
        // One that is over is everybody's: it is deleted and brought back, by one user after the other.
        delete_run(w, run.id());
        restore_run(w, run.id());
    }
    tag_all();
    return HOLDS(is_sound(w));
}
}  // namespace

TEST_CASE("users of a group submit, tag, list, delete and register in one workspace at once") {
    if (::geteuid() != 0) return skip("two users need root");
    team_folder const f;
    auto const w = [&] {
        auto made = program_of(ada, 002, [&] { return estima::workspace::open(f.workspace), true; });
        REQUIRE(made.succeeded());
        return estima::workspace::open(f.workspace);
    }();
    {
        std::vector<other_program> all;
        for (uid_t const user : {ada, grace})
            all.push_back(program_of(user, 002, [&] { return works_in_team(f, user); }));
        for (other_program& one : all) CHECK(one.succeeded());
    }
    REQUIRE(w.runs().size() == 2 * runs_of_each);
    CHECK(w.models({.all_versions = true}).size() == 2 * runs_of_each);
    std::string const left = w.runs().front();
    // Each can do with the runs of the other what he can do with his own.
    for (uid_t const user : {ada, grace}) {
        auto done = program_of(user, 002, [&] {
            for (estima::run_summary const& one : search_runs(w, "")) {
                estima::run const run = w.run(one.run_id);
                run.tag("last", std::to_string(user));
                run.set_description("of the team");
                run.download_files("outputs", f.home(user) / one.run_id);
            }
            export_run(w, left, f.home(user) / "run.tar");
            copy_workspace(w, f.home(user) / "copy");
            auto const other = estima::workspace::open(f.home(user) / "other");
            return HOLDS(import_run(other, f.home(user) / "run.tar").run_id == left) &&
                   HOLDS(is_sound(estima::workspace::open(f.home(user) / "copy"))) &&
                   HOLDS(rename_experiment(w, "of_" + std::to_string(ada + grace - user), "renamed") > 0) &&
                   HOLDS(rename_experiment(w, "renamed", "of_" + std::to_string(ada + grace - user)) > 0) &&
                   HOLDS(collect_garbage(w).runs == 0) && HOLDS(is_sound(w));
        });
        CHECK(done.succeeded());
    }
    for (std::string const& id : w.runs()) {
        auto const details = w.run(id).get_details();
        CHECK(details.status == estima::run_status::completed);
        CHECK(details.warnings == std::vector<std::string>{});
        CHECK(details.tags.at("last") == std::to_string(grace));
    }
    for (uid_t const user : {ada, grace}) {
        std::ifstream tagged{f.home(user) / "tagged"};
        std::size_t count = 0;
        for (std::string id; std::getline(tagged, id); ++count) CHECK(w.run(id).get_details().tags.contains(seen_by(user)));
        CHECK(count >= runs_of_each);
    }
    CHECK(search_runs(w, "attributes.user_id = '" + std::to_string(ada) + "'").size() == runs_of_each);
    // All of it is the team's.
    for (auto const& entry : fs::recursive_directory_iterator{f.workspace}) {
        struct stat status {};
        REQUIRE(::lstat(entry.path().c_str(), &status) == 0);
        CAPTURE(entry.path());
        // What was in a source directory has the mode that it had there.
        bool const is_of_store = *entry.path().lexically_relative(f.workspace).begin() == "snapshots" ||
                                 entry.path().filename() == "train" || entry.path().filename() == "wait";
        CHECK(status.st_gid == team);
        if (S_ISDIR(status.st_mode))
            CHECK((status.st_mode & 02070U) == 02070U);
        else if (S_ISREG(status.st_mode))
            CHECK((status.st_mode & (is_of_store ? 0444U : 0660U)) == (is_of_store ? 0444U : 0660U));
    }
    CHECK(is_sound(w));
}

TEST_CASE("one of a team cancels what another one's supervisor works on") {
    if (::geteuid() != 0) return skip("two users need root");
    team_folder const f;
    text_pipe id;
    auto submits = program_of(ada, 002, [&] {
        estima::run const run = f.submit(ada, "wait");
        wait_until_running(run);
        id.say(run.id());
        return HOLDS(run.wait_for_completion({.timeout = patience, .raise_on_error = false}).status ==
                     estima::run_status::canceled);
    });
    std::string const told = id.hear();
    auto cancels = program_of(grace, 002, [&] {
        estima::run const run = estima::workspace::open(f.workspace).run(told);
        return HOLDS(run.status() == estima::run_status::running) && HOLDS(run.cancel()) &&
               HOLDS(run.wait_for_completion({.timeout = patience, .raise_on_error = false}).status ==
                     estima::run_status::canceled);
    });
    CHECK(cancels.succeeded());
    CHECK(submits.succeeded());
    CHECK(leaves_nothing_alive(estima::workspace::open(f.workspace).run(told)));
}

TEST_CASE("where new files are not the group's, others look at everything and change nothing, and are told so") {
    if (::geteuid() != 0) return skip("two users need root");
    team_folder const f;
    auto makes = program_of(ada, 022, [&] {
        estima::run const run = f.submit(ada);
        run.wait_for_completion({.timeout = patience});
        run.register_model({.name = "shared", .path = "outputs/part/model"});
        return HOLDS(search_runs(estima::workspace::open(f.workspace), "").size() == 1);
    });
    REQUIRE(makes.succeeded());
    auto looks = program_of(grace, 022, [&] {
        auto const w = estima::workspace::open(f.workspace);
        std::string const id = w.runs().at(0);
        estima::run const run = w.run(id);
        auto const is_refused = [](auto const& work) { return error_of(work).starts_with("[EST-301] cannot "); };
        bool const sees_all =
            HOLDS(run.get_details().status == estima::run_status::completed) &&
            HOLDS(run.get_metrics().last("loss") == 0.5) && HOLDS(search_runs(w, "metrics.loss = 0.5").size() == 1) &&
            HOLDS(w.model("shared").run_id == id) && HOLDS(run.download_files("outputs", f.home(grace) / "got") == 1) &&
            HOLDS(export_run(w, id, f.home(grace) / "run.tar").has_snapshot) &&
            HOLDS(copy_workspace(w, f.home(grace) / "copy").runs == 1) && HOLDS(is_sound(w));
        return sees_all && HOLDS(is_refused([&] { run.tag("x"); })) &&
               HOLDS(is_refused([&] { run.set_description("x"); })) && HOLDS(is_refused([&] { delete_run(w, id); })) &&
               HOLDS(is_refused([&] { f.submit(grace); })) &&
               HOLDS(is_refused([&] { run.register_model({.name = "mine", .path = "outputs/part/model"}); })) &&
               HOLDS(is_refused([&] { w.model("shared").tag("x", "y"); })) &&
               HOLDS(is_refused([&] { import_run(w, f.home(grace) / "run.tar"); })) && HOLDS(w.runs().size() == 1) &&
               HOLDS(is_sound(w));
    });
    CHECK(looks.succeeded());
    auto const w = estima::workspace::open(f.workspace);
    CHECK(is_sound(w));
    CHECK(estima::names_in(w.path() / "runs").size() == 1);
}
