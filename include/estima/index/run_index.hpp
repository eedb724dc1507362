// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <estima/base/error.hpp>
#include <estima/history/run_id.hpp>
#include <estima/index/index_search.hpp>
#include <estima/index/index_update.hpp>
#include <estima/index/parse_filter.hpp>
#include <estima/index/query.hpp>
#include <estima/index/run_summary.hpp>

namespace estima::inline v0_1 {

/// Some runs, in the order that was asked for.
struct run_page {
    std::vector<run_summary> runs;
    std::string next_page_token{};  ///< empty: there are no more

    auto begin() const { return runs.begin(); }
    auto end() const { return runs.end(); }
    std::size_t size() const { return runs.size(); }
    bool empty() const { return runs.empty(); }
};

/// Which runs refresh() looks at.
enum class run_look {
    at_changes,  ///< new ones, those that are not over, and those that changed since they were over
    at_all,      ///< every folder: finds what was put there or changed by other means than estima's
};

/// What is known of all runs of a workspace, in `index.sqlite`: derived from their journals and metric files, so that a
/// search over a million runs takes milliseconds. Any number of processes may use and update it at once, and it may be
/// deleted at any time. What cannot be used (damaged, of another format) is made anew; where the file can be neither
/// used nor made (no access, a stopped process holds its lock) an index in memory answers, right and slowly. One thread
/// at a time.
class run_index {
public:
    /// The index of the workspace in that folder. It is opened when it is needed.
    explicit run_index(std::filesystem::path workspace) : workspace_{std::move(workspace)} {}
    run_index(run_index const&) = delete;
    run_index& operator=(run_index const&) = delete;
    ~run_index() { close(); }

    /// Is told, while the index takes in many runs, how many of all it has; by the thread that calls.
    void on_build(std::function<void(std::uint64_t runs, std::uint64_t all)> progress) {
        progress_ = std::move(progress);
    }

    /// Takes in what happened until now: what is acknowledged before this call is found after it. EST-301: the folder
    /// of runs cannot be read; EST-610.
    void refresh(run_look look = run_look::at_changes) {
        attempt([&](detail::index_store& store) {
            detail::index_update{workspace_, store, overlay_, progress_}.refresh(look == run_look::at_all);
        });
    }

    /// Throws away what is stored and reads everything again. EST-301, EST-610.
    void rebuild() {
        content_ = detail::index_content::empty;
        close();
        refresh();
    }

