// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/base/bytes.hpp>

namespace estima::inline v0_1::detail {

/// What shm_size takes. It converts from anything, so that whatever is no size is told by a rule, and only by that.
struct size_argument {
    bytes size{};
    bool is_a_size = true;

    constexpr size_argument(bytes given) : size{given} {}  // NOLINT: implicit, `shm_size<4_GiB>`
    template <class Other>
    constexpr size_argument(Other) : is_a_size{false} {}  // NOLINT
    constexpr bool operator==(size_argument const&) const = default;
};

}  // namespace estima::inline v0_1::detail
