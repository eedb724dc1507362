// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string_view>

#include <estima/base/fixed_string_type.hpp>

namespace estima::inline v0_1 {

template <std::size_t Size>
constexpr auto fixed_string<Size>::view() const {
    return is_number() ? std::string_view{} : std::string_view{text, Size - 1};
}

}  // namespace estima::inline v0_1
