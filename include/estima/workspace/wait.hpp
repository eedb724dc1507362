// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <poll.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <functional>
#include <iostream>
#include <memory>
#include <numeric>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include <estima/base/duration.hpp>
#include <estima/base/error.hpp>
#include <estima/history/follow_metrics.hpp>
#include <estima/history/follow_output.hpp>
#include <estima/history/journal.hpp>
#include <estima/history/known_record.hpp>
#include <estima/history/run_directory.hpp>
#include <estima/launcher/bury.hpp>
#include <estima/system/host.hpp>
#include <estima/system/inotify.hpp>
#include <estima/system/process.hpp>
#include <estima/transport/transport.hpp>
#include <estima/workspace/refresh_page.hpp>

namespace estima::inline v0_1 {

/// Is told a number that a run logged, under which name.
using metric_callback = std::function<void(std::string const& name, metric_point const&)>;

/// Is told a list, a row of a table or a document that a run logged, under which name.
using value_callback = std::function<void(std::string const& name, logged_value const&)>;

/// How to wait for a run.
struct wait_options {
    bool show_output = false;           ///< print status changes, what the script prints, and a summary
    std::optional<duration> timeout{};  ///< EST-511 after this time; the run goes on. Left out: no limit
    bool all_ranks = false;             ///< show every process's output, each line after its rank, not only rank 0's
    std::vector<int> ranks{};           ///< show the output of these instead; after their ranks if they are several
    bool show_status = true;            ///< with the output: changes of the status, and a summary
    bool raise_on_error = true;         ///< throw run_failed if the run failed
    std::ostream* output = &std::cout;  ///< where to print
    /// Called by the thread that waits for each number that the run logs, as it comes; first for those that it has.
    metric_callback on_metric{};
    value_callback on_value{};                      ///< the same for each list, row of a table and document
    output_streams streams = output_streams::both;  ///< show only what was written to the output, or to the error
    bool name_streams = false;                      ///< show each line after its rank and stream: "[1 stderr] "
};

namespace detail {
/// Waits until a run is over, woken by the kernel: by a change of the journal or of the followed output, by the end of
/// the supervisor, by the time limit.
class run_waiter {
public:
    /// `here` is the run's folder as while_there() tells it: what is there is read there.
    run_waiter(run_directory const& run, run_directory const& here, wait_options const& options, int process_count)
        : run_{run}, options_{options}, journal_{open_journal(run)}, way_{transport_of(run)}, news_{way_.watch(run)} {
        if (options.timeout) deadline_ = clock::now() + as_clock(options.timeout->seconds());
        changes_.watch(here.journal(), IN_MODIFY);
        if (options.on_metric || options.on_value) {
            metrics_are_watched_ = changes_.watch(here.metrics(), IN_MODIFY | IN_ATTRIB | IN_CREATE | IN_MOVED_TO);
            metrics_.emplace(here.metrics());
        }
        if (!options.show_output) return;
        changes_.watch(here.system_logs(), IN_MODIFY | IN_CREATE);
        std::vector<int> ranks = distinct_ranks(options.ranks);
        if (ranks.empty()) {
            ranks.resize(static_cast<std::size_t>(options.all_ranks ? std::max(process_count, 1) : 1));
            std::iota(ranks.begin(), ranks.end(), 0);
        }
        follower_.emplace(here, ranks,
                          output_options{.name_ranks = options.all_ranks || ranks.size() > 1,
                                         .name_streams = options.name_streams,
                                         .streams = options.streams});
    }

    /// The journal of the run, which is over.
    journal& until_over() {
        if (follower_ && options_.show_status) *options_.output << "RunId: " << run_.run_id() << '\n';
        for (;;) {
            changes_.drain();  // before looking: what comes later wakes the next poll
            run_record const& record = journal_.record();
            if (metrics_) tell_metrics(is_terminal(record.status));
            auto const shown = follower_ ? show(record) : output_follower::found::all;
            if (shown != output_follower::found::more) {
                if (is_terminal(record.status)) return journal_;
                if (supervisor_is_dead(record)) continue;
                if (!record.is_known() && is_lock_free(run_)) known_record(run_, journal_);
            }
            if (deadline_ && clock::now() >= *deadline_) throw_timeout(record);
            if (shown != output_follower::found::more) sleep();
        }
    }

private:
    using clock = std::chrono::steady_clock;
    static constexpr std::chrono::milliseconds patience_with_begun_lines{200};

    static clock::duration as_clock(double seconds) {
        // A year is as good as for ever, and fits into the clock.
        return std::chrono::duration_cast<clock::duration>(
            std::chrono::duration<double>{std::clamp(seconds, 0.0, 3.2e7)});
    }

    void tell_metrics(bool is_over) {
        metrics_->read(
            is_over,
            [this](std::string const& name, metric_point const& p) {
                if (options_.on_metric) options_.on_metric(name, p);
            },
            [this](std::string const& name, logged_value const& v) {
                if (options_.on_value) options_.on_value(name, v);
            });
    }

