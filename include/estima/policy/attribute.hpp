// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <type_traits>

#include <estima/policy/facts.hpp>

namespace estima::inline v0_1 {

namespace detail {
/// It tells facts, is no policy itself, and if it says where it belongs, it belongs there.
template <class T, class... Takers>
concept attribute_of = requires(facts& f) { T::tell(f); } && !requires { typename T::slot; } &&
                       (!requires { typename T::taken_by; } || (std::is_same_v<typename T::taken_by, Takers> || ...));

struct misplaced_argument {
    static constexpr void tell(facts& f) { f.description.has_a_misplaced_argument = true; }
};
template <bool IsTaken>
struct if_taken {
    template <class T>
    using type = T;
};
template <>
struct if_taken<false> {
    template <class>
    using type = misplaced_argument;
};

/// What stands between the angle brackets of a policy tells its facts; what does not belong there is EST-053. An
/// attribute says by `taken_by` which slot's policies, or which one of them, take it; without that, any may.
template <class... Takers>
struct takes {
    template <class... Attributes>
    static constexpr void tell([[maybe_unused]] facts& f) {
        (if_taken<attribute_of<Attributes, Takers...>>::template type<Attributes>::tell(f), ...);
    }
};
}  // namespace detail

}  // namespace estima::inline v0_1
