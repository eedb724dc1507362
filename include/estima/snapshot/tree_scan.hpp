// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <dirent.h>
#include <fcntl.h>

#include <array>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <exception>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <estima/snapshot/ignore_rules.hpp>
#include <estima/snapshot/problems.hpp>
#include <estima/snapshot/store_layout.hpp>
#include <estima/snapshot/tree.hpp>
#include <estima/snapshot/tree_index.hpp>

namespace estima::inline v0_1 {

/// Walks a source directory and looks at each entry without opening a file. A second thread helps as soon as there are
/// many directories.
class tree_scan {
public:
    struct settings {
        int source = -1;  ///< the open source directory
        ignore_rules const* rules = nullptr;
        tree_index const* index = nullptr;
        std::vector<bool> const* packs = nullptr;  ///< of the index: which of its packs are still there
        object_reader const* objects = nullptr;
        std::vector<std::pair<dev_t, ino_t>> left_out{};  ///< directories that are never part of a snapshot
        std::uint64_t give_up_at = 0;                     ///< files: with more the walk ends early
    };

    tree_scan(settings what, snapshot_problems& problems) : what_{std::move(what)}, problems_{problems} {}

    source_tree run() {
        tree_.directories.emplace_back();
        pending_.push_back(&tree_.directories.back());
        {
            std::thread helper;
            struct join_at_end {
                std::thread& thread;
                ~join_at_end() {
                    if (thread.joinable()) thread.join();
                }
            } const join{helper};
            work(&helper);
        }
        if (failure_) std::rethrow_exception(failure_);
        for (auto const& directory : tree_.directories)
            for (auto const& entry : directory.entries)
                if (entry.kind == entry_kind::link && leaves_tree(directory, entry.target))
                    problems_.add(
                        snapshot_problems::kind::leaving_link, directory.path_of(entry.name),
                        "-> " + shown(entry.target) + (entry.target.starts_with('/') ? " (an absolute path)" : ""));
        return std::move(tree_);
    }

private:
    using kind = snapshot_problems::kind;
    static constexpr std::size_t worth_a_thread = 16;

    // `helper` is where the first thread starts the second.
    void work(std::thread* helper) {
        worker self;
        std::unique_lock lock{mutex_};
        for (;;) {
            changed_.wait(lock, [&] { return !pending_.empty() || busy_ == 0; });
            if (pending_.empty()) return;
            tree_directory* const directory = pending_.back();
            pending_.pop_back();
            ++busy_;
            lock.unlock();
            try {
                look_at(*directory, self);
            } catch (...) {
                lock.lock();
                if (!failure_) failure_ = std::current_exception();
                lock.unlock();
            }
            lock.lock();
            --busy_;
            tree_.files += std::exchange(self.files, 0);
            tree_.bytes += std::exchange(self.bytes, 0);
            if (tree_.files > what_.give_up_at) tree_.complete = false;
            if (failure_ || !tree_.complete)
                pending_.clear();
            else
                add_children(*directory);
            if (helper != nullptr && !helper->joinable() && pending_.size() >= worth_a_thread) start(*helper);
            changed_.notify_all();
        }
    }

    void start(std::thread& helper) {
        try {
            helper = std::thread{[this] { work(nullptr); }};
        } catch (std::system_error const&) {  // no more threads to be had: one will do
        }
    }

    // In reverse, so that the directory taken next from the end is the first in order.
    void add_children(tree_directory& directory) {
        for (auto entry = directory.entries.rbegin(); entry != directory.entries.rend(); ++entry) {
            if (entry->kind != entry_kind::directory) continue;
            entry->directory = &tree_.directories.emplace_back();
            entry->directory->path = directory.path_of(entry->name);
            entry->directory->parent = &directory;
            pending_.push_back(entry->directory);
        }
    }

    /// What a thread has for itself.
    struct worker {
        std::uint64_t files = 0, bytes = 0;
        std::vector<std::pair<std::string, unsigned char>> names{};
        alignas(16) std::array<char, 32768> buffer{};
    };

