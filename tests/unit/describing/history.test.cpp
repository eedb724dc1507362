// SPDX-License-Identifier: BSL-1.0
// The examples of docs/history.md: what stands between two lines with -8<- is shown there.
#include <catch2/catch.hpp>

#include <iostream>
#include <map>
#include <string>

#include <estima/archive/import_run.hpp>
#include <estima/workspace/collect_garbage.hpp>
#include <estima/workspace/compare_code.hpp>
#include <estima/workspace/compare_runs.hpp>
#include <estima/workspace/copy_workspace.hpp>
#include <estima/workspace/experiments.hpp>
#include <estima/workspace/follow_runs.hpp>
#include <estima/workspace/search_runs.hpp>
#include <estima/workspace/verify.hpp>
#include <support/fake_run.hpp>

namespace {
void search(estima::workspace const& workspace) {
    // -8<- history_search
    using namespace estima::query;
    estima::run_query query{
        .filter = metric("loss") < 0.1 && tag("team") == "x" && status == estima::run_status::completed,
        .order_by = {ascending(metric("loss")), descending(created_time)},
        .max_results = 100};
    estima::run_page page = search_runs(workspace, query);
    for (estima::run_summary const& run : page) std::cout << run.run_id << ' ' << run.metrics.at("loss").last << '\n';

    // The same in MLflow's words.
    page = search_runs(workspace, {.filter = "metrics.loss < 0.1 and tags.team = 'x' and status = 'FINISHED'",
                                   .order_by = {"metrics.loss", "created DESC"},
                                   .max_results = 100});
    // -8<-
    CHECK(page.size() == 1);
}

void search_in_a_loop(estima::workspace const& workspace, std::map<std::string, std::string> const& wanted) {
    // -8<- history_filter
    estima::run_filter filter;  // <estima/index/query.hpp>
    for (auto const& [name, value] : wanted) filter = filter && estima::query::tag(name) == value;
    // -8<-
    CHECK(search_runs(workspace, {.filter = filter}).size() == 1);
    CHECK(search_runs(workspace, {.filter = filter && estima::query::tag("none") == "x"}).empty());
}

void follow(estima::workspace const& workspace) {
    // -8<- history_follow
    // <estima/workspace/follow_runs.hpp>
    follow_runs(workspace, {.filter = "status = 'RUNNING'"}, [](estima::run_page const& page) {
        std::cout << page.size() << " runs go on\n";
        return !page.empty();  // false: that is all
    });
    // -8<-
}

void look_at_all(estima::workspace const& workspace) {
    // -8<- history_verify
    estima::verify_report report = verify(workspace);
    for (estima::verify_finding const& one : report.findings) std::cout << one.path << ": " << one.what << '\n';
    // -8<-
    CHECK(report.runs == 1);
}

void compare(estima::workspace const& workspace, std::string const& id, std::string const& other) {
    // -8<- history_compare
    for (estima::run_difference const& one : estima::compare_runs({workspace.run(id), workspace.run(other)}))
        std::cout << one.name << ": " << one.values[0].value_or("-") << ", " << one.values[1].value_or("-") << '\n';
    // -8<-
}

void compare_sources(estima::workspace const& workspace, std::string const& id, std::string const& other) {
    // -8<- history_code
    for (estima::code_difference const& one : compare_code(workspace.run(id), workspace.run(other)))
        std::cout << (one.unified.empty() ? one.path + " differs\n" : one.unified);
    // -8<-
}

void copy_all(estima::workspace const& workspace, std::filesystem::path const& folder) {
    // -8<- history_copy
    estima::copied_workspace copy = copy_workspace(workspace, folder / "copy");  // <estima/workspace/copy_workspace.hpp>
    std::cout << copy.runs << " runs, " << copy.unfinished.size() << " of them not over\n";
    // -8<-
    CHECK(copy.runs == 1);
}

void delete_and_restore(estima::workspace const& workspace, std::string const& id) {
    using namespace estima::literals;
    // -8<- history_delete
    delete_run(workspace, id);                               // <estima/workspace/delete_run.hpp>
    for (std::string const& one : deleted_runs(workspace)) restore_run(workspace, one);
    estima::garbage_report freed = collect_garbage(workspace, {.older_than = 240_h});
    // -8<-
    CHECK(freed.runs == 0);
    CHECK(workspace.runs().size() == 1);
}

void move(estima::workspace const& workspace, std::string const& id, estima::workspace const& other,
          std::filesystem::path const& folder) {
    // -8<- history_archive
    estima::exported_run written = export_run(workspace, id, folder / "run.tar.zst");  // <estima/archive/export_run.hpp>
    estima::imported_run taken = import_run(other, folder / "run.tar.zst");            // <estima/archive/import_run.hpp>
    // -8<-
    CHECK(written.files == taken.files);
}

void rename(estima::workspace const& workspace) {
    // -8<- history_experiments
    for (estima::experiment_summary const& one : experiments(workspace))  // <estima/workspace/experiments.hpp>
        std::cout << one.name << ": " << one.runs << " runs, the newest " << one.newest.run_id << '\n';
    rename_experiment(workspace, "digits", "fashion");
    delete_experiment(workspace, "fashion");
    restore_experiment(workspace, "fashion");
    // -8<-
    CHECK(experiments(workspace).at(0).name == "fashion");
}
}  // namespace

TEST_CASE("the search that docs/history.md shows finds the run that it is about") {
    estima_test::fake_run made;
    made.start();
    estima_test::append_file(made.directory().metrics_file(0), "{\"name\":\"loss\",\"value\":0.05}\n");
    made.run().tag("team", "x");
    made.complete();
    search(made.workspace());
    search_in_a_loop(made.workspace(), {{"team", "x"}});
    follow(made.workspace());  // none goes on
    look_at_all(made.workspace());
    CHECK_THROWS_AS(compare(made.workspace(), made.run().id(), made.run().id()), estima::error);  // it has no snapshot
    CHECK_THROWS_AS(compare_sources(made.workspace(), made.run().id(), made.run().id()), estima::error);
    copy_all(made.workspace(), made / "");
    delete_and_restore(made.workspace(), made.run().id());
    rename(made.workspace());
    estima::workspace const other = estima::workspace::open(made / "other");
    move(made.workspace(), made.run().id(), other, made / "");
}
