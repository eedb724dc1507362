// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include <estima/snapshot/store_receiver.hpp>

namespace estima::inline v0_1 {

/// A set of objects of a snapshot, as bits in the order of distinct_objects. Sets of several nodes are united word by
/// word.
class object_set {
public:
    static constexpr std::size_t words(std::size_t objects) { return (objects + 63) / 64; }

    explicit object_set(std::size_t objects) : bits_(words(objects)) {}
    /// `some` are taken from `all`, in the same order.
    object_set(std::vector<lacking_object> const& all, std::vector<lacking_object> const& some)
        : object_set{all.size()} {
        for (std::size_t i = 0, next = 0; i < all.size() && next < some.size(); ++i)
            if (all[i].digest == some[next].digest) add(i), ++next;
    }

    void add(std::size_t i) { bits_[i / 64] |= std::uint64_t{1} << i % 64; }
    bool has(std::size_t i) const { return (bits_[i / 64] >> i % 64 & 1U) != 0; }
    std::uint64_t* data() { return bits_.data(); }
    std::size_t word_count() const { return bits_.size(); }

    /// Those of `all` that are in the set.
    std::vector<lacking_object> of(std::vector<lacking_object> const& all) const {
        std::vector<lacking_object> some;
        for (std::size_t i = 0; i < all.size(); ++i)
            if (has(i)) some.push_back(all[i]);
        return some;
    }

private:
    std::vector<std::uint64_t> bits_;
};

inline std::uint64_t bytes_of(std::vector<lacking_object> const& objects) {
    std::uint64_t sum = 0;
    for (lacking_object const& o : objects) sum += o.size;
    return sum;
}

/// Picks out of one stream of objects, which comes to all nodes alike, the bytes of those that this one wants.
class wanted_bytes {
public:
    /// `wanted` are taken from `sent`, in the same order.
    wanted_bytes(std::vector<lacking_object> const& sent, std::vector<lacking_object> const& wanted) {
        std::size_t next = 0;
        for (lacking_object const& o : sent) {
            bool const is_wanted = next < wanted.size() && wanted[next].digest == o.digest;
            if (is_wanted) ++next;
            if (!runs_.empty() && runs_.back().second == is_wanted)
                runs_.back().first += o.size;
            else
                runs_.emplace_back(o.size, is_wanted);
        }
    }

    /// The next bytes of the stream; `take` is called with each part of them that is wanted.
    template <class Take>
    void next(std::string_view bytes, Take const& take) {
        while (!bytes.empty() && run_ < runs_.size()) {
            std::string_view const part = bytes.substr(
                0, static_cast<std::size_t>(std::min<std::uint64_t>(runs_[run_].first - at_, bytes.size())));
            bytes.remove_prefix(part.size());
            at_ += part.size();
            bool const is_wanted = runs_[run_].second;
            if (at_ == runs_[run_].first) ++run_, at_ = 0;
            if (is_wanted) take(part);
        }
    }

private:
    std::vector<std::pair<std::uint64_t, bool>> runs_{};  // bytes, and whether they are wanted
    std::size_t run_ = 0;
    std::uint64_t at_ = 0;
};

}  // namespace estima::inline v0_1
