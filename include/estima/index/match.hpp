// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
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

/// Whether no number from low to high (none at all: nothing but not-a-number) can be as asked.
inline bool is_out_of_range(run_condition const& c, std::optional<double> low, std::optional<double> high) {
    using enum run_comparison;
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

inline run_set where(run_condition const& c, cell_reader const& cell) {
    using enum run_comparison;
    if (c.comparison == is_not_null) return cell.present();
    if (!cell.is_text()) {
        double const n = c.number;
        switch (c.comparison) {
            case equal: return cell.where_number([n](double v) { return v == n; });
            case not_equal: return cell.where_number([n](double v) { return v != n; });
            case less: return cell.where_number([n](double v) { return v < n; });
            case less_equal: return cell.where_number([n](double v) { return v <= n; });
            case greater: return cell.where_number([n](double v) { return v > n; });
            case greater_equal: return cell.where_number([n](double v) { return v >= n; });
            default: return {};
        }
    }
    auto const is_any = [&c](std::string_view v) {
        return std::find(c.texts.begin(), c.texts.end(), v) != c.texts.end();
    };
    auto const pattern = c.texts.empty() ? std::string_view{} : std::string_view{c.texts.front()};
    switch (c.comparison) {
        case equal:
        case in: return cell.where_text(is_any);
        case not_equal:
        case not_in: return cell.where_text([&](std::string_view v) { return !is_any(v); });
        case like: return cell.where_text([&](std::string_view v) { return is_like(v, pattern, false); });
        case ilike: return cell.where_text([&](std::string_view v) { return is_like(v, pattern, true); });
        default: return {};
    }
}

/// The runs of a block that a filter means, of those in `among`. `block.see(column, skip, use)` calls `use(cell)` if
/// the block has a cell of that column and `skip(low, high)` is false.
template <class Block>
run_set match(run_filter const& filter, Block& block, run_set const& among) {
    switch (filter.is) {
        case run_filter::kind::condition: {
            run_condition const& c = filter.condition;
            run_set found;
            auto const skip = [&c](auto low, auto high) {
                return c.field.is_number() && is_out_of_range(c, low, high);
            };
            bool const is_null = c.comparison == run_comparison::is_null;
            block.see(column_of(c.field), skip,
                      [&](cell_reader const& cell) { found = is_null ? cell.present() : where(c, cell); });
            return (is_null ? ~found : found) & among;
        }
        case run_filter::kind::all_of: {
            run_set left = among;
            // Texts first: their cells are a tenth of the size.
            auto const is_text = [](run_filter const& part) {
                return part.is == run_filter::kind::condition && !part.condition.field.is_number();
            };
            for (bool const texts : {true, false})
                for (run_filter const& part : filter.parts)
                    if (left.any() && is_text(part) == texts) left = match(part, block, left);
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
