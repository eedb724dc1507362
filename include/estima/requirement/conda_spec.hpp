// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string_view>

#include <estima/base/find_in.hpp>
#include <estima/requirement/conda_clause.hpp>

namespace estima::inline v0_1 {

/// What a conda match specification says, each part as it stands in the input; empty: it says nothing of it.
struct conda_spec {
    std::string_view channel{};   ///< `conda-forge`, or the channel's URL
    std::string_view subdir{};    ///< `linux-64`
    std::string_view name{};      ///< conda's names have no upper case: compare with same_conda_name
    std::string_view versions{};  ///< clauses with ',' and '|' between them; read them with conda_clause_reader
    std::string_view build{};     ///< `py311*`
    std::string_view brackets{};  ///< what stands between [ and ], with its version and build, which are above as well
    /// `=1.24` alone means 1.24.*, but with a build behind it (`=1.24=py311_0`) 1.24 exactly.
    bool single_equals_is_exact = false;
    bool version_is_in_brackets = false;
};

constexpr bool same_conda_name(std::string_view a, std::string_view b) {
    return requirement_detail::compare_text(a, b) == 0;
}

namespace requirement_detail {

/// Keys that conda matches on.
constexpr bool is_conda_key(std::string_view key) {
    constexpr std::string_view known[] = {
        "channel", "subdir", "version",      "build",   "build_string",   "md5",      "sha256",
        "url",     "fn",     "build_number", "license", "license_family", "features", "track_features"};
    for (std::string_view const other : known)
        if (key == other) return true;
    return false;
}

constexpr bool scan_conda_value(scanner& s, std::string_view& value) {
    std::size_t start = s.at;
    if (char const quote = s.peek(); quote == '"' || quote == '\'') {
        for (++s.at; !s.done() && s.peek() != quote;) ++s.at;
        value = s.text.substr(start + 1, s.at - start - 1);
        if (!s.take(quote)) return s.fail_at(start, requirement_fault::quote_not_closed, "this quote is not closed");
        ++start;
    } else {
        while (!s.done() && !is_one_of(s.peek(), ", \t=]'\"")) ++s.at;
        value = s.since(start);
    }
    if (value.empty()) return s.fail_at(start, requirement_fault::value_expected, "expected a value");
    return true;
}

/// Puts a value of the brackets where the same says it outside of them; both is one too many.
constexpr bool keep_conda_value(scanner& s, conda_spec& spec, std::string_view key, std::size_t key_at,
                                std::string_view value, std::size_t value_at) {
    std::string_view* const part = key == "version"                          ? &spec.versions
                                   : key == "build" || key == "build_string" ? &spec.build
                                   : key == "channel"                        ? &spec.channel
                                   : key == "subdir"                         ? &spec.subdir
                                                                             : nullptr;
    if (part == nullptr) return true;
    if (!part->empty()) return s.fail_at(key_at, requirement_fault::given_twice, "this is given twice");
    *part = value;
    if (part != &spec.versions) return true;
    spec.version_is_in_brackets = true;
    scanner inner{s.text.substr(0, value_at + value.size()), value_at};
    if (scan_conda_clauses(inner, true) && !inner.done())
        inner.fail(requirement_fault::end_expected, "expected ',', '|' or the end of the version");
    return inner.fault == requirement_fault::none || s.fail_at(inner.position, inner.fault, inner.reason);
}

constexpr bool scan_conda_brackets(scanner& s, conda_spec& spec) {
    std::size_t const start = s.at;
    for (;;) {
        while (is_blank(s.peek()) || s.peek() == ',') ++s.at;
        if (s.peek() == ']') break;
        std::size_t const key_at = s.at;
        std::string_view const key = s.take_word("_-");
        if (key.empty())
            return s.fail(s.done() ? requirement_fault::bracket_not_closed : requirement_fault::key_expected,
                          s.done() ? "expected ']'" : "expected key=value");
        if (!s.take('=')) return s.fail(requirement_fault::value_expected, "expected = and a value");
        if (!is_conda_key(key))
            return s.fail_at(key_at, requirement_fault::key_unknown, "conda does not know this key");
        std::size_t const value_at = s.at + (is_one_of(s.peek(), "'\"") ? 1 : 0);
        std::string_view value;
        if (!scan_conda_value(s, value) || !keep_conda_value(s, spec, key, key_at, value, value_at)) return false;
        if (!s.done() && !is_blank(s.peek()) && !is_one_of(s.peek(), ",]"))
            return s.fail(requirement_fault::bracket_not_closed, "expected ']' or a comma");
    }
    spec.brackets = s.since(start);
    if (spec.brackets.empty()) return s.fail(requirement_fault::key_expected, "expected key=value");
    ++s.at;
    return true;
}

/// `channel::` and `channel/subdir::`, if there is a "::".
constexpr bool scan_conda_channel(scanner& s, conda_spec& spec) {
    std::size_t const end = find_in(s.text.substr(0, find_in(s.text, '[')), "::");
    if (end == std::string_view::npos) return true;
    std::size_t const start = s.at;
    while (s.at < end) {
        if (!is_alnum(s.peek()) && !is_one_of(s.peek(), "-_./:@~*%"))
            return s.fail(requirement_fault::channel_expected, "expected the name or the URL of a channel");
        ++s.at;
    }
    spec.channel = s.since(start);
    // A URL's path is a channel's name as a whole; what follows the last '/' is a subdir if it looks like one.
    if (std::size_t const slash = find_last_in(spec.channel, '/'); slash != std::string_view::npos) {
        std::string_view const last = spec.channel.substr(slash + 1);
        bool const is_subdir = last == "noarch" || find_in(last, "-32") != std::string_view::npos ||
                               find_in(last, "-64") != std::string_view::npos || last.substr(0, 6) == "linux-" ||
                               last.substr(0, 4) == "osx-" || last.substr(0, 4) == "win-";
        if (is_subdir) {
            spec.subdir = last;
            spec.channel = spec.channel.substr(0, slash);
        }
    }
    if (spec.channel.empty())
        return s.fail_at(start, requirement_fault::channel_expected, "expected the name or the URL of a channel");
    s.at = end + 2;
    return true;
}

constexpr bool scan_conda_name(scanner& s, conda_spec& spec) {
    if (!is_alnum(s.peek()) && s.peek() != '_')
        return s.fail(requirement_fault::name_expected, "expected a package name");
    spec.name = s.take_word("-_.");
    if (s.peek() == ':') return s.fail(requirement_fault::channel_expected, "a channel is written channel::name");
    if (s.peek() == '*') return s.fail(requirement_fault::name_malformed, "the name of a package to install is exact");
    return true;
}

constexpr bool scan_conda_build(scanner& s, conda_spec& spec, bool after_blank) {
    bool const after_equals = s.take('=');
    if (after_equals) s.skip_blanks();
    if (!after_equals && (!after_blank || s.done() || s.peek() == '[')) return true;
    spec.build = s.take_word("_.*+");
    if (!spec.build.empty()) return true;
    return after_equals ? s.fail(requirement_fault::build_expected, "expected a build string after =")
                        : s.fail(requirement_fault::end_expected, "expected ',', '|', a build string or the end");
}

constexpr bool scan_conda_spec(scanner& s, conda_spec& spec) {
    s.skip_blanks();
    if (!scan_conda_channel(s, spec) || !scan_conda_name(s, spec)) return false;
    bool blank = s.skip_blanks();
    if (!s.done() && s.peek() != '[') {
        if (!blank && !is_one_of(s.peek(), "=<>!~"))
            return s.fail(requirement_fault::operator_expected, "expected =, ==, !=, <=, >=, <, >, ~= or a blank");
        std::size_t const start = s.at;
        if (!scan_conda_clauses(s, false)) return false;
        spec.versions = s.since(start);
        blank = s.skip_blanks();
        if (!scan_conda_build(s, spec, blank)) return false;
        spec.single_equals_is_exact = !spec.build.empty();
        s.skip_blanks();
    }
    if (s.take('[') && !scan_conda_brackets(s, spec)) return false;
    s.skip_blanks();
    return s.done() || s.fail(requirement_fault::end_expected, "expected the end");
}

}  // namespace requirement_detail

/// A match specification as conda reads it from a command line or an environment file: `numpy`, `numpy=1.24`,
/// `numpy>=1.20,<2`, `numpy 1.24.* py311*`, `conda-forge::numpy[version='>=1.2',build=py311*]`.
constexpr parsed<conda_spec> parse_conda_spec(std::string_view text) {
    if (std::size_t const name = requirement_detail::size_of_plain_name(text, true); name != 0)
        return {{.name = text.substr(0, name), .versions = text.substr(name)}, requirement_fault::none, 0, {}};
    requirement_detail::scanner s{text};
    conda_spec spec;
    requirement_detail::scan_conda_spec(s, spec);
    return s.result(spec);
}

}  // namespace estima::inline v0_1
