// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <estima/system/file_descriptor.hpp>
#include <estima/system/read_all_at.hpp>
#include <estima/tracking/point_format.hpp>

namespace estima::inline v0_1 {

/// A number that a points file holds.
struct stored_point {
    std::string const* name = nullptr;  ///< the file's: the same for all points of a name
    double value = 0;
    std::int64_t stored_step = detail::no_step;
    std::int64_t time = 0;        ///< microseconds since 1970
    std::uint64_t slot = 0;       ///< its place in the file
    std::uint64_t name_slot = 0;  ///< its name's, by which name_at finds it

    std::optional<std::int64_t> step() const {
        return stored_step == detail::no_step ? std::nullopt : std::optional{stored_step};
    }
    /// Seconds since 1970.
    double seconds() const { return static_cast<double>(time) / 1e6; }
};

/// Reads the file of points that a process logged (tracking/point_format.hpp), also while it is being written. Whatever
/// the bytes are, nothing but what was published is told, and what cannot be right is counted.
class point_file {
public:
    explicit point_file(file_descriptor fd) : fd_{std::move(fd)} {
        struct stat status {};
        if (!fd_ || ::fstat(fd_.get(), &status) != 0 || !S_ISREG(status.st_mode)) return;
        bool const has_first_name = word_at(1) != 0;  // before the header: that is whole before a slot is published
        bool const is_whole = read_at(0, &header_, sizeof header_);
        // All zeros: its writer is about to begin, or was killed there.
        char const nothing[sizeof header_.magic] = {};
        if (std::memcmp(header_.magic, nothing, sizeof nothing) == 0 && !has_first_name) return;
        bool const is_marked = std::memcmp(header_.magic, header::expected_magic, sizeof header_.magic) == 0 &&
                               header_.page_size == detail::point_page_size;
        // Its random number in a page says as well that it is one.
        bool const has_pages = is_its_page(0) || is_its_page(1);
        bool const is_too_short = status.st_size < static_cast<off_t>(2 * detail::point_page_size);
        is_valid_ = is_whole && header_.version == header::newest_version && (has_pages || (is_marked && is_too_short));
        // Unsigned: in a damaged header it can be anything.
        bool const has_times = static_cast<std::uint64_t>(header_.created) - static_cast<std::uint64_t>(header_.base) ==
                               static_cast<std::uint64_t>(detail::time_before_file);
        has_damaged_header_ = !is_valid_ || !is_marked || !has_times;
    }
    explicit point_file(std::string const& path)
        : point_file{file_descriptor{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)}} {}

    /// Whether it is such a file. One that is just being made is not yet.
    bool is_valid() const { return is_valid_; }
    std::uint64_t id() const { return header_.file_id; }       ///< a random number
    std::int64_t created() const { return header_.created; }   ///< microseconds since 1970
    std::uint64_t process() const { return header_.process; }  ///< who wrote it
    /// How many numbers, lists, rows, documents and uploads its process could not hand on.
    std::uint64_t dropped() const { return is_valid_ && !has_damaged_header_ ? header_.dropped : 0; }
    /// How many pages and points could not be right; a file that was cut counts as one, and so does its header.
    std::uint64_t damaged() const { return damaged_ + (is_cut() ? 1 : 0) + (has_damaged_header() ? 1 : 0); }
    /// The same without those two.
    std::uint64_t damaged_values() const { return damaged_; }
    /// Whether its header is not as it was written, or of a newer version. If the file is valid all the same, its
    /// points are read, but their times may be wrong; else none is.
    bool has_damaged_header() const { return has_damaged_header_; }
    /// Whether the file ends before what was written to it, as end() or read() saw.
    bool is_cut() const { return is_cut_; }

    /// The first slot that was not reserved when it was looked at last.
    std::uint64_t end() {
        std::uint64_t next = 0;
        struct stat status {};
        // In this order: a file that grows in between is not cut.
        if (!is_valid_ || !read_at(offsetof(header, next), &next, sizeof next)) return 0;
        if (::fstat(fd_.get(), &status) != 0) return 0;
        std::uint64_t const pages = static_cast<std::uint64_t>(status.st_size) / detail::point_page_size;
        std::uint64_t const there = std::min(pages < 2 ? 0 : (pages - 1) * page::slot_count, detail::most_slots);
        is_cut_ = next > there && next > 1;
        return std::min(next, there);
    }

    /// The name that begins in that slot; null if none does.
    std::string const* name_at(std::uint64_t slot) {
        auto [known, fresh] = names_.try_emplace(slot);
        if (fresh) known->second = read_name(slot);
        return known->second ? &*known->second : nullptr;
    }

