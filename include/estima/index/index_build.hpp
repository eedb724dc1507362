// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <functional>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <unordered_set>
#include <utility>
#include <vector>

#include <estima/history/run_id.hpp>
#include <estima/index/cells.hpp>
#include <estima/index/index_store.hpp>
#include <estima/index/log_news.hpp>
#include <estima/index/read_run.hpp>

namespace estima::inline v0_1::detail {

/// The ids of all runs in the order of their times.
inline std::vector<std::string> timed_run_ids_in(std::string const& runs) {
    std::vector<std::string> ids = run_ids_in(runs);
    std::vector<std::pair<std::int64_t, std::string>> timed;
    timed.reserve(ids.size());
    for (std::string& id : ids) timed.emplace_back(parts_of_run_id(id).seconds, std::move(id));
    std::sort(timed.begin(), timed.end());
    ids.clear();
    for (auto& [time, id] : timed) ids.push_back(std::move(id));
    return ids;
}

using build_progress = std::function<void(std::uint64_t runs, std::uint64_t all)>;

/// Takes in all runs that the index does not have: threads read journals, this one stores. It may be killed at any time
/// and goes on where it was; several processes that build share the work.
class index_build {
public:
    /// `progress` is told how many runs of how many are in it.
    index_build(std::filesystem::path const& workspace, index_store& store, build_progress const& progress)
        : workspace_{workspace}, runs_{(workspace / "runs").string()}, store_{store}, progress_{progress} {}

    /// Builds an index from nothing, or goes on with it.
    void run() {
        {
            sqlite_transaction write{store_.database(), "IMMEDIATE"};
            index_state state = store_.state();
            if (state.is_complete) return;
            if (state.stamp == 0) {
                // Before the first look: what is told from here on is looked at again.
                log_news const end = change_log_end(workspace_);
                state.log_offset = end.offset;
                state.log_check = end.check;
                state.stamp = 1;
                state.boot = boot_id();
                store_.set_state(state);
            } else if (state.boot != boot_id()) {
                throw_damaged("the machine stopped while the index was built");  // it was not synced
            }
            write.commit();
        }
        // Nothing of it is believed before it is complete: the disk may take its time until then.
        store_.database().run("PRAGMA synchronous = OFF; PRAGMA wal_autocheckpoint = 2048");
        take_in_new_runs();
        store_.database().run("PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 64");
        store_.file().sync();
        sqlite_transaction write{store_.database(), "IMMEDIATE"};
        index_state state = store_.state();
        state.is_complete = true;
        store_.set_state(state);
        write.commit();
    }

    void take_in_new_runs() {
        std::vector<std::string> ids = timed_run_ids_in(runs_);
        std::unordered_set<std::string> const known = store_.all_ids();
        if (!known.empty()) std::erase_if(ids, [&known](std::string const& id) { return known.contains(id); });
        known_ = known.size();
        all_ = known.size() + ids.size();
        std::vector<std::vector<std::string>> parts;
        for (std::size_t from = 0; from < ids.size(); from += block_size)
            parts.emplace_back(ids.begin() + static_cast<std::ptrdiff_t>(from),
                               ids.begin() + static_cast<std::ptrdiff_t>(std::min(from + block_size, ids.size())));
        // Others that build as well begin elsewhere.
        if (!known.empty() && !parts.empty())
            std::rotate(parts.begin(), parts.begin() + std::ptrdiff_t(std::random_device{}() % parts.size()),
                        parts.end());
        take_in(parts);
    }

private:
    /// So many are stored by one transaction: each writes a page of every column, however little is new on it.
    static constexpr std::size_t at_once = 4;

    struct part {
        std::vector<run_to_store> runs{};
        std::vector<cell> cells{};
    };

    /// What the threads share.
    struct shared_work {
        std::mutex mutex{};
        std::condition_variable changed{};
        std::size_t next = 0;
        std::size_t open = 0;  ///< parts that are being read
        std::vector<part> done{};
        std::exception_ptr failure{};
        bool is_over = false;
    };

