// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string_view>

#include <estima/requirement/marker.hpp>
#include <estima/requirement/package_name.hpp>
#include <estima/requirement/pip_clause.hpp>

namespace estima::inline v0_1 {

/// What a pip requirement says (PEP 508), each part as it stands in the input; empty: it says nothing of it.
struct pip_requirement {
    std::string_view name{};      ///< compare names with same_package_name
    std::string_view extras{};    ///< what stands between [ and ]: `security, socks`
    std::string_view versions{};  ///< clauses with commas between them; read them with pip_clause_reader
    std::string_view url{};       ///< of `name @ url`
    std::string_view marker{};    ///< what stands behind the ';'
};

namespace requirement_detail {

constexpr bool scan_name(scanner& s, std::string_view& name, requirement_fault missing, std::string_view words) {
    if (!is_alnum(s.peek())) return s.fail(missing, words);
    std::size_t const start = s.at;
    name = s.take_word("-_.");
    if (!is_alnum(name.back())) {
        std::size_t last = name.size();
        while (!is_alnum(name[last - 1])) --last;
        return s.fail_at(start + last, requirement_fault::name_malformed, "a name ends with a letter or a digit");
    }
    return true;
}

constexpr bool scan_extras(scanner& s, std::string_view& extras) {
    if (!s.take('[')) return true;
    s.skip_blanks();
    std::size_t const start = s.at;
    if (s.take(']')) return true;
    for (;;) {
        std::string_view extra;
        if (!scan_name(s, extra, requirement_fault::extra_expected, "expected the name of an extra")) return false;
        extras = s.since(start);
        s.skip_blanks();
        if (s.take(']')) return true;
        if (!s.take(',')) return s.fail(requirement_fault::bracket_not_closed, "expected ']' or a comma");
        s.skip_blanks();
    }
}

/// scheme://host/..., or file:///path and git+file:///path.
constexpr bool is_url(std::string_view url) {
    scanner s{url};
    if (!is_letter(s.peek())) return false;
    std::string_view const scheme = s.take_word("+-.");
    if (!s.take("://")) return false;
    std::size_t const start = s.at;
    if (scheme.size() >= 4 && compare_text(scheme.substr(scheme.size() - 4), "file") == 0) return !s.done();
    while (!s.done() && !is_one_of(s.peek(), "/?#")) ++s.at;
    return s.at != start;
}

constexpr bool scan_url(scanner& s, std::string_view& url) {
    s.skip_blanks();
    std::size_t const start = s.at;
    while (!s.done() && !is_blank(s.peek())) ++s.at;
    url = s.since(start);
    if (url.empty()) return s.fail(requirement_fault::url_expected, "expected a URL after @");
    if (!is_url(url))
        return s.fail_at(start, requirement_fault::url_malformed, "expected a URL with a scheme, such as https://...");
    return true;
}

constexpr bool scan_versions(scanner& s, std::string_view& versions) {
    std::size_t const open = s.at;
    bool const enclosed = s.take('(');
    s.skip_blanks();
    std::size_t const start = s.at;
    if (enclosed && s.peek() == ')')
        return s.fail(requirement_fault::operator_expected, "expected ==, !=, <=, >=, <, >, ~= or ===");
    if (!scan_pip_clauses(s)) return false;
    versions = s.since(start);
    while (!versions.empty() && is_blank(versions.back())) versions.remove_suffix(1);
    if (enclosed && !s.take(')'))
        return s.fail_at(s.done() ? open : s.at, requirement_fault::parenthesis_not_closed,
                         s.done() ? "this parenthesis is not closed" : "expected ')' or a comma");
    return true;
}

constexpr bool scan_pip_requirement(scanner& s, pip_requirement& r) {
    s.skip_blanks();
    if (!scan_name(s, r.name, requirement_fault::name_expected, "expected a package name")) return false;
    s.skip_blanks();
    if (!scan_extras(s, r.extras)) return false;
    s.skip_blanks();
    if (s.take('@') ? !scan_url(s, r.url) : !scan_versions(s, r.versions)) return false;
    s.skip_blanks();
    if (s.done()) return true;
    if (!s.take(';'))
        return s.fail(requirement_fault::end_expected,
                      r.url.empty() ? "expected a comma, ';' or the end" : "expected ';' or the end");
    s.skip_blanks();
    std::size_t const start = s.at;
    if (!scan_marker(s)) return false;
    r.marker = s.since(start);
    while (is_blank(r.marker.back())) r.marker.remove_suffix(1);
    return true;
}

}  // namespace requirement_detail

/// A requirement as pip reads it from a command line or a file: `requests[socks]>=2.8,<3; python_version < "3.8"`,
/// `name @ https://...`. Options (`-r`, `--hash`) and comments belong to the file, not to the requirement.
constexpr parsed<pip_requirement> parse_pip_requirement(std::string_view text) {
    if (std::size_t const name = requirement_detail::size_of_plain_name(text, false); name != 0)
        return {{.name = text.substr(0, name), .versions = text.substr(name)}, requirement_fault::none, 0, {}};
    requirement_detail::scanner s{text};
    pip_requirement r;
    requirement_detail::scan_pip_requirement(s, r);
    return s.result(r);
}

}  // namespace estima::inline v0_1
