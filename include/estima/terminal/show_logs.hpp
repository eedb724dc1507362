// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ios>
#include <numeric>
#include <optional>
#include <ostream>
#include <streambuf>
#include <string>
#include <vector>

#include <estima/history/follow_output.hpp>
#include <estima/history/status.hpp>
#include <estima/terminal/find_run.hpp>
#include <estima/base/error.hpp>
#include <estima/terminal/json_log.hpp>
#include <estima/terminal/safe_log.hpp>
#include <estima/terminal/screen.hpp>
#include <estima/terminal/words.hpp>

namespace estima::inline v0_1::terminal {

struct logs_options {
    std::string run;
    bool follow = false;       ///< until the run is over
    std::vector<int> ranks{};  ///< empty: rank 0
    bool all_ranks = false;
    int attempt = 0;  ///< 0: the newest
};

/// What the processes of a run wrote to their output and error, byte for byte; on a terminal made safe. With several
/// ranks each line stands after its rank. As JSON an object for each line. Following, it returns 1 if the run did not
/// complete.
inline int show_logs(workspace const& where, logs_options const& options, screen const& on) {
    run const run = find_run(where, options.run);
    std::vector<int> ranks = options.ranks;
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
    safe_log_buffer safe{*on.out};
    json_log_buffer lines{on, ranks.size() == 1 ? std::optional{ranks[0]} : std::nullopt};
    std::ostream out{on.json ? &lines : on.terminal ? static_cast<std::streambuf*>(&safe) : on.out->rdbuf()};
    if (options.follow && attempt == 0) {
        run_details const ended = run.wait_for_completion(
            {.show_output = true, .ranks = ranks, .show_status = false, .raise_on_error = false, .output = &out});
        if (!out) on.out->setstate(std::ios::badbit);  // it writes through the same buffer
        if (ended.status == run_status::completed) return 0;
        *on.err << "Run " << ended.run_id << ": " << on.painted(to_string(ended.status), tone_of(ended.status))
                << (ended.error ? ", " + on.safe(ended.error->message) : "") << '\n';
        return 1;
    }
    output_follower files{run.directory(), ranks, ranks.size() > 1, attempt};
    while (files.copy(out, true) == output_follower::found::more && out) {
    }
    if (files.bytes_copied() == 0) *on.err << "Nothing was written there.\n";
    if (!out) on.out->setstate(std::ios::badbit);
    return 0;
}

}  // namespace estima::inline v0_1::terminal
