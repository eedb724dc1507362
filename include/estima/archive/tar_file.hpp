// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <archive.h>
#include <archive_entry.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <estima/base/error.hpp>
#include <estima/system/files.hpp>
#include <estima/system/shown.hpp>

namespace estima::inline v0_1 {

enum class tar_kind { file, directory, link, other };

/// What a tar file tells of one of its entries.
struct tar_entry {
    std::string path;  ///< any bytes but NUL
    tar_kind kind = tar_kind::file;
    unsigned mode = 0644;      ///< the nine permission bits
    std::uint64_t size = 0;    ///< bytes, of a file
    std::int64_t changed = 0;  ///< seconds since 1970
    std::string target{};      ///< of a link
};

namespace detail {
/// EST-634. `why` may be empty.
[[noreturn]] inline void throw_bad_archive(std::filesystem::path const& file, std::string why) {
    throw error{"EST-634",
                {.what = "the archive of a run cannot be read",
                 .where = shown(file.string()),
                 .why = std::move(why),
                 .remedy = "copy or export it again: it is damaged, cut short, or no archive of estima's"}};
}

/// Without archive_write_fail() what is missing of a file would be written as zeros, however much it is; and after it
/// archive_free() no longer closes, which is what gives back the buffer of the output (libarchive 3.6.2).
struct abandon_archive {
    void operator()(archive* one) const noexcept {
        ::archive_write_fail(one);
        ::archive_write_close(one);
        ::archive_free(one);
    }
};

struct free_archive {
    void operator()(archive* one) const noexcept { ::archive_free(one); }
    void operator()(archive_entry* one) const noexcept { ::archive_entry_free(one); }
};
}  // namespace detail

enum class tar_compression { none, gzip, zstd };

/// What the end of a tar file's name says; nothing for a name that says no such thing.
inline std::optional<tar_compression> compression_of(std::filesystem::path const& file) {
    constexpr std::pair<std::string_view, tar_compression> endings[]{{".tar", tar_compression::none},
                                                                     {".tar.gz", tar_compression::gzip},
                                                                     {".tgz", tar_compression::gzip},
                                                                     {".tar.zst", tar_compression::zstd},
                                                                     {".tzst", tar_compression::zstd}};
    for (auto const& [ending, meaning] : endings)
        if (file.native().ends_with(ending)) return meaning;
    return std::nullopt;
}

/// Writes a tar file, compressed as its name says.
class tar_writer {
public:
    /// `fd` stays the caller's; `name` is what errors tell. EST-648: it does not say what is to be written.
    tar_writer(int fd, std::filesystem::path name) : name_{std::move(name)}, to_{::archive_write_new()} {
        if (!to_) throw std::bad_alloc{};
        std::optional<tar_compression> const how = compression_of(name_);
        if (!how)
            throw error{"EST-648",
                        {.what = "the name of an archive has to tell what it is",
                         .where = shown(name_.string()),
                         .remedy = "let it end in .tar.zst, .tzst, .tar.gz, .tgz or .tar"}};
        check(::archive_write_set_format_gnutar(to_.get()));
        if (how == tar_compression::gzip) check(::archive_write_add_filter_gzip(to_.get()));
        if (how == tar_compression::zstd) check(::archive_write_add_filter_zstd(to_.get()));
        check(::archive_write_open_fd(to_.get(), fd));
    }

    /// Begins an entry. Of a file, write() has to give all of its bytes. EST-301.
    void begin(tar_entry const& one) {
        std::unique_ptr<archive_entry, detail::free_archive> const entry{::archive_entry_new()};
        if (!entry) throw std::bad_alloc{};
        ::archive_entry_set_pathname(entry.get(), one.path.c_str());
        ::archive_entry_set_filetype(entry.get(), one.kind == tar_kind::file        ? AE_IFREG
                                                  : one.kind == tar_kind::directory ? AE_IFDIR
                                                                                    : AE_IFLNK);
        ::archive_entry_set_perm(entry.get(), one.mode);
        ::archive_entry_set_mtime(entry.get(), one.changed, 0);
        ::archive_entry_set_size(entry.get(), static_cast<la_int64_t>(one.size));
        if (one.kind == tar_kind::link) ::archive_entry_set_symlink(entry.get(), one.target.c_str());
        check(::archive_write_header(to_.get(), entry.get()));
    }
    void write(std::string_view bytes) {
        auto const written = ::archive_write_data(to_.get(), bytes.data(), bytes.size());
        check(written == static_cast<la_ssize_t>(bytes.size()) ? ARCHIVE_OK : ARCHIVE_FATAL);
    }
    /// Writes what is left. Without it the file is no whole archive.
    void finish() { check(::archive_write_close(to_.get())); }

private:
    void check(int result) const {
        if (result != ARCHIVE_OK) throw_file_error("cannot write", name_, ::archive_errno(to_.get()));
    }

