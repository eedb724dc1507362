// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <estima/history/point_block.hpp>
#include <estima/system/checksum.hpp>
#include <estima/system/files.hpp>
#include <estima/system/read_all_at.hpp>

namespace estima::inline v0_1::detail {

/// What a file of blocks says of the metric file that it belongs to.
struct kept_head {
    char magic[8] = {};
    std::uint64_t check = 0;                             ///< of the rest of the head and the entries
    std::uint64_t names = 0;                             ///< how many entries
    std::uint64_t file_id = 0, next = 0;                 ///< which file, and where to read on
    std::uint64_t size = 0, end_check = 0, skipped = 0;  ///< of lines: see line_blocks
    std::int64_t changed = 0;
};

/// A file of blocks beside a metric file, "<stem>.blocks". It is derived: whatever is wrong with it, it is made anew.
/// Only what is asked for is read: of many names one, of many millions of points some thousand blocks.
class kept_blocks {
public:
    struct entry {
        std::uint64_t name = 0;  ///< where it is in the metric file
        std::uint64_t hash = 0, kind = 0;
        std::uint64_t offset = 0, blocks = 0, places = 0;
        std::uint64_t check = 0, places_check = 0;  ///< of its blocks, and of their places behind them
    };
    /// By where the name is in the metric file.
    using lists = std::map<std::uint64_t, block_list>;
    using told_lists = std::map<std::uint64_t, block_list const*>;

    kept_blocks() = default;
    /// Has nothing if it is not there, cannot be read, or is damaged.
    kept_blocks(std::filesystem::path const& path, std::string_view magic)
        : fd_{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)} {
        struct stat status {};
        kept_head h;
        if (!fd_ || ::fstat(fd_.get(), &status) != 0 || !S_ISREG(status.st_mode) || !read_at(0, &h, sizeof h)) return;
        size_ = static_cast<std::uint64_t>(status.st_size);
        if (std::string_view{h.magic, sizeof h.magic} != magic || h.names > (size_ - sizeof h) / sizeof(entry)) return;
        std::string bytes(sizeof h + h.names * sizeof(entry), '\0');
        if (!read_at(0, bytes.data(), bytes.size()) || h.check != check_of(bytes)) return;
        entries_.resize(h.names);
        if (h.names > 0) std::memcpy(entries_.data(), bytes.data() + sizeof h, bytes.size() - sizeof h);
        head_ = h;
    }

    /// All zeros if there is nothing.
    kept_head const& head() const { return head_; }
    std::vector<entry> const& entries() const { return entries_; }

    /// Adds the blocks that are kept of a name; false if they are damaged.
    bool take_blocks(entry const& e, block_list& into) const {
        into.kind = e.kind;
        into.hash = e.hash;
        return take(e.offset, e.blocks, e.check, into.blocks);
    }
    /// And the places of lines.
    bool take(entry const& e, block_list& into) const {
        return take_blocks(e, into) &&
               take(e.offset + e.blocks * sizeof(point_block), e.places, e.places_check, into.places);
    }
    bool take_all(lists& into) const {
        return std::all_of(entries_.begin(), entries_.end(), [&](entry const& e) { return take(e, into[e.name]); });
    }

    /// Replaces the file; `of` is the metric file that it tells of.
    static void write(std::filesystem::path const& path, std::filesystem::path const& of, std::string_view magic,
                      kept_head h, told_lists const& all) {
        std::copy_n(magic.data(), sizeof h.magic, h.magic);
        h.names = all.size();
        std::string bytes(sizeof h + all.size() * sizeof(entry), '\0');
        std::size_t at = sizeof h;
        for (auto const& [name, list] : all) {
            std::string_view const blocks = bytes_of(list->blocks), places = bytes_of(list->places);
            entry const e{name,
                          list->hash,
                          list->kind,
                          bytes.size(),
                          list->blocks.size(),
                          list->places.size(),
                          checksum_of(blocks),
                          checksum_of(places)};
            std::memcpy(bytes.data() + at, &e, sizeof e);
            at += sizeof e;
            bytes.append(blocks).append(places);
        }
        std::memcpy(bytes.data(), &h, sizeof h);
        h.check = check_of(std::string_view{bytes}.substr(0, at));
        std::memcpy(bytes.data(), &h, sizeof h);
        try {
            // Whoever may read the metric file may read this, whatever the umask of who looked.
            struct stat status {};
            std::optional<mode_t> mode;
            if (::stat(of.c_str(), &status) == 0) mode = status.st_mode & 0666U;
            replace_file(path, bytes, durable::no, mode);
        } catch (error const&) {  // no room, or a workspace that is read-only: the next look takes as long
        }
    }

private:
    template <class Value>
    static std::string_view bytes_of(std::vector<Value> const& values) {
        return {reinterpret_cast<char const*>(values.data()), values.size() * sizeof(Value)};
    }
    static std::uint64_t check_of(std::string_view head_and_entries) {
        return checksum_of(head_and_entries.substr(offsetof(kept_head, names)));
    }

    template <class Value>
    bool take(std::uint64_t offset, std::uint64_t count, std::uint64_t check, std::vector<Value>& into) const {
        if (offset > size_ || count > (size_ - offset) / sizeof(Value)) return false;
        std::size_t const before = into.size();
        into.resize(before + count);
        std::size_t const size = count * sizeof(Value);
        return read_at(offset, into.data() + before, size) &&
               checksum_of({reinterpret_cast<char const*>(into.data() + before), size}) == check;
    }

    bool read_at(std::uint64_t offset, void* to, std::size_t size) const {
        return read_all_at(fd_.get(), offset, to, size);
    }

    file_descriptor fd_{};
    std::uint64_t size_ = 0;
    kept_head head_{};
    std::vector<entry> entries_{};
};

}  // namespace estima::inline v0_1::detail
