// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstring>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <estima/snapshot/store_layout.hpp>
#include <estima/snapshot/temporary_file.hpp>
#include <estima/snapshot/tree.hpp>
#include <estima/system/files.hpp>
#include <estima/system/sha256.hpp>

namespace estima::inline v0_1 {

/// What the last snapshot of one source directory left behind: the stamp and the digest of each file, so that an
/// unchanged file need not be opened. A cache: lost, damaged or of another version, it is made again.
class tree_index {
public:
    /// The ignore file that was in use. The stamp is that of no file if there was none, or if it may not be trusted.
    struct ignore_file {
        std::string name{}, text{};
        file_stamp stamp{};
    };
    /// One file, as it was read.
    struct record {
        file_stamp stamp{};
        object_digest digest{};
        std::uint32_t pack = loose_object;
        std::uint32_t name_size = 0;
    };
    static_assert(sizeof(record) == 72);

    std::uint64_t count() const { return count_; }
    ignore_file const& ignore() const { return ignore_; }
    /// Names of the packs that `record::pack` counts.
    std::vector<std::string> const& packs() const { return packs_; }

    /// The files of one directory, asked for in the order of their names.
    class cursor {
    public:
        cursor() = default;
        explicit cursor(std::string_view block) : rest_{block} {}
        std::optional<record> find(std::string_view name) {
            while (rest_.size() >= sizeof(record)) {
                record found;
                std::memcpy(&found, rest_.data(), sizeof found);
                std::string_view const found_name = rest_.substr(sizeof found, found.name_size);
                if (found_name > name) return {};
                rest_.remove_prefix(sizeof found + found_name.size());
                if (found_name == name) return found;
            }
            return {};
        }

    private:
        std::string_view rest_;
    };
    cursor directory(std::string const& path) const {
        auto const hit = directories_.find(path);
        return hit == directories_.end() ? cursor{} : cursor{hit->second};
    }

    /// An empty index if there is none that can be used.
    static tree_index load(store_layout const& layout, std::string const& source) {
        tree_index result;
        file_descriptor const fd{::open(file(layout, source).c_str(), O_RDONLY | O_CLOEXEC)};
        if (!fd) return result;
        result.blob_ = read_file(file(layout, source));
        if (!result.parse(source)) result = tree_index{};
        return result;
    }

    /// Keeps what may be trusted. `packs` are the names that the entries' numbers stand for.
    static void save(store_layout const& layout, std::string const& source, source_tree const& tree,
                     ignore_file const& ignore, std::vector<std::string> const& packs) {
        std::string blob{magic};
        put_text(blob, source);
        put_text(blob, ignore.name);
        put_text(blob, ignore.text);
        put(blob, ignore.stamp);
        std::vector<std::uint32_t> number(packs.size(), loose_object);
        std::vector<std::string> used;
        for (auto const& directory : tree.directories)
            for (auto const& entry : directory.entries)
                if (entry.pack != loose_object && number[entry.pack] == loose_object) {
                    number[entry.pack] = static_cast<std::uint32_t>(used.size());
                    used.push_back(packs[entry.pack]);
                }
        put(blob, static_cast<std::uint64_t>(used.size()));
        for (auto const& name : used) put_text(blob, name);
        for (auto const& directory : tree.directories) {
            std::string block;
            for (auto const& entry : directory.entries) {
                if (!entry.settled) continue;
                put(block,
                    record{entry.stamp, entry.digest, entry.pack == loose_object ? loose_object : number[entry.pack],
                           static_cast<std::uint32_t>(entry.name.size())});
                block += entry.name;
            }
            if (block.empty()) continue;
            put_text(blob, directory.path);
            put_text(blob, block);
        }
        sha256_digest const digest = sha256{}.update(blob).digest();
        blob.append(reinterpret_cast<char const*>(digest.data()), digest.size());
        try {
            temporary_file whole{layout};
            whole.write(blob);
            whole.publish(file(layout, source));
        } catch (error const&) {  // a store that is read-only or full: the next snapshot takes longer
        }
    }

private:
    static constexpr std::string_view magic{"estima-index 1\n\0", 16};

    static std::filesystem::path file(store_layout const& layout, std::string const& source) {
        return layout.index() / sha256_hex(source);
    }
    template <class Value>
    static void put(std::string& blob, Value const& value) {
        static_assert(std::is_trivially_copyable_v<Value>);
        blob.append(reinterpret_cast<char const*>(&value), sizeof value);
    }
    static void put_text(std::string& blob, std::string_view text) {
        put(blob, static_cast<std::uint64_t>(text.size()));
        blob += text;
    }

    // The digest at the end vouches for the whole: after it was checked, only a version or source of another kind is
    // left to notice.
    bool parse(std::string const& source) {
        std::string_view rest{blob_};
        if (rest.size() < magic.size() + sizeof(sha256_digest) || !rest.starts_with(magic)) return false;
        std::string_view const seal = rest.substr(rest.size() - sizeof(sha256_digest));
        rest.remove_suffix(seal.size());
        sha256_digest const digest = sha256{}.update(rest).digest();
        if (std::memcmp(digest.data(), seal.data(), digest.size()) != 0) return false;
        rest.remove_prefix(magic.size());
        if (take_text(rest) != source) return false;
        ignore_.name = take_text(rest);
        ignore_.text = take_text(rest);
        ignore_.stamp = take<file_stamp>(rest);
        for (auto n = take<std::uint64_t>(rest); n > 0; --n) packs_.emplace_back(take_text(rest));
        while (!rest.empty()) {
            std::string_view const path = take_text(rest);
            std::string_view const block = take_text(rest);
            directories_.emplace(path, block);
            for (std::size_t at = 0; at < block.size(); ++count_) {
                record one;
                std::memcpy(&one, block.data() + at, sizeof one);
                at += sizeof one + one.name_size;
            }
        }
        return true;
    }
    template <class Value>
    static Value take(std::string_view& rest) {
        Value value;
        std::memcpy(&value, rest.data(), sizeof value);
        rest.remove_prefix(sizeof value);
        return value;
    }
    static std::string_view take_text(std::string_view& rest) {
        auto const size = static_cast<std::size_t>(take<std::uint64_t>(rest));
        std::string_view const text = rest.substr(0, size);
        rest.remove_prefix(size);
        return text;
    }

    std::string blob_{};
    ignore_file ignore_{};
    std::vector<std::string> packs_{};
    std::unordered_map<std::string_view, std::string_view> directories_{};
    std::uint64_t count_ = 0;
};

}  // namespace estima::inline v0_1
