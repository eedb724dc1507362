// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include <estima/base/error.hpp>
#include <estima/history/run_id.hpp>
#include <estima/system/clock.hpp>
#include <estima/system/random_hex.hpp>
#include <estima/system/shown.hpp>

namespace estima::inline v0_1 {

namespace detail {
/// Names of experiments and models become folders and parts of run ids: EST-305 for what could not be one.
/// `kind` reads like "an experiment".
inline void require_name(std::string_view kind, std::string const& name) {
    if (is_name(name)) return;
    throw error{"EST-305",
                {.what = "\"" + shown(name.substr(0, 300)) + "\" cannot be the name of " + std::string{kind},
                 .remedy = "use 1 to 200 letters, digits, '_', '-' and '.', a letter, digit or '_' first"}};
}

/// Whether a file of that name in a workspace is its index, which is derived from the rest, or a part of that.
inline bool is_index_name(std::string_view name) {
    return name.starts_with("index.") && name.find("sqlite") != std::string_view::npos;
}

inline std::string new_run_id(std::string const& experiment) {
    return experiment + "_" + std::to_string(static_cast<std::int64_t>(epoch_seconds())) + "_" + random_hex();
}
}  // namespace detail

}  // namespace estima::inline v0_1
