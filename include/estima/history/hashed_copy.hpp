// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <system_error>

#include <estima/system/copy_bytes.hpp>
#include <estima/system/files.hpp>
#include <estima/system/sha256.hpp>

namespace estima::inline v0_1::detail {

/// The SHA-256 of the first `size` bytes of a file that is still being written: as far as it is told that they are
/// there. In a thread of its own if `in_thread` and the system has one left, else when it is asked for.
class following_hash {
public:
    following_hash(int fd, std::filesystem::path name, std::uint64_t size, bool in_thread)
        : fd_{fd}, name_{std::move(name)}, size_{size},
          result_{std::async(in_thread ? std::launch::async | std::launch::deferred : std::launch::deferred,
                             [this] { return work(); })} {}
    following_hash(following_hash const&) = delete;
    following_hash& operator=(following_hash const&) = delete;
    ~following_hash() { tell(0, true); }  // a thread that works is waited for by its future

    void there_are(std::uint64_t bytes) { tell(bytes, false); }
    /// Waits until it has taken in so many of them. Not where it works when it is asked for.
    void wait_for(std::uint64_t bytes) {
        if (result_.wait_for(std::chrono::seconds{0}) == std::future_status::deferred) return;
        std::unique_lock held{mutex_};
        changed_.wait(held, [&] { return taken_ >= bytes || is_over_; });
    }

    /// Of what was there when this is called; EST-301.
    sha256_digest digest() {
        tell(there_, true);
        return result_.get();
    }

private:
    void tell(std::uint64_t bytes, bool is_all) {
        std::lock_guard const held{mutex_};
        there_ = bytes;
        is_all_ = is_all;
        changed_.notify_all();
    }

    sha256_digest work() try {
        sha256 hash;
        std::size_t const piece = std::min<std::uint64_t>(std::max<std::uint64_t>(size_, 1), 256 * 1024);
        auto const buffer = std::make_unique<char[]>(piece);
        for (std::uint64_t at = 0;;) {
            std::size_t length = 0;
            {
                std::unique_lock held{mutex_};
                taken_ = at;
                changed_.notify_all();
                changed_.wait(held, [&] { return there_ > at || is_all_; });
                if (there_ <= at) return hash.digest();
                length = std::min<std::uint64_t>(piece, there_ - at);
            }
            ssize_t const n = ::pread(fd_, buffer.get(), length, static_cast<off_t>(at));
            if (n < 0 && errno == EINTR) continue;
            if (n <= 0) throw_file_error("cannot read", name_, n == 0 ? EIO : errno);
            hash.update({buffer.get(), static_cast<std::size_t>(n)});
            at += static_cast<std::uint64_t>(n);
        }
    } catch (...) {
        std::lock_guard const held{mutex_};
        is_over_ = true;
        changed_.notify_all();
        throw;
    }

    int fd_;
    std::filesystem::path name_;
    std::uint64_t size_, there_ = 0, taken_ = 0;
    bool is_all_ = false, is_over_ = false;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::future<sha256_digest> result_;
};

/// The two sides of a copy, with the names that errors tell.
struct copy_ends {
    int in;
    std::filesystem::path const& in_name;
    int out;
    std::filesystem::path const& out_name;
};

/// Copies [begin, size) of a file behind what its copy has already, in one pass and constant memory, and returns the
/// SHA-256 of the whole copy. It is the copy that is read for that, while the next piece is copied: what was hashed is
/// what is there, whatever happens to the original. A source that ends sooner gives a copy that ends there.
/// `progress` is called with the bytes that are there, until all are hashed; what it throws ends the copy. EST-301.
inline sha256_digest copy_hashed(copy_ends const& ends, std::uint64_t begin, std::uint64_t size,
                                 std::function<void(std::uint64_t)> const& progress = {}) {
    constexpr std::uint64_t piece = 8 << 20, most_ahead = 64 << 20;
    byte_copier copier{ends.in, ends.out};
    following_hash hash{ends.out, ends.out_name, size, size > piece};
    hash.there_are(begin);
    std::uint64_t at = begin;
    if (begin == 0 && size > piece && copier.share()) {  // all of it, which may be more by now
        at = std::min(size, static_cast<std::uint64_t>(std::max<off_t>(::lseek(ends.out, 0, SEEK_END), 0)));
        if (::ftruncate(ends.out, static_cast<off_t>(at)) != 0) throw_file_error("cannot write", ends.out_name);
    }
    while (at < size) {
        std::uint64_t const before = at;
        auto const outcome = copier.copy(at, std::min(size, at + piece));
        if (outcome == byte_copier::outcome::cannot_read) throw_file_error("cannot read", ends.in_name);
        if (outcome == byte_copier::outcome::cannot_write) throw_file_error("cannot write", ends.out_name);
        if (at == before) break;
        hash.there_are(at);
        hash.wait_for(at - std::min(at, most_ahead));  // holes are copied at once
        if (progress) progress(at);
    }
    hash.there_are(at);
    for (std::uint64_t taken = begin; progress && taken < at;) {
        hash.wait_for(taken = std::min(at, taken + piece));
        progress(at);
    }
    return hash.digest();
}

}  // namespace estima::inline v0_1::detail
