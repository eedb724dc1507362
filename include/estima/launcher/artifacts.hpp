// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <dirent.h>
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
#include <string_view>
#include <utility>
#include <vector>

#include <estima/history/run_directory.hpp>
#include <estima/history/run_record.hpp>
#include <estima/launcher/outputs_before.hpp>
#include <estima/system/file_descriptor.hpp>
#include <estima/system/open_beneath.hpp>
#include <estima/system/sha256.hpp>
#include <estima/system/shown.hpp>
#include <estima/system/utf8.hpp>

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

    /// All outputs, or the file or folder of that name: "outputs/checkpoints".
    void collect(std::string const& name = "outputs") {
        file_descriptor folder{::open(run_.outputs().c_str(), directory_flags)};
        if (!folder && errno == ENOENT) return;
        if (!folder) return leave_out("outputs", why_no_folder());
        std::string above = "outputs";
        while (name != above) {  // a step down at a time, following no link
            std::size_t const end = std::min(name.find('/', above.size() + 1), name.size());
            std::string const step = name.substr(above.size() + 1, end - above.size() - 1);
            std::string const here = name.substr(0, end);
            if (end == name.size()) return take(folder.get(), entry_of(folder.get(), step), name);
            folder.reset(::openat(folder.get(), step.c_str(), directory_flags));
            if (!folder) return leave_out(here, why_no_folder());
            above = here;
        }
        walk(std::move(folder), name);
        if (left_out_ > warnings_at_most)
            warning_(std::to_string(left_out_ - warnings_at_most) + " more entries of ./outputs are no artifacts");
    }

private:
    static constexpr std::size_t warnings_at_most = 20;
    static constexpr char const* no_file = "it is not a file";
    static constexpr int directory_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;

    static char const* why_no_folder() {
        return errno == ENOTDIR || errno == ELOOP ? "it is not a directory" : std::strerror(errno);
    }

    void leave_out(std::string const& name, std::string const& why) {
        if (++left_out_ <= warnings_at_most) warning_(shown(name) + " is no artifact: " + why);
    }

    struct entry {
        std::string name;
        unsigned char type;  // DT_REG, ...
        bool operator<(entry const& other) const { return name < other.name; }
    };

    void walk(file_descriptor directory, std::string const& name) {
        std::unique_ptr<DIR, int (*)(DIR*)> const stream{::fdopendir(directory.get()), ::closedir};
        if (!stream) return leave_out(name, std::strerror(errno));
        int const fd = directory.release();  // the stream has it
        std::vector<entry> entries;
        for (errno = 0; dirent const* e = ::readdir(stream.get()); errno = 0)
            if (std::string const found = e->d_name; found != "." && found != "..")
                entries.push_back(e->d_type == DT_UNKNOWN ? entry_of(fd, found) : entry{found, e->d_type});
        if (errno != 0) leave_out(name, std::strerror(errno));
        std::sort(entries.begin(), entries.end());
        for (entry const& e : entries) take(fd, e, name + "/" + e.name);
    }

    static entry entry_of(int directory, std::string const& name) {
        struct stat status {};
        bool const is_there = ::fstatat(directory, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0;
        if (!is_there) return {name, DT_REG};  // opening it tells why
        return {name, static_cast<unsigned char>(IFTODT(status.st_mode))};
    }

    void take(int directory, entry const& e, std::string const& name) {
        if (e.type == DT_DIR) {
            file_descriptor below{::openat(directory, e.name.c_str(), directory_flags)};
            return below ? walk(std::move(below), name) : leave_out(name, std::strerror(errno));
        }
        if (before_.has_untouched(run_.code() / name))
            return leave_out(name, "it came with the source directory, and the script did not touch it");
        if (valid_utf8(name) != name) return leave_out(name, "its name is not UTF-8");
        if (e.type == DT_LNK) return take_link(name);
        if (e.type != DT_REG) return leave_out(name, no_file);  // not opened: that could do something
        constexpr int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
        record(file_descriptor{::openat(directory, e.name.c_str(), flags)}, name);
    }

    void take_link(std::string const& name) {
        std::error_code code;
        std::filesystem::path const target = std::filesystem::canonical(run_.code() / name, code);
        if (code) return leave_out(name, "it is a link to nothing");
        file_descriptor fd = open_beneath(run_.outputs(), name.substr(std::strlen("outputs/")));
        if (!fd && (errno == EXDEV || errno == ELOOP)) {
            std::filesystem::path const root = std::filesystem::canonical(run_.outputs(), code);
            bool const is_inside =
                std::mismatch(root.begin(), root.end(), target.begin(), target.end()).first == root.end();
            return leave_out(name, is_inside ? "it is an absolute link" : "it is a link out of ./outputs");
        }
        if (!fd && std::filesystem::is_directory(target, code)) return;  // its files are taken where they are
        if (!fd && errno == EINVAL) return leave_out(name, no_file);
        record(std::move(fd), name);
    }

    /// As long as it was when it was opened: nothing is waited for, however it grows. One that is changed meanwhile is
    /// read once more.
    void record(file_descriptor const fd, std::string const& name) {
        if (!fd) return leave_out(name, std::strerror(errno));
        if (!buffer_) buffer_ = std::make_unique<char[]>(buffer_size);
        for (int attempt = 0; attempt < 2; ++attempt) {
            struct stat before {}, after {};
            if (::fstat(fd.get(), &before) != 0) return leave_out(name, std::strerror(errno));
            if (!S_ISREG(before.st_mode)) return leave_out(name, no_file);
            off_t at = 0;
            while (at < before.st_size) {
                off_t const piece = std::min<off_t>(buffer_size, before.st_size - at);
                ssize_t const n = ::pread(fd.get(), buffer_.get(), static_cast<std::size_t>(piece), at);
                if (n < 0 && errno == EINTR) continue;
                if (n < 0) return leave_out(name, std::strerror(errno));
                if (n == 0) break;
                digest_.update({buffer_.get(), static_cast<std::size_t>(n)});
                at += n;
            }
            std::string hash = digest_.hex_digest();
            bool const is_same = ::fstat(fd.get(), &after) == 0 && after.st_size == at && at == before.st_size &&
                                 after.st_mtim.tv_sec == before.st_mtim.tv_sec &&
                                 after.st_mtim.tv_nsec == before.st_mtim.tv_nsec;
            if (is_same) return artifact_({name, static_cast<std::uint64_t>(at), std::move(hash)});
        }
        leave_out(name, "something is still writing to it");
    }

    static constexpr off_t buffer_size = 128 * 1024;
    run_directory const& run_;
    outputs_before const& before_;
    take_artifact artifact_;
    take_warning warning_;
    std::unique_ptr<char[]> buffer_;
    sha256 digest_;
    std::size_t left_out_ = 0;
};

}  // namespace estima::inline v0_1
