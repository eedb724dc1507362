// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace estima::inline v0_1 {

/// What the id of a run tells: "<experiment>_<seconds since 1970>_<8 hexadecimal digits>". Nothing and 0 of a name of
/// another form.
struct run_id_parts {
    std::string_view experiment{};  ///< for which it was made: it may belong to another one by now
    std::int64_t seconds = 0;       ///< when it was made
};

inline run_id_parts parts_of_run_id(std::string_view id) {
    std::size_t const end = id.rfind('_');
    std::size_t const begin = end == std::string_view::npos || end == 0 ? end : id.rfind('_', end - 1);
    if (begin == std::string_view::npos || begin >= end) return {};
    std::int64_t seconds = 0;
    std::from_chars(id.data() + begin + 1, id.data() + end, seconds);
    return {id.substr(0, begin), seconds};
}

}  // namespace estima::inline v0_1
