// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <utility>

#include <estima/base/error.hpp>

namespace estima::inline v0_1::detail {

/// The values of one document that are not what their keys need. They are told as one error: the first as it would be
/// alone, and in lines below it the others, 20 in all.
class refused_values {
public:
    static constexpr std::size_t most_told = 20;

    /// Line and column in a file, by which they are told in order; 0 where there are none.
    using place = std::pair<int, int>;

    void add(std::string key, place at, error refusal) {
        keys_.insert(std::move(key));
        ++count_;
        if (told_.size() < most_told) told_.emplace(at, std::move(refusal));
    }
    /// Whether this key was refused.
    bool has(std::string const& key) const { return keys_.count(key) != 0; }

    void throw_if_any() const {
        if (told_.empty()) return;
        error const& first = told_.begin()->second;
        error_text all = first.text();
        for (auto other = std::next(told_.begin()); other != told_.end(); ++other) {
            error_text const& text = other->second.text();
            all.why.append("\n       ").append(text.where).append(": ").append(text.why);
        }
        if (count_ > told_.size()) all.why.append("\n       and " + std::to_string(count_ - told_.size()) + " more");
        throw error{first.id(), std::move(all)};
    }

private:
    std::multimap<place, error> told_{};  // in order of places, and of one place as they came
    std::set<std::string> keys_{};
    std::size_t count_ = 0;
};

}  // namespace estima::inline v0_1::detail
