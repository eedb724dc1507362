// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <exception>

#include <estima/history/journal.hpp>
#include <estima/history/run_directory.hpp>
#include <estima/portal/write_page.hpp>

namespace estima::inline v0_1::detail {

/// The supervisor keeps the page of a run up to date; what changes after its end is brought there by who changes it. A
/// page that cannot be written is no error: the journal has it all.
inline void refresh_page_if_over(run_directory const& run, journal& events) noexcept {
    try {
        if (is_terminal(events.record().status)) write_page(run, events.record());
    } catch (std::exception const&) {
    }
}

/// For who does not have the journal open.
inline void refresh_page_if_over(run_directory const& run) noexcept {
    try {
        journal events{run.journal()};
        refresh_page_if_over(run, events);
    } catch (std::exception const&) {
    }
}

}  // namespace estima::inline v0_1::detail
