// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include <estima/snapshot/ignore_pattern.hpp>

namespace estima::inline v0_1 {

/// The patterns of one ignore file; the last one that matches decides. Without patterns nothing is ignored.
class ignore_rules {
public:
    ignore_rules() = default;

    /// `text` is the whole file.
    explicit ignore_rules(std::string_view text) {
        if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
        while (!text.empty()) {
            std::size_t const end = text.find('\n');
            if (auto pattern = ignore_pattern::parse(text.substr(0, end))) patterns_.push_back(std::move(*pattern));
            text.remove_prefix(end == text.npos ? text.size() : end + 1);
        }
    }

    bool empty() const { return patterns_.empty(); }

    /// `path` is relative to the source directory. Whoever walks a tree does not enter an ignored directory: that is
    /// why nothing below one can be wanted again by a later `!`.
    bool ignored(std::string_view path, bool is_directory) const {
        for (auto pattern = patterns_.rbegin(); pattern != patterns_.rend(); ++pattern)
            if (pattern->matches(path, is_directory)) return !pattern->negative();
        return false;
    }

private:
    std::vector<ignore_pattern> patterns_;
};

}  // namespace estima::inline v0_1
