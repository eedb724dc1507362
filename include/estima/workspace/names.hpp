// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include <estima/base/error.hpp>
#include <estima/system/clock.hpp>
#include <estima/system/random_hex.hpp>
#include <estima/system/shown.hpp>

namespace estima::inline v0_1 {

namespace detail {
constexpr bool is_name(std::string_view name, std::size_t longest = 200) {
    return !name.empty() && name.size() <= longest && name.front() != '.' && name.front() != '-' &&
           std::all_of(name.begin(), name.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
                      c == '-' || c == '.';
           });
}

/// Whether a run could have this id: the experiment's name, seconds, eight digits.
constexpr bool is_run_id(std::string_view id) { return is_name(id, 200 + 40); }

/// Names of experiments and models become folders and parts of run ids: EST-305 for what could not be one.
/// `kind` reads like "an experiment".
inline void require_name(std::string_view kind, std::string const& name) {
    if (is_name(name)) return;
    throw error{"EST-305",
                {.what = "\"" + shown(name.substr(0, 300)) + "\" cannot be the name of " + std::string{kind},
                 .remedy = "use 1 to 200 letters, digits, '_', '-' and '.', a letter, digit or '_' first"}};
}

inline std::string new_run_id(std::string const& experiment) {
    return experiment + "_" + std::to_string(static_cast<std::int64_t>(epoch_seconds())) + "_" + random_hex();
}
}  // namespace detail

}  // namespace estima::inline v0_1
