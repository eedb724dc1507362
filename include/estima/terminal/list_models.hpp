// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <estima/portal/human.hpp>
#include <estima/terminal/print_error.hpp>
#include <estima/terminal/screen.hpp>
#include <estima/terminal/text_table.hpp>
#include <estima/terminal/words.hpp>
#include <estima/workspace/workspace.hpp>

namespace estima::inline v0_1::terminal {

struct models_options {
    std::string name;  ///< its versions; empty: the newest version of each model
};

/// Lists registered models. Returns 1 if the description of one is damaged, which is told beside the others. EST-507:
/// there is none of that name.
inline int list_models(workspace const& where, models_options const& options, screen const& on) {
    bool is_whole = true;
    auto const warn = [&](error const& e) {
        print_error(on, e);
        is_whole = false;
    };
    std::vector<model> const models =
        where.models({.name = options.name, .all_versions = !options.name.empty(), .on_damage = warn});
    if (models.empty() && is_whole && !options.name.empty()) where.model(options.name);  // says what there is
    int const code = is_whole ? 0 : 1;
    if (on.json) {
        for (model const& m : models) on.print_json(to_json(m));
        return code;
    }
    if (models.empty() && is_whole) {
        *on.err << "No model is registered yet.\n";
        return 0;
    }
    text_table table{{{"model"},
                      {"version", true, true},
                      {"stage"},
                      {"aliases"},
                      {"created", false, true},
                      {"size", true, true},
                      {"run"},
                      {"description"}}};
    for (model const& m : models) {
        std::uint64_t bytes = 0;
        for (artifact_record const& file : m.files) bytes += file.bytes;
        std::string aliases;
        for (std::string const& alias : m.aliases) aliases.append(aliases.empty() ? "" : ", ").append(alias);
        table.add({{on.safe(m.name)},
                   {std::to_string(m.version)},
                   {std::string{to_string(m.stage)}},
                   {on.safe(aliases)},
                   {local_time(m.created_time).substr(0, 16)},
                   {portal::human_bytes(bytes)},
                   {on.safe(m.run_id)},
                   {on.safe(m.description)}});
    }
    if (!models.empty()) table.print(on);
    return code;
}

}  // namespace estima::inline v0_1::terminal