    /// Calls `take(stored_point)` for what is there from slot `next` on, which is then where to read on. It stops at a
    /// slot that was reserved and not published, since it may be within nanoseconds: but for `passes_gaps`, which is
    /// for files that nobody writes any more: a killed process leaves such slots, which are no points. Slots from
    /// `until` on are left for later.
    template <class Take>
    void read(std::uint64_t& next, bool passes_gaps, Take take, std::uint64_t until = detail::most_slots) {
        constexpr std::uint64_t pages_at_once = 16;  // new memory costs more than a call
        next = std::max<std::uint64_t>(next, 1);
        for (std::uint64_t const last = std::min(end(), until); next < last;) {
            std::uint64_t const first_page = next / page::slot_count;
            std::uint64_t const pages = std::min((last - 1) / page::slot_count - first_page + 1, pages_at_once);
            early_.resize(pages);
            pages_.resize(pages);
            // Twice: a slot whose word was there the first time is whole the second time.
            if (!read_pages(first_page, early_)) return;
            std::atomic_thread_fence(std::memory_order_acquire);
            if (!read_pages(first_page, pages_)) return;
            for (std::size_t p = 0; p < pages; ++p) {
                std::uint64_t const begin = (first_page + p) * page::slot_count, stop = begin + page::slot_count;
                if (pages_[p].file_id != header_.file_id || pages_[p].number != first_page + p) {
                    ++damaged_;
                    next = std::min(stop, last);
                    continue;
                }
                for (; next < std::min(stop, last); ++next) {
                    detail::point_slot const& slot = pages_[p].slots[next - begin];
                    if (slot.word == 0 || slot.word != early_[p].slots[next - begin].word) {
                        if (!passes_gaps) return;
                    } else if (std::uint64_t const name = detail::name_of_word(slot.word); name != 0) {
                        tell(name, next, slot, take);
                    }
                }
            }
        }
    }

private:
    using header = detail::point_header;
    using page = detail::point_page;

    template <class Take>
    void tell(std::uint64_t number, std::uint64_t place, detail::point_slot const& slot, Take& take) {
        if (number != last_number_) {
            last_name_ = name_at(number);
            last_number_ = number;
        }
        if (last_name_ == nullptr) {
            ++damaged_;
            return;
        }
        stored_point point{
            .name = last_name_, .value = slot.value, .stored_step = slot.step, .slot = place, .name_slot = number};
        // Through unsigned numbers: in a damaged header it can be anything.
        point.time =
            static_cast<std::int64_t>(static_cast<std::uint64_t>(header_.base) + detail::time_of_word(slot.word));
        take(std::as_const(point));
    }

    std::optional<std::string> read_name(std::uint64_t number) const {
        detail::point_slot slot;
        if (!read_at(detail::slot_offset(number), &slot, sizeof slot)) return std::nullopt;
        std::size_t const length = slot.word & 0xFFFFU;
        if (length > detail::longest_point_name) return std::nullopt;
        std::string name;
        for (std::size_t part = 0; part < detail::name_part_count(length); ++part) {
            if (part > 0 && !read_at(detail::slot_offset(number + part), &slot, sizeof slot)) return std::nullopt;
            if (slot.word != detail::name_word(part, length - name.size())) return std::nullopt;
            char bytes[detail::name_part_size];
            std::memcpy(bytes, &slot.value, 8);
            std::memcpy(bytes + 8, &slot.step, 8);
            name.append(bytes, std::min(detail::name_part_size, length - name.size()));
        }
        return name;
    }

    std::uint64_t word_at(std::uint64_t slot) const {
        std::uint64_t word = 0;
        return read_at(detail::slot_offset(slot), &word, sizeof word) ? word : 0;
    }
    bool is_its_page(std::uint64_t number) const {
        std::uint64_t mark[2] = {};
        return read_at((number + 1) * detail::point_page_size, mark, sizeof mark) && mark[0] == header_.file_id &&
               mark[1] == number;
    }
    bool read_pages(std::uint64_t first, std::vector<page>& into) const {
        return read_at((first + 1) * detail::point_page_size, into.data(), into.size() * detail::point_page_size);
    }
    bool read_at(std::uint64_t offset, void* to, std::size_t size) const {
        return detail::read_all_at(fd_.get(), offset, to, size);
    }

    file_descriptor fd_;
    header header_{};
    bool is_valid_ = false, is_cut_ = false, has_damaged_header_ = false;
    std::uint64_t damaged_ = 0, last_number_ = 0;
    std::string const* last_name_ = nullptr;
    std::unordered_map<std::uint64_t, std::optional<std::string>> names_;
    std::vector<page> early_, pages_;
};

}  // namespace estima::inline v0_1
