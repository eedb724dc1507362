// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstring>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <estima/snapshot/store_layout.hpp>
#include <estima/snapshot/temporary_file.hpp>
#include <estima/snapshot/tree.hpp>
#include <estima/system/sha256.hpp>

namespace estima::inline v0_1 {

/// Adds objects to a store, from several threads: small ones to one new pack if there are many, the others to files of
/// their own. What the store has already is not written again, unless its size shows that it is torn.
class object_writer {
public:
    /// `pack_names` gives packs their numbers and grows with those that are met.
    object_writer(store_layout layout, object_reader& objects, std::vector<std::string>& pack_names, bool packed)
        : layout_{std::move(layout)}, objects_{objects}, pack_names_{pack_names}, packed_{packed} {
        for (auto const& found : objects_.load_packs()) {
            auto const known = std::find(pack_names_.begin(), pack_names_.end(), found.name());
            numbers_.push_back(static_cast<std::uint32_t>(known - pack_names_.begin()));
            if (known == pack_names_.end()) pack_names_.push_back(found.name());
        }
        new_pack_ = static_cast<std::uint32_t>(pack_names_.size());
    }

    /// What one thread has not yet written to the pack. One buffer a thread keeps the threads apart.
    struct batch {
        std::string bytes{};
        std::vector<pack_record> records{};
    };

    /// Stores `contents`, whose digest this is; returns the number of the pack it is in, or `loose_object`.
    std::uint32_t add(object_digest const& digest, std::string_view contents, batch& waiting) {
        auto const [place, is_new] = claim(digest, contents.size(), packed_ ? new_pack_ : loose_object);
        if (!is_new) return place;
        if (place == loose_object) {
            temporary_file file{layout_};
            file.write(contents);
            file.publish(layout_.objects() / loose_name(to_hex(digest)));
            return place;
        }
        waiting.records.push_back({digest, waiting.bytes.size(), contents.size()});
        waiting.bytes += contents;
        if (waiting.bytes.size() >= batch_size) flush(waiting);
        return place;
    }

    /// Gives a file that holds an object its place among the others.
    std::uint32_t add_file(object_digest const& digest, std::uint64_t size, temporary_file& file) {
        auto const [place, is_new] = claim(digest, size, loose_object);
        if (is_new) file.publish(layout_.objects() / loose_name(to_hex(digest)));
        return place;
    }

    /// Writes what waits. Before `finish`, by each thread.
    void flush(batch& waiting) {
        if (waiting.records.empty()) return;
        std::unique_lock lock{mutex_};
        if (!pack_) pack_.emplace(layout_);
        std::uint64_t const offset = std::exchange(pack_size_, pack_size_ + waiting.bytes.size());
        for (auto& record : waiting.records) {
            record.offset += offset;
            table_.push_back(record);
        }
        lock.unlock();
        pack_->write_at(waiting.bytes, offset);
        waiting.bytes.clear();
        waiting.records.clear();
    }

    /// Makes the new pack visible. Only then may a tree that needs its objects be written.
    void finish() {
        if (!pack_) return;
        std::sort(table_.begin(), table_.end(),
                  [](pack_record const& a, pack_record const& b) { return a.digest < b.digest; });
        std::string end(reinterpret_cast<char const*>(table_.data()), table_.size() * sizeof(pack_record));
        std::string name = sha256_hex(end) + ".pack";
        pack_footer footer;
        footer.table_offset = pack_size_;
        footer.count = table_.size();
        end.append(reinterpret_cast<char const*>(&footer), sizeof footer);
        pack_->write_at(end, pack_size_);
        pack_->publish(layout_.packs() / name);
        pack_names_.push_back(std::move(name));
    }

private:
    static constexpr std::size_t batch_size = 1024 * 1024;
    struct claimed {
        std::uint32_t place;
        bool is_new;
    };
    struct first_bytes {
        std::size_t operator()(object_digest const& digest) const {
            std::size_t hash = 0;
            std::memcpy(&hash, digest.data(), sizeof hash);
            return hash;
        }
    };

    // Where the object is or, if it is nowhere, where whoever asks has to put it.
    claimed claim(object_digest const& digest, std::uint64_t size, std::uint32_t otherwise) {
        auto const& packs = objects_.load_packs();
        for (std::size_t i = 0; i < packs.size(); ++i)
            if (auto const record = packs[i].find(digest); record && record->size == size) return {numbers_[i], false};
        if (objects_.has_loose(to_hex(digest), size)) return {loose_object, false};
        std::lock_guard const lock{mutex_};
        auto const [hit, is_new] = claimed_.try_emplace(digest, otherwise);
        return {hit->second, is_new};
    }

    store_layout layout_;
    object_reader& objects_;
    std::vector<std::string>& pack_names_;
    bool packed_;
    std::vector<std::uint32_t> numbers_{};
    std::uint32_t new_pack_ = 0;
    std::mutex mutex_{};
    std::unordered_map<object_digest, std::uint32_t, first_bytes> claimed_{};
    std::optional<temporary_file> pack_{};
    std::uint64_t pack_size_ = 0;
    std::vector<pack_record> table_{};
};

}  // namespace estima::inline v0_1
