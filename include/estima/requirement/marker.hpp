// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string_view>

#include <estima/requirement/scanner.hpp>

// Environment markers (PEP 508): what stands behind the ';' of a requirement. Only the form is checked: on which
// machine the requirement will be read is not known.
namespace estima::inline v0_1::requirement_detail {

/// The variables of PEP 508, and the spellings with a dot that older files have and pip still reads.
constexpr bool is_marker_variable(std::string_view name) {
    constexpr std::string_view known[] = {"python_version",
                                          "python_full_version",
                                          "os_name",
                                          "sys_platform",
                                          "platform_release",
                                          "platform_system",
                                          "platform_version",
                                          "platform_machine",
                                          "platform_python_implementation",
                                          "implementation_name",
                                          "implementation_version",
                                          "extra",
                                          "os.name",
                                          "sys.platform",
                                          "platform.version",
                                          "platform.machine",
                                          "platform.python_implementation",
                                          "python_implementation"};
    for (std::string_view const other : known)
        if (name == other) return true;
    return false;
}

/// A variable, or a text in quotes: printable ASCII, and no backslash, since nothing is escaped.
constexpr bool scan_marker_value(scanner& s) {
    std::size_t const start = s.at;
    if (char const quote = s.peek(); quote == '"' || quote == '\'') {
        for (++s.at; !s.done() && s.peek() != quote; ++s.at)
            if (s.peek() < ' ' || s.peek() > '~' || s.peek() == '\\')
                return s.fail(requirement_fault::marker_expected, "a quoted string holds no such character");
        if (!s.take(quote)) return s.fail_at(start, requirement_fault::quote_not_closed, "this quote is not closed");
        return true;
    }
    std::string_view const name = s.take_word("_.");
    if (name.empty())
        return s.fail(requirement_fault::marker_expected, "expected a marker variable or a quoted string");
    if (!is_marker_variable(name))
        return s.fail_at(start, requirement_fault::marker_variable_unknown,
                         "this is no marker variable (PEP 508); a value stands in quotes");
    return true;
}

constexpr bool scan_marker_operator(scanner& s) {
    constexpr char const* signs[] = {"===", "==", "~=", "!=", "<=", ">=", "<", ">"};
    for (char const* const sign : signs)
        if (s.take(sign)) return true;
    std::size_t const start = s.at;
    std::string_view word = s.take_word("_");
    if (word == "not" && s.skip_blanks()) word = s.take_word("_") == "in" ? "in" : "";
    if (word == "in") return true;
    return s.fail_at(start, requirement_fault::marker_operator_expected,
                     "expected ==, !=, <=, >=, <, >, ~=, ===, in or not in");
}

/// The whole marker, to the end of the text. Comparisons joined by `and` and `or` differ in precedence, not in form,
/// and parentheses only have to match: so there is no recursion, however deep they are.
constexpr bool scan_marker(scanner& s) {
    std::size_t depth = 0;
    for (;;) {
        s.skip_blanks();
        while (s.take('(')) {
            ++depth;
            s.skip_blanks();
        }
        if (!scan_marker_value(s)) return false;
        s.skip_blanks();
        if (!scan_marker_operator(s)) return false;
        s.skip_blanks();
        if (!scan_marker_value(s)) return false;
        s.skip_blanks();
        while (depth > 0 && s.take(')')) {
            --depth;
            s.skip_blanks();
        }
        std::size_t const start = s.at;
        std::string_view const word = s.take_word("_");
        if (word == "and" || word == "or") continue;
        s.at = start;
        if (depth > 0) return s.fail(requirement_fault::parenthesis_not_closed, "expected and, or or ')'");
        return s.done() || s.fail(requirement_fault::end_expected, "expected and, or or the end");
    }
}

}  // namespace estima::inline v0_1::requirement_detail
