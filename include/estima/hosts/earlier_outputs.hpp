// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include <estima/history/run_directory.hpp>
#include <estima/hosts/node_files.hpp>
#include <estima/launcher/lay_out_again.hpp>
#include <estima/snapshot/restore.hpp>
#include <estima/snapshot/snapshot_store.hpp>

namespace estima::inline v0_1 {

/// On a host, what earlier attempts of the run left in ./outputs, on whichever hosts.
class earlier_outputs {
public:
    /// Lays the run out, with what was sent here of its outputs (`id`, empty: nothing) and what it may have left here
    /// by itself. Returns what is in ./outputs of the source. EST-207, EST-208, EST-301, EST-414.
    outputs_before lay_out(run_directory const& run, std::string const& snapshot_id, std::string const& id) {
        std::error_code ignored;
        bool const was_here = std::filesystem::exists(run.code(), ignored);
        if (was_here)  // told already, as far as the way held
            for (auto const& folder : {run.metrics(), run.system_logs(), run.uploads()})
                std::filesystem::remove_all(folder, ignored);
        outputs_before before = was_here ? lay_out_again(run, snapshot_id) : estima::lay_out(run, snapshot_id);
        if (!id.empty()) take_in(run, id);
        return before;
    }

    /// Whether a file is as it was then: it is no output of this host.
    bool has(node_file const& f) const {
        auto const known = digests_.find(f.path);
        return known != digests_.end() && known->second == f.sha256;
    }

private:
    void take_in(run_directory const& run, std::string const& id) {
        std::filesystem::path const folder = run.path / "earlier_outputs";
        restore_snapshot(run.snapshots(), id, folder);
        take_over(folder, run.outputs());
        std::error_code ignored;
        std::filesystem::remove_all(folder, ignored);
        for (snapshot_entry const& e : snapshot_store{run.snapshots()}.entries(id))
            digests_["code/outputs/" + e.path] = e.digest;
    }

    std::map<std::string, std::string> digests_{};  // by the paths in the run's folder
};

}  // namespace estima::inline v0_1
