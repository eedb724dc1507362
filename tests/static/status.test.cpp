// SPDX-License-Identifier: BSL-1.0
// The table of status transitions. Building this file is the test.
#include <estima/history/status.hpp>

namespace {
using namespace estima;
using enum run_status;

constexpr run_status all[]{not_started, queued,    preparing, starting, running,       finalizing,
                           cancel_requested, completed, failed,    canceled, not_responding};

constexpr bool names_round_trip() {
    for (run_status s : all)
        if (parse_run_status(to_string(s)) != s) return false;
    return sizeof all / sizeof *all == run_status_count && !parse_run_status("Done") && !parse_run_status("");
}
static_assert(names_round_trip());
static_assert(to_string(cancel_requested) == "CancelRequested" && to_string(not_started) == "NotStarted");

constexpr bool nothing_follows_an_end() {
    for (run_status end : {completed, failed, canceled})
        for (run_status to : all)
            if (may_follow(end, to)) return false;
    return true;
}
static_assert(nothing_follows_an_end());
static_assert(is_terminal(completed) && is_terminal(failed) && is_terminal(canceled) && !is_terminal(not_responding));

constexpr bool every_other_state_can_fail_and_be_cancelled() {
    for (run_status from : all)
        if (!is_terminal(from) && (!may_follow(from, failed) || !may_follow(from, canceled))) return false;
    return true;
}
static_assert(every_other_state_can_fail_and_be_cancelled());

// the way of a run, and no step back on it
static_assert(may_follow(not_started, preparing) && may_follow(preparing, starting) && may_follow(starting, running));
static_assert(may_follow(running, finalizing) && may_follow(finalizing, completed));
static_assert(!may_follow(running, starting) && !may_follow(finalizing, running) && !may_follow(running, completed));
static_assert(!may_follow(starting, finalizing) && !may_follow(not_started, running));
// a script that ended before the request reached it has completed
static_assert(may_follow(cancel_requested, completed) && !may_follow(cancel_requested, running));
// an end that is read counts out of its turn, and nothing else does
constexpr bool an_end_is_believed_once() {
    for (run_status from : all)
        for (run_status to : all)
            if (is_believed(from, to) != (is_terminal(to) ? !is_terminal(from) : may_follow(from, to))) return false;
    return true;
}
static_assert(an_end_is_believed_once());
// the only state from which a run may go back
static_assert(may_follow(not_responding, preparing) && may_follow(not_responding, running));
}  // namespace