    /// Status changes up to the script's end, then its output, then the rest: the order in which they happened.
    output_follower::found show(run_record const& record) {
        using enum output_follower::found;
        std::ostream& out = *options_.output;
        auto is_end = [](run_status s) { return s == run_status::finalizing || is_terminal(s); };
        auto const& changes = record.status_changes;
        for (; printed_ < changes.size() && !is_end(changes[printed_].status); ++printed_)
            print(changes[printed_].status);
        if (record.waits_for != shown_reason_ && options_.show_status) {
            shown_reason_ = record.waits_for;
            if (!shown_reason_.empty()) out << "Waits: " << shown_reason_ << '\n';
        }
        auto found = all;
        if (record.status > run_status::starting) {  // a script that is quick prints before it is said to run
            std::uint64_t const before = follower_->bytes_copied();
            found =
                follower_->copy(out, is_end(record.status) || (begun_line_due_ && clock::now() >= *begun_line_due_));
            if (found != held)
                begun_line_due_.reset();
            else if (!begun_line_due_ || follower_->bytes_copied() != before)
                begun_line_due_ = clock::now() + patience_with_begun_lines;
        }
        if (found != more)
            for (; printed_ < changes.size(); ++printed_) print(changes[printed_].status);
        out.flush();
        return found;
    }

    void print(run_status s) {
        if (s == run_status::not_started || !options_.show_status) return;
        follower_->end_line(*options_.output);
        *options_.output << "Status: " << to_string(s) << '\n';
    }

    /// True if the supervisor had died and the run was ended for it.
    bool supervisor_is_dead(run_record const& record) {
        if (supervisor_ || clock::now() < next_look_) return false;
        if (record.supervisor_pid != 0 && !supervisor_ended_ && record.supervisor_host == host_name()) {
            supervisor_ = open_pidfd(record.supervisor_pid, record.supervisor_start_ticks);
            if (supervisor_) return false;
        }
        way_.bring_logs(run_);
        if (!news_ && way_.look(run_)) {
            refresh_page_if_over(run_);
            return true;
        }
        // It runs on another host, or was not started yet, or its last process is just ending: look at its lock from
        // time to time, often at first.
        next_look_ = clock::now() + look_again_;
        look_again_ = std::min<clock::duration>(look_again_ * 2, std::chrono::seconds{1});
        return false;
    }

    /// Sleeps until something happened, or is due.
    void sleep() {
        std::optional<clock::time_point> until = deadline_;
        auto at_latest = [&until](clock::time_point t) { until = until ? std::min(*until, t) : t; };
        if (!supervisor_) at_latest(next_look_);
        if (begun_line_due_) at_latest(*begun_line_due_);
        // Of points that came within 5 ms of each other, one is told by an event (tracking/point_store.hpp).
        if (metrics_ && next_metrics_ < metrics_again_.size()) at_latest(clock::now() + metrics_again_[next_metrics_]);
        if (changes_.fd() < 0 || (metrics_ && !metrics_are_watched_))
            at_latest(clock::now() + std::chrono::milliseconds{20});  // no inotify left for this user
        else if (way_.is_written_elsewhere())
            at_latest(clock::now() + std::chrono::milliseconds{250});
        int milliseconds = -1;
        if (until) {
            auto const left = std::chrono::ceil<std::chrono::milliseconds>(*until - clock::now()).count();
            milliseconds = static_cast<int>(std::clamp<std::int64_t>(left, 0, 1 << 30));
        }
        std::array<pollfd, 2> watched{{{changes_.fd(), POLLIN, 0}, {supervisor_.get(), POLLIN, 0}}};
        int const woken = ::poll(watched.data(), watched.size(), milliseconds);
        next_metrics_ = woken > 0 ? 0 : next_metrics_ + 1;
        if (woken > 0 && watched[1].revents != 0) {
            supervisor_.reset();
            supervisor_ended_ = true;
        }
    }

    [[noreturn]] void throw_timeout(run_record const& record) {
        if (follower_) {
            follower_->end_line(*options_.output);
            options_.output->flush();
        }
        std::string limit = std::to_string(options_.timeout->seconds());
        limit.erase(limit.find_last_not_of('0') + 1);
        if (limit.back() == '.') limit.pop_back();
        throw error{"EST-511",
                    {.what = "the run was not over within " + limit + " s",
                     .where = "run " + run_.run_id() + ", " + std::string{to_string(record.status)},
                     .why = "the time limit given to wait_for_completion",
                     .remedy = "the run goes on: come back to it with workspace.run(\"" + run_.run_id() +
                               "\"), or end it with cancel()"}};
    }

    run_directory const& run_;
    wait_options const& options_;
    journal journal_;
    transport const& way_;
    std::shared_ptr<void> news_;  // that the transport writes into the journal
    inotify changes_;
    std::optional<output_follower> follower_;
    std::optional<metric_follower> metrics_;
    static constexpr std::array<std::chrono::milliseconds, 3> metrics_again_{
        std::chrono::milliseconds{6}, std::chrono::milliseconds{50}, std::chrono::milliseconds{500}};
    bool metrics_are_watched_ = false;
    std::size_t next_metrics_ = 0;  // how long after the last event they are looked at again
    std::optional<clock::time_point> deadline_;
    file_descriptor supervisor_;  // its pidfd
    bool supervisor_ended_ = false;
    std::optional<clock::time_point> begun_line_due_;  // when the begun end of a line is shown all the same
    clock::time_point next_look_{};
    clock::duration look_again_ = std::chrono::milliseconds{5};
    std::size_t printed_ = 0;  // status changes
    std::string shown_reason_;
};
}  // namespace detail

}  // namespace estima::inline v0_1
