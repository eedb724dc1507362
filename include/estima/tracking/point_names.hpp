// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/mman.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <string_view>

namespace estima::inline v0_1::detail {

/// Finds the number of a metric's name without a lock: a table of pointers to names, which are added and never removed.
/// Its memory is zero pages until they are used.
class point_names {
public:
    static constexpr std::size_t capacity = std::size_t{1} << 18U, most_names = capacity / 2;

    point_names() noexcept {
        void* const memory = ::mmap(nullptr, capacity * sizeof(slot), PROT_READ | PROT_WRITE,
                                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (memory != MAP_FAILED) slots_ = static_cast<slot*>(memory);
    }
    point_names(point_names const&) = delete;
    point_names& operator=(point_names const&) = delete;
    ~point_names() {
        for (entry* e = newest_.load(); e != nullptr;) {
            entry* const before = e->before;
            ::operator delete(e);
            e = before;
        }
        if (slots_ != nullptr) ::munmap(slots_, capacity * sizeof(slot));
    }

    /// The number of that name. One that is not known is defined by `define()`, which tells its number, or 0 if it
    /// cannot be defined. Threads that come with a new name at once may define it each; one number is kept.
    template <class Define>
    std::uint32_t number(std::string_view name, Define define) noexcept {
        if (slots_ == nullptr) return 0;
        std::size_t const hash = std::hash<std::string_view>{}(name);
        std::uint32_t fresh = 0;
        entry* mine = nullptr;
        for (std::size_t i = hash;; ++i) {
            std::atomic_ref<slot> const at{slots_[i % capacity]};
            entry* known = at.load(std::memory_order_acquire);
            if (known == nullptr) {
                if (mine == nullptr) {
                    if (count_.load(std::memory_order_relaxed) >= most_names) return 0;
                    fresh = define();
                    mine = fresh == 0 ? nullptr : new_entry(name, hash, fresh);
                    if (mine == nullptr) return fresh;
                }
                if (at.compare_exchange_strong(known, mine, std::memory_order_acq_rel)) {
                    count_.fetch_add(1, std::memory_order_relaxed);
                    return fresh;
                }
            }
            if (known->is(name, hash)) return known->number;
        }
    }

private:
    struct entry {
        std::size_t hash;
        entry* before;
        std::uint32_t number, length;

        char* text() noexcept { return reinterpret_cast<char*>(this + 1); }
        bool is(std::string_view name, std::size_t its_hash) noexcept {
            return hash == its_hash && length == name.size() && std::memcmp(text(), name.data(), length) == 0;
        }
    };
    using slot = entry*;

    /// Null if there is no memory: the name is then defined again the next time.
    entry* new_entry(std::string_view name, std::size_t hash, std::uint32_t number) noexcept {
        void* const memory = ::operator new(sizeof(entry) + name.size(), std::nothrow);
        if (memory == nullptr) return nullptr;
        auto* const e = new (memory) entry{hash, newest_.load(), number, static_cast<std::uint32_t>(name.size())};
        if (!name.empty()) std::memcpy(e->text(), name.data(), name.size());
        while (!newest_.compare_exchange_weak(e->before, e)) {
        }
        return e;
    }

    slot* slots_ = nullptr;
    std::atomic<entry*> newest_{nullptr};
    std::atomic<std::size_t> count_{0};
};

}  // namespace estima::inline v0_1::detail
