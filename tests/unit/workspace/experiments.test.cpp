// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <estima/workspace/experiments.hpp>

#include "../../support/error_of.hpp"
#include "../../support/fake_run.hpp"
#include "../../support/ordinary_user.hpp"

namespace {
using estima_test::error_of;

struct some_experiments {
    bool as_ordinary_user = false;
    estima_test::temporary_directory folder{};
    std::optional<estima_test::ordinary_user> user{};
    estima::workspace w = opened();

    estima::workspace opened() {
        if (as_ordinary_user) user.emplace(folder.path());
        return estima::workspace::open(folder / "workspace");
    }

    std::vector<estima::detail::created_run> going_on{};

    std::string add(std::string const& experiment, bool is_over = true) {
        auto made = estima::detail::create_run(w.path(), experiment, {.script = "a.py"}, "", "/source");
        std::string const id = made.directory.run_id();
        if (is_over)
            (void)estima::journal{made.directory.journal()}.append_status(estima::run_status::failed);
        else
            going_on.push_back(std::move(made));
        return id;
    }
    std::vector<std::string> names() const {
        std::vector<std::string> all;
        for (auto const& one : experiments(w)) all.push_back(one.name);
        std::sort(all.begin(), all.end());
        return all;
    }
};
using names_of = std::vector<std::string>;
}  // namespace

TEST_CASE("experiments are those that have runs") {
    some_experiments f;
    CHECK(experiments(f.w).empty());
    f.add("digits");
    f.add("letters");
    std::string const newest = f.add("letters");
    CHECK(f.names() == names_of{"digits", "letters"});
    for (auto const& one : experiments(f.w)) CHECK(one.newest.experiment == one.name);
    for (auto const& one : experiments(f.w)) CHECK(one.runs == (one.name == "letters" ? 2U : 1U));
    delete_run(f.w, newest);
    f.w.run(search_runs(f.w.experiment("letters")).runs[0].run_id).move_to_experiment("digits");
    REQUIRE(experiments(f.w).size() == 1);
    CHECK(experiments(f.w).front().runs == 2);
}

TEST_CASE("a renamed experiment has the same runs, and may be one with another") {
    some_experiments f;
    std::string const a = f.add("digits"), b = f.add("digits", false), c = f.add("letters");
    CHECK(rename_experiment(f.w, "digits", "fashion") == 2);
    CHECK(f.names() == names_of{"fashion", "letters"});
    CHECK(f.w.run(a).get_details().experiment == "fashion");
    CHECK(search_runs(f.w.experiment("digits")).empty());
    CHECK(rename_experiment(f.w, "letters", "fashion") == 1);
    auto const size = std::filesystem::file_size(f.w.run(a).directory().journal());
    CHECK(rename_experiment(f.w, "fashion", "fashion") == 0);
    CHECK(std::filesystem::file_size(f.w.run(a).directory().journal()) == size);
    CHECK(search_runs(f.w.experiment("fashion")).size() == 3);
    estima::run_index index{f.w.path()};
    index.rebuild();
    CHECK(index.search(estima::query::experiment_name == "fashion").size() == 3);
    std::string const none = error_of([&] { rename_experiment(f.w, "letters", "x"); });
    CHECK(none.find("EST-633") != std::string::npos);
    CHECK(none.find("fashion") != std::string::npos);
    CHECK(error_of([&] { rename_experiment(f.w, "fashion", "a b"); }).find("EST-305") != std::string::npos);
}

TEST_CASE("an experiment is deleted as a whole or not at all, and restored") {
    some_experiments f;
    f.add("digits");
    std::string const going = f.add("digits", false);
    f.add("letters");
    CHECK(error_of([&] { delete_experiment(f.w, "digits"); }).find("EST-630") != std::string::npos);
    CHECK(search_runs(f.w.experiment("digits")).size() == 2);
    (void)estima::journal{f.w.run(going).directory().journal()}.append_status(estima::run_status::failed);
    CHECK(search_deleted_runs(f.w).empty());
    CHECK(delete_experiment(f.w, "digits") == 2);
    CHECK(f.names() == names_of{"letters"});
    CHECK(search_deleted_runs(f.w).size() == 2);
    CHECK(search_deleted_runs(f.w, {.filter = estima::query::experiment_name == "letters"}).empty());
    std::string const none = error_of([&] { restore_experiment(f.w, "letters"); });
    CHECK(none.find("EST-633") != std::string::npos);
    CHECK(none.find("there are: digits") != std::string::npos);
    CHECK(restore_experiment(f.w, "digits").runs == 2);
    CHECK(f.names() == names_of{"digits", "letters"});
    CHECK(search_deleted_runs(f.w).empty());
}