    std::filesystem::path name_;
    std::unique_ptr<archive, detail::abandon_archive> to_;
};

/// Reads a tar file entry by entry, in constant memory. EST-301: it cannot be opened; EST-634: it is none, or damaged.
class tar_reader {
public:
    explicit tar_reader(std::filesystem::path file)
        : file_{std::move(file)}, fd_{open_file(file_, O_RDONLY)}, from_{::archive_read_new()} {
        if (!from_) throw std::bad_alloc{};
        std::error_code ignored;
        if (std::filesystem::is_directory(file_, ignored))
            throw error{"EST-301",
                        {.what = "cannot read " + file_.string(),
                         .why = "Is a directory",
                         .remedy = "name the archive, a file that export_run() or `estima export` wrote"}};
        ::archive_read_support_filter_zstd(from_.get());
        ::archive_read_support_filter_gzip(from_.get());
        ::archive_read_support_format_tar(from_.get());
        // What stands behind the end, such as a second archive, is read: else nobody would see it. See require_end().
        check(::archive_read_set_format_option(from_.get(), "tar", "read_concatenated_archives", "1"));
        check(::archive_read_open_fd(from_.get(), fd_.get(), 256 * 1024));
    }

    std::filesystem::path const& file() const { return file_; }

    /// False behind the last entry.
    bool next(tar_entry& entry) {
        archive_entry* found = nullptr;
        int const result = ::archive_read_next_header(from_.get(), &found);
        if (result == ARCHIVE_EOF) return require_end(), false;
        check(result);
        auto const text = [](char const* bytes) { return std::string{bytes != nullptr ? bytes : ""}; };
        auto const type = ::archive_entry_filetype(found);
        entry.path = text(::archive_entry_pathname(found));
        entry.target = text(::archive_entry_symlink(found));
        entry.kind = ::archive_entry_hardlink(found) != nullptr ? tar_kind::other
                     : type == AE_IFREG                         ? tar_kind::file
                     : type == AE_IFDIR                         ? tar_kind::directory
                     : type == AE_IFLNK                         ? tar_kind::link
                                                                : tar_kind::other;
        entry.mode = static_cast<unsigned>(::archive_entry_perm(found)) & 0777U;
        entry.changed = ::archive_entry_mtime(found);
        entry.size = static_cast<std::uint64_t>(::archive_entry_size(found));
        return true;
    }

    /// The next bytes of the entry; none at its end.
    std::string_view read(std::span<char> buffer) {
        la_ssize_t const n = ::archive_read_data(from_.get(), buffer.data(), buffer.size());
        if (n < 0) check(static_cast<int>(n));
        return {buffer.data(), static_cast<std::size_t>(n)};
    }

    /// How far in the file.
    std::uint64_t position() const { return static_cast<std::uint64_t>(::archive_filter_bytes(from_.get(), -1)); }

private:
    /// What follows the end of gzip's format is not even looked at.
    void require_end() const {
        struct stat status {};
        if (::fstat(fd_.get(), &status) == 0 && S_ISREG(status.st_mode) &&
            position() < static_cast<std::uint64_t>(status.st_size))
            detail::throw_bad_archive(file_, "something stands behind its end");
    }
    void check(int result) const {
        if (result == ARCHIVE_OK) return;
        char const* const why = ::archive_error_string(from_.get());
        detail::throw_bad_archive(file_, why != nullptr ? why : "");
    }

    std::filesystem::path file_;
    file_descriptor fd_;
    std::unique_ptr<archive, detail::free_archive> from_;
};

}  // namespace estima::inline v0_1
