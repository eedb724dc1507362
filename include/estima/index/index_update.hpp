// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <estima/history/run_id.hpp>
#include <estima/index/index_build.hpp>
#include <estima/index/index_store.hpp>
#include <estima/index/log_news.hpp>
#include <estima/index/read_run.hpp>
#include <estima/system/clock.hpp>

namespace estima::inline v0_1::detail {

/// What is known of runs and could not be stored: it counts instead of what is stored.
struct index_overlay {
    std::map<std::string, indexed_run> runs{};
    std::set<std::string> gone{};
};

/// Takes in what changed since last time. Several processes may do so at once: each reads without a lock, and what
/// another stored in between is read again.
class index_update {
public:
    index_update(std::filesystem::path const& workspace, index_store& store, index_overlay& overlay,
                 build_progress const& progress)
        : workspace_{workspace},
          runs_{(workspace / "runs").string()},
          store_{store},
          overlay_{overlay},
          progress_{progress},
          reader_{runs_} {}

    /// With `every_run` the files of all runs are looked at, not only of those that can have changed.
    void refresh(bool every_run) {
        for (int attempt = 0; attempt < attempts; ++attempt) {
            if (!store_.state().is_complete) {
                index_build{workspace_, store_, progress_}.run();
                continue;
            }
            index_state const state = store_.state();
            log_news news = read_change_log(workspace_, state.log_offset, state.log_check);
            if (news.is_replaced || every_run) {
                // From its end on: what it told before is found by looking at all.
                news = change_log_end(workspace_);
                index_build{workspace_, store_, progress_}.take_in_new_runs();
                for (std::string& id : run_ids_in(runs_)) news.ids.insert(std::move(id));
                for (std::string const& id : store_.all_ids()) news.ids.insert(id);
            }
            // With so many others that there is no end to it, what was read is kept here alone.
            if (take_in(state, news, attempt + 1 < attempts)) return;
        }
    }

    /// Looks at these runs, which are said to be gone.
    void look_again(std::set<std::string> ids) {
        for (int attempt = 0; attempt < attempts; ++attempt) {
            index_state const state = store_.state();
            log_news const news{.ids = ids, .offset = state.log_offset, .check = state.log_check};
            if (!state.is_complete || take_in(state, news, attempt + 1 < attempts)) return;
        }
    }

private:
    static constexpr int attempts = 8;
    static constexpr std::size_t batch = 2048;
    static constexpr double awaited_seconds = 600;

    /// A run that was looked at, and what was stored of it before.
    struct look {
        std::string id;
        std::optional<stored_run> before{};
        indexed_run run{};
        run_found found = run_found::same;
        bool is_busy = false;
    };

    /// False if another process came in between.
    bool take_in(index_state const& state, log_news const& news, bool may_store) {
        std::string const boot = boot_id();
        std::map<std::string, double> const awaited = store_.awaited();
        std::set<std::string> ids = news.ids;
        for (std::string& id : store_.watched()) ids.insert(std::move(id));
        for (auto const& [id, since] : awaited) ids.insert(id);
        for (auto const& [id, run] : overlay_.runs) ids.insert(id);
        // Journals may have lost their last lines, and runs that are over would not be looked at.
        if (state.boot != boot)
            for (std::string& id : store_.loose()) ids.insert(std::move(id));
        std::vector<std::string> const all(ids.begin(), ids.end());
        bool const needs_write = news.offset != state.log_offset || state.boot != boot;
        for (std::size_t from = 0; from < all.size() || from == 0; from += batch) {
            std::vector<look> looks;
            for (std::size_t i = from; i < std::min(from + batch, all.size()); ++i)
                if (auto one = look_at(all[i], awaited)) looks.push_back(std::move(*one));
            bool const is_last = from + batch >= all.size();
            if (looks.empty() && !(is_last && needs_write)) continue;
            if (!may_store) {
                for (look& one : looks) keep_aside(std::move(one));
                continue;
            }
            try {
                if (!store(looks, state, is_last ? &news : nullptr, boot, awaited)) return false;
            } catch (sqlite_failure const& failure) {
                if (failure.is_damage() || failure.code() == SQLITE_ERROR || failure.code() == SQLITE_SCHEMA) throw;
                for (look& one : looks) keep_aside(std::move(one));  // locked, full, read-only: it counts all the same
            }
        }
        return true;
    }

