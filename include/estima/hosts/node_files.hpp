// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <estima/history/run_directory.hpp>
#include <estima/hosts/frame.hpp>
#include <estima/launcher/artifacts.hpp>
#include <estima/system/files.hpp>
#include <estima/system/open_beneath.hpp>
#include <estima/system/sha256_of_file.hpp>

namespace estima::inline v0_1 {

/// A file of a run on one host, as it is told: its path in the run's folder there.
struct node_file {
    std::string path;
    std::uint64_t bytes = 0;
    std::string sha256;
    double changed = 0;  ///< seconds since 1970, by the host's clock
};

/// Outputs of a host by the rules of artifacts, all or below that name. `warn` is told what is left out.
inline std::vector<node_file> output_files(run_directory const& run, outputs_before const& before,
                                           std::function<void(std::string)> const& warn,
                                           std::string const& name = "outputs") {
    std::vector<node_file> files;
    auto const add = [&](artifact_record a) {
        struct stat status {};
        double changed = 0;
        if (::stat((run.code() / a.path).c_str(), &status) == 0)
            changed = static_cast<double>(status.st_mtim.tv_sec) + 1e-9 * static_cast<double>(status.st_mtim.tv_nsec);
        files.push_back({"code/" + a.path, a.bytes, a.sha256, changed});
    };
    artifact_collector{run, before, add, warn}.collect(name);
    return files;
}

/// What there is to be brought from a host: outputs by the rules of artifacts, and whole what the ranks logged. `warn`
/// is told what is left out.
inline std::vector<node_file> list_node_files(run_directory const& run, outputs_before const& before,
                                              std::function<void(std::string)> const& warn) {
    std::vector<node_file> files = output_files(run, before, warn);
    for (auto const& folder : {run.metrics(), run.system_logs(), run.logs()}) {
        std::error_code code;
        std::filesystem::recursive_directory_iterator entry{folder, code};
        for (std::filesystem::recursive_directory_iterator const end; !code && entry != end; entry.increment(code)) {
            std::error_code ignored;
            if (entry->is_symlink(ignored) || !entry->is_regular_file(ignored)) continue;
            file_descriptor const fd{::open(entry->path().c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)};
            auto const size = entry->file_size(ignored);
            if (!fd) continue;
            if (auto const digest = sha256_of_range(fd.get(), 0, size, [](std::uint64_t) {}))
                files.push_back({entry->path().lexically_relative(run.path).string(), size, *digest});
        }
    }
    return files;
}

/// Reads files of a run piece by piece, in the order in which they were asked for.
class node_file_sender {
public:
    explicit node_file_sender(run_directory run) : run_{std::move(run)} {}

    /// `offset`: the bytes before it are not wanted.
    void ask(std::string path, std::uint64_t offset) { wanted_.emplace_back(std::move(path), offset); }
    bool is_idle() const { return next_ == wanted_.size(); }

    /// The next piece as a frame; its "last" is true for the last one of a file, "failed" says why there is none.
    std::string next() {
        auto const& [path, begin] = wanted_[next_];
        if (!fd_) {
            fd_ = open_beneath(run_.path, path);
            offset_ = begin;
        }
        std::string bytes(largest_frame_body / 4, '\0');
        ssize_t n = -1;
        if (fd_) do
                n = ::pread(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset_));
            while (n < 0 && errno == EINTR);
        json head{{"say", "file"}, {"path", path}, {"offset", offset_}};
        if (n < 0) head["failed"] = std::strerror(errno);
        bytes.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
        offset_ += bytes.size();
        if (bytes.empty()) {
            head["last"] = true;
            fd_.reset();
            ++next_;
        }
        return frame_text(std::move(head), bytes);
    }

private:
    run_directory run_;
    std::vector<std::pair<std::string, std::uint64_t>> wanted_{};
    std::size_t next_ = 0;
    std::uint64_t offset_ = 0;
    file_descriptor fd_{};
};

/// As it is told.
inline json to_json(node_file const& f) { return {f.path, f.bytes, f.sha256, f.changed}; }
inline node_file node_file_from(json const& j) { return {j.at(0), j.at(1), j.at(2), j.at(3)}; }

}  // namespace estima::inline v0_1
