// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <estima/base/error.hpp>
#include <estima/history/run_details.hpp>
#include <estima/terminal/safe_log.hpp>
#include <estima/terminal/screen.hpp>
#include <estima/terminal/words.hpp>

namespace estima::inline v0_1::terminal {

namespace detail {
/// What to do about an error, in the words of the terminal where the library names a call.
inline std::string remedy_of(error const& e) {
    constexpr std::pair<std::string_view, std::string_view> in_terminal[]{
        {"EST-307", "estima runs lists all; --workspace names another workspace"},
        {"EST-507", "estima models lists all; estima models NAME lists the versions of one, and their aliases"},
        {"EST-508", "choose another place, or allow it with --overwrite"},
        {"EST-630", "end it first: estima cancel RUN --wait"},
        {"EST-631", "estima restore lists those that can be brought back"},
        {"EST-637", "estima restore RUN brings a deleted one back; else import it into another workspace"},
        {"EST-633", "estima experiments lists those that have runs; --restore brings back those that were deleted"}};
    for (auto const& [id, remedy] : in_terminal)
        if (e.id() == id) return std::string{remedy};
    return e.text().remedy;
}
}  // namespace detail

/// Tells an error on standard error: as text, or as JSON.
inline void print_error(screen const& on, error const& e) {
    on.out->flush();
    error_text text = e.text();
    text.remedy = detail::remedy_of(e);
    if (on.json) {
        json const told{
            {"id", e.id()}, {"what", text.what}, {"where", text.where}, {"why", text.why}, {"remedy", text.remedy}};
        *on.err << json{{"error", told}}.dump(-1, ' ', on.live, json::error_handler_t::replace) << '\n';
        return;
    }
    std::string const told = error{e.id(), std::move(text)}.what();
    *on.err << (on.live ? safe_log(told) : told) << '\n';
}

/// The exit code of what followed a run to its end: 0 if it completed; else 1, and how it ended is told on standard
/// error.
inline int exit_code_of(run_details const& ended, screen const& on) {
    if (ended.status == run_status::completed) return 0;
    std::string const status{to_string(ended.status)};
    if (on.json) {
        run_error const why =
            ended.error.value_or(run_error{.id = "EST-656", .message = "the run was ended: " + status});
        print_error(on, error{why.id, estima::detail::text_of(ended.run_id, why, "estima logs " + ended.run_id)});
        return 1;
    }
    *on.err << "Run " << ended.run_id << ": " << on.painted(status, tone_of(ended.status))
            << (ended.error ? ", " + on.told(ended.error->message) : "") << '\n';
    return 1;
}

}  // namespace estima::inline v0_1::terminal
