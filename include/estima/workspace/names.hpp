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
#include <estima/system/utf8.hpp>

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

/// EST-102 for a text that is to be kept in JSON and is none. `what` reads like "a tag", `where` like "run x".
inline void require_utf8(std::string_view what, std::string const& where, std::string_view text) {
    if (!is_utf8(text))
        throw error{"EST-102",
                    {.what = std::string{what} + " cannot have text that is not UTF-8",
                     .where = where,
                     .why = "it is " + shown_begin(text),
                     .remedy = "pass such data in a file of the source directory, or of ./outputs"}};
}
/// EST-512 for the name of a tag, a property or a parameter that is empty; EST-102 for one that is not UTF-8.
inline void require_key(std::string_view what, std::string const& where, std::string_view name) {
    if (name.empty())
        throw error{"EST-512",
                    {.what = std::string{what} + " needs a name",
                     .where = where,
                     .why = "the name is empty",
                     .remedy = "give it one"}};
    require_utf8(what, where, name);
}
/// EST-501 for a property or parameter that is to become another than it is.
inline void require_same(std::string const& kind, std::string const& where, std::string const& name,
                         std::string const& is, std::string const& wanted) {
    if (is != wanted)
        throw error{"EST-501",
                    {.what = "a " + kind + " cannot be changed",
                     .where = kind + " " + shown_begin(name) + " of " + where,
                     .why = "it is " + shown_begin(is) + " and was to become " + shown_begin(wanted),
                     .remedy = "use a tag for what changes"}};
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