    part read(std::vector<std::string> const& ids, run_reader& reader) const {
        part made;
        made.runs.reserve(ids.size());
        for (std::string const& id : ids) {
            indexed_run run;
            if (reader.read(id, run) == run_found::changed)
                made.runs.push_back({id, to_bytes(run), reader.is_busy() || !run.is_terminal});
        }
        if (made.runs.size() * 2 < block_size) return made;  // too few for a block: loose
        cell_builder builder;  // from records: all runs of a block in memory at once are 15 MB of small pieces
        for (run_to_store const& run : made.runs) builder.add_record(run.record);
        made.cells = builder.build();
        return made;
    }

    void work(std::vector<std::vector<std::string>> const& parts, shared_work& shared) const {
        run_reader reader{runs_};
        std::unique_lock lock{shared.mutex};
        try {
            while (shared.next < parts.size() && !shared.is_over) {
                std::vector<std::string> const& ids = parts[shared.next++];
                ++shared.open;
                lock.unlock();
                part made = read(ids, reader);
                lock.lock();
                shared.changed.wait(lock, [&] { return shared.done.size() < at_once || shared.is_over; });
                shared.done.push_back(std::move(made));
                --shared.open;
                shared.changed.notify_all();
            }
        } catch (...) {
            if (!lock.owns_lock()) lock.lock();
            shared.failure = std::current_exception();
        }
        shared.changed.notify_all();
    }

    void take_in(std::vector<std::vector<std::string>> const& parts) {
        if (parts.empty()) return;
        if (parts.size() == 1) {
            run_reader reader{runs_};
            store({read(parts.front(), reader)});
            return;
        }
        shared_work shared;
        std::vector<std::jthread> threads;
        struct ending {
            shared_work& shared;
            ~ending() {
                std::lock_guard const lock{shared.mutex};
                shared.is_over = true;
                shared.changed.notify_all();
            }
        };
        std::size_t const count = std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, 8);
        ending const end{shared};
        for (std::size_t i = 0; i < std::min(count, parts.size()); ++i)
            threads.emplace_back([this, &parts, &shared] { work(parts, shared); });
        for (;;) {
            std::unique_lock lock{shared.mutex};
            // What others have stored meanwhile need not be read.
            while (shared.next < parts.size() && store_.has_all(parts[shared.next])) ++shared.next;
            auto const is_all = [&] { return shared.next == parts.size() && shared.open == 0; };
            shared.changed.wait(lock, [&] { return shared.done.size() >= at_once || is_all() || shared.failure; });
            if (shared.failure) std::rethrow_exception(shared.failure);
            std::vector<part> const some = std::exchange(shared.done, {});
            bool const is_last = is_all();
            std::size_t const parts_done = shared.next - shared.open;
            shared.changed.notify_all();
            lock.unlock();
            if (!some.empty()) store(some);
            if (progress_) progress_(std::min(known_ + parts_done * block_size, all_), all_);
            if (is_last) return;
        }
    }

    /// Locks of others that build are waited for, as long as something moves.
    void store(std::vector<part> const& parts) {
        for (std::int64_t last_stamp = -1;;) {
            try {
                sqlite_transaction write{store_.database(), "IMMEDIATE"};
                index_state state = store_.state();
                ++state.stamp;
                for (part const& one : parts) {
                    if (!one.cells.empty()) {
                        store_.put_block(one.runs, one.cells, state.stamp);
                        continue;
                    }
                    for (run_to_store const& run : one.runs)
                        if (!store_.find(run.id)) store_.put(run, std::nullopt, state.stamp);
                    store_.gather_loose();
                }
                store_.set_state(state);
                write.commit();
                return;
            } catch (sqlite_failure const& failure) {
                if (!failure.is_locked()) throw;
                std::int64_t const stamp = store_.state().stamp;
                if (stamp == last_stamp) throw;
                last_stamp = stamp;
            }
        }
    }

    std::filesystem::path workspace_;
    std::string runs_;
    index_store& store_;
    build_progress const& progress_;
    std::size_t known_ = 0, all_ = 0;  // runs
};

}  // namespace estima::inline v0_1::detail
