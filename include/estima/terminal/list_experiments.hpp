// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <estima/terminal/fresh_index.hpp>
#include <estima/terminal/json_forms.hpp>
#include <estima/terminal/screen.hpp>
#include <estima/terminal/text_table.hpp>
#include <estima/terminal/words.hpp>
#include <estima/workspace/experiments.hpp>

namespace estima::inline v0_1::terminal {

struct experiments_options {
    std::string name{};    ///< only this one; what is done is done to it
    std::string rename{};  ///< its new name, which may be that of another one
    bool remove = false;   ///< delete its runs
    bool restore = false;  ///< bring its deleted runs back
};

/// Lists experiments, or renames, deletes or restores one. EST-633: it has no runs; EST-630: one of them is not over;
/// EST-305: the new name.
inline int list_experiments(workspace const& where, experiments_options const& options, screen const& on) {
    refresh_index(where, on);
    if (!options.rename.empty() || options.remove || options.restore) {
        restored_experiment done;
        if (options.restore) done = restore_experiment(where, options.name);
        else done.runs = options.remove ? delete_experiment(where, options.name)
                                        : rename_experiment(where, options.name, options.rename);
        std::string const name = options.rename.empty() ? options.name : options.rename;
        if (on.json && options.restore)
            on.print_json({{"name", name}, {"runs", done.runs}, {"in_doubt", done.in_doubt}});
        else if (on.json)
            on.print_json({{"name", name}, {"runs", done.runs}});
        else
            *on.out << (options.remove    ? "deleted "
                        : options.restore ? "restored "
                                          : "renamed ")
                    << counted(done.runs, "run") << " of " << on.safe(options.name) << '\n';
        if (on.json) return 0;
        for (std::string const& id : done.in_doubt)
            *on.err << "not restored, since it cannot be read whose it is: " << on.safe(id) << '\n';
        return 0;
    }
    std::vector<experiment_summary> all = experiments(where);
    if (!options.name.empty()) {
        std::erase_if(all, [&](experiment_summary const& one) { return one.name != options.name; });
        if (all.empty()) estima::detail::runs_of_experiment(where, options.name);  // says what there is
    }
    if (on.json) {
        for (experiment_summary const& one : all)
            on.print_json({{"name", one.name}, {"runs", one.runs}, {"newest", json_form(one.newest)}});
        return 0;
    }
    if (all.empty()) *on.err << "There are no runs yet.\n";
    if (all.empty()) return 0;
    text_table table{{{"experiment"},
                      {"runs", true, true},
                      {"newest run", false, true, least_of_id},
                      {"status", false, true},
                      {"created", false, true}}};
    for (experiment_summary const& one : all)
        table.add({{on.safe(one.name)},
                   {std::to_string(one.runs)},
                   {on.safe(one.newest.run_id)},
                   {std::string{to_string(one.newest.status)}, tone_of(one.newest.status)},
                   {local_time(one.newest.created_time).substr(0, 16)}});
    table.print(on);
    return 0;
}

}  // namespace estima::inline v0_1::terminal
