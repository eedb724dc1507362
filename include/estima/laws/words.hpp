// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string_view>

#include <estima/base/find_in.hpp>
#include <estima/policy/reserved_variables.hpp>
#include <estima/policy/static_list.hpp>
#include <estima/requirement/conda_spec.hpp>
#include <estima/requirement/image_reference.hpp>
#include <estima/requirement/package_conflict.hpp>
#include <estima/requirement/pip_version.hpp>

/// What the laws know of single texts and lists.
namespace estima::inline v0_1::laws_detail {

constexpr bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
constexpr bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// A name as policies have it: "scikit_learn".
constexpr bool is_word(std::string_view text) {
    if (text.empty() || !is_lower(text.front())) return false;
    for (char const c : text)
        if (!is_lower(c) && !is_digit(c) && c != '_') return false;
    return true;
}

constexpr bool is_variable_name(std::string_view text) {
    if (text.empty() || is_digit(text.front())) return false;
    for (char const c : text)
        if (!is_lower(c) && !is_upper(c) && !is_digit(c) && c != '_') return false;
    return true;
}

/// One line of words, as rules have it: no break, no full stop at the end.
constexpr bool is_one_line(std::string_view text) {
    return !text.empty() && text.back() != '.' && find_any_in(text, "\n\r\t") == text.npos && text.front() != ' ' &&
           text.back() != ' ';
}

constexpr bool is_path_inside(std::string_view path) {
    if (path.empty() || path.front() == '/') return false;
    for (std::string_view rest = path; !rest.empty();) {
        std::size_t const end = find_in(rest, '/');
        if (rest.substr(0, end) == "..") return false;
        rest = end == rest.npos ? std::string_view{} : rest.substr(end + 1);
    }
    return true;
}

/// Each of these has what `same` compares once.
template <class T, class Same>
constexpr bool has_no_two(static_list<T> const& list, Same same) {
    for (std::size_t i = 0; i < list.size; ++i)
        for (std::size_t j = 0; j < i; ++j)
            if (same(list.first[i], list.first[j])) return false;
    return true;
}

/// Names that a process can have and a job may set, each once.
constexpr bool are_variables(static_list<named_value> const& list) {
    for (named_value const& one : list)
        if (!is_variable_name(one.name) || is_reserved_variable(one.name) || find_in(one.value, '\0') != one.value.npos)
            return false;
    return has_no_two(list, [](named_value const& a, named_value const& b) { return a.name == b.name; });
}

/// Requirements that pip can read and satisfy together, each package once.
constexpr bool are_pip_packages(name_list const& list) {
    for (std::string_view const one : list)
        if (!parse_pip_requirement(one)) return false;
    return !first_pip_conflict(list.first, list.size);
}
constexpr bool are_conda_packages(name_list const& list) {
    for (std::string_view const one : list)
        if (!parse_conda_spec(one)) return false;
    return !first_conda_conflict(list.first, list.size);
}
constexpr bool is_image_or_none(std::string_view reference) {
    return reference.empty() || static_cast<bool>(parse_image_reference(reference));
}

/// Versions that can be read, from the oldest to the newest, each once.
constexpr bool ascend(static_list<framework_version> const& list) {
    for (std::size_t i = 0; i < list.size; ++i) {
        parsed<pip_version> const version = parse_pip_version(list.first[i].version);
        if (!version) return false;
        if (i > 0 && compare_versions(*parse_pip_version(list.first[i - 1].version), *version) >= 0) return false;
    }
    return true;
}

}  // namespace estima::inline v0_1::laws_detail
