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

TEST_CASE("who follows the runs of a workspace hears of each change, and of nothing else") {
    fake_run made;
    made.supervise();
    std::string const id = made.run().id(), file = made.directory().metrics_file(0).string();
    std::string other;
    bool const ended = followed(made.workspace(), {}, [&](estima::run_page const& page, int n) {
        auto const& first = page.runs.back();
        switch (n) {
            case 0:
                CHECK(first.status == run_status::not_started);
                made.start();
                return true;
            case 1:
                CHECK(first.status == run_status::running);
                made.run().tag("a", "1");
                return true;
            case 2: {
                CHECK(first.tags.at("a") == "1");
                scoped_variable const run_id{"ESTIMA_RUN_ID", id}, metrics{"ESTIMA_METRICS_FILE", file};
                estima::run_context::current().log("loss", 0.5, 1);  // through memory that it maps
                return true;
            }
            case 3: {
                CHECK(first.metrics.at("loss").last == 0.5);
                append_file(file, "{\"name\":\"row\",\"value\":2}\n");
                return true;
            }
            case 4:
                CHECK(first.metrics.at("row").last == 2);
                other = estima::detail::create_run(made.workspace().path(), "other", {.script = "a"}, "", "/").directory.run_id();
                return true;
            case 5:  // its maker held the lock a moment longer, so it may be seen before it is dead
            case 6:
                CHECK(page.size() == 2);
                if (made.workspace().run(other).status() != run_status::failed) return true;
                made.complete();
                return true;
            default:
                if (first.status != run_status::completed) return true;
                if (first.tags.contains("late")) return false;
                made.run().tag("late", "1");  // of a run that is over
                return true;
        }
    });
    CHECK(ended);
}

TEST_CASE("who follows runs hears that one was deleted, restored, and that a supervisor died") {
    fake_run made;
    made.start();
    std::string const id = made.run().id();
    int seen = 0;
    CHECK(followed(made.workspace(), {}, [&](estima::run_page const& page, int) {
        if (seen == 0 && page.size() == 1) ++seen, made.die();
        else if (seen == 1 && page.size() == 1 && page.runs[0].status == run_status::failed) ++seen, delete_run(made.workspace(), id);
        else if (seen == 2 && page.empty()) ++seen, restore_run(made.workspace(), id);
        else if (seen == 3 && page.size() == 1) return false;
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
        return static_cast<double>(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + static_cast<double>(u.ru_utime.tv_usec + u.ru_stime.tv_usec) * 1e-6;
    };
    CHECK(seconds(after) - seconds(before) < 0.5);
}
