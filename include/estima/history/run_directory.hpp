// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <filesystem>
#include <string>

namespace estima::inline v0_1 {

/// The file in a run's metrics/ that a rank writes.
inline std::string metrics_name(int rank) { return "rank_" + std::to_string(rank) + ".jsonl"; }

/// Where everything of one run lies. The layout is the contract between the submitting program, the launcher and
/// whoever looks at the run later.
struct run_directory {
    std::filesystem::path path;  ///< <workspace>/runs/<run id>
    /// The same, where `path` is another way to it, which stays when the folder is moved (while_there()); else empty.
    std::filesystem::path name{};

    std::filesystem::path const& place() const { return name.empty() ? path : name; }
    std::string run_id() const { return place().filename().string(); }
    std::filesystem::path workspace() const { return place().parent_path().parent_path(); }
    std::filesystem::path snapshots() const { return workspace() / "snapshots"; }
    std::filesystem::path run_configuration() const { return path / "run_configuration.json"; }
    std::filesystem::path journal() const { return path / "events.jsonl"; }
    /// Locked (flock) from before the run can be seen until its supervisor has ended: "nobody holds it and the run is
    /// not over" means that the supervisor died.
    std::filesystem::path lock() const { return path / "supervisor.lock"; }
    std::filesystem::path code() const { return path / "code"; }  ///< the working directory of the script
    std::filesystem::path outputs() const { return code() / "outputs"; }
    std::filesystem::path logs() const { return code() / "logs"; }
    std::filesystem::path metrics() const { return path / "metrics"; }
    std::filesystem::path metrics_file(int rank) const { return metrics() / metrics_name(rank); }
    std::filesystem::path system_logs() const { return path / "system_logs"; }
    /// Where the logs of an attempt lie that is over and was followed by another one.
    std::filesystem::path attempt_logs(int number) const {
        return system_logs() / ("attempt_" + std::to_string(number));
    }
    std::filesystem::path rank_stdout(int rank) const {
        return system_logs() / ("rank_" + std::to_string(rank) + "_stdout.txt");
    }
    std::filesystem::path rank_stderr(int rank) const {
        return system_logs() / ("rank_" + std::to_string(rank) + "_stderr.txt");
    }
    /// How far a rank's logs had got at which time; of a run with several ranks.
    std::filesystem::path output_times(int rank) const {
        return metrics() / ("rank_" + std::to_string(rank) + ".times");
    }
    std::filesystem::path supervisor_log() const { return system_logs() / "supervisor.txt"; }
    std::filesystem::path host_file() const { return path / "hosts"; }  ///< of mpirun: names and places
    std::filesystem::path mpirun_log() const { return system_logs() / "mpirun.txt"; }
    /// Where a script asks for its outputs to be recorded while it runs (launcher/upload_watch.hpp).
    std::filesystem::path uploads() const { return path / "uploads"; }
    std::filesystem::path upload_requests() const { return uploads() / "requests"; }
    std::filesystem::path page() const { return path / "index.html"; }
};

}  // namespace estima::inline v0_1
