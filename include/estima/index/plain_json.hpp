// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace estima::inline v0_1::detail {

/// A member of an object, or of an object in it.
struct plain_member {
    std::string_view object{};  ///< the name of the inner object; empty at the top
    std::string_view key, text;
    bool is_text = true;  ///< otherwise a number or a word, which `text` does not tell
};

/// Reads the JSON that most lines of a journal are, several times faster than a full parser: one object, as our writers
/// dump it (keys sorted, no blanks), of texts without escapes in ASCII, short numbers, words, and objects of these.
/// Anything else is not plain, valid or not, and left to the full parser.
class plain_json {
public:
    /// False if the line is not plain; the members are then worth nothing. They refer to the line.
    bool read(std::string_view line) {
        members_.clear();
        rest_ = line;
        return object({}) && rest_.empty();
    }

    std::vector<plain_member> const& members() const { return members_; }

    /// A member at the top; nothing if there is none.
    plain_member const* find(std::string_view key) const {
        for (plain_member const& m : members_)
            if (m.object.empty() && m.key == key) return &m;
        return nullptr;
    }

private:
    bool take(char c) {
        if (rest_.empty() || rest_.front() != c) return false;
        rest_.remove_prefix(1);
        return true;
    }

    bool object(std::string_view name) {
        if (!take('{')) return false;
        if (take('}')) return true;
        std::string_view before;
        for (bool is_first = true;; is_first = false) {
            std::string_view key;
            // Sorted, so none is there twice; an empty name would look like the top.
            if (!string(key) || key.empty() || (!is_first && key <= before) || !take(':')) return false;
            before = key;
            if (!value(name, key)) return false;
            if (take('}')) return true;
            if (!take(',')) return false;
        }
    }

    bool value(std::string_view object_name, std::string_view key) {
        if (rest_.empty()) return false;
        char const first = rest_.front();
        if (first == '"') {
            std::string_view text;
            if (!string(text)) return false;
            members_.push_back({object_name, key, text});
            return true;
        }
        if (first == '{') {
            if (!object_name.empty()) return false;
            members_.push_back({object_name, key, {}, false});
            return object(key);
        }
        members_.push_back({object_name, key, {}, false});
        return number() || word("true") || word("false") || word("null");
    }

    bool string(std::string_view& text) {
        if (!take('"')) return false;
        std::size_t end = 0;
        for (; end < rest_.size() && rest_[end] != '"'; ++end)
            if (rest_[end] == '\\' || rest_[end] < ' ' || rest_[end] > '~') return false;
        if (end == rest_.size()) return false;
        text = rest_.substr(0, end);
        rest_.remove_prefix(end + 1);
        return true;
    }

    bool word(std::string_view text) {
        if (!rest_.starts_with(text)) return false;
        rest_.remove_prefix(text.size());
        return true;
    }

    std::size_t digits(std::size_t at) const {
        std::size_t end = at;
        while (end < rest_.size() && rest_[end] >= '0' && rest_[end] <= '9') ++end;
        return end - at;
    }

    /// Without an exponent, and no longer than a double tells exactly.
    bool number() {
        std::size_t at = !rest_.empty() && rest_.front() == '-' ? 1 : 0;
        std::size_t const whole = digits(at);
        if (whole == 0 || (whole > 1 && rest_[at] == '0')) return false;
        at += whole;
        if (at < rest_.size() && rest_[at] == '.') {
            std::size_t const fraction = digits(at + 1);
            if (fraction == 0) return false;
            at += 1 + fraction;
        }
        if (at > 40 || (at < rest_.size() && (rest_[at] == 'e' || rest_[at] == 'E'))) return false;
        rest_.remove_prefix(at);
        return true;
    }

    std::string_view rest_;
    std::vector<plain_member> members_;
};

}  // namespace estima::inline v0_1::detail
