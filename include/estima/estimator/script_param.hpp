// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <estima/base/list_of.hpp>
#include <estima/base/text_field.hpp>
#include <estima/estimator/data_input.hpp>

namespace estima::inline v0_1 {

/// The value of a parameter that is only a name, such as argparse's store_true: `{"--verbose", estima::flag}`.
struct flag_tag {};
inline constexpr flag_tag flag{};

namespace detail {
/// A character that is no `char`: whether its number or its text is meant, and in which encoding, cannot be told.
template <class T>
concept foreign_character = std::same_as<T, wchar_t> || std::same_as<T, char8_t> || std::same_as<T, char16_t> ||
                            std::same_as<T, char32_t>;
}  // namespace detail

/// Text (also of one `char`), a number, a bool ("true" or "false"), a path, a flag, or an input. Kept as given; it
/// becomes text when the estimator is lowered, a floating-point number as the shortest one that reads back to the same
/// value.
struct script_value {
    enum class kind : unsigned char { name_only, text, integer, natural, real, single_precision, input };

    kind is = kind::name_only;
    std::string text{};
    long long integer = 0;
    unsigned long long natural = 0;
    double real = 0;
    data_input input{};

    script_value(flag_tag) {}                                                              // NOLINT: implicit
    /// A null pointer becomes a text that no process can be given, which submit refuses (EST-025).
    script_value(char const* value)  // NOLINT
        : is{kind::text}, text{value != nullptr ? std::string{value} : std::string(1, '\0')} {}
    script_value(std::nullptr_t) = delete;
    script_value(std::string value) : is{kind::text}, text{std::move(value)} {}            // NOLINT
    script_value(std::string_view value) : is{kind::text}, text{value} {}                  // NOLINT
    script_value(std::same_as<bool> auto value) : is{kind::text}, text{value ? "true" : "false"} {}  // NOLINT
    script_value(std::same_as<char> auto value) : is{kind::text}, text(1, value) {}                  // NOLINT
    /// Convert it to the text or the number that is meant.
    script_value(detail::foreign_character auto value) = delete;
    script_value(std::signed_integral auto value)  // NOLINT
        requires(!std::same_as<decltype(value), char> && !detail::foreign_character<decltype(value)>)
        : is{kind::integer}, integer{value} {}
    script_value(std::unsigned_integral auto value)  // NOLINT
        requires(!std::same_as<decltype(value), bool> && !std::same_as<decltype(value), char> &&
                 !detail::foreign_character<decltype(value)>)
        : is{kind::natural}, natural{value} {}
    script_value(std::floating_point auto value)  // NOLINT
        : is{std::same_as<decltype(value), float> ? kind::single_precision : kind::real},
          real{static_cast<double>(value)} {}
    script_value(data_input value) : is{kind::input}, input{std::move(value)} {}                  // NOLINT
    script_value(named_dataset const& value) : is{kind::input}, input(value) {}                   // NOLINT
    script_value(datastore const& value) : is{kind::input}, input(value) {}                       // NOLINT
    /// std::filesystem::path, without its header.
    template <class Path>
        requires requires(Path const& p) {
            { p.native() } -> std::convertible_to<std::string>;
            p.lexically_normal();
        }
    script_value(Path const& value) : is{kind::text}, text{value.native()} {}  // NOLINT

    bool operator==(script_value const&) const = default;
};

/// One parameter of the script. An empty text is passed as an empty argument; a flag passes its name alone.
struct script_param {
    text_field name{};
    script_value value;
    bool operator==(script_param const&) const = default;
};

template <>
struct entry_of<script_param> {
    using given = script_param;
    using value = script_value;
};

}  // namespace estima::inline v0_1
