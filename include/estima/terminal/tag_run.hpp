// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <estima/terminal/find_run.hpp>
#include <estima/terminal/screen.hpp>
#include <estima/workspace/names.hpp>

namespace estima::inline v0_1::terminal {

struct tag_words {
    std::string run;
    std::vector<std::string> tags{};     ///< NAME=VALUE, or NAME for a tag without a value
    std::vector<std::string> removed{};  ///< names; without tags to set or remove, they are listed
};

/// Sets tags of a run and removes others, and tells all that it has then. EST-512: one has no name; EST-102: one is not
/// UTF-8; nothing is changed then. EST-301.
inline int tag_run(workspace const& where, tag_words const& options, screen const& on) {
    run const run = find_run(where, options.run, on);
    std::map<std::string, std::string> tags;
    for (std::string const& word : options.tags) {
        std::size_t const sign = std::min(word.find('='), word.size());
        tags[word.substr(0, sign)] = word.substr(std::min(sign + 1, word.size()));
    }
    for (auto const& [name, value] : tags) {
        estima::detail::require_key("a tag", "run " + run.id(), name);
        estima::detail::require_utf8("a tag", "run " + run.id(), value);
    }
    for (std::string const& name : options.removed) run.remove_tag(name);
    for (auto const& [name, value] : tags) run.tag(name, value);
    tags = run.get_tags();
    if (on.json) on.print_json({{"run_id", run.id()}, {"tags", tags}});
    if (on.json) return 0;
    for (auto const& [name, value] : tags)
        *on.out << on.safe(name) << (value.empty() ? "" : "=" + on.safe(value)) << '\n';
    if (tags.empty()) *on.err << "The run has no tags.\n";
    return 0;
}

}  // namespace estima::inline v0_1::terminal
