// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace estima::inline v0_1::detail {

/// Runs are searched in blocks of this many: what one column has for a block is one record, read and compared at once.
inline constexpr std::size_t block_size = 1000;

/// Some of the runs of a block, by their places. What is asked of a few of them goes from one to the next.
class run_set {
public:
    /// The first `count` places.
    static run_set first(std::size_t count) {
        run_set all;
        count = std::min(count, block_size);
        for (std::size_t w = 0; w < words; ++w, count -= std::min<std::size_t>(count, 64))
            all.words_[w] = count >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1;
        return all;
    }
    /// As bytes() wrote them; what lacks is empty.
    static run_set from(std::string_view bytes) {
        run_set all;
        for (std::size_t i = 0; i < std::min(bytes.size(), (block_size + 7) / 8); ++i)
            all.words_[i / 8] |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (i % 8 * 8);
        return all & first(block_size);
    }
    std::string bytes() const {
        std::string bytes(none() ? 0 : (block_size + 7) / 8, '\0');
        for (std::size_t i = 0; i < bytes.size(); ++i)
            bytes[i] = static_cast<char>(static_cast<unsigned char>(words_[i / 8] >> (i % 8 * 8) & 0xFFU));
        return bytes;
    }

    void set(std::size_t place) { words_[place / 64] |= std::uint64_t{1} << (place % 64); }
    bool operator[](std::size_t place) const { return (words_[place / 64] >> (place % 64) & 1U) != 0; }

    bool any() const { return !none(); }
    bool none() const {
        return std::all_of(words_.begin(), words_.end(), [](std::uint64_t word) { return word == 0; });
    }
    std::size_t count() const {
        std::size_t all = 0;
        for (std::uint64_t const word : words_) all += static_cast<std::size_t>(std::popcount(word));
        return all;
    }
    /// Calls `see(place)` for each, in their order.
    template <class See>
    void for_each(See see) const {
        for (std::size_t w = 0; w < words; ++w)
            for (std::uint64_t left = words_[w]; left != 0; left &= left - 1)
                see(w * 64 + static_cast<std::size_t>(std::countr_zero(left)));
    }
    /// Those of which `is(place)` is true.
    template <class Is>
    run_set where(Is is) const {
        run_set found;
        for (std::size_t w = 0; w < words; ++w) {
            std::uint64_t bits = 0;
            for (std::uint64_t left = words_[w]; left != 0; left &= left - 1) {
                auto const bit = static_cast<std::size_t>(std::countr_zero(left));
                bits |= std::uint64_t{is(w * 64 + bit) ? 1U : 0U} << bit;
            }
            found.words_[w] = bits;
        }
        return found;
    }

    run_set& operator&=(run_set const& other) {
        for (std::size_t w = 0; w < words; ++w) words_[w] &= other.words_[w];
        return *this;
    }
    run_set& operator|=(run_set const& other) {
        for (std::size_t w = 0; w < words; ++w) words_[w] |= other.words_[w];
        return *this;
    }
    friend run_set operator&(run_set a, run_set const& b) { return a &= b; }
    friend run_set operator|(run_set a, run_set const& b) { return a |= b; }
    friend run_set operator~(run_set const& a) {
        run_set all = first(block_size);
        for (std::size_t w = 0; w < words; ++w) all.words_[w] &= ~a.words_[w];
        return all;
    }
    bool operator==(run_set const&) const = default;

private:
    static constexpr std::size_t words = (block_size + 63) / 64;
    std::array<std::uint64_t, words> words_{};
};

}  // namespace estima::inline v0_1::detail
