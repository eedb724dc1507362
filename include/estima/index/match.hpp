// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <estima/index/cells.hpp>
#include <estima/index/like.hpp>
#include <estima/index/run_filter.hpp>

namespace estima::inline v0_1::detail {

inline column_name column_of(run_field const& field) { return {static_cast<column_kind>(field.kind), field.name}; }

/// Adds the columns that a filter asks for.
inline void add_columns(run_filter const& filter, std::vector<column_name>& columns) {
    if (filter.is == run_filter::kind::condition) columns.push_back(column_of(filter.condition.field));
    for (run_filter const& part : filter.parts) add_columns(part, columns);
}

/// The same filter, as match() takes it: lists are sorted, and of what stands between ORs the comparisons of one text
/// with others are one list, so that a run is looked for in it once.
inline run_filter to_match(run_filter filter) {
    using enum run_comparison;
    auto const is_list = [](run_filter const& f) {
        return f.is == run_filter::kind::condition && !f.condition.field.is_number() &&
               (f.condition.comparison == equal || f.condition.comparison == in);
    };
    std::vector<run_filter> parts;
    std::map<column_name, std::size_t> lists;  // where in `parts` that of a field is
    auto const take = [&](auto const& self, auto const& from, bool is_or) -> void {
        for (run_filter const& one : from) {
            if (is_or && one.is == run_filter::kind::any_of) {
                self(self, one.parts, is_or);
                continue;
            }
            run_filter part = to_match(one);
            if (is_or && is_list(part)) {
                auto const [same, is_new] = lists.emplace(column_of(part.condition.field), parts.size());
                if (!is_new) {
                    run_condition& list = parts[same->second].condition;
                    list.comparison = in;
                    std::move(part.condition.texts.begin(), part.condition.texts.end(), std::back_inserter(list.texts));
                    continue;
                }
            }
            parts.push_back(std::move(part));
        }
    };
    take(take, filter.parts, filter.is != run_filter::kind::all_of);
    for (run_filter& part : parts)
        if (is_list(part)) std::sort(part.condition.texts.begin(), part.condition.texts.end());
    filter.parts = std::move(parts);
    if (filter.condition.comparison != like && filter.condition.comparison != ilike)
        std::sort(filter.condition.texts.begin(), filter.condition.texts.end());
    return filter;
}

/// Whether no number from low to high (none at all: nothing but not-a-number) can be as asked.
inline bool is_out_of_range(run_condition const& c, cell_bounds const& bounds) {
    using enum run_comparison;
    auto const& [low, high] = bounds;
    if (!low || !high) return c.comparison != not_equal && c.comparison != is_null && c.comparison != is_not_null;
    switch (c.comparison) {
        case equal: return c.number < *low || c.number > *high;
        case less: return *low >= c.number;
        case less_equal: return *low > c.number;
        case greater: return *high <= c.number;
        case greater_equal: return *high < c.number;
        default: return false;
    }
}

/// The runs of these that are as asked, by a condition of to_match().
inline run_set where(run_condition const& c, cell_reader const& cell, run_set const& among) {
    using enum run_comparison;
    if (c.comparison == is_not_null) return cell.present();
    if (!cell.is_text()) {
        double const n = c.number;
        switch (c.comparison) {
            case equal: return cell.where_number(among, [n](double v) { return v == n; });
            case not_equal: return cell.where_number(among, [n](double v) { return v != n; });
            case less: return cell.where_number(among, [n](double v) { return v < n; });
            case less_equal: return cell.where_number(among, [n](double v) { return v <= n; });
            case greater: return cell.where_number(among, [n](double v) { return v > n; });
            case greater_equal: return cell.where_number(among, [n](double v) { return v >= n; });
            default: return {};
        }
    }
    auto const is_any = [&c](std::string_view v) {
        return std::binary_search(c.texts.begin(), c.texts.end(), v, std::less<>{});
    };
    auto const pattern = c.texts.empty() ? std::string_view{} : std::string_view{c.texts.front()};
    switch (c.comparison) {
        case equal:
        case in: return cell.where_text(among, is_any);
        case not_equal:
        case not_in: return cell.where_text(among, [&](std::string_view v) { return !is_any(v); });
        case like: return cell.where_text(among, [&](std::string_view v) { return is_like(v, pattern, false); });
        case ilike: return cell.where_text(among, [&](std::string_view v) { return is_like(v, pattern, true); });
        default: return {};
    }
}

/// Whether its bounds tell that a block has no run that is as asked: no cell is read for that.
template <class Block>
bool is_ruled_out(run_filter const& filter, Block& block) {
    run_condition const& c = filter.condition;
    if (filter.is != run_filter::kind::condition || !c.field.is_number() || c.comparison == run_comparison::is_null)
        return false;
    std::optional<cell_bounds> const bounds = block.bounds(column_of(c.field));
    return !bounds || is_out_of_range(c, *bounds);
}

template <class Block>
run_set match_cells(run_filter const& filter, Block& block, run_set const& among);

/// The runs of a block that a filter of to_match() means, of those in `among`. `block.bounds(column)` tells the bounds
/// of a cell of numbers, if there is one, and `block.see(column, use)` calls `use(cell)` if the block has a cell of
/// that column.
template <class Block>
run_set match(run_filter const& filter, Block& block, run_set const& among) {
    return is_ruled_out(filter, block) ? run_set{} : match_cells(filter, block, among);
}

/// The same of a filter that is known not to be ruled out by bounds: they are asked for once.
template <class Block>
run_set match_cells(run_filter const& filter, Block& block, run_set const& among) {
    switch (filter.is) {
        case run_filter::kind::condition: {
            run_condition const& c = filter.condition;
            run_set found;
            bool const is_null = c.comparison == run_comparison::is_null;
            block.see(column_of(c.field), [&](cell_reader const& cell) {
                found = is_null ? cell.present() : where(c, cell, among);
            });
            return (is_null ? ~found : found) & among;
        }
        case run_filter::kind::all_of: {
            run_set left = among;
            for (run_filter const& part : filter.parts)
                if (is_ruled_out(part, block)) return {};
            // Texts first: their cells are a tenth of the size.
            auto const is_text = [](run_filter const& part) {
                return part.is == run_filter::kind::condition && !part.condition.field.is_number();
            };
            for (bool const texts : {true, false})
                for (run_filter const& part : filter.parts)
                    if (left.any() && is_text(part) == texts) left = match_cells(part, block, left);
            return left;
        }
        case run_filter::kind::any_of: {
            run_set found;
            for (run_filter const& part : filter.parts) found |= match(part, block, among & ~found);
            return found;
        }
        case run_filter::kind::none_of: {
            run_set left = among;
            for (run_filter const& part : filter.parts)
                if (left.any()) left &= ~match(part, block, left);
            return left;
        }
    }
    return {};
}

}  // namespace estima::inline v0_1::detail
