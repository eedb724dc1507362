// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>

#include <estima/terminal/find_run.hpp>
#include <estima/terminal/screen.hpp>
#include <estima/terminal/words.hpp>

namespace estima::inline v0_1::terminal {

struct cancel_options {
    std::string run;
    double grace_seconds = 10;  ///< between asking the script to end and ending it
    bool wait = false;          ///< until it has ended
};

/// Asks for the end of a run. Returns 1 if it was over already.
inline int cancel_run(workspace const& where, cancel_options const& options, screen const& on) {
    run const run = find_run(where, options.run, on);
    bool const is_being_cancelled = run.cancel({.grace = seconds(options.grace_seconds)});
    if (options.wait) run.wait_for_completion({.raise_on_error = false});
    run_status const status = run.status();
    if (on.json)
        on.print_json({{"run_id", run.id()}, {"status", to_string(status)}});
    else
        *on.out << "Run " << run.id() << ": " << (is_being_cancelled ? "" : "over already, ")
                << on.painted(to_string(status), tone_of(status)) << '\n';
    return is_being_cancelled ? 0 : 1;
}

}  // namespace estima::inline v0_1::terminal
