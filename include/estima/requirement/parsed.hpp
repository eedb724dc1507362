// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string_view>

namespace estima::inline v0_1 {

/// What is wrong with a requirement string or an image reference. `parsed::reason` says it in words.
enum class requirement_fault : unsigned char {
    none,
    name_expected,
    name_malformed,
    extra_expected,
    bracket_not_closed,
    parenthesis_not_closed,
    operator_expected,
    operator_unknown,
    version_expected,
    version_malformed,
    wildcard_misplaced,
    local_version_misplaced,
    too_few_parts,
    end_expected,
    url_expected,
    url_malformed,
    marker_expected,
    marker_variable_unknown,
    marker_operator_expected,
    quote_not_closed,
    channel_expected,
    build_expected,
    key_expected,
    key_unknown,
    value_expected,
    given_twice,
    scheme_given,
    upper_case,
    host_malformed,
    port_expected,
    path_malformed,
    path_too_long,
    tag_malformed,
    tag_too_long,
    digest_malformed,
    digest_algorithm_unknown,
    digest_length,
    image_id,
};

/// What a parser found: the parts, as views into its input, or why the input is malformed and where.
template <class T>
struct parsed {
    T value{};  ///< the parts; only when there is no fault
    requirement_fault fault = requirement_fault::none;
    std::size_t position = 0;   ///< of the fault: bytes from the start, the size of the input when it ends too early
    std::string_view reason{};  ///< the fault in words, such as "expected a version after =="; in static storage

    constexpr explicit operator bool() const { return fault == requirement_fault::none; }
    constexpr T const& operator*() const { return value; }
    constexpr T const* operator->() const { return &value; }
};

}  // namespace estima::inline v0_1
