// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string_view>

#include <estima/requirement/pip_requirement.hpp>
#include <estima/requirement/version_interval.hpp>

namespace estima::inline v0_1 {

namespace requirement_detail {

/// A place between versions in the order of PEP 440: before or behind a version, its local versions, its
/// post-releases, or all of a release.
struct pip_cut {
    static constexpr std::size_t all = static_cast<std::size_t>(-1);
    enum stage_place : signed char { below_the_release = -2 };  ///< others: stage_rank
    enum post_place : signed char { no_post, a_post, above_all_posts };
    enum dev_place : signed char { below_all_devs, a_dev, no_dev };
    enum local_place : signed char { no_local, a_local, above_all_locals };

    int infinite = 0;  ///< -1: below all versions; 1: above all
    std::string_view epoch{};
    std::string_view release{};
    std::size_t numbers = all;  ///< of the release that count
    bool plus_one = false;      ///< the last of them is one higher than written
    int stage = below_the_release;
    std::string_view stage_number{};
    post_place post = no_post;
    std::string_view post_number{};
    dev_place dev = no_dev;
    std::string_view dev_number{};
    local_place local_kind = no_local;
    std::string_view local{};
    bool above = false;

    static constexpr pip_cut lowest() { return {.infinite = -1}; }
    static constexpr pip_cut highest() { return {.infinite = 1}; }
    /// Below everything whose release begins with the first `numbers` of v's.
    static constexpr pip_cut below_release(pip_version const& v, std::size_t numbers = all) {
        return {.epoch = v.epoch, .release = v.release, .numbers = numbers};
    }
    /// Above everything whose release begins with the first `numbers` of v's.
    static constexpr pip_cut above_release(pip_version const& v, std::size_t numbers) {
        return {.epoch = v.epoch, .release = v.release, .numbers = numbers, .plus_one = true};
    }
    static constexpr pip_cut below(pip_version const& v) {
        return {.epoch = v.epoch,
                .release = v.release,
                .stage = stage_rank(v),
                .stage_number = v.stage_number,
                .post = v.is_post ? a_post : no_post,
                .post_number = v.post_number,
                .dev = v.is_dev ? a_dev : no_dev,
                .dev_number = v.dev_number,
                .local_kind = v.local.empty() ? no_local : a_local,
                .local = v.local};
    }
    static constexpr pip_cut above_exactly(pip_version const& v) {
        pip_cut cut = below(v);
        cut.above = true;
        return cut;
    }
    static constexpr pip_cut above_locals(pip_version const& v) {
        pip_cut cut = below(v);
        cut.local_kind = above_all_locals;
        return cut;
    }
    static constexpr pip_cut above_posts(pip_version const& v) {
        pip_cut cut = below(v);
        cut.post = above_all_posts;
        return cut;
    }
    static constexpr pip_cut below_devs(pip_version const& v) {
        pip_cut cut = below(v);
        cut.dev = below_all_devs;
        return cut;
    }
};

constexpr std::size_t count_numbers(std::string_view release) {
    std::size_t count = 1;
    for (char const c : release) count += c == '.';
    return count;
}

constexpr int compare_releases(pip_cut const& a, pip_cut const& b) {
    std::string_view x = a.release;
    std::string_view y = b.release;
    std::size_t const x_size = a.numbers == pip_cut::all ? count_numbers(x) : a.numbers;
    std::size_t const y_size = b.numbers == pip_cut::all ? count_numbers(y) : b.numbers;
    for (std::size_t i = 0; i < x_size || i < y_size; ++i) {
        std::string_view const m = i < x_size ? next_number(x) : "";
        std::string_view const n = i < y_size ? next_number(y) : "";
        if (int const order = compare_numbers(m, a.plus_one && i + 1 == x_size, n, b.plus_one && i + 1 == y_size);
            order != 0)
            return order;
    }
    return 0;
}

constexpr int compare_cuts(pip_cut const& a, pip_cut const& b) {
    if (a.infinite != 0 || b.infinite != 0) return compare_ranks(a.infinite, b.infinite);
    if (int const order = compare_numbers(a.epoch, b.epoch); order != 0) return order;
    if (int const order = compare_releases(a, b); order != 0) return order;
    if (int const order = compare_ranks(a.stage, b.stage); order != 0) return order;
    if (int const order = compare_numbers(a.stage_number, b.stage_number); order != 0) return order;
    if (int const order = compare_ranks(a.post, b.post); order != 0) return order;
    if (a.post == pip_cut::above_all_posts) return 0;
    if (int const order = compare_numbers(a.post_number, b.post_number); order != 0) return order;
    if (int const order = compare_ranks(a.dev, b.dev); order != 0) return order;
    if (int const order = compare_numbers(a.dev_number, b.dev_number); order != 0) return order;
    if (int const order = compare_ranks(a.local_kind, b.local_kind); order != 0) return order;
    if (a.local_kind == pip_cut::above_all_locals) return 0;
    if (int const order = compare_local_versions(a.local, b.local); order != 0) return order;
    return compare_ranks(a.above, b.above);
}

using pip_interval = version_interval<pip_cut>;

constexpr pip_interval versions_equal_to(pip_clause const& c) {
    if (c.wildcard)
        return {pip_cut::below_release(c.version), pip_cut::above_release(c.version, count_numbers(c.version.release))};
    if (c.version.local.empty()) return {pip_cut::below(c.version), pip_cut::above_locals(c.version)};
    return {pip_cut::below(c.version), pip_cut::above_exactly(c.version)};
}

/// What a clause other than != keeps, or a little more where its versions are not all side by side.
constexpr pip_interval versions_kept_by(pip_clause const& c) {
    pip_version const& v = c.version;
    switch (c.op) {
        case pip_operator::equal:
            return versions_equal_to(c);
        case pip_operator::compatible:
            return {pip_cut::below(v), pip_cut::above_release(v, count_numbers(v.release) - 1)};
        case pip_operator::greater_equal:
            return {.low = pip_cut::below(v)};
        case pip_operator::less_equal:
            return {.high = pip_cut::above_locals(v)};
        // > leaves out the post-releases of a version, < the pre-releases, unless the version is one itself.
        case pip_operator::greater:
            return {.low = v.is_post || v.is_dev ? pip_cut::above_locals(v) : pip_cut::above_posts(v)};
        case pip_operator::less:
            if (v.is_prerelease()) return {.high = pip_cut::below(v)};
            return {.high = v.is_post ? pip_cut::below_devs(v) : pip_cut::below_release(v)};
        case pip_operator::identical:
            if (parsed<pip_version> const exact = parse_pip_version(c.text))
                return {pip_cut::below(*exact), pip_cut::above_exactly(*exact)};
            break;
        case pip_operator::not_equal:
            break;
    }
    return {};
}

/// The clauses of two requirements, one after the other.
struct pip_clauses_of_both {
    pip_clause_reader first;
    pip_clause_reader second;
    constexpr bool next(pip_clause& clause) { return first.next(clause) || second.next(clause); }
};

/// What the != of two requirements take out.
struct pip_holes {
    pip_clauses_of_both clauses;
    constexpr bool next(pip_interval& hole) {
        for (pip_clause c; clauses.next(c);) {
            if (c.op != pip_operator::not_equal) continue;
            hole = versions_equal_to(c);
            return true;
        }
        return false;
    }
};

constexpr bool some_version_satisfies(std::string_view a, std::string_view b) {
    pip_clauses_of_both const clauses{pip_clause_reader{a}, pip_clause_reader{b}};
    pip_interval kept;
    std::string_view identical_to;
    pip_clauses_of_both rest = clauses;
    for (pip_clause c; rest.next(c);) {
        kept.keep(versions_kept_by(c));
        if (c.op != pip_operator::identical) continue;
        if (!identical_to.empty() && compare_text(identical_to, c.text) != 0) return false;
        identical_to = c.text;
    }
    return something_is_left(kept, pip_holes{clauses});
}

}  // namespace requirement_detail

/// Whether one version can satisfy both requirements. False only if it is sure: other names, other markers and URLs
/// can always go together. Pre-releases count, since pip takes them when nothing else is left.
constexpr bool pins_can_both_hold(pip_requirement const& a, pip_requirement const& b) {
    if (!same_package_name(a.name, b.name) || a.marker != b.marker || !a.url.empty() || !b.url.empty()) return true;
    return requirement_detail::some_version_satisfies(a.versions, b.versions);
}

/// Whether any version can satisfy the requirement: none does `>=2,<1`.
constexpr bool pins_can_hold(pip_requirement const& r) {
    return requirement_detail::can_always_hold(r.versions) ||
           requirement_detail::some_version_satisfies(r.versions, {});
}

}  // namespace estima::inline v0_1