TEST_CASE("an experiment with a run whose journal is lost is neither renamed nor deleted in part") {
    some_experiments f;
    std::string const good = f.add("digits"), lost = f.add("digits");
    estima::run_directory const run = f.w.run(lost).directory();
    CHECK(search_runs(f.w.experiment("digits")).size() == 2);
    if (GENERATE(true, false)) std::filesystem::remove(run.journal());
    else std::filesystem::resize_file(run.journal(), 0);
    CHECK(search_runs(f.w.experiment("digits"), {.filter = estima::query::run_id == lost}).size() == 1);
    CHECK(error_of([&] { rename_experiment(f.w, "digits", "letters"); }).find("EST-647") != std::string::npos);
    CHECK(error_of([&] { delete_experiment(f.w, "digits"); }).find("EST-647") != std::string::npos);
    CHECK(error_of([&] { delete_run(f.w, lost); }).find("EST-647") != std::string::npos);
    CHECK(f.w.run(good).get_details().experiment == "digits");
    CHECK(f.names() == names_of{"digits"});
}

TEST_CASE("the runs of a deleted experiment are restored also where the journal of one was lost meanwhile") {
    some_experiments f;
    f.add("digits");
    std::string const lost = f.add("digits");
    delete_experiment(f.w, "digits");
    std::filesystem::remove(f.w.path() / "deleted/runs" / lost / "events.jsonl");
    auto const restored = restore_experiment(f.w, "digits");
    CHECK(restored.runs == 1);
    CHECK(restored.in_doubt == std::vector{lost});
    CHECK(deleted_runs(f.w) == std::vector{lost});  // it can be restored by its id
}

TEST_CASE("deleted runs that this user may not read are told where an experiment is restored") {
    some_experiments f{.as_ordinary_user = true};
    std::string const open = f.add("digits"), closed = f.add("digits");
    delete_experiment(f.w, "digits");
    std::filesystem::path const place = f.w.path() / "deleted/runs" / closed;
    std::filesystem::permissions(place, std::filesystem::perms{});
    std::string const none = error_of([&] { restore_experiment(f.w, "letters"); });
    auto const restored = restore_experiment(f.w, "digits");
    std::string const again = error_of([&] { restore_experiment(f.w, "digits"); });
    std::filesystem::permissions(place, std::filesystem::perms{0755});
    CHECK(none.find("there are: digits; of these it cannot be read whose they are: " + closed) != std::string::npos);
    CHECK(restored.runs == 1);
    CHECK(restored.in_doubt == std::vector{closed});
    CHECK(again.find("EST-633") != std::string::npos);
    CHECK(again.find("why: of these it cannot be read whose they are: " + closed) != std::string::npos);
    CHECK(restore_experiment(f.w, "digits").in_doubt.empty());
}

TEST_CASE("of an experiment with a run that this user may not change no run is renamed or deleted") {
    some_experiments f{.as_ordinary_user = true};
    std::vector<std::string> const ids{f.add("digits"), f.add("digits"), f.add("digits")};
    estima::run_directory const other = f.w.run(ids[1]).directory();
    std::filesystem::permissions(other.journal(), std::filesystem::perms{0444});
    std::filesystem::permissions(other.path, std::filesystem::perms{0555});
    for (bool const renames : {true, false}) {
        INFO((renames ? "rename" : "delete"));
        std::string const told = error_of([&] {
            renames ? rename_experiment(f.w, "digits", "letters") : delete_experiment(f.w, "digits");
        });
        CHECK(told.find("EST-301") != std::string::npos);
        CHECK(told.find(ids[1]) != std::string::npos);
        CHECK(f.names() == names_of{"digits"});
        CHECK(search_runs(f.w.experiment("digits")).size() == 3);
    }
    std::filesystem::permissions(other.path, std::filesystem::perms{0755});  // to be removed
}

TEST_CASE("a run that is deleted while its experiment is renamed or deleted is passed over") {
    some_experiments f;
    std::string const a = f.add("digits"), b = f.add("digits"), c = f.add("digits");
    auto const all = estima::detail::runs_of_experiment(f.w, "digits");
    REQUIRE(all.size() == 3);
    SECTION("before it is asked whether it may be") {
        delete_run(f.w, b);
        CHECK(estima::detail::with_each_run(
                  f.w.path() / "runs", all, [&](std::string const& id) { estima::detail::require_over(f.w, id); },
                  [&](std::string const& id) { f.w.run(id).move_to_experiment("letters"); }) == 2);
    }
    SECTION("after that") {
        CHECK(estima::detail::with_each_run(
                  f.w.path() / "runs", all, [](std::string const&) {},
                  [&](std::string const& id) {
                      if (id == all.front()) delete_run(f.w, b == id ? c : b);
                      f.w.run(id).move_to_experiment("letters");
                  }) == 2);
    }
    CHECK(f.names() == names_of{"letters"});
    CHECK(search_deleted_runs(f.w).size() == 1);
}

