// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <linux/fs.h>
#include <sys/ioctl.h>

#include <atomic>
#include <chrono>
#include <cstring>
#include <exception>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <estima/snapshot/object_writer.hpp>
#include <estima/snapshot/problems.hpp>
#include <estima/snapshot/tree.hpp>

namespace estima::inline v0_1 {

/// Reads the files of a tree whose contents are not known, and stores them. Two threads share many files.
class content_reader {
public:
    /// Files below this size go into a pack if there are at least `worth_a_pack` of them.
    static constexpr std::uint64_t small_file = 256 * 1024;
    static constexpr std::size_t worth_a_pack = 32;

    content_reader(int source, store_layout layout, snapshot_problems& problems)
        : source_{source}, layout_{std::move(layout)}, problems_{problems} {}

    /// What has to be read.
    bool plan(source_tree& tree) {
        for (auto& directory : tree.directories)
            for (auto& entry : directory.entries)
                if (entry.kind == entry_kind::file && !entry.known) {
                    work_.emplace_back(&directory, &entry);
                    bytes_ += entry.stamp.size;
                    if (entry.stamp.size < small_file) ++small_;
                }
        return !work_.empty();
    }

    /// False if a file is gone, or is no file any more: the tree has to be walked again.
    bool run(object_reader& objects, std::vector<std::string>& pack_names) {
        object_writer writer{layout_, objects, pack_names, small_ >= worth_a_pack};
        {
            std::thread helper;
            if (work_.size() >= 64 || (work_.size() > 1 && bytes_ > 4 * 1024 * 1024)) {
                try {
                    helper = std::thread{[&] { work(writer, failures_[1]); }};
                } catch (std::system_error const&) {  // no more threads to be had: one will do
                }
            }
            work(writer, failures_[0]);
            if (helper.joinable()) helper.join();
        }
        for (auto const& failure : failures_)
            if (failure) std::rethrow_exception(failure);
        if (!vanished_) writer.finish();
        return !vanished_;
    }

private:
    using kind = snapshot_problems::kind;
    using item = std::pair<tree_directory*, tree_entry*>;
    static constexpr int attempts = 6;

    void work(object_writer& writer, std::exception_ptr& failure) noexcept {
        try {
            std::string buffer(small_file, '\0');
            object_writer::batch waiting;
            sha256 hash;
            constexpr std::size_t step = 8;
            for (std::size_t i = 0; !vanished_ && (i = next_.fetch_add(step)) < work_.size();)
                for (std::size_t n = i; n < std::min(i + step, work_.size()); ++n)
                    read(work_[n], writer, waiting, hash, buffer);
            writer.flush(waiting);
        } catch (...) {
            failure = std::current_exception();
            vanished_ = true;  // so that the other thread ends, too
        }
    }

    void read(item const& what, object_writer& writer, object_writer::batch& waiting, sha256& hash,
              std::string& buffer) {
        std::string const path = what.first->path_of(what.second->name);
        for (int attempt = 0; attempt < attempts; ++attempt) {
            if (attempt > 0) std::this_thread::sleep_for(std::chrono::milliseconds{1 << attempt});
            std::int64_t const now = file_stamp::nanoseconds(clock());
            // O_NONBLOCK: should a FIFO have taken the file's place, opening it must not wait.
            file_descriptor const fd{::openat(source_, path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)};
            struct stat before {
            }, after{};
            if (!fd && errno != ENOENT && errno != ENOTDIR && errno != ELOOP) {
                problems_.add(kind::unreadable, path, std::strerror(errno));
                return;
            }
            if (!fd || ::fstat(fd.get(), &before) != 0 || !S_ISREG(before.st_mode)) {
                vanished_ = true;
                return;
            }
            tree_entry& entry = *what.second;
            entry.stamp = file_stamp{before};
            entry.mode = before.st_mode & 0777U;
            std::optional<temporary_file> copy;
            bool whole = false;
            if (entry.stamp.size < small_file) {
                whole = fill(fd.get(), buffer, static_cast<std::size_t>(entry.stamp.size));
            } else {
                copy.emplace(layout_);
                whole = copy_to(*copy, fd.get(), entry.stamp.size, hash, buffer, entry.digest);
            }
            if (!whole && errno != 0) {
                problems_.add(kind::unreadable, path, std::strerror(errno));
                return;
            }
            if (!whole || ::fstat(fd.get(), &after) != 0 || file_stamp{after} != entry.stamp) continue;
            if (copy) {
                entry.pack = writer.add_file(entry.digest, entry.stamp.size, *copy);
            } else {
                std::string_view const contents{buffer.data(), static_cast<std::size_t>(entry.stamp.size)};
                entry.digest = hash.update(contents).digest();
                entry.pack = writer.add(entry.digest, contents, waiting);
            }
            entry.known = true;
            entry.settled = entry.stamp.settled(now);
            return;
        }
        problems_.add(kind::changing, path,
                      "changed during each of " + std::to_string(attempts) + " attempts to read it");
    }

    static timespec clock() {
        timespec now{};
        ::clock_gettime(CLOCK_REALTIME, &now);
        return now;
    }

    // False if the file ends early (errno 0) or cannot be read (errno says why).
    static bool fill(int fd, std::string& buffer, std::size_t size) {
        for (std::size_t at = 0; at < size;) {
            ssize_t const n = ::read(fd, buffer.data() + at, size - at);
            if (n < 0 && errno == EINTR) continue;
            if (n == 0) errno = 0;
            if (n <= 0) return false;
            at += static_cast<std::size_t>(n);
        }
        return true;
    }

    static bool copy_to(temporary_file& copy, int fd, std::uint64_t size, sha256& hash, std::string& buffer,
                        object_digest& digest) {
        bool const cloned = ::ioctl(copy.fd(), FICLONE, fd) == 0;
        for (std::uint64_t rest = size; rest > 0;) {
            auto const part = static_cast<std::size_t>(std::min<std::uint64_t>(rest, buffer.size()));
            if (!fill(cloned ? copy.fd() : fd, buffer, part)) {
                hash.digest();  // starts afresh
                return false;
            }
            hash.update({buffer.data(), part});
            if (!cloned) copy.write({buffer.data(), part});
            rest -= part;
        }
        digest = hash.digest();
        struct stat status {};
        errno = 0;
        return ::fstat(copy.fd(), &status) == 0 && static_cast<std::uint64_t>(status.st_size) == size;
    }

    int source_;
    store_layout layout_;
    snapshot_problems& problems_;
    std::vector<item> work_{};
    std::uint64_t bytes_ = 0;
    std::size_t small_ = 0;
    std::atomic<std::size_t> next_{0};
    std::atomic<bool> vanished_{false};
    std::exception_ptr failures_[2]{};
};

}  // namespace estima::inline v0_1
