// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>

#include <string>
#include <utility>
#include <vector>

#include <estima/history/run_directory.hpp>
#include <estima/hosts/host_collection.hpp>
#include <estima/system/files.hpp>

namespace estima::inline v0_1 {

/// Outputs of a host that the script wants to be recorded while it runs. When they are here, the supervisor is asked to
/// record them as a script here would ask.
class host_uploads {
public:
    explicit host_uploads(run_directory run) : run_{std::move(run)} {}

    /// The host tells of them. What it is to be asked for.
    json begin(frame const& said, std::string const& host, host_collection& collection) {
        std::vector<node_file> files;
        for (json const& one : json::parse(said.body)) files.push_back(node_file_from(one));
        names_.push_back(said.head.at("name"));
        return collection.add(collection.files().plan({files}, {host}, [](std::string const&, int) {}));
    }

    /// EST-301.
    void tell(host_collection const& collection) {
        if (names_.empty() || !collection.is_over()) return;
        file_descriptor const requests = open_file(run_.upload_requests(), O_WRONLY | O_APPEND | O_CREAT | O_NOCTTY);
        for (std::string const& name : std::exchange(names_, {})) write_all(requests.get(), name + "\n");
    }

private:
    run_directory run_;
    std::vector<std::string> names_{};  // on their way
};

}  // namespace estima::inline v0_1
