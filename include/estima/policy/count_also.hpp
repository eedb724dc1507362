// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/base/number_argument.hpp>
#include <estima/policy/facts.hpp>

namespace estima::inline v0_1::detail {

/// Takes in a number that stands in a policy, if it is one.
constexpr void count_also(facts& f, count& place, number_argument number) {
    if (number.is_whole()) place.also(number.value);
    else f.description.has_a_broken_number = true;
}

}  // namespace estima::inline v0_1::detail