    /// Nothing if nothing is new.
    std::optional<look> look_at(std::string const& id, std::map<std::string, double> const& awaited) {
        look one{.id = id};
        one.before = store_.find(id);
        auto const aside = overlay_.runs.find(id);
        if (aside != overlay_.runs.end())
            one.run = aside->second;
        else if (one.before)
            one.run = indexed_run_from(one.before->record);
        one.found = reader_.read(id, one.run);
        one.is_busy = reader_.is_busy();
        bool const is_aside = aside != overlay_.runs.end(), is_known = one.before || is_aside;
        // A journal that cannot be opened gives nothing to keep: as one that is not there yet.
        if (!is_known && one.found == run_found::same) one.found = run_found::gone;
        bool is_worth_it = one.found == run_found::changed || awaited.contains(id) || is_aside;
        if (one.found == run_found::gone) {
            bool const is_late = awaited.contains(id) && epoch_seconds() - awaited.at(id) > awaited_seconds;
            is_worth_it = is_known || !awaited.contains(id) || is_late;
        } else if (one.before) {
            is_worth_it = is_worth_it || one.before->is_watched != is_to_watch(one);
        }
        return is_worth_it ? std::optional{std::move(one)} : std::nullopt;
    }

    static bool is_to_watch(look const& one) { return one.is_busy || !one.run.is_terminal; }
    static run_to_store to_store(look const& one) {
        return {one.id, to_bytes(one.run), is_to_watch(one)};
    }

    bool store(std::vector<look> const& looks, index_state const& seen, log_news const* news, std::string const& boot,
               std::map<std::string, double> const& awaited) {
        std::vector<run_to_store> records;
        for (look const& one : looks) records.push_back(one.found == run_found::gone ? run_to_store{} : to_store(one));
        sqlite_transaction write{store_.database(), "IMMEDIATE"};
        index_state now = store_.state();
        if (!now.is_complete || now.log_offset < seen.log_offset) return false;  // it was built anew
        bool is_alone = true;
        for (std::size_t i = 0; i < looks.size(); ++i) {
            look const& one = looks[i];
            std::optional<stored_run> const before = store_.find(one.id);
            if (before.has_value() != one.before.has_value() || (before && before->stamp != one.before->stamp)) {
                is_alone = false;  // what the other stored may be older than what we read, or newer
                continue;
            }
            if (one.found != run_found::gone) store_.put(records[i], before, ++now.stamp);
            else if (before) store_.remove(*before);
            if (awaited.contains(one.id)) store_.stop_awaiting(one.id);
            else if (one.found == run_found::gone && !before) store_.await(one.id, epoch_seconds());
        }
        store_.gather_loose();
        if (news != nullptr && is_alone && (now.log_offset == seen.log_offset || news->offset > now.log_offset)) {
            now.log_offset = news->offset;
            now.log_check = news->check;
            now.boot = boot;
        }
        store_.set_state(now);
        write.commit();
        for (look const& one : looks) {
            overlay_.runs.erase(one.id);
            overlay_.gone.erase(one.id);
        }
        return is_alone;
    }

    void keep_aside(look one) {
        if (one.found == run_found::gone) {
            overlay_.runs.erase(one.id);
            overlay_.gone.insert(one.id);
        } else {
            overlay_.gone.erase(one.id);
            overlay_.runs.insert_or_assign(one.id, std::move(one.run));
        }
    }

    std::filesystem::path workspace_;
    std::string runs_;
    index_store& store_;
    index_overlay& overlay_;
    build_progress const& progress_;
    run_reader reader_;
};

}  // namespace estima::inline v0_1::detail
