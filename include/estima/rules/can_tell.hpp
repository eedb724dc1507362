// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <type_traits>

#include <estima/policy/facts.hpp>

namespace estima::inline v0_1::detail {

inline constexpr facts nothing_told{};  // to be copied: to make facts anew is most of the cost of a description

/// What policies tell together, one after the other.
template <class... Policies>
constexpr facts told_together() {
    facts f = nothing_told;
    (Policies::tell(f), ...);
    return f;
}
/// Whether the compiler can ask them: each has a static, constexpr tell(facts&). The question and its answer are one
/// evaluation for g++, which keeps what a call gave.
template <class... Policies>
concept can_tell = requires(facts& f) { (Policies::tell(f), ...); } &&
                   requires { typename std::bool_constant<(told_together<Policies...>(), true)>; };

}  // namespace estima::inline v0_1::detail
