// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <string>
#include <string_view>

#include <estima/snapshot/store_layout.hpp>
#include <estima/system/files.hpp>
#include <estima/system/share_as_folder.hpp>

namespace estima::inline v0_1 {

/// A file with a temporary name in the store, which becomes visible under its own name in one step, or not at all.
class temporary_file {
public:
    explicit temporary_file(store_layout const& layout)
        : path_{(layout.temporary() / "XXXXXX").string()} {
        fd_.reset(::mkostemp(path_.data(), O_CLOEXEC));
        if (!fd_) throw_file_error("cannot write", path_);
    }
    temporary_file(temporary_file const&) = delete;
    temporary_file& operator=(temporary_file const&) = delete;
    ~temporary_file() {
        if (fd_) ::unlink(path_.c_str());
    }

    int fd() const { return fd_.get(); }
    void write(std::string_view bytes) {
        if (!write_all(fd_.get(), bytes)) throw_file_error("cannot write", path_);
    }
    void write_at(std::string_view bytes, std::uint64_t offset) {
        if (!write_all_at(fd_.get(), bytes, offset)) throw_file_error("cannot write", path_);
    }
    /// Takes the place of what has that name already. Makes the directory if it is not there.
    void publish(std::filesystem::path const& name) {
        if (::fchmod(fd_.get(), 0444) != 0) throw_file_error("cannot write", path_);
        if (::rename(path_.c_str(), name.c_str()) != 0) {
            if (errno != ENOENT) throw_file_error("cannot write", name);
            // As the store: whoever may write to it goes on there, whatever the umask of the first.
            for (auto const& folder : {name.parent_path().parent_path(), name.parent_path()})
                detail::make_shared_folder(folder, 0777);
            if (::rename(path_.c_str(), name.c_str()) != 0) throw_file_error("cannot write", name);
        }
        fd_.reset();
    }

private:
    std::string path_;
    file_descriptor fd_{};
};

/// Whoever writes into a store and is killed cannot remove its temporary files: those of yesterday are removed.
inline void remove_left_behind(store_layout const& layout) {
    directory_stream const directory{::opendir(layout.temporary().c_str())};
    if (!directory) return;
    std::time_t const yesterday = std::time(nullptr) - 24 * 60 * 60;
    while (dirent const* const entry = ::readdir(directory.get())) {
        struct stat status {};
        int const at = ::dirfd(directory.get());
        if (::fstatat(at, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(status.st_mode) &&
            status.st_mtime < yesterday)
            ::unlinkat(at, entry->d_name, 0);
    }
}

}  // namespace estima::inline v0_1
