// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <vector>

namespace estima::inline v0_1::detail {

/// What a program has of one kind: that of the headers which it includes.
template <class Kind>
std::vector<Kind const*>& known_of() {
    static std::vector<Kind const*> all;
    return all;
}

/// Makes a `One` known to the program. The header that has it has one of these: `inline registration<kind, one> const
/// one_is_there{};`
template <class Kind, class One>
struct registration {
    registration() {
        static One const one;
        known_of<Kind>().push_back(&one);
    }
};

}  // namespace estima::inline v0_1::detail
