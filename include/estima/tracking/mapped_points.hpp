// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/system/file_descriptor.hpp>
#include <estima/tracking/point_format.hpp>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

namespace estima::inline v0_1::detail {

/// A points file that this process writes: shared memory, which the kernel keeps when the process is killed. Only slots
/// that were given room on the disk are handed out, so that a full disk is no SIGBUS.
class mapped_points {
public:
    /// Makes a file beside the metrics file "<stem>.jsonl": "<stem>.<process>.points", `now` being its time in
    /// microseconds since 1970. Use `works()`.
    mapped_points(std::string const& stem, std::int64_t now) noexcept : base_{now - time_before_file} {
        try {
            create(stem);
        } catch (...) {  // out of memory
        }
    }
    mapped_points(mapped_points const&) = delete;
    mapped_points& operator=(mapped_points const&) = delete;
    ~mapped_points() {
        if (bytes_ != nullptr) ::munmap(bytes_, point_file_size);
    }

    bool works() const noexcept { return ready_.load() != 0; }

    /// Cuts off what was not used. Nobody may use the file any more.
    void trim() noexcept {
        std::uint64_t const pages = (next().load() + point_page::slot_count - 1) / point_page::slot_count;
        // That tells whoever watches the file, too.
        if (::ftruncate(fd_.get(), static_cast<off_t>((pages + 1) * point_page_size)) != 0) notify();
    }

    enum class room { yes, none, full };

    /// Reserves slots in a row, and prepares more of them early, so that only one caller in thousands waits for the
    /// disk. `none` if there is no room just now.
    room reserve(std::uint64_t count, std::uint64_t& slot) noexcept {
        auto const end = next();
        slot = end.load(std::memory_order_relaxed);
        for (;;) {
            if (slot + count > prepare_at_.load(std::memory_order_relaxed)) [[unlikely]] {
                prepare();
                if (slot + count > ready_.load(std::memory_order_acquire))
                    return slot + count > most_slots ? room::full : room::none;
            }
            if (end.compare_exchange_weak(slot, slot + count, std::memory_order_acq_rel, std::memory_order_relaxed))
                return room::yes;
        }
    }

    /// Publishes a slot that was reserved: the last thing that is done with it.
    void publish(std::uint64_t slot, std::uint64_t word, double value, std::int64_t step) noexcept {
        point_slot& at = *reinterpret_cast<point_slot*>(bytes_ + slot_offset(slot));
        at.value = value;
        at.step = step;
        std::atomic_ref{at.word}.store(word, std::memory_order_release);
    }

    /// Counts what could not be logged, where that takes no room on the disk.
    void count_dropped() noexcept {
        std::atomic_ref{reinterpret_cast<point_header*>(bytes_)->dropped}.fetch_add(1, std::memory_order_relaxed);
    }

    /// What the times of points are counted from, microseconds since 1970.
    std::int64_t base() const noexcept { return base_; }

    /// Tells whoever watches the file that there is something new: memory alone tells nobody. The time of a file takes
    /// half as long to change as its bytes.
    void notify() noexcept { ::futimens(fd_.get(), nullptr); }

    /// Brings what was published to the disk; false if that fails.
    bool sync() const noexcept { return ::fsync(fd_.get()) == 0; }

private:
    static constexpr std::uint64_t first_size = std::uint64_t{64} << 10U, most_added = std::uint64_t{4} << 20U;
    static constexpr std::uint64_t pages_at_once = 16, early = pages_at_once * point_page::slot_count / 2;
    static_assert(early < (first_size / point_page_size - 1) * point_page::slot_count);

    /// MADV_POPULATE_WRITE of Linux 5.14; where there is none, each page comes when it is written.
    static constexpr int populate_write = 23;

    static constexpr std::uint64_t smaller(std::uint64_t a, std::uint64_t b) noexcept { return b < a ? b : a; }

    void create(std::string const& stem) {
        std::string const path = stem + '.' + std::to_string(::getpid());
        for (int again = 0; !fd_ && again < 100; ++again) {  // the same number in another container, or before
            std::string const name = path + (again == 0 ? "" : '-' + std::to_string(again)) + ".points";
            fd_.reset(::open(name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, 0666));
            if (!fd_ && errno != EEXIST) return;
            if (!fd_ || begin()) continue;
            ::unlink(name.c_str());
            return;
        }
    }

