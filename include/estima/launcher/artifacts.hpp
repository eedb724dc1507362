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
#include <memory>
#include <string>
#include <vector>

#include <estima/history/run_directory.hpp>
#include <estima/history/run_record.hpp>
#include <estima/launcher/outputs_before.hpp>
#include <estima/system/file_descriptor.hpp>
#include <estima/system/file_tail.hpp>
#include <estima/system/sha256.hpp>
#include <estima/system/shown.hpp>

namespace estima::inline v0_1 {

/// Goes through what the script left in ./outputs. Nothing is moved: an artifact is a file with its size and SHA-256.
///
/// Files count, and links to files that stay inside ./outputs. Left out, with a warning, is what cannot be handed on:
/// other links, pipes, sockets, devices, what cannot be read, names that are not UTF-8, and what came with the source
/// directory and was not touched.
class artifact_collector {
public:
    using take_artifact = std::function<void(artifact_record)>;
    using take_warning = std::function<void(std::string)>;

    artifact_collector(run_directory const& run, outputs_before const& before, take_artifact artifact,
                       take_warning warning)
        : run_{run}, before_{before}, artifact_{std::move(artifact)}, warning_{std::move(warning)} {}

    void collect() {
        std::error_code code;
        auto const status = std::filesystem::symlink_status(run_.outputs(), code);
        if (code || status.type() == std::filesystem::file_type::not_found) return;
        if (status.type() != std::filesystem::file_type::directory)
            return leave_out("outputs", "it is not a directory");
        root_ = std::filesystem::canonical(run_.outputs(), code);
        walk(run_.outputs(), "outputs");
        if (left_out_ > warnings_at_most)
            warning_(std::to_string(left_out_ - warnings_at_most) + " more entries of ./outputs are no artifacts");
    }

private:
    static constexpr std::size_t warnings_at_most = 20;

    void leave_out(std::string const& name, std::string const& why) {
        if (++left_out_ <= warnings_at_most) warning_(shown(name) + " is no artifact: " + why);
    }

    void walk(std::filesystem::path const& directory, std::string const& name) {
        std::error_code code;
        std::vector<std::string> entries;
        for (std::filesystem::directory_iterator i{directory, code}, end; !code && i != end; i.increment(code))
            entries.push_back(i->path().filename().string());
        if (code) leave_out(name, code.message());
        std::sort(entries.begin(), entries.end());
        for (std::string const& entry : entries) take(directory / entry, name + "/" + entry);
    }

    void take(std::filesystem::path const& path, std::string const& name) {
        std::error_code code;
        auto const type = std::filesystem::symlink_status(path, code).type();
        if (type == std::filesystem::file_type::directory) return walk(path, name);
        if (before_.has_untouched(path))
            return leave_out(name, "it came with the source directory, and the script did not touch it");
        if (valid_utf8(name) != name) return leave_out(name, "its name is not UTF-8");
        if (type == std::filesystem::file_type::symlink) {
            std::filesystem::path const target = std::filesystem::canonical(path, code);
            if (code) return leave_out(name, "it is a link to nothing");
            auto const [in_root, unused] = std::mismatch(root_.begin(), root_.end(), target.begin(), target.end());
            if (in_root != root_.end()) return leave_out(name, "it is a link out of ./outputs");
            if (std::filesystem::is_directory(target, code)) return;  // its files are taken where they are
        } else if (type != std::filesystem::file_type::regular) {
            return leave_out(name, "it is not a file");
        }
        hash(path, name);
    }

    void hash(std::filesystem::path const& path, std::string const& name) {
        file_descriptor const fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
        struct stat status {};
        if (!fd || ::fstat(fd.get(), &status) != 0) return leave_out(name, std::strerror(errno));
        if (!S_ISREG(status.st_mode)) return leave_out(name, "it is not a file");
        if (!buffer_) buffer_ = std::make_unique<char[]>(buffer_size);
        std::uint64_t bytes = 0;
        for (;;) {
            ssize_t const n = ::read(fd.get(), buffer_.get(), buffer_size);
            if (n < 0 && errno == EINTR) continue;
            if (n < 0) return leave_out(name, std::strerror(errno));
            if (n == 0) break;
            digest().update({buffer_.get(), static_cast<std::size_t>(n)});
            bytes += static_cast<std::uint64_t>(n);
        }
        artifact_({name, bytes, digest().hex_digest()});
    }

    sha256& digest() {
        if (!digest_) digest_ = std::make_unique<sha256>();  // OpenSSL takes memory and time to set up
        return *digest_;
    }

    static constexpr std::size_t buffer_size = 128 * 1024;
    run_directory const& run_;
    outputs_before const& before_;
    take_artifact artifact_;
    take_warning warning_;
    std::filesystem::path root_;
    std::unique_ptr<char[]> buffer_;
    std::unique_ptr<sha256> digest_;
    std::size_t left_out_ = 0;
};

}  // namespace estima::inline v0_1
