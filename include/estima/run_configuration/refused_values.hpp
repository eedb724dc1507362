// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <set>
#include <string>
#include <utility>
#include <vector>

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
        if (told_.size() < most_told) told_.push_back({at, std::move(refusal)});
    }
    /// Whether this key was refused.
    bool has(std::string const& key) const { return keys_.count(key) != 0; }

    void throw_if_any() const {
        if (told_.empty()) return;
        std::vector<one> told = told_;
        std::stable_sort(told.begin(), told.end(), [](one const& a, one const& b) { return a.at < b.at; });
        error_text all = told[0].refusal.text();
        for (std::size_t i = 1; i < told.size(); ++i) {
            error_text const& text = told[i].refusal.text();
            all.why.append("\n       ").append(text.where).append(": ").append(text.why);
        }
        if (count_ > told.size()) all.why.append("\n       and " + std::to_string(count_ - told.size()) + " more");
        throw error{told[0].refusal.id(), std::move(all)};
    }

private:
    struct one {
        place at;
        error refusal;
    };
    std::vector<one> told_{};
    std::set<std::string> keys_{};
    std::size_t count_ = 0;
};

}  // namespace estima::inline v0_1::detail
