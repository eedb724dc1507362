// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <estima/portal/human.hpp>
#include <estima/terminal/screen.hpp>
#include <estima/terminal/text_table.hpp>
#include <estima/terminal/words.hpp>
#include <estima/workspace/workspace.hpp>

namespace estima::inline v0_1::terminal {

struct models_options {
    std::string name;  ///< its versions; empty: the newest version of each model
};

/// Lists registered models. EST-507: there is none of that name.
inline int list_models(workspace const& where, models_options const& options, screen const& on) {
    std::vector<model> models;
    if (options.name.empty()) {
        models = where.models();
    } else {
        models.push_back(where.model(options.name));
        for (int version = models[0].version - 1; version > 0; --version)
            try {
                models.push_back(where.model(options.name, version));
            } catch (error const& e) {
                if (e.id() != "EST-507") throw;  // that version was deleted
            }
    }
    if (on.json) {
        for (model const& m : models) on.print_json(to_json(m));
        return 0;
    }
    if (models.empty()) {
        *on.err << "No model is registered yet.\n";
        return 0;
    }
    text_table table{{{"model"}, {"version", true, true}, {"created", false, true}, {"size", true, true}, {"run"}, {"description"}}};
    for (model const& m : models) {
        std::uint64_t bytes = 0;
        for (artifact_record const& file : m.files) bytes += file.bytes;
        table.add({{on.safe(m.name)}, {std::to_string(m.version)}, {local_time(m.created_time).substr(0, 16)},
                   {portal::human_bytes(bytes)}, {on.safe(m.run_id)}, {on.safe(m.description)}});
    }
    table.print(on);
    return 0;
}

}  // namespace estima::inline v0_1::terminal
