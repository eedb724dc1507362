// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string_view>

#include <estima/base/find_in.hpp>
#include <estima/requirement/conda_spec.hpp>
#include <estima/requirement/version_interval.hpp>

namespace estima::inline v0_1 {

namespace requirement_detail {

/// A place between versions in conda's order: before or behind a version, or all that begins with the same components.
struct conda_cut {
    int infinite = 0;  ///< -1: below all versions; 1: above all
    conda_version_parts version{""};
    std::size_t components = 0;  ///< that count; 0: the version as a whole
    int side = -1;               ///< -1: below; 1: above

    static constexpr conda_cut lowest() { return {.infinite = -1}; }
    static constexpr conda_cut highest() { return {.infinite = 1}; }
    static constexpr conda_cut below(std::string_view text) { return {.version = conda_version_parts{text}}; }
    static constexpr conda_cut above(std::string_view text) {
        return {.version = conda_version_parts{text}, .side = 1};
    }
    static constexpr conda_cut below_prefix(std::string_view text, std::size_t components) {
        return {.version = conda_version_parts{text}, .components = components};
    }
    static constexpr conda_cut above_prefix(std::string_view text, std::size_t components) {
        return {.version = conda_version_parts{text}, .components = components, .side = 1};
    }
};

/// The main parts; `decided` when one of the cuts ends there, since it is below or above all that begins so.
constexpr int compare_main_parts(conda_cut const& a, conda_cut const& b, bool& decided) {
    std::string_view x = a.version.main;
    std::string_view y = b.version.main;
    decided = true;
    for (std::size_t i = 1; !x.empty() || !y.empty(); ++i) {
        conda_elements m{next_component(x)};
        conda_elements n{next_component(y)};
        for (;;) {
            bool const a_ends = i == a.components && m.done();
            bool const b_ends = i == b.components && n.done();
            if (a_ends) return b_ends ? compare_ranks(a.side, b.side) : a.side;
            if (b_ends) return -b.side;
            if (m.done() && n.done()) break;
            if (int const order = compare_elements(m.next(), n.next()); order != 0) return order;
        }
    }
    decided = false;
    return 0;
}

constexpr int compare_cuts(conda_cut const& a, conda_cut const& b) {
    if (a.infinite != 0 || b.infinite != 0) return compare_ranks(a.infinite, b.infinite);
    if (int const order = compare_numbers(a.version.epoch, b.version.epoch); order != 0) return order;
    bool decided = false;
    if (int const order = compare_main_parts(a, b, decided); order != 0 || decided) return order;
    if (int const order = compare_components(a.version.local, b.version.local); order != 0) return order;
    return compare_ranks(a.side, b.side);
}

using conda_interval = version_interval<conda_cut>;

/// How many leading components are complete numbers, the only ones whose beginnings lie side by side. `all`: of how
/// many.
constexpr std::size_t count_numeric_components(std::string_view version, std::size_t& all) {
    std::string_view main = conda_version_parts{version}.main;
    std::size_t count = 0;
    for (all = 0; !main.empty(); ++all) {
        std::string_view const component = next_component(main);
        bool numeric = true;
        for (char const c : component) numeric &= is_digit(c);
        if (numeric && count == all) ++count;
    }
    return count;
}

/// What begins with a version: with its components (1.2 and 1.2.3 and 1.2rc1), or, `as_text`, also 1.20.
constexpr conda_interval versions_beginning_with(std::string_view version, bool as_text) {
    std::size_t all = 0;
    std::size_t const numeric = version.empty() ? 0 : count_numeric_components(version, all);
    if (numeric == 0) return {};
    conda_interval kept{conda_cut::below_prefix(version, numeric), conda_cut::above_prefix(version, numeric)};
    if (as_text && numeric == all)
        kept.high = all == 1 ? conda_cut::highest() : conda_cut::above_prefix(version, all - 1);
    return kept;
}

/// The clauses of one alternative, and how a single = among them is meant.
struct conda_terms {
    conda_clause_reader reader;
    bool equals_is_exact = false;     ///< =1.24 is ==1.24
    bool equals_is_a_prefix = false;  ///< =1.24 is 1.24.*; otherwise its text begins with 1.24

