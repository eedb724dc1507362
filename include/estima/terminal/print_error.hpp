// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/base/error.hpp>
#include <estima/system/json.hpp>
#include <estima/terminal/safe_log.hpp>
#include <estima/terminal/screen.hpp>

namespace estima::inline v0_1::terminal {

/// Tells an error on standard error, behind what was printed before it.
inline void print_error(screen const& on, error const& e) {
    on.out->flush();
    if (!on.json) {
        *on.err << (on.live ? safe_log(e.what()) : e.what()) << '\n';
        return;
    }
    json const told{{"id", e.id()},
                    {"what", e.text().what},
                    {"where", e.text().where},
                    {"why", e.text().why},
                    {"remedy", e.text().remedy}};
    *on.err << json{{"error", told}}.dump(-1, ' ', on.live, json::error_handler_t::replace) << '\n';
}

}  // namespace estima::inline v0_1::terminal
