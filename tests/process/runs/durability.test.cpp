// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <sys/syscall.h>

#include <cerrno>
#include <string>

#include <estima/tracking/run_context.hpp>
#include <estima/workspace/create_run.hpp>

#include <support/answered_calls.hpp>
#include <support/error_of.hpp>
#include <support/fake_run.hpp>
#include <support/scoped_variable.hpp>
#include <support/skip.hpp>

#include "submitted.hpp"

namespace {
using namespace estima_test;

bool refuse_syncs() { return answer_calls({SYS_fsync, SYS_fdatasync, SYS_syncfs}, EIO); }
bool is_refused(auto const& work) { return error_of(work).find("Input/output error") != std::string::npos; }

bool must(bool is_right, char const* what) {
    if (!is_right) std::fprintf(stderr, "not so: %s\n", what);
    return is_right;
}
}  // namespace

TEST_CASE("what is acknowledged at durability::power_loss was brought to the disk, or refused") {
    if (!other_program{refuse_syncs}.succeeded()) return skip("no seccomp: a disk that refuses cannot be played");
    temporary_directory folder;
    auto const w = estima::workspace::open(folder / "w");
    auto const make = [&](estima::durability level) {
        return estima::detail::create_run(w.path(), "d", {.script = "a"}, "", "/", {}, level);
    };
    auto const usual = make(estima::durability::process_death), safe = make(estima::durability::power_loss);
    estima::journal usual_log{usual.directory.journal()}, safe_log{safe.directory.journal()};
    CHECK(usual_log.record().durability == estima::durability::process_death);
    CHECK(safe_log.record().durability == estima::durability::power_loss);
    other_program on_a_bad_disk{[&] {
        if (!refuse_syncs()) return false;
        using estima::run_status;
        bool right = must(error_of([&] { make(estima::durability::process_death); }).empty(), "a usual run is made");
        right &= must(is_refused([&] { make(estima::durability::power_loss); }), "a safe run is refused");
        estima::json one{{"event", "tag"}, {"name", "a"}, {"value", "b"}};
        right &= must(error_of([&] { usual_log.append(one); }).empty(), "a usual line is written");
        right &= must(is_refused([&] { estima::journal{safe.directory.journal()}.append(one); }), "a line is refused");
        right &= must(is_refused([&] { safe_log.append_all({&one, 1}); }), "lines are refused");
        right &= must(is_refused([&] { (void)safe_log.append_status(run_status::failed); }), "an end is refused");
        right &= must(is_refused([&] { estima::change_log{w.path()}.add("x", estima::durable::yes); }), "a notice too");
        scoped_variable const file{"ESTIMA_METRICS_FILE", usual.directory.metrics_file(0).string()};
        auto const run = estima::run_context::current();
        run.log("loss", 1);
        right &= must(run.flush(), "flush does nothing of the kind");
        right &= must(!run.flush(estima::durability::power_loss), "flush says that it failed");
        scoped_variable const level{"ESTIMA_DURABILITY", "power_loss"};
        right &= must(!estima::run_context::current().flush(), "flush knows the run's level");
        return right;
    }};
    CHECK(on_a_bad_disk.succeeded());
    CHECK(!is_terminal(estima::journal{safe.directory.journal()}.record().status));
}

TEST_CASE("a run of durability::power_loss does all that others do, and its script knows") {
    place at;
    at.write("train", "#!/bin/sh\necho level $ESTIMA_DURABILITY\necho model > outputs/model\n");
    estima::run const run = at.experiment().submit({.script = "train", .framework = "Native"}, at.source(),
                                                   {.durability = estima::durability::power_loss});
    run.wait_for_completion({.timeout = patience});
    run.tag("after", "its end");
    CHECK(estima::read_file(run.directory().rank_stdout(0)) == "level power_loss\n");
    CHECK(run.artifacts().size() == 1);
    scoped_variable const file{"ESTIMA_METRICS_FILE", run.directory().metrics_file(1).string()},
        level{"ESTIMA_DURABILITY", "power_loss"};
    auto const context = estima::run_context::current();
    context.log("loss", 1);
    context.log_list("list", {1, 2});
    CHECK(context.flush());
}