    bool begin() noexcept {
        if (!allocate(first_size)) return false;  // a full disk, or a file system without
        void* const bytes = ::mmap(nullptr, point_file_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd_.get(), 0);
        if (bytes == MAP_FAILED) return false;
        bytes_ = static_cast<char*>(bytes);
        point_header header;
        header.created = base_ + time_before_file;
        if (::getrandom(&header.file_id, sizeof header.file_id, GRND_NONBLOCK) < 0)
            header.file_id = static_cast<std::uint64_t>(header.created) << 22U ^ static_cast<std::uint64_t>(::getpid());
        header.version = point_header::newest_version;
        header.page_size = point_page_size;
        header.base = base_;
        header.process = static_cast<std::uint64_t>(::getpid());
        header.next = 1;  // a name in slot 0 would have the number 0
        file_id_ = header.file_id;
        std::memcpy(bytes_, &header, sizeof header);
        prepare();
        // The file is one from here on: a reader looks at this first.
        std::uint64_t magic = 0;
        std::memcpy(&magic, point_header::expected_magic, sizeof magic);
        std::atomic_ref{*reinterpret_cast<std::uint64_t*>(bytes_)}.store(magic, std::memory_order_release);
        return works();
    }

    /// Makes the next pages ready: room on the disk, and memory, which the first access to a page would wait for.
    void prepare() noexcept {
        if (is_preparing_.test_and_set(std::memory_order_acquire)) return;
        std::uint64_t const ready = ready_.load(), page = ready / point_page::slot_count;
        if (ready < most_slots && next().load() + early > ready) {
            if (page + 1 < size_ / point_page_size || grow()) {
                std::uint64_t const pages = smaller(pages_at_once, size_ / point_page_size - 1 - page);
                ::madvise(bytes_ + (page + 1) * point_page_size, pages * point_page_size, populate_write);
                for (std::uint64_t i = page; i < page + pages; ++i) {
                    std::uint64_t const mark[2] = {file_id_, i};
                    std::memcpy(bytes_ + (i + 1) * point_page_size, mark, sizeof mark);
                }
                std::uint64_t const all = smaller((page + pages) * point_page::slot_count, most_slots);
                ready_.store(all, std::memory_order_release);
                prepare_at_.store(all == most_slots ? all : all - early, std::memory_order_relaxed);
            }
        }
        is_preparing_.clear(std::memory_order_release);
    }

    /// True if there is room for at least one page more.
    bool grow() noexcept {
        std::uint64_t const left = point_file_size - size_;
        if (!allocate(smaller(smaller(size_, most_added), left)) && !allocate(smaller(first_size, left))) return false;
        // What was written stays in the page cache; this process's memory does not grow with it.
        if (size_ > 2 * most_added && size_ - 2 * most_added > released_) {
            ::madvise(bytes_ + released_, size_ - 2 * most_added - released_, MADV_DONTNEED);
            released_ = size_ - 2 * most_added;
        }
        return true;
    }

    bool allocate(std::uint64_t bytes) noexcept {
        rlimit limit{};  // going beyond it would be a signal
        if (::getrlimit(RLIMIT_FSIZE, &limit) != 0 || size_ + bytes > limit.rlim_cur) return false;
        if (::fallocate(fd_.get(), 0, static_cast<off_t>(size_), static_cast<off_t>(bytes)) != 0) return false;
        size_ += bytes;
        return true;
    }

    std::atomic_ref<std::uint64_t> next() const noexcept {
        return std::atomic_ref{*reinterpret_cast<std::uint64_t*>(bytes_ + offsetof(point_header, next))};
    }

    file_descriptor fd_;
    char* bytes_ = nullptr;
    std::int64_t base_;
    std::uint64_t file_id_ = 0;
    std::uint64_t size_ = 0, released_ = 0;  // the room on the disk; what is not in memory. is_preparing_ guards them
    std::atomic<std::uint64_t> ready_{0}, prepare_at_{0};
    std::atomic_flag is_preparing_;
};

}  // namespace estima::inline v0_1::detail
