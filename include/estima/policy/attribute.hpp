// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>

#include <estima/policy/facts.hpp>

namespace estima::inline v0_1 {

namespace detail {
template <class T, class... Takers>
inline constexpr bool belongs_to = true;
template <class T, class... Takers>
    requires requires { typename T::taken_by; }
inline constexpr bool belongs_to<T, Takers...> = (std::same_as<typename T::taken_by, Takers> || ...);

/// It tells facts, is no policy itself, and if it says where it belongs, it belongs there.
template <class T, class... Takers>
concept attribute_of = requires(facts& f) { T::tell(f); } && !requires { typename T::slot; } && belongs_to<T, Takers...>;

/// What stands between the angle brackets of a policy tells its facts; what does not belong there is EST-053. An attribute
/// says by `taken_by` which slot's policies, or which one of them, take it; without that, any may.
template <class... Takers>
struct takes {
    template <class T>
    static constexpr void tell_one(facts& f) {
        if constexpr (attribute_of<T, Takers...>) T::tell(f);
        else f.description.has_a_misplaced_argument = true;
    }
    template <class... Attributes>
    static constexpr void tell(facts& f) {
        (tell_one<Attributes>(f), ...);
    }
};
}  // namespace detail

}  // namespace estima::inline v0_1
