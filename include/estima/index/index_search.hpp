// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <estima/index/index_store.hpp>
#include <estima/index/match.hpp>
#include <estima/index/page_token.hpp>

namespace estima::inline v0_1::detail {

/// A block that is stored.
class stored_block {
public:
    using column_numbers = std::map<column_name, std::optional<std::int64_t>>;

    stored_block(index_store& store, column_numbers& columns, std::int64_t number)
        : store_{store}, columns_{columns}, number_{number} {}

    template <class Skip, class Use>
    void see(column_name const& column, Skip skip, Use use) {
        auto const known = columns_.find(column);
        auto const number = known != columns_.end() ? known->second : store_.column(column.kind, column.name);
        if (known == columns_.end()) columns_.emplace(column, number);
        if (number)
            store_.see_cell(number_, *number, [&](auto low, auto high, auto read) {
                if (!skip(low, high)) use(cell_reader{read()});
            });
    }

private:
    index_store& store_;
    column_numbers& columns_;
    std::int64_t number_;
};

/// A block of runs that are in none, made for one search of the columns that it asks for.
class made_block {
public:
    explicit made_block(std::vector<cell> cells) : cells_{std::move(cells)} {}

    template <class Skip, class Use>
    void see(column_name const& column, Skip skip, Use use) {
        for (cell const& one : cells_)
            if (one.column == column && !skip(one.low, one.high)) use(cell_reader{one.bytes});
    }

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
        auto const always = [](auto, auto) { return false; };
        keys_.resize(query_.order_by.size());
        for (std::size_t k = 0; k < keys_.size(); ++k) {
            using enum order_value::kind;
            keys_[k].assign(block_size, order_value{});
            block.see(column_of(query_.order_by[k].field), always, [&](cell_reader const& cell) {
                cell.for_each_number([&](std::size_t i, double v) {
                    keys_[k][i].is = std::isnan(v) ? not_a_number : value;
                    keys_[k][i].number = std::isnan(v) ? 0 : v;
                });
                cell.for_each_text([&](std::size_t i, std::string_view v) {
                    keys_[k][i].is = value;
                    keys_[k][i].text = v;
                });
            });
        }
        created_.assign(block_size, 0);
        block.see(created, always, [&](cell_reader const& cell) {
            cell.for_each_number([&](std::size_t i, double v) { created_[i] = v; });
        });
        // Ids decide between runs that are equal otherwise, and are worth reading only for runs that have a chance.
        run_set chosen;
        for (std::size_t i = 0; i < block_size; ++i)
            if (hits[i] && can_be_kept(i)) chosen.set(i);
        if (chosen.none()) return;
        std::vector<std::string> names(block_size);
        std::vector<std::int64_t> numbers(block_size);
        block.see(ids, always, [&](cell_reader const& cell) {
            cell.for_each_text([&](std::size_t i, std::string_view v) {
                if (chosen[i]) names[i] = v;
            });
        });
        block.see(row_numbers, always, [&](cell_reader const& cell) {
            cell.for_each_number([&](std::size_t i, double v) { numbers[i] = static_cast<std::int64_t>(v); });
        });
        for (std::size_t i = 0; i < block_size; ++i) {
            if (!chosen[i] || !can_be_kept(i)) continue;
            run_place place{{}, created_[i], std::move(names[i])};
            for (auto const& key : keys_) place.keys.push_back(key[i]);
            keep({std::move(place), numbers[i]});
        }
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
    /// Not yet looking at its id: what is equal but for the id can be kept.
    bool can_be_kept(std::size_t i) const {
        return (!after_ || compare_to(*after_, i) >= 0) &&
               (entries_.size() < count_ || compare_to(entries_.front().place, i) <= 0);
    }
    int compare_to(run_place const& other, std::size_t i) const {
        for (std::size_t k = 0; k < keys_.size(); ++k)
            if (int const c = compare(keys_[k][i], other.keys[k], query_.order_by[k].descending); c != 0) return c;
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
    stored_block::column_numbers columns;
    std::vector<candidate> candidates;
    for (auto& row : store.blocks()) {
        candidate one{row.number, row.live};
        if (auto const out = hidden.find(row.number); out != hidden.end()) one.live &= ~out->second;
        // Every run has a time; perhaps all of them lie before the page.
        if (one.live.none() || (after && query.order_by.empty() && row.low && *row.low > after->created)) continue;
        auto const bound_by = [&](std::optional<double> low, std::optional<double> high) {
            auto const bound = key.descending ? high : low;
            one.best.is = bound ? order_value::kind::value : order_value::kind::not_a_number;
            one.best.number = bound.value_or(0);
            return true;
        };
        stored_block block{store, columns, row.number};
        if (query.order_by.empty())
            bound_by(row.low, row.high);
        else if (is_bounded)
            block.see(column_of(key.field), bound_by, [](cell_reader const&) {});
        candidates.push_back(one);
    }
    if (is_bounded)
        std::sort(candidates.begin(), candidates.end(), [&](candidate const& a, candidate const& b) {
            auto const order = compare(a.best, b.best, key.descending);
            return order != 0 ? order < 0 : a.number < b.number;
        });
    for (candidate const& one : candidates) {
        if (is_bounded && !first.can_use(one.best, key.descending)) return;
        stored_block block{store, columns, one.number};
        first.take(block, one.live);
    }
}

}  // namespace estima::inline v0_1::detail
