// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>

#include <exception>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <estima/snapshot/manifest.hpp>
#include <estima/snapshot/store_layout.hpp>
#include <estima/snapshot/take_damage_out.hpp>
#include <estima/snapshot/temporary_file.hpp>
#include <estima/system/files.hpp>
#include <estima/system/is_there.hpp>
#include <estima/system/open_beneath.hpp>
#include <estima/system/sha256.hpp>
#include <estima/system/sha256_of_file.hpp>
#include <estima/system/shown.hpp>

namespace estima::inline v0_1 {

/// Copies ranges of files by the cheapest way that the file systems at hand offer: shared blocks (a reflink), a copy
/// inside the kernel, read and write. What did not work once is not tried again. Never a hard link: a script may
/// write into its files. What was copied without being seen is read all the same, for its digest.
class range_copier {
public:
    /// `to` is new and empty. `whole`: the range is all of `from`. The digest of the bytes; nothing, with errno, if
    /// they cannot be copied: ENODATA if `from` ends too early.
    std::optional<object_digest> copy(int from, std::uint64_t offset, std::uint64_t size, bool whole, int to) {
        std::optional<std::uint64_t> const unseen = size > buffer_size ? copy_unseen(from, offset, size, whole, to) : 0;
        if (!unseen) return {};
        for (std::uint64_t at = 0; at < size;) {
            std::uint64_t const end = at < *unseen ? *unseen : size;
            auto const wanted = static_cast<std::size_t>(std::min<std::uint64_t>(end - at, buffer_size));
            ssize_t const n = ::pread(from, buffer_.get(), wanted, static_cast<off_t>(offset + at));
            if (n < 0 && errno == EINTR) continue;
            if (n == 0) errno = ENODATA;
            std::string_view const bytes{buffer_.get(), static_cast<std::size_t>(n > 0 ? n : 0)};
            if (n <= 0 || (at >= *unseen && !write_all(to, bytes))) {
                hash_.digest();  // starts afresh
                return {};
            }
            hash_.update(bytes);
            at += bytes.size();
        }
        return hash_.digest();
    }

private:
    /// How many bytes were copied, which may be 0; nothing, with errno, if they cannot be.
    std::optional<std::uint64_t> copy_unseen(int from, std::uint64_t offset, std::uint64_t size, bool whole, int to) {
        if (whole && reflink_) {
            if (::ioctl(to, FICLONE, from) == 0) return size;
            reflink_ = false;
        }
        auto place = static_cast<off_t>(offset);
        for (std::uint64_t rest = size; rest > 0 && in_kernel_;) {
            ssize_t n = ::copy_file_range(from, &place, to, nullptr, static_cast<std::size_t>(rest), 0);
            if (n < 0 && errno != EINTR && errno != ENOSPC && errno != EDQUOT && errno != EIO)
                n = ::sendfile(to, from, &place, static_cast<std::size_t>(rest));
            if (n < 0 && errno == EINTR) continue;
            if (n < 0 && errno != EINVAL && errno != ENOSYS && errno != EXDEV && errno != EOPNOTSUPP) return {};
            if (n < 0) in_kernel_ = false;
            if (n == 0) break;
            if (n > 0) rest -= static_cast<std::uint64_t>(n);
        }
        return static_cast<std::uint64_t>(place) - offset;
    }

