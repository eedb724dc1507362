// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace estima::inline v0_1 {

/// One line of an ignore file, in git's pattern language: comments, `!`, a leading or inner `/` that anchors, a
/// trailing `/` for directories only, `*`, `?`, `**`, `[...]` with ranges and POSIX classes, `\` escapes, trailing
/// spaces. Bytes are compared as they are: case counts, and no locale plays a part.
class ignore_pattern {
public:
    /// `line` is without its newline. Nothing for an empty line, a comment, and a pattern that can never match
    /// (an unclosed `[`, an unknown POSIX class, a `\` at the end).
    static std::optional<ignore_pattern> parse(std::string_view line) {
        if (line.starts_with('#')) return {};
        if (line.ends_with('\r')) line.remove_suffix(1);
        line = without_trailing_spaces(line.substr(0, line.find('\0')));
        ignore_pattern result;
        if (line.starts_with('!')) {
            result.negative_ = true;
            line.remove_prefix(1);
        }
        if (line.ends_with('/')) {
            result.directories_only_ = true;
            line.remove_suffix(1);
        }
        result.anchored_ = line.find('/') != line.npos;
        if (line.starts_with('/')) line.remove_prefix(1);
        if (line.empty() || !result.compile(line)) return {};
        return result;
    }

    /// True for a line with `!`: what it matches is wanted again.
    bool negative() const { return negative_; }

    /// `path` is relative to the folder of the ignore file, without a leading or trailing slash.
    bool matches(std::string_view path, bool is_directory) const {
        if (directories_only_ && !is_directory) return false;
        std::string_view const text = anchored_ ? path : path.substr(path.rfind('/') + 1);
        switch (shape_) {
            case shape::literal:
                return text == literal_;
            case shape::suffix:
                return text.ends_with(literal_);
            default:
                return matches_tokens(text);
        }
    }

private:
    enum class shape : std::uint8_t { literal, suffix, tokens };
    enum class kind : std::uint8_t {
        byte,         ///< this byte
        any,          ///< one byte but '/'
        set,          ///< one byte of a set, never '/'
        star,         ///< any bytes but '/'
        deep,         ///< any bytes
        directories,  ///< nothing, or whole leading folders with their last '/'
    };
    struct token {
        kind what;
        unsigned char byte = 0;
        std::size_t set = 0;
    };
    using byte_set = std::bitset<256>;

    // A space counts when a backslash stands before it.
    static std::string_view without_trailing_spaces(std::string_view line) {
        std::size_t end = 0;
        for (std::size_t i = 0; i < line.size(); ++i) {
            if (line[i] == ' ') continue;
            if (line[i] == '\\') ++i;
            end = i + 1;
        }
        return line.substr(0, end);
    }

    bool compile(std::string_view text) {
        std::size_t const first_special = text.find_first_of("*?[\\");
        if (first_special == text.npos) {
            literal_ = text;
            shape_ = shape::literal;
            return true;
        }
        if (!anchored_ && first_special == 0 && text[0] == '*' && text.find_first_of("*?[\\", 1) == text.npos) {
            literal_ = text.substr(1);
            shape_ = shape::suffix;
            return true;
        }
        for (std::size_t i = 0; i < text.size();) {
            char const c = text[i];
            if (c == '*') {
                i = compile_stars(text, i, first_special);
            } else if (c == '?') {
                tokens_.push_back({kind::any});
                ++i;
            } else if (c == '[') {
                if (!compile_set(text, ++i)) return false;
            } else {
                if (c == '\\' && ++i == text.size()) return false;
                tokens_.push_back({kind::byte, static_cast<unsigned char>(text[i++])});
            }
        }
        return true;
    }

    // `**` crosses folders only when it fills the space between two slashes. Git compares the part before the first
    // special character on its own, so that a `**` right after it counts as the start of the pattern, too.
    std::size_t compile_stars(std::string_view text, std::size_t begin, std::size_t first_special) {
        std::size_t end = begin;
        while (end < text.size() && text[end] == '*') ++end;
        bool const opens = begin == first_special || text[begin - 1] == '/';
        std::string_view const rest = text.substr(end);
        if (end - begin == 1 || !anchored_ || !opens) {
            tokens_.push_back({kind::star});
        } else if (rest.starts_with('/')) {
            tokens_.push_back({kind::directories});
            return end + 1;
        } else {
            tokens_.push_back({rest.empty() || rest.starts_with("\\/") ? kind::deep : kind::star});
        }
        return end;
    }

