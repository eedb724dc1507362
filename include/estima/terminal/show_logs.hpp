// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <ios>
#include <numeric>
#include <ostream>
#include <streambuf>
#include <string>
#include <vector>

#include <estima/base/error.hpp>
#include <estima/history/follow_output.hpp>
#include <estima/history/known_record.hpp>
#include <estima/history/status.hpp>
#include <estima/system/files.hpp>
#include <estima/terminal/find_run.hpp>
#include <estima/terminal/json_log.hpp>
#include <estima/terminal/print_error.hpp>
#include <estima/terminal/safe_log.hpp>
#include <estima/terminal/screen.hpp>
#include <estima/terminal/until_unwritable.hpp>

namespace estima::inline v0_1::terminal {

struct logs_options {
    std::string run;
    bool follow = false;       ///< until the run is over
    std::vector<int> ranks{};  ///< empty: rank 0
    bool all_ranks = false;
    int attempt = 0;  ///< 0: the newest
    bool only_output = false, only_error = false;  ///< what was written to that alone
};

namespace detail {
/// EST-791 if the run has no such rank.
inline void require_ranks(run_details const& d, std::vector<int> const& ranks) {
    int count = std::max(d.run_definition.process_count(), 1);
    for (rank_record const& one : d.ranks) count = std::max(count, one.rank + 1);
    for (int const rank : ranks)
        if (rank >= count)
            throw error{
                "EST-791",
                {.what = "the run has no rank " + std::to_string(rank),
                 .where = "run " + d.run_id,
                 .why = count == 1 ? "it has one process, rank 0" : "its ranks are 0 to " + std::to_string(count - 1),
                 .remedy = "name one of them, or --all-ranks"}};
}

inline int print_logs(run const& run, run_directory const& here, logs_options const& options, screen const& on) {
    std::vector<int> ranks = distinct_ranks(options.ranks);
    run_details const details = run.get_details();
    auto const newest = static_cast<int>(details.attempts.size()) + 1;
    if (options.attempt < 0 || options.attempt > newest)
        throw error{"EST-790",
                    {.what = "the run has no attempt " + std::to_string(options.attempt),
                     .where = "run " + details.run_id,
                     .remedy = "give one from 1 to " + std::to_string(newest)}};
    int const attempt = options.attempt == newest ? 0 : options.attempt;
    if (options.all_ranks) {
        ranks.resize(static_cast<std::size_t>(details.run_definition.process_count()));
        std::iota(ranks.begin(), ranks.end(), 0);
    } else if (ranks.empty()) {
        ranks = {0};
    }
    require_ranks(details, ranks);
    auto const streams = options.only_output  ? output_streams::output
                         : options.only_error ? output_streams::error
                                              : output_streams::both;
    safe_log_buffer safe{*on.out};
    json_log_buffer lines{on};
    std::ostream out{on.json ? &lines : on.terminal ? static_cast<std::streambuf*>(&safe) : on.out->rdbuf()};
    if (options.follow && attempt == 0) {
        int const code = until_unwritable(out, [&] {
            return exit_code_of(run.wait_for_completion({.show_output = true,
                                                         .ranks = ranks,
                                                         .show_status = false,
                                                         .raise_on_error = false,
                                                         .output = &out,
                                                         .streams = streams,
                                                         .name_streams = on.json}),
                                on);
        });
        if (!out) on.out->setstate(std::ios::badbit);  // it writes through the same buffer
        return code;
    }
    output_follower files{
        here,
        ranks,
        {.name_ranks = ranks.size() > 1, .name_streams = on.json, .streams = streams, .attempt = attempt}};
    while (files.copy(out, true) == output_follower::found::more && out) {
    }
    if (!files.unreadable().empty()) throw_file_error("cannot read", files.unreadable(), files.why_unreadable());
    if (files.bytes_copied() == 0 && !on.json) *on.err << "Nothing was written there.\n";
    if (!out) on.out->setstate(std::ios::badbit);
    return 0;
}
}  // namespace detail

/// What the processes of a run wrote to their output and error, byte for byte; on a terminal made safe. With several
/// ranks each line stands after its rank. As JSON an object for each line. Following, it returns 1 if the run did not
/// complete. EST-790: there is no such attempt; EST-791: no such rank; EST-307: it was deleted; EST-301: what
/// was written may not be read.
inline int show_logs(workspace const& where, logs_options const& options, screen const& on) {
    run const run = find_run(where, options.run, on);
    return while_there(run.directory(),
                       [&](run_directory const& here) { return detail::print_logs(run, here, options, on); });
}

}  // namespace estima::inline v0_1::terminal
