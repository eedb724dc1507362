// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <estima/base/duration.hpp>
#include <estima/base/error.hpp>
#include <estima/history/known_record.hpp>
#include <estima/snapshot/prune_store.hpp>
#include <estima/system/clock.hpp>
#include <estima/system/folder_look.hpp>
#include <estima/workspace/delete_run.hpp>
#include <estima/workspace/model_registry.hpp>
#include <estima/workspace/workspace.hpp>
#include <estima/workspace/workspace_lock.hpp>

namespace estima::inline v0_1 {

struct garbage_options {
    duration older_than = seconds(30.0 * 24 * 3600);  ///< deleted runs, and snapshots without a run, stay for so long
    bool is_trial = false;                            ///< tells what would be removed, and removes nothing
};

/// What collect_garbage() removed, or would.
struct garbage_report {
    std::uint64_t runs = 0, snapshots = 0, objects = 0;
    std::uint64_t bytes = 0;  ///< by the sizes of files
    /// Runs whose journals cannot be read, and models ("digits:3"): while there are some, snapshots stay.
    std::vector<std::string> in_doubt{};
    /// What should have gone and stays, by its path in the workspace: the rest was done. A deleted run that is named
    /// here can still be restored, unless its name begins with ".leaving_".
    std::vector<not_removed> passed_over{};
};

namespace detail {
class garbage_collection {
public:
    garbage_collection(workspace const& w, garbage_options const& options)
        : w_{w}, before_{epoch_seconds() - options.older_than.seconds()}, is_trial_{options.is_trial} {}

    garbage_report run() {
        find_old_runs();  // takes long, and nobody waits for it
        {
            workspace_lock const alone{w_.path(), workspace_lock::kind::alone};
            take_out_old_runs();
            note_what_is_needed();
            if (report_.in_doubt.empty()) prune();
        }
        remove_taken_out();
        return std::move(report_);
    }

private:
    inline static std::string const leaving = ".leaving_";  // before the id of a deleted run that is being removed

    bool is_old(std::string const& id) const {
        struct stat status {};
        return ::stat((deleted_ / id).c_str(), &status) == 0 && seconds_of(status.st_mtim) <= before_;
    }
    void pass_over(std::filesystem::path const& path, std::string why) {
        report_.passed_over.push_back({path.lexically_relative(w_.path()).generic_string(), std::move(why)});
    }

    void find_old_runs() {
        for (std::string const& id : deleted_runs(w_))
            if (is_old(id)) old_.emplace(id, look_into(deleted_ / id));
    }

    /// Those that can be removed and are still there. Under another name first: half of a run is none that can be
    /// restored.
    void take_out_old_runs() {
        for (auto const& [id, look] : old_) {
            if (!is_old(id)) continue;  // restored meanwhile
            if (look.why != 0) {
                pass_over(look.stays, std::strerror(look.why));
                continue;
            }
            std::filesystem::path const place = deleted_ / (leaving + id);
            if (!is_trial_ && std::rename((deleted_ / id).c_str(), place.c_str()) != 0) {
                if (errno != ENOENT) pass_over(deleted_ / id, std::strerror(errno));
                continue;
            }
            // To verify() it is left behind by a killed collection when it is as old as that.
            if (!is_trial_) (void)::utimensat(AT_FDCWD, place.c_str(), nullptr, 0);
            gone_.insert(id);
            ++report_.runs;
            report_.bytes += look.bytes;
        }
    }

    void note_what_is_needed() {
        std::filesystem::path const runs = w_.path() / "runs";
        for (std::string const& id : deleted_runs(w_))
            if (!gone_.contains(id)) note_snapshot({deleted_ / id});
        for (std::string const& id : run_ids_in(runs)) note_snapshot({runs / id});
        for (std::string const& name : names_in(w_.path() / "models"))
            if (is_name(name)) note_snapshots_of_model(name);
    }

    void note_snapshot(run_directory const& run) {
        try {
            wanted_.insert(known_record(run).snapshot_id);
        } catch (error const&) {
            if (has_run(run.path.parent_path(), run.run_id())) report_.in_doubt.push_back(run.run_id());
        }
    }

    void note_snapshots_of_model(std::string const& name) {
        std::filesystem::path const models = w_.path() / "models";
        try {
            for (int const version : model_versions(models, name)) {
                try {
                    wanted_.insert(read_model(models / name / std::to_string(version)).lineage.snapshot_id);
                } catch (error const&) {
                    std::vector<int> const now = model_versions(models, name);  // it may have been deleted meanwhile
                    if (std::find(now.begin(), now.end(), version) != now.end())
                        report_.in_doubt.push_back(name + ":" + std::to_string(version));
                }
            }
        } catch (error const&) {
            report_.in_doubt.push_back(name);
        }
    }

    void prune() {
        pruned const store = prune_store(w_.path() / "snapshots", wanted_, before_, is_trial_);
        report_.snapshots = store.snapshots;
        report_.objects = store.objects;
        report_.bytes += store.bytes;
        for (not_removed const& one : store.passed_over) pass_over(one.path, one.why);
    }

    /// Also what a killed collection left. It is no run any more: runs are made, deleted and restored meanwhile.
    void remove_taken_out() {
        for (std::string const& name : names_in(deleted_)) {
            if (!name.starts_with(leaving)) continue;
            std::filesystem::path const folder = deleted_ / name;
            if (!gone_.contains(name.substr(leaving.size()))) {
                folder_look const look = look_into(folder);
                if (look.why != 0) {
                    pass_over(look.stays, std::strerror(look.why));
                    continue;
                }
                report_.bytes += look.bytes;
            }
            if (int const why = is_trial_ ? 0 : remove_folder(folder)) pass_over(folder, std::strerror(why));
        }
    }

    workspace const& w_;
    double before_;
    bool is_trial_;
    std::filesystem::path deleted_ = deleted_runs_folder(w_);
    std::map<std::string, folder_look> old_{};
    std::set<std::string> gone_{}, wanted_{};
    garbage_report report_{};
};
}  // namespace detail

/// Removes for good the runs that were deleted long enough ago, and what of the snapshots no run and no model needs any
/// more. Runs may be submitted, deleted and restored meanwhile: they wait while it looks which snapshots are needed and
/// removes the others, and it waits for snapshots that are being taken. What a killed collection left is collected by
/// the next one. Where it is not known what a run needs, no snapshot is removed; what cannot be removed is passed over
/// and told. EST-649: `older_than` is less than nothing, or no number; EST-301: something cannot be read.
inline garbage_report collect_garbage(workspace const& w, garbage_options const& options = {}) {
    if (!(options.older_than.seconds() >= 0))
        throw error{"EST-649",
                    {.what = "older_than is less than nothing, or no number",
                     .where = "collect_garbage",
                     .why = "it is " + std::to_string(options.older_than.seconds()) + " s",
                     .remedy = "give a time, as 240_h, or 0_s for all that was deleted"}};
    return detail::garbage_collection{w, options}.run();
}

}  // namespace estima::inline v0_1
