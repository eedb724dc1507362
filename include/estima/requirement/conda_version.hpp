// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string_view>

#include <estima/base/find_in.hpp>
#include <estima/requirement/scanner.hpp>

namespace estima::inline v0_1 {

namespace requirement_detail {

/// One run of digits or of other characters in a component.
struct conda_element {
    std::string_view text{};  ///< empty: the number 0, which stands for what is missing
    /// The order of elements that are not equal: dev, then other words, then numbers, then post.
    enum kind_of : signed char { dev, word, number, post };
    constexpr kind_of kind() const {
        if (text.empty() || is_digit(text.front())) return number;
        return compare_text(text, "dev") == 0 ? dev : compare_text(text, "post") == 0 ? post : word;
    }
};

constexpr int compare_elements(conda_element a, conda_element b) {
    if (a.kind() != b.kind()) return a.kind() < b.kind() ? -1 : 1;
    return a.kind() == conda_element::number ? compare_numbers(a.text, b.text) : compare_text(a.text, b.text);
}

/// Takes a component apart. One that begins with a word has a 0 before it.
struct conda_elements {
    std::string_view rest;
    bool zero_first = !rest.empty() && !is_digit(rest.front());

    constexpr bool done() const { return rest.empty(); }
    constexpr conda_element next() {
        if (zero_first || rest.empty()) {
            zero_first = false;
            return {};
        }
        std::size_t size = 1;
        while (size < rest.size() && is_digit(rest[size]) == is_digit(rest[0])) ++size;
        conda_element const element{rest.substr(0, size)};
        rest.remove_prefix(size);
        return element;
    }
};

constexpr bool is_conda_separator(char c) { return c == '.' || c == '_' || c == '-'; }

/// Text to the next separator, "" (0) when there is no more. A '_' at the end belongs to its component.
constexpr std::string_view next_component(std::string_view& rest) {
    std::size_t size = 0;
    while (size < rest.size() && (!is_conda_separator(rest[size]) || (rest[size] == '_' && size + 1 == rest.size())))
        ++size;
    std::string_view const component = rest.substr(0, size);
    rest.remove_prefix(size < rest.size() ? size + 1 : size);
    return component;
}

constexpr int compare_components(std::string_view a, std::string_view b) {
    while (!a.empty() || !b.empty()) {
        conda_elements x{next_component(a)};
        conda_elements y{next_component(b)};
        while (!x.done() || !y.done())
            if (int const order = compare_elements(x.next(), y.next()); order != 0) return order;
    }
    return 0;
}

/// A version in its three parts.
struct conda_version_parts {
    std::string_view epoch{};
    std::string_view main;
    std::string_view local{};

    constexpr explicit conda_version_parts(std::string_view version) : main{version} {
        if (std::size_t const mark = find_in(main, '!'); mark != std::string_view::npos) {
            epoch = main.substr(0, mark);
            main.remove_prefix(mark + 1);
        }
        if (std::size_t const plus = find_in(main, '+'); plus != std::string_view::npos) {
            local = main.substr(plus + 1);
            main = main.substr(0, plus);
        }
    }
};

/// A whole text; `offset` is its place in the scanner's text, for faults.
constexpr bool check_conda_version(scanner& s, std::string_view text, std::size_t offset) {
    auto malformed = [&s, offset](std::size_t i) {
        return s.fail_at(offset + i, requirement_fault::version_malformed, "this is not part of a version");
    };
    bool const has_underscore = find_in(text, '_') != std::string_view::npos;
    bool epoch_seen = false;
    bool local_seen = false;
    std::size_t component = 0;  // where the current one starts
    for (std::size_t i = 0; i < text.size(); ++i) {
        char const c = text[i];
        if (is_alnum(c)) continue;
        if (c == '_' && i + 1 == text.size() && i != component) break;
        if (i == component) return malformed(i);
        if (c == '!') {
            if (epoch_seen || local_seen || i == 0) return malformed(i);
            for (std::size_t j = 0; j < i; ++j)
                if (!is_digit(text[j])) return malformed(j);
            epoch_seen = true;
        } else if (c == '+') {
            if (local_seen) return malformed(i);
            local_seen = true;
        } else if (!is_conda_separator(c) || (c == '-' && has_underscore)) {
            return malformed(i);
        }
        component = i + 1;
    }
    return component != text.size() || malformed(text.size());
}

constexpr int compare_conda_versions(conda_version_parts const& a, conda_version_parts const& b) {
    if (int const order = compare_numbers(a.epoch, b.epoch); order != 0) return order;
    if (int const order = compare_components(a.main, b.main); order != 0) return order;
    return compare_components(a.local, b.local);
}

}  // namespace requirement_detail

/// Whether a text is a version as conda writes them: letters and digits in components with '.' or '_' between them,
/// `1!` before and `+local` behind.
constexpr parsed<std::string_view> parse_conda_version(std::string_view text) {
    requirement_detail::scanner s{text};
    if (text.empty())
        s.fail(requirement_fault::version_expected, "expected a version");
    else
        requirement_detail::check_conda_version(s, text, 0);
    return s.result(text);
}

/// The order of conda's versions: `1.0dev1` < `1.0a1` < `1.0rc1` < `1.0` < `1.0post1` < `1!0.1`, and `1.0` equals
/// `1.0.0`. Below zero, zero, above zero. For texts that parse_conda_version takes.
constexpr int compare_conda_versions(std::string_view a, std::string_view b) {
    return requirement_detail::compare_conda_versions(requirement_detail::conda_version_parts{a},
                                                      requirement_detail::conda_version_parts{b});
}

}  // namespace estima::inline v0_1
