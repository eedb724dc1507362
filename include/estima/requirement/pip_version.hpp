// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string_view>

#include <estima/requirement/scanner.hpp>

namespace estima::inline v0_1 {

/// How far a version has come; the first three are pre-releases.
enum class release_stage : unsigned char { alpha, beta, candidate, final };

/// A version as PEP 440 defines it, in parts. Numbers stay digits, since they have no upper limit; a number that is
/// left out (`1.0a`, `1.0.post`) is empty and counts as 0.
struct pip_version {
    std::string_view epoch{};    ///< the 1 of `1!2.0`; empty: 0
    std::string_view release{};  ///< digits and dots: `2.0`
    release_stage stage = release_stage::final;
    bool is_post = false;
    bool is_dev = false;
    std::string_view stage_number{};  ///< the 1 of `2.0rc1`
    std::string_view post_number{};   ///< the 3 of `2.0.post3` and of `2.0-3`
    std::string_view dev_number{};    ///< the 4 of `2.0.dev4`
    std::string_view local{};         ///< the ubuntu.1 of `2.0+ubuntu.1`

    constexpr bool is_prerelease() const { return stage != release_stage::final || is_dev; }
};

namespace requirement_detail {

/// Epoch and release, what every version begins with.
constexpr bool scan_release(scanner& s, pip_version& v) {
    s.take_in_any_case("v");
    std::size_t start = s.at;
    if (s.take_digits().empty()) return false;
    if (s.peek() == '!' && is_digit(s.peek(1))) {
        v.epoch = s.since(start);
        start = ++s.at;
        s.take_digits();
    }
    while (s.peek() == '.' && is_digit(s.peek(1))) {
        ++s.at;
        s.take_digits();
    }
    v.release = s.since(start);
    return true;
}

/// One of `words` with an optional separator before it, and behind it an optional separator and a number.
template <std::size_t Size>
constexpr bool scan_suffix(scanner& s, char const* const (&words)[Size], std::size_t& which, std::string_view& number) {
    std::size_t const start = s.at;
    s.take_one_of("-_.");
    for (which = 0; which < Size; ++which) {
        if (s.take_in_any_case(words[which])) {
            s.take_one_of("-_.");
            number = s.take_digits();
            return true;
        }
    }
    s.at = start;
    return false;
}

/// What may follow the release: stage, post, dev, local.
constexpr void scan_suffixes(scanner& s, pip_version& v) {
    constexpr char const* stages[] = {"alpha", "a", "beta", "b", "preview", "pre", "rc", "c"};
    constexpr char const* posts[] = {"post", "rev", "r"};
    constexpr char const* devs[] = {"dev"};
    std::size_t which = 0;
    if (scan_suffix(s, stages, which, v.stage_number))
        v.stage = which < 2 ? release_stage::alpha : which < 4 ? release_stage::beta : release_stage::candidate;
    if (s.peek() == '-' && is_digit(s.peek(1))) {
        ++s.at;
        v.post_number = s.take_digits();
        v.is_post = true;
    } else {
        v.is_post = scan_suffix(s, posts, which, v.post_number);
    }
    v.is_dev = scan_suffix(s, devs, which, v.dev_number);
    if (s.peek() == '+' && is_alnum(s.peek(1))) {
        std::size_t const start = ++s.at;
        s.take_word("");
        while (is_one_of(s.peek(), "-_.") && is_alnum(s.peek(1))) {
            ++s.at;
            s.take_word("");
        }
        v.local = s.since(start);
    }
}

/// The segments of a local version, one after the other.
constexpr std::string_view next_segment(std::string_view& rest) {
    std::size_t size = 0;
    while (size < rest.size() && is_alnum(rest[size])) ++size;
    std::string_view const segment = rest.substr(0, size);
    rest.remove_prefix(size < rest.size() ? size + 1 : size);
    return segment;
}

constexpr bool is_number(std::string_view segment) {
    for (char const c : segment)
        if (!is_digit(c)) return false;
    return true;
}

/// Segment by segment: numbers by value and above words, a longer one above its own beginning, none below all.
constexpr int compare_local_versions(std::string_view a, std::string_view b) {
    while (!a.empty() && !b.empty()) {
        std::string_view const x = next_segment(a);
        std::string_view const y = next_segment(b);
        if (is_number(x) != is_number(y)) return is_number(x) ? 1 : -1;
        if (int const order = is_number(x) ? compare_numbers(x, y) : compare_text(x, y); order != 0) return order;
    }
    return a.empty() == b.empty() ? 0 : a.empty() ? -1 : 1;
}

/// Digits to the next dot, and "" (0) when there are no more.
constexpr std::string_view next_number(std::string_view& rest) {
    std::size_t size = 0;
    while (size < rest.size() && rest[size] != '.') ++size;
    std::string_view const number = rest.substr(0, size);
    rest.remove_prefix(size < rest.size() ? size + 1 : size);
    return number;
}

constexpr int compare_releases(std::string_view a, std::string_view b) {
    while (!a.empty() || !b.empty())
        if (int const order = compare_numbers(next_number(a), next_number(b)); order != 0) return order;
    return 0;
}

/// A development release with no other suffix is below the pre-releases.
constexpr int stage_rank(pip_version const& v) {
    bool const only_dev = v.stage == release_stage::final && v.is_dev && !v.is_post;
    return only_dev ? -1 : static_cast<int>(v.stage);
}

constexpr int compare_versions(pip_version const& a, pip_version const& b) {
    if (int const order = compare_numbers(a.epoch, b.epoch); order != 0) return order;
    if (int const order = compare_releases(a.release, b.release); order != 0) return order;
    if (int const order = compare_ranks(stage_rank(a), stage_rank(b)); order != 0) return order;
    if (int const order = compare_numbers(a.stage_number, b.stage_number); order != 0) return order;
    if (a.is_post != b.is_post) return a.is_post ? 1 : -1;
    if (int const order = compare_numbers(a.post_number, b.post_number); order != 0) return order;
    if (a.is_dev != b.is_dev) return a.is_dev ? -1 : 1;
    if (int const order = compare_numbers(a.dev_number, b.dev_number); order != 0) return order;
    return compare_local_versions(a.local, b.local);
}

}  // namespace requirement_detail

/// The order of PEP 440: `1.0.dev1` < `1.0a1` < `1.0b1` < `1.0rc1` < `1.0` < `1.0+local` < `1.0.post1` < `1!0.1`, and
/// `1.0` equals `1.0.0`. Below zero, zero, above zero.
constexpr int compare_versions(pip_version const& a, pip_version const& b) {
    return requirement_detail::compare_versions(a, b);
}

/// A whole text as a version: `1.24`, `v2.0-rc.1`, `1!3.0.post2.dev1+cu118`.
constexpr parsed<pip_version> parse_pip_version(std::string_view text) {
    requirement_detail::scanner s{text};
    pip_version v;
    if (!requirement_detail::scan_release(s, v)) {
        s.fail(requirement_fault::version_expected, "expected a version");
    } else {
        requirement_detail::scan_suffixes(s, v);
        if (!s.done()) s.fail(requirement_fault::version_malformed, "this is not part of a version (PEP 440)");
    }
    return s.result(v);
}

}  // namespace estima::inline v0_1
