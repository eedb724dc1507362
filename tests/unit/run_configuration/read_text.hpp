// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>

#include <estima/runconfig_file/read_runconfig.hpp>

namespace estima_test {

inline estima::run_configuration read(std::string_view text) { return estima::parse_runconfig(text).configuration; }

/// "EST-105 file:2:3 (key): why"; "taken" if there is none.
inline std::string refusal(std::string_view text) {
    try {
        (void)estima::parse_runconfig(text, "f");
    } catch (estima::error const& e) {
        return e.id() + " " + e.text().where + ": " + e.text().why;
    }
    return "taken";
}

}  // namespace estima_test