TEST_CASE("a run that is back when its experiment is renamed or restored is tried again") {
    some_experiments f;
    std::string const id = f.add("digits");
    delete_run(f.w, id);
    int tries = 0;
    auto const restored_while_looked_at = [&](std::string const& one) {
        if (++tries > 1) return;
        restore_run(f.w, one);
        throw estima::no_such_run{"EST-307", {.what = "gone"}};
    };
    CHECK(estima::detail::with_each_run(
              f.w.path() / "runs", std::vector{id}, restored_while_looked_at, [](std::string const&) {}) == 1);
    CHECK(tries == 2);
}

TEST_CASE("of a deleted experiment all runs are restored, or none, and one that another user restores is passed over") {
    some_experiments f{.as_ordinary_user = true};
    std::vector<std::string> const ids{f.add("digits"), f.add("digits"), f.add("digits")};
    delete_experiment(f.w, "digits");
    std::filesystem::path const closed = f.w.path() / "deleted/runs" / ids[1];
    std::filesystem::permissions(closed, std::filesystem::perms{0555});
    CHECK(error_of([&] { restore_experiment(f.w, "digits"); }).find("EST-301") != std::string::npos);
    CHECK(estima::deleted_runs(f.w).size() == 3);
    std::filesystem::permissions(closed, std::filesystem::perms{0755});
    CHECK(estima::detail::with_each_run(
              f.w.path() / "deleted/runs", ids,
              [&](std::string const& id) {
                  if (id == ids[0]) restore_run(f.w, ids[1]);
              },
              [&](std::string const& id) { restore_run(f.w, id); }) == 2);
    CHECK(estima::deleted_runs(f.w).empty());
}

TEST_CASE("what fails in the middle of an experiment tells for how many runs it was done") {
    some_experiments f;
    for (int i = 0; i < 3; ++i) f.add("digits");
    auto const all = estima::detail::runs_of_experiment(f.w, "digits");
    std::string const told = error_of([&] {
        estima::detail::with_each_run(
            f.w.path() / "runs", all, [](std::string const&) {},
            [&](std::string const& id) {
                if (id == all.back()) estima::throw_file_error("cannot write", id, ENOSPC);
            });
    });
    CHECK(told.find("EST-301") != std::string::npos);
    CHECK(told.find("No space left on device; it was done for 2 of 3 runs") != std::string::npos);
}

TEST_CASE("display name and description of a run may change, and are searched and told") {
    some_experiments f;
    estima::run const run = f.w.run(f.add("digits"));
    CHECK(run.get_details().display_name == run.id());
    run.set_display_name("first");
    CHECK(search_runs(f.w, estima::query::display_name == "first").size() == 1);
    run.set_display_name("second \"try\"");
    CHECK(search_runs(f.w, estima::query::display_name == "first").empty());
    CHECK(search_runs(f.w, estima::query::display_name == "second \"try\"").size() == 1);
    run.set_description("what\nfor");
    CHECK(run.get_details().description == "what\nfor");
    run.set_display_name("");
    CHECK(run.get_details().display_name == run.id());
}

TEST_CASE("children of a run are found by its id") {
    some_experiments f;
    std::string const parent = f.add("digits");
    auto const child = estima::detail::create_run(f.w.path(), "digits", {.script = "a.py"}, "", "/source",
                                                  {{"parent_run_id", parent}});
    auto const found = search_runs(f.w, estima::query::property("parent_run_id") == parent);
    REQUIRE(found.size() == 1);
    CHECK(found.runs[0].run_id == child.directory.run_id());
    CHECK_NOTHROW(estima::detail::require_parent(f.w.path(), parent));
    for (std::string const& id : {std::string{"digits_1_00000000"}, std::string{"../runs/"} + parent, std::string{}})
        CHECK(error_of([&] { estima::detail::require_parent(f.w.path(), id); }).find("EST-632") != std::string::npos);
    delete_run(f.w, parent);
    CHECK(error_of([&] { estima::detail::require_parent(f.w.path(), parent); }).find("restore") != std::string::npos);
}
