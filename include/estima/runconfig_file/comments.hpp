// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <estima/runconfig_file/document.hpp>

namespace estima::inline v0_1 {

/// Comments of a file: whole lines above a key, by the key's JSON pointer ("/mpi/processCountPerNode"), with their '#';
/// "" has what stands after the last key.
using file_comments = std::map<std::string, std::string>;

namespace detail {
inline std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        std::size_t const end = std::min(text.find('\n'), text.size());
        lines.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

/// The comment on a line that has nothing else; empty if it has.
inline std::string_view comment_of(std::string_view line) {
    std::size_t const start = line.find_first_not_of(" \t");
    if (start == std::string_view::npos || line[start] != '#') return {};
    std::size_t const end = line.find_last_not_of(" \t\r");
    return line.substr(start, end + 1 - start);
}

/// Own-line comments of YAML, each with the key that follows. Lines after text with '#' in it are left alone: they may
/// be part of that text.
inline file_comments comments_of(std::string_view text, document const& read) {
    struct start {
        int line;
        std::string const* pointer;
        bool is_key, has_hash;
    };
    std::vector<start> starts;
    for (auto const& [pointer, place] : read.places) {
        bool const is_list_entry = !pointer.empty() &&
                                   read.value.contains(json::json_pointer{pointer.substr(0, pointer.rfind('/'))}) &&
                                   read.value[json::json_pointer{pointer.substr(0, pointer.rfind('/'))}].is_array();
        starts.push_back({place.key.line, &pointer, !pointer.empty() && !is_list_entry, place.has_hash});
    }
    // By line, then by pointer. Not std::stable_sort: clang 19 warns of what libstdc++ 12 does there.
    std::sort(starts.begin(), starts.end(), [](start const& a, start const& b) {
        return a.line != b.line ? a.line < b.line : *a.pointer < *b.pointer;
    });

    file_comments comments;
    std::vector<std::string_view> const lines = lines_of(text);
    auto next = starts.begin();
    bool in_doubt = false;
    std::string pending;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (std::string_view const comment = comment_of(lines[i]); !comment.empty() && !in_doubt)
            pending.append(comment).append("\n");
        bool first = true;
        for (; next != starts.end() && next->line <= static_cast<int>(i + 1); ++next) {
            in_doubt = first ? next->has_hash : in_doubt || next->has_hash;
            if (next->is_key && !pending.empty()) comments[*next->pointer] = std::exchange(pending, {});
            first = false;
        }
    }
    if (!pending.empty()) comments[""] = std::move(pending);
    return comments;
}
}  // namespace detail

}  // namespace estima::inline v0_1
