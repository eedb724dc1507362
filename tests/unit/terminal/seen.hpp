// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sstream>

#include <estima/terminal/screen.hpp>

namespace estima_test {

/// What a command prints.
struct seen {
    std::ostringstream out{}, err{};
    /// A screen for a command.
    estima::terminal::screen on() {
        estima::terminal::screen s;
        s.out = &out;
        s.err = &err;
        return s;
    }
    /// The same, after what was printed before is forgotten.
    estima::terminal::screen anew(bool as_json = false) {
        out.str("");
        err.str("");
        estima::terminal::screen s = on();
        s.json = as_json;
        return s;
    }
};

}  // namespace estima_test
