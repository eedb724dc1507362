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

/// A file with many small objects: their bytes, a table sorted by digest, a footer. Never changed once it has its name,
/// which is the SHA-256 of the table. Creating one file instead of thousands is what makes a first snapshot quick.
class pack {
public:
    /// Nothing if the file is gone, torn or of another format.
    static std::optional<pack> open(int directory, std::string name) {
        pack result;
        result.fd_.reset(::openat(directory, name.c_str(), O_RDONLY | O_CLOEXEC));
        struct stat status {};
        pack_footer footer{};
        pack_footer const expected{};
        if (!result.fd_ || ::fstat(result.fd_.get(), &status) != 0) return {};
        auto const size = static_cast<std::uint64_t>(status.st_size);
        if (size < sizeof footer) return {};
        if (::pread(result.fd_.get(), &footer, sizeof footer, status.st_size - off_t{sizeof footer}) !=
            ssize_t{sizeof footer})
            return {};
        std::uint64_t const table_end = size - sizeof footer;
        if (std::memcmp(footer.magic, expected.magic, sizeof footer.magic) != 0 || footer.byte_order != 1 ||
            footer.table_offset > table_end || footer.count == 0 ||
            (table_end - footer.table_offset) != footer.count * sizeof(pack_record))
            return {};
        result.name_ = std::move(name);
        result.size_ = size;
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
          map_{std::exchange(other.map_, nullptr)} {}
    pack& operator=(pack&&) = delete;
    ~pack() {
        if (map_ != nullptr) ::munmap(const_cast<char*>(map_), map_size());
    }

    std::string const& name() const { return name_; }
    std::uint64_t size() const { return size_; }
    int fd() const { return fd_.get(); }
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
    std::size_t map_size() const { return static_cast<std::size_t>(size_ - map_offset_); }

    file_descriptor fd_;
    std::string name_;
    std::uint64_t size_ = 0, table_offset_ = 0, map_offset_ = 0;
    std::size_t count_ = 0;
    char const* map_ = nullptr;
};

}  // namespace estima::inline v0_1
