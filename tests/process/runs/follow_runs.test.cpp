// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <sys/resource.h>

#include <string>

#include <estima/tracking/run_context.hpp>
#include <estima/workspace/delete_run.hpp>
#include <estima/workspace/follow_runs.hpp>

#include <support/fake_run.hpp>
#include <support/scoped_variable.hpp>

#include "submitted.hpp"

namespace {
using namespace estima_test;
using estima::run_status;

/// Follows until `step(page, n)`, called for the nth answer, returns false. False if it took too long.
template <class Step>
bool followed(estima::workspace const& w, estima::run_query const& query, Step step) {
    bool has_ended = false;
    int n = 0;
    follow_runs(w, query, [&](estima::run_page const& page) { return !(has_ended = !step(page, n++)); },
                {.timeout = patience, .pause = estima::seconds(0)});
    return has_ended;
}
}  // namespace

TEST_CASE("who follows the runs of a workspace hears of each change") {
    fake_run made;
    made.supervise();
    std::string const id = made.run().id(), file = made.directory().metrics_file(0).string();
    std::string other;
    int stage = 0;
    CHECK(followed(made.workspace(), {}, [&](estima::run_page const& page, int) {
        auto const& first = page.runs.back();
        auto const has = [&](char const* name, double value) {
            return first.metrics.contains(name) && first.metrics.at(name).last == value;
        };
        if (stage == 0)
            ++stage, made.start();
        else if (stage == 1 && first.status == run_status::running)
            ++stage, made.run().tag("a", "1");
        else if (stage == 2 && first.tags.contains("a")) {
            ++stage;
            scoped_variable const run_id{"ESTIMA_RUN_ID", id}, metrics{"ESTIMA_METRICS_FILE", file};
            estima::run_context::current().log("loss", 0.5, 1);  // through memory that it maps
        } else if (stage == 3 && has("loss", 0.5))
            ++stage, append_file(file, "{\"name\":\"row\",\"value\":2}\n");
        else if (stage == 4 && has("row", 2)) {
            ++stage;
            other = estima::detail::create_run(made.workspace().path(), "other", {.script = "a"}, "", "/")
                        .directory.run_id();
        } else if (stage == 5 && page.size() == 2 && page.runs[0].status == run_status::failed)
            ++stage, made.complete();
        else if (stage == 6 && first.status == run_status::completed)
            ++stage, made.run().tag("late", "1");  // of a run that is over
        else if (stage == 7 && first.tags.contains("late"))
            return false;
        return true;
    }));
    CHECK(stage == 7);
}

TEST_CASE("who follows runs hears that one was deleted, restored, and that a supervisor died") {
    fake_run made;
    made.start();
    std::string const id = made.run().id();
    int seen = 0;
    CHECK(followed(made.workspace(), {}, [&](estima::run_page const& page, int) {
        if (seen == 0 && page.size() == 1)
            ++seen, made.die();
        else if (seen == 1 && page.size() == 1 && page.runs[0].status == run_status::failed)
            ++seen, delete_run(made.workspace(), id);
        else if (seen == 2 && page.empty())
            ++seen, restore_run(made.workspace(), id);
        else if (seen == 3 && page.size() == 1)
            return false;
        return true;
    }));
}

TEST_CASE("following runs ends after its time, and takes no processor while nothing happens") {
    fake_run made;
    made.start();
    int calls = 0;
    rusage before{}, after{};
    ::getrusage(RUSAGE_SELF, &before);
    follow_runs(made.workspace(), {}, [&](auto const&) { return ++calls > 0; }, {.timeout = estima::seconds(1.5)});
    ::getrusage(RUSAGE_SELF, &after);
    CHECK(calls == 1);
    auto const seconds = [](rusage const& u) {
        return static_cast<double>(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
               static_cast<double>(u.ru_utime.tv_usec + u.ru_stime.tv_usec) * 1e-6;
    };
    CHECK(seconds(after) - seconds(before) < 0.5);
}
