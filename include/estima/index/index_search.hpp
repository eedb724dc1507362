// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <estima/index/index_store.hpp>
#include <estima/index/match.hpp>
#include <estima/index/page_token.hpp>

namespace estima::inline v0_1::detail {

/// The columns that a search asked for: their numbers, and the bounds of their cells.
class searched_columns {
public:
    struct column {
        std::optional<std::int64_t> number{};
        std::optional<std::unordered_map<std::int64_t, cell_bounds>> bounds{};  ///< once they were asked for
    };

    explicit searched_columns(index_store& store) : store_{store} {}

    column& of(column_name const& name) {
        auto at = columns_.find(name);
        if (at == columns_.end())
            at = columns_.emplace(name, column{.number = store_.column(name.kind, name.name)}).first;
        return at->second;
    }
    std::optional<cell_bounds> bounds(column_name const& name, std::int64_t block) {
        column& c = of(name);
        if (!c.number) return std::nullopt;
        if (!c.bounds) c.bounds = store_.bounds(*c.number);
        auto const at = c.bounds->find(block);
        return at != c.bounds->end() ? std::optional{at->second} : std::nullopt;
    }
    index_store& store() const { return store_; }

private:
    index_store& store_;
    std::map<column_name, column> columns_{};
};

/// A block that is stored.
class stored_block {
public:
    stored_block(searched_columns& columns, std::int64_t number) : columns_{columns}, number_{number} {}

    std::optional<cell_bounds> bounds(column_name const& column) const { return columns_.bounds(column, number_); }

    template <class Use>
    void see(column_name const& column, Use use) {
        if (auto const number = columns_.of(column).number)
            columns_.store().see_cell(number_, *number, [&](std::string_view bytes) { use(cell_reader{bytes}); });
    }

    /// The id of a run by its number, without reading those of the whole block.
    std::optional<std::string> id_of(std::int64_t number) {
        std::string const record = columns_.store().record(number);
        return std::string{byte_reader{unsealed_bytes(record)}.get_text()};
    }

private:
    searched_columns& columns_;
    std::int64_t number_;
};

/// A block of runs that are in none, made for one search of the columns that it asks for.
class made_block {
public:
    explicit made_block(std::vector<cell> cells) : cells_{std::move(cells)} {}

    std::optional<cell_bounds> bounds(column_name const& column) const {
        for (cell const& one : cells_)
            if (one.column == column && !one.is_text) return one.bounds;
        return std::nullopt;
    }

    template <class Use>
    void see(column_name const& column, Use use) {
        for (cell const& one : cells_)
            if (one.column == column) use(cell_reader{one.bytes});
    }

    std::optional<std::string> id_of(std::int64_t) const { return std::nullopt; }

private:
    std::vector<cell> cells_;
};

/// Gathers the first runs of an answer from any number of blocks, in any order of blocks.
class first_runs {
public:
    struct entry {
        run_place place{};
        std::int64_t number = 0;  ///< in the table of runs; 0 for one that is not stored
    };

    /// The order of the answer.
    auto before() const {
        return [this](entry const& a, entry const& b) { return compare(a.place, b.place, query_.order_by) < 0; };
    }

    /// At most `count`, behind `after`.
    first_runs(run_query const& query, run_filter const& filter, std::size_t count, std::optional<run_place> after)
        : query_{query}, filter_{filter}, count_{count}, after_{std::move(after)} {}

    /// Takes the runs of a block that fit.
    template <class Block>
    void take(Block& block, run_set const& live) {
        run_set const hits = match(filter_, block, live);
        if (hits.none()) return;
        keys_.resize(query_.order_by.size());
        for (std::size_t k = 0; k < keys_.size(); ++k) {
            using enum order_value::kind;
            keys_[k].assign(block_size, order_value{});
            block.see(column_of(query_.order_by[k].field), [&](cell_reader const& cell) {
                cell.for_each_number([&](std::size_t i, double v) {
                    keys_[k][i].is = std::isnan(v) ? not_a_number : value;
                    keys_[k][i].number = std::isnan(v) ? 0 : v;
                });
                cell.for_each_text([&](std::size_t i, std::string_view v) {
                    if (!hits[i]) return;
                    keys_[k][i].is = value;
                    keys_[k][i].text = v;
                });
            });
        }
        // What comes later in an order is worth reading only for runs that have a chance by what comes before it: the
        // times, and last the ids, which decide between runs that are equal otherwise.
        run_set chosen = hits.where([this](std::size_t i) { return can_be_kept(i, false); });
        if (chosen.none()) return;
        created_.assign(block_size, 0);
        block.see(created, [&](cell_reader const& cell) {
            cell.for_each_number([&](std::size_t i, double v) { created_[i] = v; });
        });
        chosen = chosen.where([this](std::size_t i) { return can_be_kept(i, true); });
        if (chosen.none()) return;
        std::vector<std::int64_t> numbers(block_size);
        block.see(row_numbers, [&](cell_reader const& cell) {
            cell.for_each_number([&](std::size_t i, double v) { numbers[i] = static_cast<std::int64_t>(v); });
        });
        std::vector<std::string> names = ids_of(block, chosen, numbers);
        chosen.for_each([&](std::size_t i) {
            if (!can_be_kept(i, true)) return;
            run_place place{{}, created_[i], std::move(names[i])};
            for (auto const& key : keys_) place.keys.push_back(key[i]);
            keep({std::move(place), numbers[i]});
        });
    }

