// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <estima/base/error.hpp>
#include <estima/snapshot/restore.hpp>
#include <estima/snapshot/store_layout.hpp>
#include <estima/snapshot/take_damage_out.hpp>
#include <estima/system/closed_part.hpp>
#include <estima/system/sha256_of_file.hpp>

namespace estima::inline v0_1 {

/// What is wrong with a store of snapshots.
struct store_report {
    struct fault {
        std::filesystem::path path;
        std::string what;
        std::string object{};     ///< the SHA-256 of an object that is damaged; empty for anything else
        std::string pack{};       ///< the name of a pack that is damaged as such, and can be taken out; else empty
        bool is_foreign = false;     ///< no part of a store, as its name tells: passed over, and no damage
        bool is_in_the_way = false;  ///< of a name that a part has, and nothing that a new one could replace
    };
    std::vector<fault> faults;
    std::uint64_t snapshots = 0, objects = 0, bytes = 0;
};

namespace detail {
class store_check {
public:
    explicit store_check(std::filesystem::path root, std::function<void(std::uint64_t)> seen = {})
        : layout_{std::move(root)}, seen_{std::move(seen)} {}

    store_report run() {
        // The trees first: what a tree needs is there before it. Packs before they are opened: others come later.
        std::vector<std::string> const trees = names(layout_.trees()), packs = names(layout_.packs());
        for (std::string const& folder : names(layout_.objects()))
            for (std::string const& rest : names(layout_.objects() / folder))
                if (is_digest_text(folder + rest)) loose(folder + rest);
                else foreign(layout_.objects() / folder / rest);
        object_reader objects{layout_};
        for (pack const& one : objects.load_packs()) packed(one);
        for (std::string const& name : packs)
            if (!is_pack_name(name)) foreign(layout_.packs() / name);
            else if (!known_packs_.contains(name)) no_pack(name);
        for (std::string const& id : trees) tree(id, objects);
        return std::move(report_);
    }

    /// Only whether the files of each snapshot can be had.
    std::vector<store_report::fault> run_trees() {
        object_reader objects{layout_};
        for (std::string const& id : names(layout_.trees())) tree(id, objects);
        return std::move(report_.faults);
    }

private:
    void foreign(std::filesystem::path path) {
        report_.faults.push_back({.path = std::move(path),
                                  .what = "it is no part of the snapshots, as its name tells, and passed over",
                                  .is_foreign = true});
    }
    void in_the_way(std::filesystem::path path, std::string what) {
        std::size_t const before = report_.faults.size();
        fault(std::move(path), std::move(what));
        if (report_.faults.size() > before) report_.faults.back().is_in_the_way = true;
    }
    /// What is not there any more was removed meanwhile, since nobody needs it: that is no damage.
    void fault(std::filesystem::path path, std::string what, std::string object = {}, std::string pack = {}) {
        struct stat status {};
        if (::lstat(path.c_str(), &status) != 0 && errno == ENOENT) return;
        hides_objects_ = hides_objects_ || closed_part(path);
        report_.faults.push_back({std::move(path), std::move(what), std::move(object), std::move(pack)});
    }
    std::vector<std::string> names(std::filesystem::path const& folder) {
        if (!closed_part(folder)) return names_in(folder);
        fault(folder, "it cannot be read");
        return {};
    }

    /// Whether these bytes have that SHA-256.
    bool holds(int fd, std::uint64_t offset, std::uint64_t size, std::string const& hex) {
        ++report_.objects;
        return sha256_of_range(fd, offset, size, [this](std::uint64_t bytes) {
                   report_.bytes += bytes;
                   if (seen_) seen_(report_.bytes);
               }) == hex;
    }

    void loose(std::string const& hex) {
        std::filesystem::path const path = layout_.objects() / loose_name(hex);
        file_descriptor const fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)};
        struct stat status {};
        if (!fd || ::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode))
            return in_the_way(path, "it is no file, or cannot be read");
        if (!holds(fd.get(), 0, static_cast<std::uint64_t>(status.st_size), hex))
            fault(path, "its bytes do not have the SHA-256 that it is named by", hex);
    }

    void packed(pack const& one) {
        known_packs_.insert(one.name());
        std::filesystem::path const path = layout_.packs() / one.name();
        std::string_view const table = one.table();
        if (one.is_worn())
            fault(path, "its last bytes are damaged; its table can be read all the same", {}, one.name());
        else if (sha256_hex(table) + ".pack" != one.name())
            return fault(path, "its table does not have the SHA-256 that it is named by", {}, one.name());
        for (std::size_t at = 0; at < table.size(); at += sizeof(pack_record)) {
            pack_record record;
            std::memcpy(&record, table.data() + at, sizeof record);
            std::string const hex = to_hex(record.digest);
            if (!one.holds(record) || !holds(one.fd(), record.offset, record.size, hex))
                fault(path, "its object " + hex.substr(0, 12) + "... is damaged", hex);
        }
    }

    void no_pack(std::string const& name) {
        file_descriptor const packs{::open(layout_.packs().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
        std::filesystem::path const path = layout_.packs() / name;
        switch (pack::look_at(packs.get(), name)) {
            case pack::state::whole:
            case pack::state::worn: return;  // it came meanwhile
            case pack::state::torn:
                return fault(path, "it is no pack: torn, or something else, from which nothing can be read", {}, name);
            case pack::state::other_format:
                return in_the_way(path, "it is a pack of another version, or of a machine of another byte order");
            case pack::state::unreadable: return in_the_way(path, "it is no file, or cannot be read");
        }
    }

    lacking_files lacking_of(std::string const& id, object_reader& objects) const {
        return files_lacking(layout_, id, [&objects](snapshot_entry const& one) {
            return objects.find(one.digest, one.size).has_value();
        });
    }

    void tree(std::string const& id, object_reader& objects) {
        if (!is_digest_text(id)) return foreign(layout_.tree(id));
        ++report_.snapshots;
        try {
            lacking_files files = lacking_of(id, objects);
            for (int looks_left = 2; files.count > 0 && looks_left > 0; --looks_left) {
                object_reader now{layout_};  // a pack may have been written anew meanwhile
                files = lacking_of(id, now);
            }
            if (files.count > 0 && !hides_objects_)
                fault(layout_.tree(id), std::to_string(files.count) + (files.count == 1 ? " file" : " files") +
                                            " of this snapshot cannot be had: " + shown(files.example) +
                                            (files.count > 1 ? " and others" : ""));
        } catch (error const& e) {
            fault(layout_.tree(id), e.text().why.empty() ? e.text().what : e.text().what + ": " + e.text().why);
        }
    }

    store_layout layout_;
    std::function<void(std::uint64_t)> seen_;
    store_report report_{};
    std::set<std::string> known_packs_{};
    bool hides_objects_ = false;  // from this user: then they may be all there
};
}  // namespace detail

/// Reads every object and every tree of a store and holds them against their SHA-256. Memory does not grow with the
/// sizes of files. Snapshots may be taken, and what nobody needs be removed, meanwhile. `seen`, if there is one, is
/// called with the bytes that were read so far. What this user may not read is a fault as well, and then it is none of
/// a snapshot that it lacks what may be there. EST-301.
inline store_report verify_store(std::filesystem::path const& root, std::function<void(std::uint64_t)> seen = {}) {
    return detail::store_check{root, std::move(seen)}.run();
}

}  // namespace estima::inline v0_1
