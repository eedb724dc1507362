// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <estima/history/journal.hpp>
#include <estima/history/run_directory.hpp>
#include <estima/run_configuration/run_configuration.hpp>
#include <estima/system/inotify.hpp>
#include <estima/system/json.hpp>

namespace estima::inline v0_1 {

/// A process of TensorFlow's: the workers have the first ranks, the parameter servers those after them.
struct role {
    std::string_view type;  ///< "worker" or "ps"
    int index = 0;          ///< among those of its type
};

inline role role_of(run_configuration const& c, int rank) {
    int const workers = c.tensorflow.worker_count;
    return rank < workers ? role{"worker", rank} : role{"ps", rank - workers};
}

/// A parameter server serves until it is ended: the run is over when its workers are.
inline bool is_parameter_server(run_configuration const& c, int rank) {
    return c.communicator == "ParameterServer" && role_of(c, rank).type == "ps";
}

/// What TensorFlow's TFConfigClusterResolver reads in TF_CONFIG: where all tasks are, and which one this is.
/// `addresses`: "host:port" of each process, in the order of the ranks. (tensorflow.org, "Distributed training with
/// TensorFlow")
inline std::string tf_config(run_configuration const& c, int rank, std::vector<std::string> const& addresses) {
    json cluster = json::object();
    for (std::size_t i = 0; i < addresses.size(); ++i)
        cluster[std::string{role_of(c, static_cast<int>(i)).type}].push_back(addresses[i]);
    role const own = role_of(c, rank);
    return json{{"cluster", std::move(cluster)}, {"task", {{"type", own.type}, {"index", own.index}}}}.dump();
}

/// Tells a parameter server's worker process that all workers of the run have ended.
class workers_end {
public:
    workers_end(run_directory const& run, int worker_count) : log_{run.journal()}, left_{worker_count} {
        changes_.watch(run.journal(), IN_MODIFY);
    }

    /// Readable when it is worth to ask; -1 where nothing tells: ask from time to time.
    int fd() const noexcept { return changes_.fd(); }

    bool came() {
        changes_.drain();
        int ended = 0;
        for (rank_record const& r : log_.record().ranks) ended += r.rank < left_ && r.ended;
        return ended == left_;
    }

private:
    journal log_;
    inotify changes_;
    int left_;
};

}  // namespace estima::inline v0_1
