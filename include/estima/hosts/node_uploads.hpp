// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <estima/hosts/node_files.hpp>
#include <estima/launcher/upload_requests.hpp>

namespace estima::inline v0_1 {

/// On a host, outputs that the script wants to be recorded while it runs: they are told to the supervisor, which brings
/// them and records them as its own.
class node_uploads {
public:
    /// EST-301.
    explicit node_uploads(run_directory run) : run_{std::move(run)}, requests_{run_} { requests_.prepare(); }

    bool has_requests() {
        lines_ += requests_.new_lines();
        return !lines_.empty();
    }

    struct upload {
        std::string name;
        std::vector<node_file> files;
    };

    /// What was asked for. `warn` is told what cannot be had.
    std::vector<upload> look(outputs_before const& before, std::function<void(std::string)> const& warn) {
        std::vector<upload> all;
        for (std::string& name : requests_.names_in(std::exchange(lines_, {}), warn))
            all.push_back({name, output_files(run_, before, warn, name)});
        return all;
    }

private:
    run_directory run_;
    upload_requests requests_;
    std::string lines_{};
};

}  // namespace estima::inline v0_1
