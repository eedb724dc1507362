// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <exception>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <estima/snapshot/object_writer.hpp>
#include <estima/snapshot/store_layout.hpp>
#include <estima/system/read_all_at.hpp>
#include <estima/system/sha256.hpp>

namespace estima::inline v0_1 {

namespace detail {
/// Writes what is sound in a pack, and wanted, to a new one, and deletes it. `is_wanted(hex)`.
template <class IsWanted>
void keep_in_new_pack(store_layout const& layout, pack const& damaged, IsWanted const& is_wanted) {
    object_reader others{layout, damaged.name()};
    std::vector<std::string> names;
    object_writer writer{layout, others, names, true};
    object_writer::batch waiting;
    std::string contents;
    std::string_view const table = damaged.table();
    for (std::size_t at = 0; at < table.size(); at += sizeof(pack_record)) {
        pack_record record;
        std::memcpy(&record, table.data() + at, sizeof record);
        if (!damaged.holds(record) || !is_wanted(to_hex(record.digest))) continue;
        contents.resize(static_cast<std::size_t>(record.size));
        if (read_all_at(damaged.fd(), record.offset, contents.data(), contents.size()) &&
            sha256{}.update(contents).digest() == record.digest)
            writer.add(record.digest, contents, waiting);
    }
    writer.flush(waiting);
    writer.finish();
    // One of which all is sound but its footer has been replaced by now.
    struct stat before {}, now {};
    std::filesystem::path const path = layout.packs() / damaged.name();
    bool const is_new = ::fstat(damaged.fd(), &before) == 0 && ::stat(path.c_str(), &now) == 0 &&
                        (before.st_ino != now.st_ino || before.st_dev != now.st_dev);
    if (!is_new && ::unlink(path.c_str()) != 0 && errno != ENOENT) throw_file_error("cannot remove", path);
}

inline bool is_sound(pack const& one, std::string const& hex) {
    if (sha256_hex(one.table()) + ".pack" != one.name()) return false;
    auto const record = one.find(digest_from_hex(hex));
    std::string contents(record ? static_cast<std::size_t>(record->size) : 0, '\0');
    return !record ||
           (read_all_at(one.fd(), record->offset, contents.data(), contents.size()) && sha256_hex(contents) == hex);
}
}  // namespace detail

/// For an object that a restore found damaged, or missing where it should be: takes it out of the store wherever it is
/// not what its name says, so that the next snapshot writes it again. What else is in its pack stays in the store.
/// False if this user may not, or the disk does not let it be done.
inline bool take_damage_out(store_layout const& layout, std::string const& hex) noexcept {
    try {
        std::string const loose = (layout.objects() / loose_name(hex)).string();
        if (::access(loose.c_str(), F_OK) == 0 && sha256_hex(read_file(loose)) != hex && ::unlink(loose.c_str()) != 0)
            return false;
        object_reader objects{layout};
        for (pack const& one : objects.load_packs())
            if (!detail::is_sound(one, hex))
                detail::keep_in_new_pack(layout, one, [](std::string const&) { return true; });
        return true;
    } catch (std::exception const&) {
        return false;
    }
}

/// For what is named as a pack, and damaged as such. Of a pack whose table is not what its name says, all that is sound
/// stays in the store; what is torn, so that nobody can read it, is removed. False if it is something else, this user
/// may not, or the disk does not let it be done.
inline bool take_pack_out(store_layout const& layout, std::string const& name) noexcept {
    try {
        file_descriptor const packs = open_file(layout.packs(), O_PATH | O_DIRECTORY);
        if (auto const damaged = pack::open(packs.get(), name)) {
            detail::keep_in_new_pack(layout, *damaged, [](std::string const&) { return true; });
            return true;
        }
        if (!is_pack_name(name) || pack::look_at(packs.get(), name) != pack::state::torn) return false;
        return ::unlinkat(packs.get(), name.c_str(), 0) == 0;
    } catch (std::exception const&) {
        return false;
    }
}

}  // namespace estima::inline v0_1
