// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <estima/portal/human.hpp>
#include <estima/terminal/find_run.hpp>
#include <estima/terminal/interruption.hpp>
#include <estima/terminal/progress_bar.hpp>
#include <estima/terminal/screen.hpp>
#include <estima/terminal/words.hpp>
#include <estima/terminal/working_line.hpp>
#include <estima/terminal/wrap_text.hpp>
#include <estima/workspace/collect_garbage.hpp>
#include <estima/workspace/copy_workspace.hpp>
#include <estima/workspace/delete_run.hpp>
#include <estima/workspace/verify.hpp>
#include <estima/workspace/verify_index.hpp>

/// Commands that look after a workspace as a whole.
namespace estima::inline v0_1::terminal {

struct verify_words {
    bool mend = false;
};

inline char const* name_of(verify_finding::kind kind) {
    switch (kind) {
        case verify_finding::kind::damage: return "damage";
        case verify_finding::kind::leftover: return "leftover";
        case verify_finding::kind::closed: return "closed";
        case verify_finding::kind::note: break;
    }
    return "note";
}

/// Holds everything against what was recorded of it. Returns 1 if something is damaged, else 3 if something could not
/// be checked.
inline int verify_workspace(workspace const& where, verify_words const& options, screen const& on) {
    verify_report report;
    {
        progress_bar bar{on};
        report =
            verify(where, {.mend = options.mend, .progress = [&](std::uint64_t bytes) { bar.show(bytes, 0, "read"); }});
    }
    {
        progress_bar bar{on, "runs", 0.5};
        auto const show = [&](std::uint64_t runs, std::uint64_t all) { bar.show(runs, all, "index"); };
        for (verify_finding& one : verify_index(where, {.mend = options.mend, .progress = {}}, show))
            report.findings.push_back(std::move(one));
    }
    for (verify_finding const& f : report.findings) {
        bool const is_damage = f.is == verify_finding::kind::damage;
        char const* const kind = name_of(f.is);
        if (on.json) {
            on.print_json({{"kind", kind},
                           {"path", f.path},
                           {"what", f.what},
                           {"remedy", f.remedy},
                           {"is_mendable", f.is_mendable},
                           {"is_mended", f.is_mended}});
            continue;
        }
        std::string const word = f.is_mended ? "mended" : kind, margin(word.size() + 2, ' ');
        std::string begin = on.painted(word, f.is_mended ? tone::good : is_damage ? tone::bad : tone::busy) + "  ";
        auto const print = [&](std::string const& text) {
            for (std::string const& line : wrapped(text, on.room_behind(margin.size())))
                *on.out << std::exchange(begin, margin) << line << '\n';
        };
        print(on.told(f.path) + ": " + on.told(f.what));
        if (!f.is_mended && !f.remedy.empty()) print(on.told(f.remedy));
    }
    if (on.json) {
        on.print_json({{"kind", "summary"},
                       {"is_sound", report.is_sound()},
                       {"is_complete", report.is_complete()},
                       {"runs", report.runs},
                       {"artifacts", report.artifacts},
                       {"metric_files", report.metric_files},
                       {"snapshots", report.snapshots},
                       {"objects", report.objects},
                       {"model_versions", report.model_versions},
                       {"bytes", report.bytes}});
    } else {
        *on.out << on.painted(report.is_sound() ? "sound" : "damaged", report.is_sound() ? tone::good : tone::bad)
                << (report.is_complete() ? ": " : ", as far as it could be checked: ")
                << counted(report.runs, "run") << ", " << counted(report.artifacts, "artifact") << ", "
                << counted(report.metric_files, "metric file") << ", " << counted(report.snapshots, "snapshot") << "; "
                << portal::human_bytes(report.bytes) << " read\n";
    }
    if (!report.is_sound()) return 1;
    return report.is_complete() ? 0 : 3;
}

struct gc_options {
    bool dry_run = false;    ///< only tell
    double older_than = 30;  ///< days
};

/// Removes for good what was deleted, and what of the snapshots no run needs. Returns 1 if some of it stays: it
/// cannot be removed, or it is not known whether a run needs it.
inline int free_space(workspace const& where, gc_options const& options, screen const& on) {
    garbage_report const freed = [&] {
        working_line const line{on, options.dry_run ? "looking for what no run needs" : "removing what no run needs"};
        return collect_garbage(where,
                               {.older_than = seconds(options.older_than * 24 * 3600), .is_trial = options.dry_run});
    }();
    int const code = freed.in_doubt.empty() && freed.passed_over.empty() ? 0 : 1;
    json passed_over = json::array();
    for (not_removed const& one : freed.passed_over) passed_over.push_back({{"path", one.path}, {"why", one.why}});
    if (on.json)
        on.print_json({{"dry_run", options.dry_run},
                       {"runs", freed.runs},
                       {"snapshots", freed.snapshots},
                       {"objects", freed.objects},
                       {"bytes", freed.bytes},
                       {"in_doubt", freed.in_doubt},
                       {"passed_over", std::move(passed_over)}});
    else
        *on.out << (options.dry_run ? "would remove " : "removed ") << counted(freed.runs, "deleted run") << ", "
                << counted(freed.snapshots, "snapshot") << " and " << counted(freed.objects, "object")
                << " of snapshots: " << portal::human_bytes(freed.bytes) << '\n';
    if (on.json) return code;
    for (std::string const& id : freed.in_doubt)
        *on.err << "snapshots stay, since what this run or model needs cannot be read: " << on.safe(id) << '\n';
    for (not_removed const& one : freed.passed_over)
        *on.err << "not removed: " << on.safe(one.path) << ": " << on.safe(one.why) << '\n';
    return code;
}

struct copy_words {
    std::string folder;
};

/// Copies the workspace while it is in use. Returns 1 if an output is not as it was recorded. EST-639: the folder is
/// not empty; EST-301.
inline int copy_all(workspace const& where, copy_words const& options, screen const& on) {
    copied_workspace const made = [&] {
        interruption const may_come;
        progress_bar bar{on};
        return copy_workspace(where, options.folder, [&](std::uint64_t bytes) {
            may_come.look();
            bar.show(bytes, 0, "copied");
        });
    }();
    int const code = made.changed.empty() ? 0 : 1;
    if (on.json) {
        on.print_json({{"folder", made.folder.string()},
                       {"runs", made.runs},
                       {"files", made.files},
                       {"bytes", made.bytes},
                       {"unfinished", made.unfinished},
                       {"changed", made.changed},
                       {"newer", made.newer}});
        return code;
    }
    *on.out << on.safe(made.folder.string()) << ": " << counted(made.runs, "run") << ", " << counted(made.files, "file")
            << ", " << portal::human_bytes(made.bytes) << '\n';
    for (std::string const& id : made.newer) *on.err << "of a newer estima, copied as it is: " << on.safe(id) << '\n';
    for (std::string const& id : made.unfinished) *on.err << "not over, and ended in the copy: " << on.safe(id) << '\n';
    for (std::string const& path : made.changed) *on.err << "not as it was recorded: " << on.safe(path) << '\n';
    return code;
}

struct delete_options {
    std::vector<std::string> runs;
};

/// Takes runs out of sight until they are restored, or collected. EST-630: one is not over.
inline int delete_runs(workspace const& where, delete_options const& options, screen const& on) {
    std::vector<std::string> ids;  // all are found before the first is deleted
    for (std::string const& word : options.runs)
        if (std::string id = find_run(where, word, on).id(); std::find(ids.begin(), ids.end(), id) == ids.end())
            ids.push_back(std::move(id));
    for (std::string const& id : ids) {
        delete_run(where, id);
        if (on.json)
            on.print_json({{"run_id", id}});
        else
            *on.out << "deleted " << on.safe(id) << "; estima restore " << on.safe(id.substr(id.rfind('_') + 1))
                    << " brings it back\n";
    }
    return 0;
}

struct restore_options {
    std::vector<std::string> runs;  ///< as find_deleted_run() takes them; empty: list those that can be restored
};

/// The id of the deleted run that a word means: an id, or the beginning or end of one. EST-631, EST-650.
inline std::string find_deleted_run(workspace const& where, std::string const& word) {
    std::vector<std::string> const all = deleted_runs(where);
    std::vector<std::string> ids;
    for (std::string const& id : all)
        if (id == word || (!word.empty() && (id.starts_with(word) || id.ends_with(word)))) ids.push_back(id);
    bool const is_whole = std::find(all.begin(), all.end(), word) != all.end();
    if (ids.size() > 1 && !is_whole) detail::throw_several(where, word, ids);
    return is_whole || ids.empty() ? word : ids[0];  // restore_run() says what there is
}

/// Brings deleted runs back. EST-631: there is none of that id; EST-650: there are several.
inline int restore_runs(workspace const& where, restore_options const& options, screen const& on) {
    std::vector<std::string> ids = options.runs.empty() ? deleted_runs(where) : std::vector<std::string>{};
    for (std::string const& word : options.runs)  // all are found before the first is restored
        if (std::string id = find_deleted_run(where, word); std::find(ids.begin(), ids.end(), id) == ids.end())
            ids.push_back(std::move(id));
    if (ids.empty()) *on.err << "No run is deleted.\n";
    for (std::string const& id : ids) {
        if (!options.runs.empty()) restore_run(where, id);
        if (on.json)
            on.print_json({{"run_id", id}});
        else
            *on.out << (options.runs.empty() ? "" : "restored ") << on.safe(id) << '\n';
    }
    return 0;
}

}  // namespace estima::inline v0_1::terminal
