// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <estima/snapshot/manifest.hpp>
#include <estima/snapshot/shown.hpp>
#include <estima/snapshot/store_layout.hpp>
#include <estima/system/files.hpp>

namespace estima::inline v0_1 {

/// Copies ranges of files by the cheapest way that the file systems at hand offer: shared blocks (a reflink), a copy
/// inside the kernel, read and write. What did not work once is not tried again. Never a hard link: a script may
/// write into its files.
class range_copier {
public:
    /// `to` is new and empty. `whole`: the range is all of `from`. False, with errno, if the bytes cannot be copied;
    /// errno is ENODATA if `from` ends too early.
    bool copy(int from, std::uint64_t offset, std::uint64_t size, bool whole, int to) {
        if (size == 0) return true;
        if (size > buffer_size) {
            if (whole && reflink_) {
                if (::ioctl(to, FICLONE, from) == 0) return true;
                reflink_ = false;
            }
            auto place = static_cast<off_t>(offset);
            while (size > 0 && in_kernel_) {
                ssize_t n = ::copy_file_range(from, &place, to, nullptr, static_cast<std::size_t>(size), 0);
                if (n < 0 && errno != EINTR && errno != ENOSPC && errno != EDQUOT && errno != EIO)
                    n = ::sendfile(to, from, &place, static_cast<std::size_t>(size));
                if (n < 0 && errno == EINTR) continue;
                if (n < 0 && errno != EINVAL && errno != ENOSYS && errno != EXDEV && errno != EOPNOTSUPP) return false;
                if (n < 0) in_kernel_ = false;
                if (n == 0) break;
                if (n < 0) continue;
                size -= static_cast<std::uint64_t>(n);
            }
            offset = static_cast<std::uint64_t>(place);
        }
        while (size > 0) {
            auto const wanted = static_cast<std::size_t>(std::min<std::uint64_t>(size, buffer_size));
            ssize_t const n = ::pread(from, buffer_.get(), wanted, static_cast<off_t>(offset));
            if (n < 0 && errno == EINTR) continue;
            if (n == 0) errno = ENODATA;
            if (n <= 0 || !write_all(to, {buffer_.get(), static_cast<std::size_t>(n)})) return false;
            offset += static_cast<std::uint64_t>(n);
            size -= static_cast<std::uint64_t>(n);
        }
        return true;
    }

private:
    static constexpr std::size_t buffer_size = 65536;
    std::unique_ptr<char[]> buffer_{new char[buffer_size]};
    bool reflink_ = true, in_kernel_ = true;
};

/// Opens the manifest of a snapshot. EST-207 if the store has none with this id.
inline manifest_reader open_manifest(store_layout const& layout, std::string const& id) {
    file_descriptor fd;
    if (is_digest_text(id)) fd.reset(::open(layout.tree(id).c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd)
        throw error{"EST-207",
                    {.what = "there is no snapshot \"" + id + "\"",
                     .where = layout.root.string(),
                     .remedy = "check the id, and that the workspace is the one in which it was taken"}};
    return manifest_reader{std::move(fd), id};
}

/// Makes the tree of snapshot `id` in `destination`, which should be empty or absent: files, empty directories, links
/// and permissions. Of the store at `root` it reads only what the tree needs, in memory that does not grow with the
/// files. It needs no OpenSSL, so that a process which only restores can do without that library. EST-207 no such
/// snapshot, EST-208 the store lost a part of it, EST-209 something of the same name is there, EST-301.
inline void restore_snapshot(std::filesystem::path const& root, std::string const& id,
                             std::filesystem::path const& destination) {
    store_layout const layout{root};
    manifest_reader manifest = open_manifest(layout, id);
    make_directories(destination);
    file_descriptor const top = open_file(destination, O_RDONLY | O_DIRECTORY);
    object_reader objects{layout};
    range_copier copier;
    std::vector<std::pair<std::string, unsigned>> closed_directories;  // whose owner may not write into them
    file_descriptor parent;
    std::string parent_path;
    snapshot_entry entry;

    auto check = [&](bool ok) {
        if (ok) return;
        int const code = errno;
        if (code == EEXIST)
            throw error{"EST-209",
                        {.what = "a snapshot cannot be restored over what is there",
                         .where = destination.string() + '/' + shown(entry.path),
                         .remedy = "restore it into an empty directory"}};
        throw_file_error("cannot write", destination / entry.path, code);
    };
    while (manifest.next(entry)) {
        std::size_t const slash = entry.path.rfind('/');
        std::string_view const folder{entry.path.data(), slash == std::string::npos ? 0 : slash};
        if (folder != parent_path) {
            parent_path = folder;
            parent.reset();
            if (!folder.empty()) {
                parent.reset(::openat(top.get(), parent_path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
                check(static_cast<bool>(parent));
            }
        }
        int const at = folder.empty() ? top.get() : parent.get();
        char const* const name = entry.path.c_str() + (slash == std::string::npos ? 0 : slash + 1);
        if (entry.kind == entry_kind::directory) {
            check(::mkdirat(at, name, 0700) == 0 && ::fchmodat(at, name, entry.mode | 0700, 0) == 0);
            if ((entry.mode & 0700) != 0700) closed_directories.emplace_back(entry.path, entry.mode);
            continue;
        }
        if (entry.kind == entry_kind::link) {
            check(::symlinkat(entry.target.c_str(), at, name) == 0);
            continue;
        }
        auto const source = objects.find(entry.digest, entry.size);
        file_descriptor const file{::openat(at, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600)};
        check(static_cast<bool>(file));
        bool const copied = source && copier.copy(source->fd, source->offset, entry.size,
                                                  source->fd == source->owned.get(), file.get());
        if (!source || (!copied && errno == ENODATA))
            throw error{"EST-208",
                        {.what = "the store has lost the contents of " + shown(entry.path) + " of snapshot " + id,
                         .where = layout.root.string(),
                         .remedy = "take the snapshot of the source directory again: what is missing is added"}};
        check(copied && ::fchmod(file.get(), entry.mode) == 0);
    }
    for (auto directory = closed_directories.rbegin(); directory != closed_directories.rend(); ++directory)
        check(::fchmodat(top.get(), directory->first.c_str(), directory->second, 0) == 0);
}

}  // namespace estima::inline v0_1
