// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string_view>

#include <estima/base/find_in.hpp>
#include <estima/requirement/pip_version.hpp>

namespace estima::inline v0_1 {

/// The operators of PEP 440: ~=, ==, !=, <=, >=, <, > and ===.
enum class pip_operator : unsigned char {
    compatible,
    equal,
    not_equal,
    less_equal,
    greater_equal,
    less,
    greater,
    identical
};

/// One comparison of a requirement: `>=1.20`, `==1.*`.
struct pip_clause {
    pip_operator op = pip_operator::equal;
    bool wildcard = false;    ///< the version ends with `.*`
    std::string_view text{};  ///< what stands behind the operator
    pip_version version{};    ///< the same in parts; empty for `===`, which compares texts
};

namespace requirement_detail {

constexpr std::string_view version_expected_after(pip_operator op) {
    switch (op) {
        case pip_operator::compatible:
            return "expected a version after ~=";
        case pip_operator::equal:
            return "expected a version after ==";
        case pip_operator::not_equal:
            return "expected a version after !=";
        case pip_operator::less_equal:
            return "expected a version after <=";
        case pip_operator::greater_equal:
            return "expected a version after >=";
        case pip_operator::less:
            return "expected a version after <";
        case pip_operator::greater:
            return "expected a version after >";
        case pip_operator::identical:
            break;
    }
    return "expected a version after ===";
}

constexpr bool scan_pip_operator(scanner& s, pip_operator& op) {
    constexpr char const* words[] = {"===", "~=", "==", "!=", "<=", ">=", "<", ">"};
    constexpr pip_operator operators[] = {
        pip_operator::identical,  pip_operator::compatible,    pip_operator::equal, pip_operator::not_equal,
        pip_operator::less_equal, pip_operator::greater_equal, pip_operator::less,  pip_operator::greater};
    for (std::size_t i = 0; i < 8; ++i) {
        if (s.take(words[i])) {
            op = operators[i];
            return true;
        }
    }
    if (s.peek() == '=')
        return s.fail(requirement_fault::operator_unknown, "a single = is conda's; pip compares with ==");
    if (is_one_of(s.peek(), "~!"))
        return s.fail(requirement_fault::operator_unknown, "expected ==, !=, <=, >=, <, >, ~= or ===");
    return s.fail(requirement_fault::operator_expected, "expected ==, !=, <=, >=, <, >, ~= or ===");
}

constexpr bool scan_pip_clause(scanner& s, pip_clause& clause) {
    if (!scan_pip_operator(s, clause.op)) return false;
    s.skip_blanks();
    std::size_t const start = s.at;
    if (clause.op == pip_operator::identical) {
        clause.text = s.take_word("-_.*+!");
        if (clause.text.empty()) return s.fail(requirement_fault::version_expected, version_expected_after(clause.op));
        return true;
    }
    if (!scan_release(s, clause.version))
        return s.fail(requirement_fault::version_expected, version_expected_after(clause.op));
    bool const takes_all = clause.op == pip_operator::equal || clause.op == pip_operator::not_equal;
    if (takes_all && s.take(".*"))
        clause.wildcard = true;
    else
        scan_suffixes(s, clause.version);
    clause.text = s.since(start);
    if (s.peek() == '*' || s.starts_with(".*"))
        return s.fail(requirement_fault::wildcard_misplaced,
                      "a wildcard is .* behind the digits of a release, after == or != only");
    if (!s.done() && !is_blank(s.peek()) && !is_one_of(s.peek(), ",;)"))
        return s.fail(requirement_fault::version_malformed, "this is not part of a version (PEP 440)");
    if (!takes_all && !clause.version.local.empty())
        return s.fail_at(start + find_in(clause.text, '+'), requirement_fault::local_version_misplaced,
                         "a local version (+...) can be compared with == and != only");
    if (clause.op == pip_operator::compatible && find_in(clause.version.release, '.') == std::string_view::npos)
        return s.fail_at(start, requirement_fault::too_few_parts, "~= needs two numbers at least, such as ~=1.4");
    return true;
}

/// Clauses with commas between them; one may end the list. None at all is well formed here.
constexpr bool scan_pip_clauses(scanner& s) {
    while (!s.done() && !is_one_of(s.peek(), ";)")) {
        pip_clause clause;
        if (!scan_pip_clause(s, clause)) return false;
        s.skip_blanks();
        if (!s.take(',')) return true;
        s.skip_blanks();
    }
    return true;
}

}  // namespace requirement_detail

/// Reads the clauses of a parsed requirement's `versions` one by one: `for (pip_clause c; reader.next(c);)`.
class pip_clause_reader {
public:
    constexpr explicit pip_clause_reader(std::string_view versions) : scanner_{versions} {}

    constexpr bool next(pip_clause& clause) {
        scanner_.skip_blanks();
        if (scanner_.done()) return false;
        clause = {};
        if (!requirement_detail::scan_pip_clause(scanner_, clause)) return false;
        scanner_.skip_blanks();
        scanner_.take(',');
        return true;
    }

private:
    requirement_detail::scanner scanner_;
};

}  // namespace estima::inline v0_1