    // `i` stands behind the '[' and is moved behind the ']'. False if the set is malformed.
    bool compile_set(std::string_view text, std::size_t& i) {
        byte_set set;
        auto at = [&](std::size_t n) { return n < text.size() ? text[n] : '\0'; };
        bool const negated = at(i) == '!' || at(i) == '^';
        if (negated) ++i;
        unsigned previous = 0;  // the low end of a range that may follow; 0: none
        bool first = true;
        for (; first || at(i) != ']'; first = false) {
            if (i >= text.size()) return false;
            auto c = static_cast<unsigned char>(text[i]);
            if (c == '-' && previous != 0 && i + 1 < text.size() && text[i + 1] != ']') {
                if (text[++i] == '\\' && ++i == text.size()) return false;
                for (unsigned b = previous; b <= static_cast<unsigned char>(text[i]); ++b) set.set(b);
                previous = 0;
                ++i;
                continue;
            }
            if (c == '[' && at(i + 1) == ':') {
                std::size_t const close = text.find(']', i + 2);
                if (close == text.npos) return false;
                if (close > i + 2 && text[close - 1] == ':') {
                    if (!add_class(text.substr(i + 2, close - i - 3), set)) return false;
                    previous = 0;
                    i = close + 1;
                    continue;
                }
            } else if (c == '\\') {
                if (++i == text.size()) return false;
                c = static_cast<unsigned char>(text[i]);
            }
            set.set(c);
            previous = c;
            ++i;
        }
        ++i;
        if (negated) set.flip();
        set.reset('/');
        tokens_.push_back({kind::set, 0, sets_.size()});
        sets_.push_back(set);
        return true;
    }

    static bool add_class(std::string_view name, byte_set& set) {
        struct range {
            std::string_view name;
            unsigned char low, high;
        };
        static constexpr range ranges[] = {
            {"alnum", '0', '9'}, {"alnum", 'A', 'Z'},  {"alnum", 'a', 'z'},  {"alpha", 'A', 'Z'},  {"alpha", 'a', 'z'},
            {"blank", ' ', ' '}, {"blank", 9, 9},      {"cntrl", 0, 31},     {"cntrl", 127, 127},  {"digit", '0', '9'},
            {"graph", 33, 126},  {"lower", 'a', 'z'},  {"print", 32, 126},   {"punct", 33, 47},    {"punct", 58, 64},
            {"punct", 91, 96},   {"punct", 123, 126},  {"space", 9, 10},     {"space", 13, 13},    {"space", ' ', ' '},
            {"upper", 'A', 'Z'}, {"xdigit", '0', '9'}, {"xdigit", 'A', 'F'}, {"xdigit", 'a', 'f'},
        };
        bool known = false;
        for (range const& r : ranges) {
            if (r.name != name) continue;
            known = true;
            for (unsigned b = r.low; b <= r.high; ++b) set.set(b);
        }
        return known;
    }

    // One place to come back to for the last star, one for the last `**`, are enough: what an earlier one could
    // take in instead, the later one can take in as well. So this is quadratic at worst, never exponential.
    bool matches_tokens(std::string_view text) const {
        constexpr std::size_t none = static_cast<std::size_t>(-1);
        std::size_t t = 0, i = 0, star_token = none, star_at = 0, deep_token = none, deep_at = 0;
        for (;;) {
            if (t == tokens_.size()) {
                if (i == text.size()) return true;
            } else if (tokens_[t].what == kind::star) {
                star_token = ++t;
                star_at = i;
                continue;
            } else if (tokens_[t].what == kind::deep || tokens_[t].what == kind::directories) {
                deep_token = ++t;
                deep_at = i;
                star_token = none;
                continue;
            } else if (i < text.size() && matches_byte(tokens_[t], static_cast<unsigned char>(text[i]))) {
                ++t;
                ++i;
                continue;
            }
            if (star_token != none && star_at < text.size() && text[star_at] != '/') {
                t = star_token;
                i = ++star_at;
                continue;
            }
            if (deep_token == none) return false;
            if (tokens_[deep_token - 1].what == kind::directories) deep_at = text.find('/', deep_at);
            if (deep_at >= text.size()) return false;
            t = deep_token;
            i = ++deep_at;
            star_token = none;
        }
    }

    bool matches_byte(token const& t, unsigned char c) const {
        switch (t.what) {
            case kind::byte:
                return c == t.byte;
            case kind::any:
                return c != '/';
            default:
                return sets_[t.set].test(c);
        }
    }

    bool negative_ = false, directories_only_ = false, anchored_ = false;
    shape shape_ = shape::tokens;
    std::string literal_;
    std::vector<token> tokens_;
    std::vector<byte_set> sets_;
};

}  // namespace estima::inline v0_1
