// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string_view>

#include <estima/base/find_in.hpp>
#include <estima/requirement/conda_version.hpp>

namespace estima::inline v0_1 {

/// How a conda clause compares. `bare` is a text without an operator: a version, `1.24.*`, another glob or `^regex$`.
enum class conda_operator : unsigned char {
    bare,
    fuzzy,  ///< =1.24: 1.24 and 1.24.anything
    equal,
    not_equal,
    less_equal,
    greater_equal,
    less,
    greater,
    compatible  ///< ~=
};

/// One comparison of a match specification.
struct conda_clause {
    conda_operator op = conda_operator::bare;
    std::string_view text{};    ///< behind the operator, with its `*` if it has one
    bool joined_by_or = false;  ///< a '|' stands before it, not a ','
};

namespace requirement_detail {

constexpr std::string_view version_expected_after(conda_operator op) {
    switch (op) {
        case conda_operator::fuzzy:
            return "expected a version after =";
        case conda_operator::equal:
            return "expected a version after ==";
        case conda_operator::not_equal:
            return "expected a version after !=";
        case conda_operator::less_equal:
            return "expected a version after <=";
        case conda_operator::greater_equal:
            return "expected a version after >=";
        case conda_operator::less:
            return "expected a version after <";
        case conda_operator::greater:
            return "expected a version after >";
        case conda_operator::compatible:
            return "expected a version after ~=";
        case conda_operator::bare:
            break;
    }
    return "expected a version";
}

constexpr bool scan_conda_operator(scanner& s, conda_operator& op) {
    constexpr char const* words[] = {"==", "!=", "<=", ">=", "~=", "<", ">", "="};
    constexpr conda_operator operators[] = {conda_operator::equal,      conda_operator::not_equal,
                                            conda_operator::less_equal, conda_operator::greater_equal,
                                            conda_operator::compatible, conda_operator::less,
                                            conda_operator::greater,    conda_operator::fuzzy};
    std::size_t const start = s.at;
    op = conda_operator::bare;
    for (std::size_t i = 0; i < 8; ++i) {
        if (s.take(words[i])) {
            op = operators[i];
            break;
        }
    }
    if (is_one_of(s.peek(), "=<>!~"))
        return s.fail_at(start, requirement_fault::operator_unknown, "expected =, ==, !=, <=, >=, <, > or ~=");
    return true;
}

/// 1.24 of `1.24.*` and of `1.24*`.
constexpr std::string_view without_wildcard(std::string_view text) {
    while (!text.empty() && text.back() == '*') text.remove_suffix(1);
    if (!text.empty() && text.back() == '.') text.remove_suffix(1);
    return text;
}

/// The operators that conda joins with a wildcard at the end.
constexpr bool takes_wildcard(conda_clause const& c) {
    bool const dotted = c.text.size() > 2 && c.text.substr(c.text.size() - 2) == ".*";
    return c.op == conda_operator::fuzzy ||
           (dotted && (c.op == conda_operator::not_equal || c.op == conda_operator::greater_equal));
}

constexpr bool check_conda_text(scanner& s, conda_clause const& c, std::size_t offset) {
    std::size_t const star = find_in(c.text, '*');
    if (star == std::string_view::npos) {
        if (!check_conda_version(s, c.text, offset)) return false;
        if (c.op == conda_operator::compatible && find_in(c.text, '.') == std::string_view::npos)
            return s.fail_at(offset, requirement_fault::too_few_parts, "~= needs two numbers at least, such as ~=1.4");
        return true;
    }
    if (c.op == conda_operator::bare) return true;  // any glob
    std::string_view const version = without_wildcard(c.text);
    if (!takes_wildcard(c) || (find_in(version, '*') != std::string_view::npos))
        return s.fail_at(offset + star, requirement_fault::wildcard_misplaced,
                         "a wildcard goes without an operator, or as .* at the end behind =, != or >=");
    return version.empty() || check_conda_version(s, version, offset);
}

constexpr bool scan_conda_clause(scanner& s, conda_clause& c) {
    if (!scan_conda_operator(s, c.op)) return false;
    s.skip_blanks();
    std::size_t const start = s.at;
    if (c.op == conda_operator::bare && s.take('^')) {
        while (!s.done() && !is_blank(s.peek()) && s.peek() != '$') ++s.at;
        if (!s.take('$'))
            return s.fail(requirement_fault::version_malformed, "a regular expression stands between ^ and $");
        c.text = s.since(start);
        return true;
    }
    c.text = s.take_word("._-+!*");
    if (c.text.empty()) return s.fail(requirement_fault::version_expected, version_expected_after(c.op));
    return check_conda_text(s, c, start);
}

/// Clauses with ',' (and) and '|' (or) between them; ',' binds tighter. Without parentheses where conda reads them as
/// something else.
constexpr bool scan_conda_clauses(scanner& s, bool parentheses) {
    std::size_t depth = 0;
    std::size_t outermost = 0;
    for (;;) {
        s.skip_blanks();
        while (parentheses && s.peek() == '(') {
            if (depth++ == 0) outermost = s.at;
            ++s.at;
            s.skip_blanks();
        }
        conda_clause clause;
        if (!scan_conda_clause(s, clause)) return false;
        std::size_t const end = s.at;
        s.skip_blanks();
        while (depth > 0 && s.take(')')) {
            --depth;
            s.skip_blanks();
        }
        if (s.take(',') || s.take('|')) continue;
        if (depth > 0)
            return s.fail_at(outermost, requirement_fault::parenthesis_not_closed, "this parenthesis is not closed");
        if (!parentheses) s.at = end;
        return true;
    }
}

}  // namespace requirement_detail

/// Reads the clauses of a parsed specification's `versions` one by one, parentheses left out.
class conda_clause_reader {
public:
    constexpr explicit conda_clause_reader(std::string_view versions) : scanner_{versions} {}

    constexpr bool next(conda_clause& clause) {
        clause = {};
        for (; !scanner_.done() && requirement_detail::is_one_of(scanner_.peek(), " \t,|()"); ++scanner_.at)
            clause.joined_by_or |= scanner_.peek() == '|';
        return !scanner_.done() && requirement_detail::scan_conda_clause(scanner_, clause);
    }

private:
    requirement_detail::scanner scanner_;
};

}  // namespace estima::inline v0_1
