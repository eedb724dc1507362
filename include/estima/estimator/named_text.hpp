// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>
#include <string>
#include <utility>

#include <estima/base/given_text.hpp>
#include <estima/base/list_of.hpp>

namespace estima::inline v0_1 {

/// A tag or a variable as it is written, `{"team", "vision"}`, to be kept as a pair.
struct named_text {
    std::string name, value;

    /// Of given_text, so that the compiler names a part that is no text, and takes neither 0 nor a null pointer for it.
    named_text(given_text its_name, given_text its_value)
        : name{std::move(its_name.kept)}, value{std::move(its_value.kept)} {}
    template <std::convertible_to<std::string> Name, std::convertible_to<std::string> Value>
    named_text(std::pair<Name, Value> const& both)  // NOLINT: implicit
        : named_text{given_text{both.first}, given_text{both.second}} {}

    /// A template, so that a program that has no tags is not compiled with pairs.
    template <std::same_as<std::pair<std::string, std::string>> Pair>
    operator Pair() const {  // NOLINT: implicit
        return {name, value};
    }
};

template <>
struct entry_of<std::pair<std::string, std::string>> {
    using given = named_text;
    using value = given_text;
};

}  // namespace estima::inline v0_1