    /// The runs that fit, as of the last refresh(). EST-615: the page token; EST-616: max_results; EST-610.
    run_page search(run_query const& query) {
        if (query.max_results == 0 || query.max_results > 50'000)
            throw error{"EST-616",
                        {.what = "a page cannot have " + std::to_string(query.max_results) + " runs",
                         .remedy = "set max_results to 1 to 50000, and ask for the next page by next_page_token"}};
        run_page page;
        attempt([&](detail::index_store& store) {
            std::set<std::string> looked_at, changed;
            // Who asks for one run is told what its files tell, also what was logged after its end.
            if (std::string const id = detail::only_run_of(query.filter); detail::has_run(workspace_ / "runs", id))
                changed.insert(id);
            do {
                if (!changed.empty())
                    detail::index_update{workspace_, store, overlay_, progress_}.look_again(changed);
                changed.clear();
                read_complete(store, [&] { page = search_once(store, query, changed); });
                std::erase_if(changed, [&](std::string const& id) { return !looked_at.insert(id).second; });
            } while (!changed.empty());
        });
        return page;
    }

    run_page search(any_filter auto const& filter) { return search(run_query{.filter = filter}); }

    /// How many runs have each value of a field whose values are texts, as of the last refresh(). EST-610.
    std::map<std::string, std::size_t> count_by(run_field const& field) {
        std::map<std::string, std::size_t> counts;
        attempt([&](detail::index_store& store) {
            auto const count = [&](auto& block, detail::run_set const& live) {
                block.see(detail::column_of(field), [&](detail::cell_reader const& cell) {
                    cell.for_each_text([&](std::size_t i, std::string_view value) {
                        if (live[i]) ++counts[std::string{value}];
                    });
                });
            };
            read_complete(store, [&] {
                counts.clear();
                take_loose(store, {detail::column_of(field)}, count);
                std::map<std::int64_t, detail::run_set> const hidden = hidden_in(store);
                detail::searched_columns columns{store};
                for (auto& row : store.blocks()) {
                    if (auto const out = hidden.find(row.number); out != hidden.end()) row.live &= ~out->second;
                    detail::stored_block block{columns, row.number};
                    count(block, row.live);
                }
            });
        });
        return counts;
    }

    /// The ids of runs that are not over, as of the last refresh().
    std::vector<std::string> unfinished() {
        std::vector<std::string> ids;
        attempt([&](detail::index_store& store) {
            read_complete(store, [&] { ids = store.watched(); });
            for (auto const& [id, run] : overlay_.runs)
                if (!run.is_terminal) ids.push_back(id);
        });
        return ids;
    }

    /// Why the answers come from memory; empty if they come from the file.
    std::string const& why_in_memory() const { return why_in_memory_; }

private:
    /// Does something with the index, which is opened, or mended, as often as that helps.
    template <class Action>
    void attempt(Action action) {
        for (int tries_left = 6;; --tries_left) {
            try {
                if (store_ && store_->file().is_replaced()) close();
                if (!store_) {
                    auto const content = std::exchange(content_, detail::index_content::keep);
                    store_.emplace(why_in_memory_.empty() ? detail::open_workspace_index(workspace_, content)
                                                          : *detail::open_index_file(":memory:", content));
                }
                return action(*store_);
            } catch (detail::sqlite_failure const& failure) {
                close();
                if (tries_left == 0 || (!why_in_memory_.empty() && !failure.is_damage()))
                    throw error{"EST-610",
                                {.what = "the index of the runs cannot be used",
                                 .where = (workspace_ / "index.sqlite").string(),
                                 .why = failure.what(),
                                 .remedy = "delete that file: it is made anew from the journals"}};
                bool const was_made_anew = failure.code() == SQLITE_ERROR || failure.code() == SQLITE_SCHEMA;
                if (failure.is_damage() && tries_left > 2)
                    content_ = detail::index_content::empty;
                else if (!was_made_anew || tries_left <= 2)
                    why_in_memory_ = failure.what();
            }
        }
    }

    /// Reads what belongs together. Another process may just have emptied the index: then it is filled first.
    template <class Read>
    void read_complete(detail::index_store& store, Read const& read) {
        for (;;) {
            {
                detail::sqlite_transaction const one_state{store.database(), "DEFERRED"};
                if (store.state().is_complete) return read();
            }
            detail::index_update{workspace_, store, overlay_, progress_}.refresh(false);
        }
    }

    void close() noexcept {
        if (store_) store_->file().tidy();
        store_.reset();
        overlay_ = {};
    }

    /// Calls `take(block, live)` with blocks made of the runs that are in none, of these columns.
    template <class Take>
    void take_loose(detail::index_store& store, std::vector<detail::column_name> const& columns,
                    Take const& take) const {
        auto loose = store.loose_runs();
        std::erase_if(loose, [this](auto const& run) { return is_hidden(run.id); });
        for (auto const& [id, run] : overlay_.runs) loose.push_back({0, id, detail::to_bytes(run)});
        for (std::size_t from = 0; from < loose.size(); from += detail::block_size) {
            detail::cell_builder builder{&columns};
            detail::run_set live;
            for (std::size_t i = from; i < std::min(from + detail::block_size, loose.size()); ++i) {
                builder.add_number(detail::column_kind::attribute, "number", static_cast<double>(loose[i].number));
                builder.add_record(loose[i].record);
                live.set(i - from);
            }
            detail::made_block block{builder.build()};
            take(block, live);
        }
    }
    /// Of blocks the runs that are told by other than these.
    std::map<std::int64_t, detail::run_set> hidden_in(detail::index_store& store) const {
        std::map<std::int64_t, detail::run_set> hidden;
        auto const hide = [&](std::string const& id) {
            auto const run = store.find(id);
            if (run && run->block != 0 && run->place >= 0 && run->place < static_cast<std::int64_t>(detail::block_size))
                hidden[run->block].set(static_cast<std::size_t>(run->place));
        };
        for (auto const& [id, run] : overlay_.runs) hide(id);
        for (std::string const& id : overlay_.gone) hide(id);
        return hidden;
    }

    /// Adds to `changed` the ids of those of the found runs that are not as they were when they were read.
    run_page search_once(detail::index_store& store, run_query const& query, std::set<std::string>& changed) const {
        run_filter filter = query.filter;
        if (!query.experiments.empty()) filter = estima::query::experiment_name.in(query.experiments) && filter;
        filter = detail::to_match(std::move(filter));
        std::optional<detail::run_place> after;
        if (!query.page_token.empty()) after = detail::place_from(query.page_token, query);
        detail::first_runs first{query, filter, query.max_results + 1, after};

        std::vector<detail::column_name> columns{detail::first_runs::created, detail::first_runs::ids,
                                                 detail::first_runs::row_numbers};
        detail::add_columns(filter, columns);
        for (run_order const& key : query.order_by) columns.push_back(detail::column_of(key.field));
        take_loose(store, columns, [&](auto& block, detail::run_set const& live) { first.take(block, live); });
        detail::search_blocks(store, query, hidden_in(store), after, first);

        run_page page;
        auto const found = first.take_all();
        for (std::size_t i = 0; i < std::min(found.size(), query.max_results); ++i) {
            detail::indexed_run run = found[i].number != 0 ? detail::indexed_run_from(store.record(found[i].number))
                                                           : overlay_.runs.at(found[i].place.id);
            if (!is_as_read(run)) changed.insert(run.summary.run_id);
            page.runs.push_back(std::move(run.summary));
        }
        if (found.size() > query.max_results)
            page.next_page_token = detail::page_token(found[query.max_results - 1].place, query);
        return page;
    }

    /// Whether a run is there and has its journal, or is told to have lost it. Of one that is over, which refresh()
    /// does not look at, that journal has to be the one that was read: others than estima may have emptied or edited
    /// it.
    bool is_as_read(detail::indexed_run const& run) const {
        std::filesystem::path const runs = workspace_ / "runs";
        if (!detail::has_run(runs, run.summary.run_id)) return false;
        if (detail::run_reader::is_told_by_id(run)) return true;
        struct stat status {};
        if (::stat((runs / run.summary.run_id / "events.jsonl").c_str(), &status) != 0)
            return errno == EACCES;  // somebody who may read it has read it
        return !run.is_terminal || detail::position_in(status, run.journal.offset, run.journal.check) == run.journal;
    }
    bool is_hidden(std::string const& id) const { return overlay_.runs.contains(id) || overlay_.gone.contains(id); }

    std::filesystem::path workspace_;
    std::optional<detail::index_store> store_{};
    detail::index_overlay overlay_{};
    detail::index_content content_ = detail::index_content::keep;
    std::string why_in_memory_{};
    detail::build_progress progress_{};
};

}  // namespace estima::inline v0_1
