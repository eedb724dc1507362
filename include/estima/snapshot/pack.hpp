// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <estima/snapshot/manifest.hpp>
#include <estima/system/file_descriptor.hpp>
#include <estima/system/sha256_of_file.hpp>

namespace estima::inline v0_1 {

/// One object in a pack.
struct pack_record {
    object_digest digest{};
    std::uint64_t offset = 0, size = 0;
};
static_assert(sizeof(pack_record) == 48);

/// The last bytes of a pack. A pack that was not written to its end has none, and is taken for no pack at all.
struct pack_footer {
    char magic[16] = {'e', 's', 't', 'i', 'm', 'a', '-', 'p', 'a', 'c', 'k', ' ', '1', '\n', 0, 0};
    std::uint64_t byte_order = 1;  ///< packs are of the machine's own byte order
    std::uint64_t table_offset = 0, count = 0;
};

/// "<SHA-256 of its table>.pack": a file of another name among packs is none.
inline bool is_pack_name(std::string_view name) {
    return name.ends_with(".pack") && is_digest_text(name.substr(0, name.size() - 5));
}

/// A file with many small objects: their bytes, a table sorted by digest, a footer. Never changed once it has its name,
/// which is the SHA-256 of the table. Creating one file instead of thousands is what makes a first snapshot quick.
class pack {
public:
    /// What a file that is named as a pack is, as its end tells.
    enum class state {
        whole,
        worn,          ///< its footer is damaged, but its table is where its name says: objects can be read from it
        torn,          ///< or something else: nobody can read objects from it
        other_format,  ///< of another version, or of a machine of another byte order
        unreadable     ///< gone, no file, or one that cannot be read now
    };
    static state look_at(int directory, std::string const& name) {
        pack_footer footer{};
        std::uint64_t size = 0;
        return look_at_end(open_to_read(directory, name).get(), name, footer, size);
    }

    /// Nothing if the file is neither whole nor worn.
    static std::optional<pack> open(int directory, std::string name) {
        pack result;
        pack_footer footer{};
        result.fd_ = open_to_read(directory, name);
        state const seen = look_at_end(result.fd_.get(), name, footer, result.size_);
        if (seen != state::whole && seen != state::worn) return {};
        result.is_worn_ = seen == state::worn;
        result.name_ = std::move(name);
        result.table_offset_ = footer.table_offset;
        result.count_ = static_cast<std::size_t>(footer.count);
        // The table may begin anywhere, a mapping only at a page: so the records are copied out, not pointed to.
        result.map_offset_ = footer.table_offset & ~std::uint64_t{0xFFFF};
        void* const map = ::mmap(nullptr, result.map_size(), PROT_READ, MAP_SHARED, result.fd_.get(),
                                 static_cast<off_t>(result.map_offset_));
        if (map == MAP_FAILED) return {};
        result.map_ = static_cast<char const*>(map);
        return result;
    }

    pack(pack&& other) noexcept
        : fd_{std::move(other.fd_)},
          name_{std::move(other.name_)},
          size_{other.size_},
          table_offset_{other.table_offset_},
          map_offset_{other.map_offset_},
          count_{other.count_},
          is_worn_{other.is_worn_},
          map_{std::exchange(other.map_, nullptr)} {}
    pack& operator=(pack&&) = delete;
    ~pack() {
        if (map_ != nullptr) ::munmap(const_cast<char*>(map_), map_size());
    }

    std::string const& name() const { return name_; }
    std::uint64_t size() const { return size_; }
    int fd() const { return fd_.get(); }
    bool is_worn() const { return is_worn_; }
    std::string_view table() const { return {map_ + (table_offset_ - map_offset_), count_ * sizeof(pack_record)}; }

    /// Whether the record's bytes lie where a pack has its objects.
    bool holds(pack_record const& record) const {
        return record.offset <= table_offset_ && record.size <= table_offset_ - record.offset;
    }

    std::optional<pack_record> find(object_digest const& digest) const {
        std::string_view const records = table();
        std::size_t low = 0, high = count_;
        while (low < high) {
            std::size_t const middle = (low + high) / 2;
            char const* const at = records.data() + middle * sizeof(pack_record);
            int const order = std::memcmp(at, digest.data(), digest.size());
            if (order == 0) {
                pack_record record;
                std::memcpy(&record, at, sizeof record);
                if (!holds(record)) return {};
                return record;
            }
            (order < 0 ? low : high) = order < 0 ? middle + 1 : middle;
        }
        return {};
    }

private:
    pack() = default;

    static file_descriptor open_to_read(int directory, std::string const& name) {
        return file_descriptor{::openat(directory, name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
    }
    static state look_at_end(int fd, std::string_view name, pack_footer& footer, std::uint64_t& size) {
        struct stat status {};
        if (fd < 0 || ::fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) return state::unreadable;
        size = static_cast<std::uint64_t>(status.st_size);
        if (size < sizeof footer) return state::torn;
        std::uint64_t const table_end = size - sizeof footer;
        if (::pread(fd, &footer, sizeof footer, static_cast<off_t>(table_end)) != ssize_t{sizeof footer})
            return state::unreadable;
        state const told = state_told_by(footer, table_end);
        return told != state::whole && find_table(fd, name, footer, table_end) ? state::worn : told;
    }
    static state state_told_by(pack_footer const& footer, std::uint64_t table_end) {
        pack_footer const expected{};
        if (std::memcmp(footer.magic, expected.magic, 12) != 0) return state::torn;
        if (std::memcmp(footer.magic, expected.magic, sizeof footer.magic) != 0 ||
            footer.byte_order == std::uint64_t{1} << 56U)
            return state::other_format;
        bool const is_whole = footer.byte_order == expected.byte_order && footer.table_offset < table_end &&
                              has_records(table_end - footer.table_offset, footer.count);
        return is_whole ? state::whole : state::torn;
    }
    static bool has_records(std::uint64_t table_bytes, std::uint64_t count) {
        return table_bytes % sizeof(pack_record) == 0 && table_bytes / sizeof(pack_record) == count;
    }
    /// The footer says twice where the table begins, and the pack's name says which table is the right one.
    static bool find_table(int fd, std::string_view name, pack_footer& footer, std::uint64_t table_end) {
        if (footer.byte_order == std::uint64_t{1} << 56U) return false;  // so are the table's numbers
        for (std::uint64_t const begin : {footer.table_offset, table_end - footer.count * sizeof(pack_record)}) {
            if (begin >= table_end || (table_end - begin) % sizeof(pack_record) != 0) continue;
            if (sha256_of_range(fd, begin, table_end - begin, [](std::uint64_t) {}) != name.substr(0, name.size() - 5))
                continue;
            footer.table_offset = begin;
            footer.count = (table_end - begin) / sizeof(pack_record);
            return true;
        }
        return false;
    }

    std::size_t map_size() const { return static_cast<std::size_t>(size_ - map_offset_); }

    file_descriptor fd_;
    std::string name_;
    std::uint64_t size_ = 0, table_offset_ = 0, map_offset_ = 0;
    std::size_t count_ = 0;
    bool is_worn_ = false;
    char const* map_ = nullptr;
};

}  // namespace estima::inline v0_1