    static constexpr std::size_t buffer_size = 65536;
    std::unique_ptr<char[]> buffer_{new char[buffer_size]};
    sha256 hash_{};
    bool reflink_ = true, in_kernel_ = true;
};

/// Opens the manifest of a snapshot. EST-207 if the store has none with this id, EST-208 if its text is another;
/// EST-301 if this user may not read it.
inline manifest_reader open_manifest(store_layout const& layout, std::string const& id) {
    file_descriptor fd;
    if (is_digest_text(id) && detail::is_there(layout.tree(id))) fd = open_file(layout.tree(id), O_RDONLY);
    if (!fd)
        throw error{"EST-207",
                    {.what = "there is no snapshot \"" + id + "\"",
                     .where = layout.root.string(),
                     .remedy = "check the id, and that the workspace is the one in which it was taken"}};
    sha256 hash;
    ssize_t n = 0;
    for (char buffer[16384]; (n = ::read(fd.get(), buffer, sizeof buffer)) > 0 || (n < 0 && errno == EINTR);)
        if (n > 0) hash.update({buffer, static_cast<std::size_t>(n)});
    if (n < 0) throw_file_error("cannot read", layout.tree(id));
    if (hash.hex_digest() != id)
        throw error{"EST-208",
                    {.what = "the stored snapshot " + id + " is damaged",
                     .where = layout.tree(id).string(),
                     .why = "its list of files does not have the SHA-256 that it is named by",
                     .remedy = "take the snapshot of the source directory again (submit): it is written anew"}};
    ::lseek(fd.get(), 0, SEEK_SET);
    return manifest_reader{std::move(fd), id};
}

namespace detail {
/// The files of a snapshot whose contents are not to be had: how many, and the first.
struct lacking_files {
    std::size_t count = 0;
    std::string example{};
};

/// Asks `has(entry)` for each file of a snapshot whether its contents are to be had. EST-207, EST-208, EST-301.
template <class Has>
lacking_files files_lacking(store_layout const& layout, std::string const& id, Has const& has) {
    manifest_reader manifest = open_manifest(layout, id);
    lacking_files files;
    for (snapshot_entry entry; manifest.next(entry);)
        if (entry.kind == entry_kind::file && !has(entry) && files.count++ == 0) files.example = entry.path;
    return files;
}

/// Stores the contents of an entry again, from the file in the source directory that they were of. False if that is
/// another one by now, is not to be had here, or cannot be stored.
inline bool store_again(store_layout const& layout, std::filesystem::path const& source, snapshot_entry const& entry) {
    if (source.empty()) return false;
    try {
        file_descriptor const from = open_beneath(source, entry.path);
        temporary_file file{layout};
        if (!from || !range_copier{}.copy(from.get(), 0, entry.size, false, file.fd())) return false;
        // What was written counts: the source may change meanwhile.
        if (sha256_of_range(file.fd(), 0, entry.size, [](std::uint64_t) {}) != entry.digest) return false;
        file.publish(layout.objects() / loose_name(entry.digest));
        return true;
    } catch (std::exception const&) {
        return false;
    }
}
}  // namespace detail

/// Makes the tree of snapshot `id` in `destination`, which should be empty or absent: files, empty directories, links
/// and permissions. Of the store at `root` it reads only what the tree needs, in memory that does not grow with the
/// files. All contents are compared with their SHA-256; those of the store that differ are taken out of it, so that the
/// next snapshot writes them anew. What the store lacks then comes from `source`, the directory that the snapshot was
/// taken of, if that is given and still has it, and is stored again. EST-207 no such snapshot, EST-208 the store lost a
/// part of it, or a part is damaged, EST-209 something of the same name is there, EST-301.
inline void restore_snapshot(std::filesystem::path const& root, std::string const& id,
                             std::filesystem::path const& destination, std::filesystem::path const& source = {}) {
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
        file_descriptor const file{::openat(at, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600)};
        check(static_cast<bool>(file));
        std::optional<object_digest> digest;
        bool is_whole = false;
        auto const copied = [&] {  // also true if the file cannot be written
            auto const from = objects.find(entry.digest, entry.size);
            digest.reset();
            if (from)
                digest = copier.copy(from->fd, from->offset, entry.size, from->fd == from->owned.get(), file.get());
            is_whole = from && (digest || errno != ENODATA);
            return is_whole && (!digest || *digest == digest_from_hex(entry.digest));
        };
        bool is_out = false;
        auto const mended = [&] {
            is_out = take_damage_out(layout, entry.digest);
            objects = object_reader{layout};
            if (!detail::store_again(layout, source, entry)) return false;
            check(::ftruncate(file.get(), 0) == 0 && ::lseek(file.get(), 0, SEEK_SET) == 0);
            return copied();
        };
        if (!copied() && !mended()) {
            throw error{
                "EST-208",
                {.what = (is_whole ? "the store has damaged contents of " : "the store has lost the contents of ") +
                         shown(entry.path) + " of snapshot " + id,
                 .where = layout.root.string(),
                 .why = is_whole ? "they do not have the SHA-256 that they are named by: the disk, or another "
                                   "program, changed them"
                                 : "",
                 .remedy =
                     is_out ? "take the snapshot of the source directory again (submit): what is missing "
                              "is added"
                            : "delete " + layout.root.string() + ", where this user may not write, and submit again"}};
        }
        check(digest && ::fchmod(file.get(), entry.mode) == 0);
    }
    for (auto directory = closed_directories.rbegin(); directory != closed_directories.rend(); ++directory)
        check(::fchmodat(top.get(), directory->first.c_str(), directory->second, 0) == 0);
}

}  // namespace estima::inline v0_1
