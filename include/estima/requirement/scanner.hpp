// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string_view>

#include <estima/requirement/parsed.hpp>

// What the parsers of this folder share. Not for users.
namespace estima::inline v0_1::requirement_detail {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
constexpr bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
constexpr bool is_letter(char c) { return is_lower(c) || is_upper(c); }
constexpr bool is_alnum(char c) { return is_letter(c) || is_digit(c); }
constexpr bool is_blank(char c) { return c == ' ' || c == '\t'; }
constexpr char to_lower(char c) { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; }
/// Sets and words are C strings here and below: their length is never asked for, which saves the compiler many steps.
constexpr bool is_one_of(char c, char const* set) {
    for (; *set != '\0'; ++set)
        if (c == *set) return true;
    return false;
}

constexpr int compare_ranks(int a, int b) { return a == b ? 0 : a < b ? -1 : 1; }

/// Without regard to case: -1, 0 or 1.
constexpr int compare_text(std::string_view a, std::string_view b) {
    for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
        char const x = to_lower(a[i]);
        char const y = to_lower(b[i]);
        if (x != y) return x < y ? -1 : 1;
    }
    return a.size() == b.size() ? 0 : a.size() < b.size() ? -1 : 1;
}

constexpr std::string_view without_leading_zeros(std::string_view digits) {
    while (!digits.empty() && digits.front() == '0') digits.remove_prefix(1);
    return digits;
}

/// Two numbers of any size, as digits; none count as 0: -1, 0 or 1.
constexpr int compare_numbers(std::string_view a, std::string_view b) {
    a = without_leading_zeros(a);
    b = without_leading_zeros(b);
    if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
    return compare_text(a, b);
}

/// Nearly all texts are a name, or a name and one comparison with numbers: `tqdm`, `torch>=1.4`. Of such a text this is
/// the size of the name; 0 for all others, which are left to the parsers. `=` alone is conda's. Without a call, since
/// calls are what takes a compiler's time.
constexpr std::size_t size_of_plain_name(std::string_view text, bool takes_single_equals) {
    char const* const t = text.data();
    std::size_t const size = text.size();
    std::size_t name = 0;
    bool ends_well = false;
    for (; name < size; ++name) {
        char const c = t[name];
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z')) ends_well = true;
        else if (name > 0 && (c == '-' || c == '_' || c == '.')) ends_well = false;
        else break;
    }
    if (!ends_well || name == size) return ends_well ? name : 0;
    char const sign = t[name];
    std::size_t at = name + 1;
    if (at < size && t[at] == '=' && (sign == '=' || sign == '>' || sign == '<' || sign == '!')) ++at;
    else if (sign != '=' || !takes_single_equals) return 0;
    ends_well = false;
    for (; at < size; ++at) {
        if (t[at] >= '0' && t[at] <= '9') ends_well = true;
        else if (t[at] == '.' && ends_well) ends_well = false;
        else return 0;
    }
    return ends_well ? name : 0;
}

/// Takes a text apart from left to right, and keeps the first fault.
struct scanner {
    std::string_view text;
    std::size_t at = 0;
    requirement_fault fault = requirement_fault::none;
    std::size_t position = 0;
    std::string_view reason{};

    constexpr bool done() const { return at >= text.size(); }
    /// The character `ahead` of the current one; NUL behind the end, which nothing accepts.
    constexpr char peek(std::size_t ahead = 0) const { return at + ahead < text.size() ? text[at + ahead] : '\0'; }
    constexpr std::string_view since(std::size_t start) const { return text.substr(start, at - start); }
    constexpr bool starts_with(char const* word) const {
        for (std::size_t i = 0; word[i] != '\0'; ++i)
            if (peek(i) != word[i]) return false;
        return true;
    }

    constexpr bool take(char c) {
        if (done() || text[at] != c) return false;
        ++at;
        return true;
    }
    constexpr bool take(char const* word) {
        if (!starts_with(word)) return false;
        while (*word++ != '\0') ++at;
        return true;
    }
    /// `word` is given in lower case.
    constexpr bool take_in_any_case(char const* word) {
        std::size_t size = 0;
        for (; word[size] != '\0'; ++size)
            if (to_lower(peek(size)) != word[size]) return false;
        at += size;
        return true;
    }
    constexpr bool take_one_of(char const* set) {
        if (done() || !is_one_of(text[at], set)) return false;
        ++at;
        return true;
    }
    constexpr std::string_view take_digits() {
        std::size_t const start = at;
        while (is_digit(peek())) ++at;
        return since(start);
    }
    /// Letters, digits and the characters of `others`.
    constexpr std::string_view take_word(char const* others) {
        std::size_t const start = at;
        while (!done() && (is_alnum(text[at]) || is_one_of(text[at], others))) ++at;
        return since(start);
    }
    constexpr bool skip_blanks() {
        std::size_t const start = at;
        while (is_blank(peek())) ++at;
        return at != start;
    }

    constexpr bool fail_at(std::size_t where, requirement_fault f, std::string_view words) {
        if (fault == requirement_fault::none) {
            fault = f;
            position = where;
            reason = words;
        }
        return false;
    }
    constexpr bool fail(requirement_fault f, std::string_view words) { return fail_at(at, f, words); }

    template <class T>
    constexpr parsed<T> result(T const& value) const {
        if (fault == requirement_fault::none) return {value, fault, 0, {}};
        return {T{}, fault, position, reason};
    }
};

}  // namespace estima::inline v0_1::requirement_detail
