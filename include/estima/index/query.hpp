// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <estima/history/status.hpp>
#include <estima/index/run_filter.hpp>

namespace estima::inline v0_1 {

namespace detail {
/// Both in one list, if one of them is such a list already: however many are joined, they are one level.
inline run_filter joined(run_filter::kind how, run_filter a, run_filter b) {
    if (b.is == how && (a.is != how || a.parts.size() < b.parts.size())) std::swap(a, b);
    if (a.is != how) return {how, {std::move(a), std::move(b)}};
    if (b.is != how) return a.parts.push_back(std::move(b)), a;
    for (run_filter const& part : b.parts) a.parts.push_back(part);
    return a;
}
}  // namespace detail

/// Those that fit both. EST-611, as for || and !: && in || in && and so on, more than 250 levels deep.
inline run_filter operator&&(run_filter a, run_filter b) {
    return detail::joined(run_filter::kind::all_of, std::move(a), std::move(b));
}
inline run_filter operator||(run_filter a, run_filter b) {
    return detail::joined(run_filter::kind::any_of, std::move(a), std::move(b));
}
/// All other runs, those that lack what was compared among them.
inline run_filter operator!(run_filter a) {
    bool const is_negated = a.is == run_filter::kind::none_of && a.parts.size() == 1;
    return is_negated ? a.parts.front() : run_filter{run_filter::kind::none_of, {std::move(a)}};
}

/// Values of runs, to be compared: `using namespace estima::query;` in the function that asks, then
/// `metric("loss") < 0.1 && tag("team") == "x" && status == estima::run_status::completed`.
namespace query {

/// A value that is a number. Compared with a text it does not compile.
struct number_field {
    run_field field;

    template <class Number>
    static run_filter compare(number_field f, run_comparison how, Number value) {
        return run_condition{std::move(f.field), how, {}, static_cast<double>(value)};
    }
};

/// A value that is a text. Compared with a number it does not compile.
struct text_field {
    run_field field;

    static run_filter compare(text_field f, run_comparison how, std::string_view value) {
        return run_condition{std::move(f.field), how, {std::string{value}}};
    }
    /// `%` stands for any text, `_` for one character.
    run_filter like(std::string_view pattern) const { return compare(*this, run_comparison::like, pattern); }
    /// The same, with A to Z taken as a to z.
    run_filter ilike(std::string_view pattern) const { return compare(*this, run_comparison::ilike, pattern); }
    run_filter in(std::vector<std::string> values) const {
        return run_condition{field, run_comparison::in, std::move(values)};
    }
    run_filter not_in(std::vector<std::string> values) const {
        return run_condition{field, run_comparison::not_in, std::move(values)};
    }
};

struct status_field {
    run_filter in(std::initializer_list<run_status> values) const {
        std::vector<std::string> texts;
        for (run_status const s : values) texts.emplace_back(to_string(s));
        return run_condition{{run_field_kind::attribute, "status"}, run_comparison::in, std::move(texts)};
    }
};

/// The newest value of a metric; `min()` and `max()` are the smallest and largest that were logged.
struct metric_field : number_field {
    number_field min() const { return {{run_field_kind::metric_min, field.name}}; }
    number_field max() const { return {{run_field_kind::metric_max, field.name}}; }
};

inline metric_field metric(std::string name) { return {{{run_field_kind::metric, std::move(name)}}}; }
inline text_field tag(std::string name) { return {{run_field_kind::tag, std::move(name)}}; }
inline text_field property(std::string name) { return {{run_field_kind::property, std::move(name)}}; }
inline text_field parameter(std::string name) { return {{run_field_kind::parameter, std::move(name)}}; }

inline status_field const status{};
inline text_field const run_id{{run_field_kind::attribute, "run_id"}};
inline text_field const experiment_name{{run_field_kind::attribute, "experiment"}};
inline text_field const display_name{{run_field_kind::attribute, "display_name"}};
inline text_field const target{{run_field_kind::attribute, "target"}};
inline text_field const user{{run_field_kind::attribute, "user"}};
inline text_field const host{{run_field_kind::attribute, "host"}};
inline text_field const snapshot_id{{run_field_kind::attribute, "snapshot_id"}};
inline text_field const error_id{{run_field_kind::attribute, "error_id"}};  ///< of a run that failed: "EST-420"
inline number_field const created_time{{run_field_kind::attribute, "created_time"}};  ///< seconds since 1970
inline number_field const start_time{{run_field_kind::attribute, "start_time"}};      ///< seconds since 1970
inline number_field const end_time{{run_field_kind::attribute, "end_time"}};          ///< seconds since 1970

template <class Field>
concept any_field = std::derived_from<Field, number_field> || std::derived_from<Field, text_field>;

/// Whether a run has it at all.
run_filter exists(any_field auto const& f) { return run_condition{f.field, run_comparison::is_not_null}; }

run_order ascending(any_field auto const& f) { return {f.field, false}; }
run_order descending(any_field auto const& f) { return {f.field, true}; }

template <class Number>
concept number = std::is_arithmetic_v<Number> && !std::same_as<Number, bool>;

run_filter operator==(number_field f, number auto v) { return number_field::compare(f, run_comparison::equal, v); }
run_filter operator!=(number_field f, number auto v) { return number_field::compare(f, run_comparison::not_equal, v); }
run_filter operator<(number_field f, number auto v) { return number_field::compare(f, run_comparison::less, v); }
run_filter operator<=(number_field f, number auto v) { return number_field::compare(f, run_comparison::less_equal, v); }
run_filter operator>(number_field f, number auto v) { return number_field::compare(f, run_comparison::greater, v); }
run_filter operator>=(number_field f, number auto v) {
    return number_field::compare(f, run_comparison::greater_equal, v);
}

inline run_filter operator==(text_field f, std::string_view v) {
    return text_field::compare(f, run_comparison::equal, v);
}
inline run_filter operator!=(text_field f, std::string_view v) {
    return text_field::compare(f, run_comparison::not_equal, v);
}
inline run_filter operator==(status_field f, run_status v) { return f.in({v}); }
inline run_filter operator!=(status_field f, run_status v) { return !f.in({v}); }

}  // namespace query
}  // namespace estima::inline v0_1
