// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include <estima/events/event_record.hpp>
#include <estima/events/summary_event.hpp>
#include <estima/system/file_descriptor.hpp>
#include <estima/system/read_all_at.hpp>

namespace estima::inline v0_1 {

/// Follows one event file of TensorBoard's while it grows. Whatever its bytes are, nothing throws but for want of
/// memory.
class event_file {
public:
    /// A record that is longer is passed over unread: graphs, not metrics.
    static constexpr std::int64_t longest_record = std::int64_t{32} << 20U;

    explicit event_file(std::filesystem::path path) : path_{std::move(path)} {}

    std::filesystem::path const& path() const noexcept { return path_; }
    /// What the file system knew it by when it was last looked at, if it was; another file may have it later.
    std::pair<dev_t, ino_t> id() const noexcept { return {seen_.st_dev, seen_.st_ino}; }
    /// Whether anything of it is read, or passed over.
    bool is_begun() const noexcept { return position_ > 0; }

    /// Follows the file at another path from now on, if it is this one: has its id() and what was read of it.
    bool goes_on_at(std::filesystem::path other) {
        path_.swap(other);
        file_descriptor const fd = open();
        struct stat now {};
        if (is_begun() && fd && ::fstat(fd.get(), &now) == 0 && id() == std::pair{now.st_dev, now.st_ino} &&
            is_same(fd.get()))
            return true;
        path_.swap(other);
        return false;
    }

    /// What is in it now is nobody's business: the next read() begins behind it.
    void pass_over() {
        file_descriptor const fd = open();
        if (!has_changed()) return;
        position_ = seen_.st_size;
        remember_end(fd.get());
    }

    /// Calls `take(summary_event const&)` for each whole event since last time, until about `budget` bytes were read.
    /// True if there may be more already.
    template <class Take>
    bool read(std::int64_t budget, Take const& take) {
        if (!has_changed() && !has_more_) return false;
        file_descriptor const fd = open();
        if (!fd) return false;
        if (!is_same(fd.get())) {  // written anew
            position_ = 0;
            is_lost_ = false;
            reader_ = {};
        }
        std::int64_t const end = std::min<std::int64_t>(seen_.st_size, position_ + budget);
        bool is_whole = true;
        while (is_whole && position_ < end) is_whole = read_record(fd.get(), take);
        remember_end(fd.get());
        if (buffer_.capacity() > std::size_t{1} << 20U) buffer_ = {};
        has_more_ = is_whole && position_ < seen_.st_size;
        return has_more_;
    }

    /// Records that were damaged, or no events.
    std::uint64_t skipped() const noexcept { return skipped_; }
    /// Where a length is damaged, in bytes from the start: what follows cannot be read. -1 if there is no such place.
    std::int64_t lost_at() const noexcept { return is_lost_ ? position_ : -1; }
    /// Whether the file ended in the middle of a record when it was last read.
    bool is_torn() const noexcept { return is_torn_; }

private:
    /// Opened each time: a program may write thousands of such files, one after the other.
    file_descriptor open() const {
        return file_descriptor{::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW)};
    }
    bool has_changed() {
        struct stat now {};
        if (::lstat(path_.c_str(), &now) != 0 || !S_ISREG(now.st_mode)) return false;
        bool const same = now.st_size == seen_.st_size && now.st_ino == seen_.st_ino &&
                          now.st_mtim.tv_sec == seen_.st_mtim.tv_sec && now.st_mtim.tv_nsec == seen_.st_mtim.tv_nsec;
        seen_ = now;
        return !same;
    }
    /// Whether the bytes before `position_` end as they did.
    bool is_same(int fd) {
        if (position_ > seen_.st_size) return false;
        return end_.empty() ||
               (read_bytes(fd, position_ - static_cast<std::int64_t>(end_.size()), end_.size()) && buffer_ == end_);
    }
    void remember_end(int fd) {
        std::int64_t const size = std::min<std::int64_t>(position_, 16);
        end_ = read_bytes(fd, position_ - size, static_cast<std::size_t>(size)) ? buffer_ : "";
    }

    /// False if the record is not whole yet, or if there is no way to go on.
    template <class Take>
    bool read_record(int fd, Take const& take) {
        if (is_lost_) return false;
        is_torn_ = true;
        if (!read_bytes(fd, position_, event_header_bytes)) return false;
        std::int64_t const length = event_length(buffer_);
        if (length < 0) {
            is_lost_ = true;
            return false;
        }
        auto const begin = position_ + static_cast<std::int64_t>(event_header_bytes);
        std::int64_t const all = length + static_cast<std::int64_t>(event_footer_bytes);
        if (all > seen_.st_size - begin) return false;
        if (length <= longest_record) {
            if (!read_bytes(fd, begin, static_cast<std::size_t>(all))) return false;
            std::string_view const record = std::string_view{buffer_}.substr(0, static_cast<std::size_t>(length));
            std::string_view const footer = std::string_view{buffer_}.substr(record.size());
            auto const event = is_event_whole(record, footer) ? reader_.read(record) : std::nullopt;
            if (event) take(*event);
            else ++skipped_;
        }
        position_ = begin + all;
        is_torn_ = false;
        return true;
    }

    bool read_bytes(int fd, std::int64_t from, std::size_t count) {
        buffer_.resize(count);
        return detail::read_all_at(fd, static_cast<std::uint64_t>(from), buffer_.data(), count);
    }

    std::filesystem::path path_;
    std::int64_t position_ = 0;
    struct stat seen_ {};
    summary_reader reader_{};
    std::string buffer_{}, end_{};
    std::uint64_t skipped_ = 0;
    bool is_lost_ = false, is_torn_ = false, has_more_ = false;
};

}  // namespace estima::inline v0_1