    void look_at(tree_directory& directory, worker& self) {
        char const* const path = directory.path.empty() ? "." : directory.path.c_str();
        file_descriptor const fd{::openat(what_.source, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
        if (!fd) {
            if (errno == ENOENT || errno == ENOTDIR) return;  // gone since it was listed
            if (errno == EMFILE || errno == ENFILE) throw_file_error("cannot read", directory.path);
            problems_.add(kind::unreadable, directory.path, std::strerror(errno));
            return;
        }
        if (!list(fd.get(), directory, self)) return;
        std::sort(self.names.begin(), self.names.end());
        directory.entries.reserve(self.names.size());
        tree_index::cursor known = what_.index->directory(directory.path);
        for (auto& [name, type] : self.names) add(fd.get(), directory, name, type, known, self);
    }

    bool list(int fd, tree_directory const& directory, worker& self) {
        self.names.clear();
        for (;;) {
            ssize_t const n = ::getdents64(fd, self.buffer.data(), self.buffer.size());
            if (n == 0 || (n < 0 && errno == ENOENT)) return true;  // ENOENT: removed since it was opened
            if (n < 0) {
                problems_.add(kind::unreadable, directory.path, std::strerror(errno));
                return false;
            }
            for (ssize_t at = 0; at < n;) {
                auto const* const entry = reinterpret_cast<dirent64 const*>(self.buffer.data() + at);
                std::string_view const name{entry->d_name};
                // A repository or a workspace is about the source, no part of it.
                if (name != "." && name != ".." && name != ".git" && name != ".estima")
                    self.names.emplace_back(name, entry->d_type);
                at += entry->d_reclen;
            }
        }
    }

    void add(int fd, tree_directory& directory, std::string& name, unsigned char type, tree_index::cursor& known,
             worker& self) {
        struct stat status {};
        auto look = [&] { return ::fstatat(fd, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0; };
        if (type == DT_UNKNOWN) {  // some file systems do not tell
            if (!look()) return;
            type = static_cast<unsigned char>(IFTODT(status.st_mode));
        }
        if (!what_.rules->empty() && what_.rules->ignored(directory.path_of(name), type == DT_DIR)) return;
        if (!look()) {
            if (errno != ENOENT) problems_.add(kind::unreadable, directory.path_of(name), std::strerror(errno));
            return;
        }
        tree_entry entry;
        entry.mode = status.st_mode & 0777U;
        if (S_ISDIR(status.st_mode)) {
            for (auto const& [device, inode] : what_.left_out)
                if (status.st_dev == device && status.st_ino == inode) return;
            entry.kind = entry_kind::directory;
        } else if (S_ISLNK(status.st_mode)) {
            entry.kind = entry_kind::link;
            entry.mode = 0;
            std::string target(static_cast<std::size_t>(status.st_size) + 256, '\0');
            ssize_t const n = ::readlinkat(fd, name.c_str(), target.data(), target.size());
            if (n < 0) return;
            entry.target = target.substr(0, static_cast<std::size_t>(n));
            ++self.files;
        } else if (S_ISREG(status.st_mode)) {
            entry.stamp = file_stamp{status};
            ++self.files;
            self.bytes += entry.stamp.size;
            if (auto const record = known.find(name); record && record->stamp == entry.stamp && in_store(*record)) {
                entry.known = entry.settled = true;
                entry.digest = record->digest;
                entry.pack = record->pack;
                ++directory.from_index;
            }
        } else {
            problems_.add(kind::special_file, directory.path_of(name),
                          S_ISFIFO(status.st_mode)   ? "a FIFO"
                          : S_ISSOCK(status.st_mode) ? "a socket"
                                                     : "a device");
            return;
        }
        entry.name = std::move(name);
        directory.entries.push_back(std::move(entry));
    }

    bool in_store(tree_index::record const& record) const {
        if (record.pack != loose_object) return record.pack < what_.packs->size() && (*what_.packs)[record.pack];
        return what_.objects->has_loose(to_hex(record.digest), record.stamp.size);
    }

    settings what_;
    snapshot_problems& problems_;
    std::mutex mutex_{};
    std::condition_variable changed_{};
    source_tree tree_{};
    std::vector<tree_directory*> pending_{};
    int busy_ = 0;
    std::exception_ptr failure_{};
};

}  // namespace estima::inline v0_1
