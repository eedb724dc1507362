// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ios>
#include <ostream>

namespace estima::inline v0_1::terminal {

/// What `work` returns, which prints as long as something goes on. It ends when that cannot be written: then 1, and
/// `out` is bad.
template <class Work>
int until_unwritable(std::ostream& out, Work const& work) {
    struct exceptions_as_before {
        std::ostream& of;
        std::ios::iostate before = of.exceptions();
        ~exceptions_as_before() {
            std::ios::iostate const state = of.rdstate();
            of.clear();  // else this would throw
            of.exceptions(before);
            if (before == std::ios::goodbit) of.setstate(state);
        }
    };
    try {
        exceptions_as_before const restored{out};
        out.exceptions(std::ios::badbit);
        return work();
    } catch (std::ios_base::failure const&) {
        return 1;
    }
}

}  // namespace estima::inline v0_1::terminal
