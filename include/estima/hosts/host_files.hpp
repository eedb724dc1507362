// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cmath>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <estima/history/run_directory.hpp>
#include <estima/hosts/node_files.hpp>
#include <estima/system/files.hpp>
#include <estima/system/sha256_of_file.hpp>

namespace estima::inline v0_1 {

/// Puts what comes from the hosts into the folder of the run: what grows while it grows, and whole files at the end.
class host_files {
public:
    explicit host_files(run_directory run) : run_{std::move(run)} {}

    /// Bytes of a log or of metrics. Nothing outside of these folders is written. EST-301.
    void grown(std::string const& path, std::uint64_t offset, std::string_view bytes) const {
        if (!is_inside(path) || !(path.starts_with("system_logs/") || path.starts_with("metrics/"))) return;
        write(run_.path / path, offset, bytes);
    }

    /// One file that a host has, and where it comes to lie here.
    struct brought {
        std::size_t host = 0;
        node_file file;
        std::string to{};  ///< its path in the run's folder
        bool is_second_try = false;
        bool is_whole = false;
    };

    /// What is to be brought, of all hosts' files. Outputs of one name that differ are kept under their hosts' names;
    /// each such name is told to `say`.
    template <class Say>
    std::vector<brought> plan(std::vector<std::vector<node_file>> const& files, std::vector<std::string> const& hosts,
                              Say const& say) const {
        std::map<std::string, std::set<std::string>> contents;
        std::map<std::string, int> owners;
        for (auto const& of_host : files)
            for (node_file const& f : of_host) contents[f.path].insert(f.sha256), ++owners[f.path];
        std::vector<brought> all;
        std::set<std::string> planned, told;
        for (std::size_t h = 0; h < files.size(); ++h)
            for (node_file const& f : files[h]) {
                if (!is_inside(f.path)) continue;
                brought one{.host = h, .file = f, .to = f.path};
                if (contents[f.path].size() > 1) {
                    std::size_t const folder = f.path.starts_with("code/") ? f.path.find('/', 5) : f.path.find('/');
                    one.to.insert(folder + 1, hosts[h] + "/");
                    if (told.insert(f.path).second) say(f.path, owners[f.path]);
                }
                if (planned.insert(one.to).second && !is_here(one.to, f)) all.push_back(std::move(one));
            }
        return all;
    }

    /// EST-301.
    void piece(brought const& b, std::uint64_t offset, std::string_view bytes) const {
        std::error_code ignored;
        std::filesystem::create_directories((run_.path / b.to).parent_path(), ignored);
        write(partial(b), offset, bytes);
    }
    /// Bytes of it that have come, one after the other.
    std::uint64_t come(brought const& b) const {
        std::error_code code;
        auto const size = std::filesystem::file_size(partial(b), code);
        return code || size > b.file.bytes ? 0 : size;
    }
    /// All of it has come: it gets its name if its bytes are right; false if they are not.
    bool end(brought& b) const {
        std::error_code code;
        if (b.file.bytes == 0) piece(b, 0, "");
        b.is_whole = has_content(partial(b), b.file);
        if (b.is_whole && b.file.changed > 0) set_time(partial(b), b.file.changed);
        if (b.is_whole)
            std::filesystem::rename(partial(b), run_.path / b.to, code);
        else
            std::filesystem::remove(partial(b), code);
        return b.is_whole = b.is_whole && !code;
    }

private:
    static bool is_inside(std::string const& path) {
        return !path.empty() && path.front() != '/' && ("/" + path + "/").find("/../") == std::string::npos;
    }
    std::filesystem::path partial(brought const& b) const { return (run_.path / b.to).string() + ".part"; }
    bool is_here(std::string const& path, node_file const& f) const { return has_content(run_.path / path, f); }

    /// The newest checkpoint is known by it.
    static void set_time(std::filesystem::path const& path, double seconds) {
        double whole = 0;
        double const fraction = std::modf(seconds, &whole);
        timespec const time{static_cast<time_t>(whole), static_cast<long>(fraction * 1e9)}, both[]{time, time};
        ::utimensat(AT_FDCWD, path.c_str(), both, AT_SYMLINK_NOFOLLOW);
    }

    static bool has_content(std::filesystem::path const& path, node_file const& f) {
        file_descriptor const fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)};
        struct stat status {};
        if (!fd || ::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode) ||
            static_cast<std::uint64_t>(status.st_size) != f.bytes)
            return false;
        return sha256_of_range(fd.get(), 0, f.bytes, [](std::uint64_t) {}) == f.sha256;
    }

    static void write(std::filesystem::path const& path, std::uint64_t offset, std::string_view bytes) {
        file_descriptor const fd = open_file(path, O_WRONLY | O_CREAT | O_NOFOLLOW);
        if (!write_all_at(fd.get(), bytes, offset)) throw_file_error("cannot write", path);
    }

    run_directory run_;
};

}  // namespace estima::inline v0_1