    /// Whether a run with this first key could still be kept.
    bool can_use(order_value const& first, bool descending) const {
        if (entries_.size() < count_) return true;
        run_place const& worst = entries_.front().place;
        order_value const key = query_.order_by.empty()
                                    ? order_value{order_value::kind::value, worst.created, {}}
                                    : worst.keys.front();
        return compare(first, key, descending) <= 0;
    }

    /// In the order that was asked for.
    std::vector<entry> take_all() {
        std::sort(entries_.begin(), entries_.end(), before());
        return std::move(entries_);
    }

    static inline column_name const created{column_kind::attribute, "created_time"};
    static inline column_name const ids{column_kind::attribute, "run_id"};
    static inline column_name const row_numbers{column_kind::attribute, "number"};

private:
    /// By place; those of a few runs from their records, which are read anyway if they are kept.
    template <class Block>
    static std::vector<std::string> ids_of(Block& block, run_set const& chosen,
                                           std::vector<std::int64_t> const& numbers) {
        std::vector<std::string> names(block_size);
        bool is_known = chosen.count() <= 8;
        if (is_known)
            chosen.for_each([&](std::size_t i) {
                auto id = is_known ? block.id_of(numbers[i]) : std::nullopt;
                if (id) names[i] = std::move(*id);
                is_known = id.has_value();
            });
        if (!is_known)
            block.see(ids, [&](cell_reader const& cell) {
                cell.for_each_text([&](std::size_t i, std::string_view v) {
                    if (chosen[i]) names[i] = v;
                });
            });
        return names;
    }

    /// Not yet looking at its id, or even its time: what is equal but for them can be kept.
    bool can_be_kept(std::size_t i, bool with_time) const {
        return (!after_ || compare_to(*after_, i, with_time) >= 0) &&
               (entries_.size() < count_ || compare_to(entries_.front().place, i, with_time) <= 0);
    }
    int compare_to(run_place const& other, std::size_t i, bool with_time) const {
        for (std::size_t k = 0; k < keys_.size(); ++k)
            if (int const c = compare(keys_[k][i], other.keys[k], query_.order_by[k].descending); c != 0) return c;
        if (!with_time) return 0;
        return created_[i] == other.created ? 0 : created_[i] > other.created ? -1 : 1;
    }
    void keep(entry one) {
        if (after_ && compare(one.place, *after_, query_.order_by) <= 0) return;
        if (entries_.size() == count_) {
            if (!before()(one, entries_.front())) return;
            std::pop_heap(entries_.begin(), entries_.end(), before());
            entries_.pop_back();
        }
        entries_.push_back(std::move(one));
        std::push_heap(entries_.begin(), entries_.end(), before());
    }

    run_query const& query_;
    run_filter const& filter_;
    std::size_t count_;
    std::optional<run_place> after_;
    std::vector<entry> entries_;  // a heap: the last of the order in front
    std::vector<std::vector<order_value>> keys_;  // of the block that is taken now
    std::vector<double> created_;
};

/// Searches blocks that can hold the first runs of the answer first, and stops when no other can.
inline void search_blocks(index_store& store, run_query const& query, std::map<std::int64_t, run_set> const& hidden,
                          std::optional<run_place> const& after, first_runs& first) {
    run_order const key = query.order_by.empty() ? run_order{{run_field_kind::attribute, "created_time"}, true}
                                                 : query.order_by.front();
    struct candidate {
        std::int64_t number;
        run_set live;
        order_value best{};
    };
    bool const is_bounded = key.field.is_number();
    searched_columns columns{store};
    std::vector<candidate> candidates;
    for (auto& row : store.blocks()) {
        candidate one{row.number, row.live};
        if (auto const out = hidden.find(row.number); out != hidden.end()) one.live &= ~out->second;
        // Every run has a time; perhaps all of them lie before the page.
        if (one.live.none() || (after && query.order_by.empty() && row.low && *row.low > after->created)) continue;
        std::optional<cell_bounds> const bounds = query.order_by.empty() ? cell_bounds{row.low, row.high}
                                                  : is_bounded ? columns.bounds(column_of(key.field), row.number)
                                                               : std::nullopt;
        if (bounds) {
            auto const best = key.descending ? bounds->high : bounds->low;
            one.best.is = best ? order_value::kind::value : order_value::kind::not_a_number;
            one.best.number = best.value_or(0);
        }
        candidates.push_back(one);
    }
    if (is_bounded)
        std::sort(candidates.begin(), candidates.end(), [&](candidate const& a, candidate const& b) {
            auto const order = compare(a.best, b.best, key.descending);
            return order != 0 ? order < 0 : a.number < b.number;
        });
    for (candidate const& one : candidates) {
        if (is_bounded && !first.can_use(one.best, key.descending)) return;
        stored_block block{columns, one.number};
        first.take(block, one.live);
    }
}

}  // namespace estima::inline v0_1::detail
