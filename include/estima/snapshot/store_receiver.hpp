// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <estima/snapshot/manifest.hpp>
#include <estima/snapshot/object_writer.hpp>
#include <estima/snapshot/store_layout.hpp>
#include <estima/snapshot/take_damage_out.hpp>
#include <estima/snapshot/temporary_file.hpp>
#include <estima/system/sha256.hpp>

namespace estima::inline v0_1 {

/// An object that a store lacks: its SHA-256 and its size in bytes.
struct lacking_object {
    std::string digest;
    std::uint64_t size = 0;
};

/// The objects that a snapshot consists of, each once, in the order of their first files.
inline std::vector<lacking_object> distinct_objects(manifest_reader entries) {
    std::vector<lacking_object> objects;
    std::set<std::string> seen;
    for (snapshot_entry entry; entries.next(entry);)
        if (entry.kind == entry_kind::file && seen.insert(entry.digest).second)
            objects.push_back({entry.digest, entry.size});
    return objects;
}

/// Takes a snapshot of another store into this one: its manifest, then the objects that are not here. Nothing is seen
/// under its name before its bytes were found to be right, and the snapshot not before all of it is there.
class store_receiver {
public:
    /// `manifest` is the text of the tree. EST-208 if it is not what `id` says; EST-301.
    store_receiver(std::filesystem::path root, std::string id, std::string_view manifest)
        : layout_{std::move(root)}, id_{std::move(id)} {
        if (sha256_hex(manifest) != id_) damaged("its manifest is not what its id says");
        for (auto const& folder : {layout_.objects(), layout_.packs(), layout_.trees(), layout_.temporary()})
            make_directories(folder);
        remove_left_behind(layout_);
        tree_.emplace(layout_);
        tree_->write(manifest);
        find_lacking();
    }

    /// All that the snapshot consists of.
    std::vector<lacking_object> const& objects() const { return objects_; }
    /// In the order in which they are to come.
    std::vector<lacking_object> const& lacking() const { return lacking_; }

    /// Further bytes of the objects, one after the other without anything in between. EST-208 if they are not what was
    /// asked for; EST-301.
    void put(std::string_view bytes) {
        while (!bytes.empty()) {
            if (next_ == lacking_.size()) damaged("more came than was asked for");
            std::string_view const piece = bytes.substr(0, lacking_[next_].size - got_);
            if (!file_) file_.emplace(layout_);
            file_->write(piece);
            hash_.update(piece);
            got_ += piece.size();
            bytes.remove_prefix(piece.size());
            if (got_ == lacking_[next_].size) end_object();
        }
    }

    /// Makes the snapshot visible. EST-208 if something did not come.
    void finish() {
        if (next_ != lacking_.size()) damaged("not all of it came");
        tree_->publish(layout_.tree(id_));
    }

private:
    [[noreturn]] void damaged(std::string why) const {
        throw error{"EST-208",
                    {.what = "the snapshot " + id_ + " did not come as it was sent",
                     .why = std::move(why),
                     .remedy = "submit again"}};
    }

    void find_lacking() {
        object_reader objects{layout_};
        objects_ = distinct_objects({open_file("/proc/self/fd/" + std::to_string(tree_->fd()), O_RDONLY), id_});
        for (lacking_object const& o : objects_) {
            if (objects.find(o.digest, o.size)) continue;
            if (o.size > 0)
                lacking_.push_back(o);
            else  // has no bytes that could come
                temporary_file{layout_}.publish(layout_.objects() / loose_name(o.digest));
        }
    }

    void end_object() {
        if (hash_.hex_digest() != lacking_[next_].digest) damaged("the bytes of a file are not what its SHA-256 says");
        file_->publish(layout_.objects() / loose_name(lacking_[next_].digest));
        file_.reset();
        got_ = 0;
        ++next_;
    }

    store_layout layout_;
    std::string id_;
    std::optional<temporary_file> tree_{}, file_{};
    std::vector<lacking_object> objects_{}, lacking_{};
    std::size_t next_ = 0;
    std::uint64_t got_ = 0;
    sha256 hash_{};
};

/// Reads objects of a store one after the other as one stream of bytes, as store_receiver takes them. One that is
/// damaged is taken out of the store, so that the next snapshot writes it anew.
class store_sender {
public:
    store_sender(std::filesystem::path root, std::vector<lacking_object> wanted)
        : layout_{std::move(root)}, objects_{layout_}, wanted_{std::move(wanted)} {}

    bool is_done() const { return next_ == wanted_.size(); }

    /// At most `most` bytes. EST-208 if an object is not there, or not what its SHA-256 says.
    std::string next(std::size_t most) {
        std::string bytes;
        while (bytes.size() < most && !is_done()) {
            lacking_object const& object = wanted_[next_];
            if (!place_) place_ = objects_.find(object.digest, object.size);
            std::size_t const begin = bytes.size();
            bytes.resize(begin + static_cast<std::size_t>(std::min<std::uint64_t>(most - begin, object.size - at_)));
            ssize_t n = -1;
            if (place_) do
                    n = ::pread(place_->fd, bytes.data() + begin, bytes.size() - begin,
                                static_cast<off_t>(place_->offset + at_));
                while (n < 0 && errno == EINTR);
            if (n <= 0) throw_damaged(object);
            bytes.resize(begin + static_cast<std::size_t>(n));
            hash_.update(std::string_view{bytes}.substr(begin));
            at_ += static_cast<std::uint64_t>(n);
            if (at_ < object.size) continue;
            if (hash_.hex_digest() != object.digest) throw_damaged(object);
            at_ = 0;
            place_.reset();
            ++next_;
        }
        return bytes;
    }

private:
    [[noreturn]] void throw_damaged(lacking_object const& object) const {
        take_damage_out(layout_, object.digest);
        throw error{"EST-208",
                    {.what = "a file of the snapshot cannot be read from the store",
                     .where = object.digest,
                     .why = "it is lost or damaged",
                     .remedy = "submit again: what is damaged is replaced"}};
    }

    store_layout layout_;
    object_reader objects_;
    std::vector<lacking_object> wanted_;
    sha256 hash_{};
    std::size_t next_ = 0;
    std::uint64_t at_ = 0;
    std::optional<object_reader::place> place_{};
};

}  // namespace estima::inline v0_1
