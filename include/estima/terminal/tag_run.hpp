// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <estima/terminal/find_run.hpp>
#include <estima/terminal/screen.hpp>

namespace estima::inline v0_1::terminal {

struct tag_words {
    std::string run;
    std::vector<std::string> tags;  ///< NAME=VALUE, or NAME for a tag without a value; none: they are listed
};

/// Sets tags of a run, and tells all that it has then. EST-512: one has no name, and none is set; EST-301.
inline int tag_run(workspace const& where, tag_words const& options, screen const& on) {
    run const run = find_run(where, options.run, on);
    std::map<std::string, std::string> tags;
    for (std::string const& word : options.tags) {
        std::size_t const sign = std::min(word.find('='), word.size());
        tags[word.substr(0, sign)] = word.substr(std::min(sign + 1, word.size()));
    }
    for (auto const& [name, value] : tags) run.tag(name, value);  // one without a name comes first, and ends it
    tags = run.get_tags();
    if (on.json) on.print_json({{"run_id", run.id()}, {"tags", tags}});
    if (on.json) return 0;
    for (auto const& [name, value] : tags)
        *on.out << on.safe(name) << (value.empty() ? "" : "=" + on.safe(value)) << '\n';
    if (tags.empty()) *on.err << "The run has no tags.\n";
    return 0;
}

}  // namespace estima::inline v0_1::terminal
