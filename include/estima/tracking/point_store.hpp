// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/system/utf8.hpp>
#include <estima/system/clock.hpp>
#include <estima/tracking/mapped_points.hpp>
#include <estima/tracking/point_names.hpp>

#include <pthread.h>

#include <atomic>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <utility>

namespace estima::inline v0_1::detail {

/// Counts how often this process is a forked child: what its parent made is then its parent's.
inline std::atomic<std::uint32_t> fork_count{0};
/// No process is forked while it is held: a child finds it free.
inline pthread_mutex_t fork_mutex = PTHREAD_MUTEX_INITIALIZER;
inline void watch_forks() noexcept {
    static int const watched =
        ::pthread_atfork([] { ::pthread_mutex_lock(&fork_mutex); }, [] { ::pthread_mutex_unlock(&fork_mutex); },
                         [] { ++fork_count, ::pthread_mutex_unlock(&fork_mutex); });
    static_cast<void>(watched);
}

/// Where this process logs numbers: points files beside the metrics file, one after the other, a forked child's own.
/// No call waits for another thread. Where no points file can be (no fallocate, a full disk), nothing is taken, and the
/// caller writes a line of JSON.
class point_store {
public:
    /// `stem` is the path of the metrics file without ".jsonl".
    explicit point_store(std::string stem) : stem_{std::move(stem)} { watch_forks(); }
    point_store(point_store const&) = delete;
    point_store& operator=(point_store const&) = delete;
    ~point_store() {
        for (file* f = newest_.load(); f != nullptr;) {
            if (f->forks == fork_count.load()) f->points.trim();
            delete std::exchange(f, f->before);
        }
    }

    /// True if the point is kept: in memory that survives this process. `step` is `no_step` for none, `now`
    /// microseconds since 1970.
    bool add(std::string_view name, double value, std::int64_t step, std::int64_t now = epoch_microseconds()) noexcept {
        file* f = newest_.load(std::memory_order_acquire);
        if (f == nullptr || f->forks != fork_count.load(std::memory_order_relaxed)) [[unlikely]]
            f = another(f, now);
        for (int files = 0; f != nullptr && files < 2; ++files) {
            auto const since = static_cast<std::uint64_t>(now - f->points.base());
            if (since >> time_bits == 0) [[likely]] {
                std::uint32_t const number = f->names.number(name, [&] { return define(f->points, name); });
                std::uint64_t slot = 0;
                auto const room = number == 0 ? mapped_points::room::none : f->points.reserve(1, slot);
                if (room == mapped_points::room::none) return false;
                if (room == mapped_points::room::yes) [[likely]] {
                    f->points.publish(slot, point_word(number, since), value, step);
                    notify(f->points, now);
                    return true;
                }
            }
            f = another(f, now);  // it is full, or of another time
        }
        return false;
    }

    /// Tells those who watch that there is something new, without waiting for the time to do so.
    void flush() noexcept {
        if (file* const f = newest_.load(); f != nullptr && f->forks == fork_count.load()) f->points.notify();
    }

    /// Counts what this process could not log, for who looks at its run; nowhere if it has no points file.
    void count_dropped() noexcept {
        if (file* const f = newest_.load(); f != nullptr && f->forks == fork_count.load()) f->points.count_dropped();
    }

    /// Brings all that this process has logged to the disk; false if that fails.
    bool sync() noexcept {
        for (file const* f = newest_.load(); f != nullptr; f = f->before)
            if (f->forks == fork_count.load() && !f->points.sync()) return false;
        return true;
    }

private:
    struct file {
        file(std::string const& stem, std::int64_t now, file* older) noexcept
            : points{stem, now}, forks{fork_count.load()}, before{older} {}
        mapped_points points;
        point_names names;
        std::uint32_t forks;
        file* before;  // other threads may still be using it
    };

    /// A file after `old`, which another thread may have made already; null if there is none, now or ever.
    file* another(file* old, std::int64_t now) noexcept {
        std::uint32_t const forks = fork_count.load();
        if (refused_.load() == forks + 1) return nullptr;
        std::uint32_t busy = opening_.load();  // of a parent's thread, in a forked child: nobody is
        if (busy == forks + 1 || !opening_.compare_exchange_strong(busy, forks + 1)) return nullptr;
        file* f = newest_.load();
        if (f == old) {
            f = nullptr;
            try {
                auto fresh = std::make_unique<file>(stem_, now, old);
                if (fresh->points.works()) newest_.store(f = fresh.release());
            } catch (...) {  // out of memory
            }
            if (f == nullptr) refused_.store(forks + 1);
        }
        opening_.store(0);
        return f;
    }

    /// The slot from which on the name is; 0 if there is no room, or it is too long for that.
    static std::uint32_t define(mapped_points& points, std::string_view name) noexcept {
        try {
            std::string const text = valid_utf8(name);
            std::uint64_t const parts = name_part_count(text.size());
            std::uint64_t first = 0;
            if (text.size() > longest_point_name || points.reserve(parts, first) != mapped_points::room::yes) return 0;
            for (std::size_t part = 0; part < parts; ++part) {
                char bytes[name_part_size] = {};
                double front = 0;
                std::int64_t back = 0;
                text.copy(bytes, name_part_size, part * name_part_size);
                std::memcpy(&front, bytes, 8);
                std::memcpy(&back, bytes + 8, 8);
                points.publish(first + part, name_word(part, text.size() - part * name_part_size), front, back);
            }
            return static_cast<std::uint32_t>(first);
        } catch (...) {  // out of memory
            return 0;
        }
    }

    /// Every 5 ms at most, and by whoever comes then. A follower that was told looks again after a longer time:
    /// so it sees what came in between.
    void notify(mapped_points& points, std::int64_t now) noexcept {
        std::int64_t last = notified_.load(std::memory_order_relaxed);
        if (now - last < 5000 && now >= last) [[likely]]
            return;
        if (notified_.compare_exchange_strong(last, now, std::memory_order_relaxed)) points.notify();
    }

    std::string stem_;
    std::atomic<file*> newest_{nullptr};
    std::atomic<std::uint32_t> opening_{0}, refused_{0};  // the fork count and one of the process that does, or was
    std::atomic<std::int64_t> notified_{0};
};

}  // namespace estima::inline v0_1::detail
