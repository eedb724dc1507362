// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <nlohmann/json.hpp>

#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

namespace estima::inline v0_1 {

/// The one name for JSON in estima. Objects are sorted by key, so that a dump without spaces is canonical.
using json = nlohmann::json;

/// A number that the type wanted cannot hold; caught, like a member of another type, as json::exception.
struct number_out_of_range final : json::exception {
    number_out_of_range() : json::exception{0, "a number is no whole one, or out of range"} {}
};

/// The whole number in j as a T. json's own get() converts any number: 1e300 as an int is undefined behaviour.
/// Throws json::exception for anything else.
template <std::integral T>
[[nodiscard]] T whole_number(json const& j) {
    if (auto const* natural = j.get_ptr<json::number_unsigned_t const*>()) {  // is a number_integer_t for json, too
        if (std::in_range<T>(*natural)) return static_cast<T>(*natural);
    } else if (auto const* whole = j.get_ptr<json::number_integer_t const*>()) {
        if (std::in_range<T>(*whole)) return static_cast<T>(*whole);
    }
    throw number_out_of_range{};
}

/// The whole number that an object has under a name, or another value if it has none.
template <std::integral T>
[[nodiscard]] T whole_number(json const& object, char const* name, T otherwise) {
    auto const found = object.find(name);
    return found == object.end() ? otherwise : whole_number<T>(*found);
}

/// What is wrong with JSON, or with a member of it, in words for who reads an error.
inline std::string json_fault(json::exception const& e) {
    std::string const told = e.what();
    if (told.ends_with("with discarded")) return "it is no JSON";  // json::parse, told to throw nothing
    std::size_t const end = told.starts_with('[') ? told.find("] ") : std::string::npos;
    return end == std::string::npos ? told : told.substr(end + 2);
}

/// The number in JSON, which has no not-a-number and no infinities: they are the texts "NaN", "Infinity", "-Infinity".
inline json json_number(double value) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
    return value;
}

}  // namespace estima::inline v0_1
