// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace estima::inline v0_1 {

/// The states of a run, with Azure Machine Learning's names and meanings.
enum class run_status : std::uint8_t {
    not_started,       ///< described and stored; nobody works on it yet
    queued,            ///< waiting for a place on the compute target
    preparing,         ///< its files and environment are being laid out
    starting,          ///< its processes are being started
    running,           ///< the script runs
    finalizing,        ///< the script ended; outputs are being collected
    cancel_requested,  ///< somebody asked for its end
    completed,         ///< the script and the collection of outputs succeeded
    failed,
    canceled,
    not_responding,  ///< no sign of life; the only state from which a run may go back
};

inline constexpr std::size_t run_status_count = 11;

namespace detail {
inline constexpr std::array<std::string_view, run_status_count> run_status_names{
    "NotStarted", "Queued",    "Preparing", "Starting", "Running",      "Finalizing", "CancelRequested",
    "Completed",  "Failed",    "Canceled",  "NotResponding"};

constexpr std::uint16_t bit(run_status s) { return static_cast<std::uint16_t>(1u << static_cast<unsigned>(s)); }
template <class... Statuses>
constexpr std::uint16_t bits(Statuses... s) {
    return static_cast<std::uint16_t>((0u | ... | bit(s)));
}

/// What may follow each state: the one table that every writer of a journal is checked against.
constexpr std::uint16_t allowed_after(run_status from) {
    using enum run_status;
    std::uint16_t const ends = bits(failed, canceled, cancel_requested, not_responding);
    switch (from) {
        case not_started: return static_cast<std::uint16_t>(ends | bits(queued, preparing, starting));
        case queued: return static_cast<std::uint16_t>(ends | bits(preparing, starting));
        case preparing: return static_cast<std::uint16_t>(ends | bits(queued, starting));
        case starting: return static_cast<std::uint16_t>(ends | bits(running));
        case running: return static_cast<std::uint16_t>(ends | bits(finalizing));
        case finalizing: return static_cast<std::uint16_t>(ends | bits(completed));
        // the script may have ended by itself before the request reached it
        case cancel_requested: return bits(canceled, completed, failed, not_responding);
        case not_responding:
            return bits(queued, preparing, starting, running, finalizing, cancel_requested, completed, failed,
                        canceled);
        case completed:
        case failed:
        case canceled: return 0;
    }
    return 0;
}
}  // namespace detail

/// Azure's spelling: "CancelRequested".
constexpr std::string_view to_string(run_status s) { return detail::run_status_names[static_cast<std::size_t>(s)]; }

/// Nothing for a text that names no status.
constexpr std::optional<run_status> parse_run_status(std::string_view text) {
    for (std::size_t i = 0; i < run_status_count; ++i)
        if (detail::run_status_names[i] == text) return static_cast<run_status>(i);
    return std::nullopt;
}

/// Completed, Failed or Canceled: nothing follows.
constexpr bool is_terminal(run_status s) { return detail::allowed_after(s) == 0; }

/// What a writer may add: in the order of the table.
constexpr bool may_follow(run_status from, run_status to) {
    return (detail::allowed_after(from) & detail::bit(to)) != 0;
}

/// What a reader believes: the same, and the end of a run whatever came before it. Writers ask before they write an
/// end, so one that is not in its turn was acknowledged, and the lines before it were lost or moved.
constexpr bool is_believed(run_status from, run_status to) {
    return may_follow(from, to) || (is_terminal(to) && !is_terminal(from));
}

}  // namespace estima::inline v0_1