    constexpr conda_terms(conda_spec const& spec, std::string_view alternative) : reader{alternative} {
        bool const alone = !spec.version_is_in_brackets && find_any_in(spec.versions, ",|") == std::string_view::npos;
        equals_is_exact = alone && spec.single_equals_is_exact;
        equals_is_a_prefix = alone && !spec.single_equals_is_exact;
    }
    constexpr bool next(conda_clause& c) { return reader.next(c); }
};

/// What a clause other than != keeps, or more where that is not sure.
constexpr conda_interval versions_kept_by(conda_clause const& c, conda_terms const& terms) {
    bool const star = find_in(c.text, '*') != std::string_view::npos;
    bool const dotted_star = star && c.text.size() > 2 && c.text.substr(c.text.size() - 2) == ".*";
    std::string_view const version = without_wildcard(c.text);
    switch (c.op) {
        case conda_operator::bare:
            if (c.text.front() == '^' || find_in(version, '*') != std::string_view::npos) return {};
            if (star) return versions_beginning_with(version, !dotted_star);
            return {conda_cut::below(version), conda_cut::above(version)};
        case conda_operator::fuzzy:
            if (terms.equals_is_exact && !star) return {conda_cut::below(version), conda_cut::above(version)};
            return versions_beginning_with(version, star ? !dotted_star : !terms.equals_is_a_prefix);
        case conda_operator::equal:
            return {conda_cut::below(version), conda_cut::above(version)};
        case conda_operator::greater_equal:
            return {.low = conda_cut::below(version)};
        case conda_operator::greater:
            return {.low = conda_cut::above(version)};
        case conda_operator::less_equal:
            return {.high = conda_cut::above(version)};
        case conda_operator::less:
            return {.high = conda_cut::below(version)};
        case conda_operator::compatible: {
            std::size_t all = 0;
            if (count_numeric_components(version, all) != all || all < 2) return {.low = conda_cut::below(version)};
            return {conda_cut::below(version), conda_cut::above_prefix(version, all - 1)};
        }
        case conda_operator::not_equal:
            break;
    }
    return {};
}

/// The clauses of two alternatives, one after the other, and what their != take out.
struct conda_holes {
    conda_terms first;
    conda_terms second;
    constexpr bool next(conda_interval& hole) {
        for (conda_clause c; first.next(c) || second.next(c);) {
            if (c.op != conda_operator::not_equal) continue;
            std::string_view const version = without_wildcard(c.text);
            std::size_t all = 0;
            std::size_t const numeric = count_numeric_components(version, all);
            if (version.size() == c.text.size()) {
                hole = {conda_cut::below(version), conda_cut::above(version)};
            } else if (numeric == all) {
                hole = {conda_cut::below_prefix(version, all), conda_cut::above_prefix(version, all)};
            } else {
                continue;
            }
            return true;
        }
        return false;
    }
};

constexpr bool some_version_satisfies(conda_terms const& a, conda_terms const& b) {
    conda_interval kept;
    conda_terms x = a;
    conda_terms y = b;
    for (conda_clause c; x.next(c);) kept.keep(versions_kept_by(c, a));
    for (conda_clause c; y.next(c);) kept.keep(versions_kept_by(c, b));
    return something_is_left(kept, conda_holes{a, b});
}

/// Text to the next '|'; `more` is false behind the last one.
constexpr std::string_view next_alternative(std::string_view& rest, bool& more) {
    std::size_t const bar = find_in(rest, '|');
    std::string_view const alternative = rest.substr(0, bar);
    more = bar != std::string_view::npos;
    if (more) rest.remove_prefix(bar + 1);
    return alternative;
}

constexpr bool some_version_satisfies(conda_spec const& a, conda_spec const& b) {
    // Parentheses and regular expressions are not looked into.
    if (find_any_in(a.versions, "(^") != std::string_view::npos) return true;
    if (find_any_in(b.versions, "(^") != std::string_view::npos) return true;
    std::string_view rest_of_a = a.versions;
    for (bool more_of_a = true; more_of_a;) {
        conda_terms const x{a, next_alternative(rest_of_a, more_of_a)};
        std::string_view rest_of_b = b.versions;
        for (bool more_of_b = true; more_of_b;)
            if (some_version_satisfies(x, conda_terms{b, next_alternative(rest_of_b, more_of_b)})) return true;
    }
    return false;
}

/// '*' matches any characters, also none.
constexpr bool matches_glob(std::string_view glob, std::string_view text) {
    std::size_t g = 0;
    std::size_t star = std::string_view::npos;
    std::size_t resume = 0;
    for (std::size_t t = 0; t < text.size();) {
        if (g < glob.size() && glob[g] == '*') {
            star = g++;
            resume = t;
        } else if (g < glob.size() && glob[g] == text[t]) {
            ++g;
            ++t;
        } else if (star != std::string_view::npos) {
            g = star + 1;
            t = ++resume;
        } else {
            return false;
        }
    }
    while (g < glob.size() && glob[g] == '*') ++g;
    return g == glob.size();
}

constexpr bool some_build_satisfies(std::string_view a, std::string_view b) {
    if (a.empty() || b.empty() || a.front() == '^' || b.front() == '^') return true;
    bool const a_is_glob = find_in(a, '*') != std::string_view::npos;
    bool const b_is_glob = find_in(b, '*') != std::string_view::npos;
    if (a_is_glob && b_is_glob) return true;
    return a_is_glob ? matches_glob(a, b) : matches_glob(b, a);
}

}  // namespace requirement_detail

/// Whether one package can satisfy both specifications. False only if it is sure: other names can always go together,
/// and channels, hashes and the like are not compared.
constexpr bool pins_can_both_hold(conda_spec const& a, conda_spec const& b) {
    if (!same_conda_name(a.name, b.name)) return true;
    return requirement_detail::some_build_satisfies(a.build, b.build) &&
           requirement_detail::some_version_satisfies(a, b);
}

/// Whether any version can satisfy the specification: none does `>=2,<1`.
constexpr bool pins_can_hold(conda_spec const& spec) {
    return requirement_detail::can_always_hold(spec.versions) ||
           requirement_detail::some_version_satisfies(spec, conda_spec{});
}

}  // namespace estima::inline v0_1
