// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <estima/index/filter_parts.hpp>

namespace estima::inline v0_1 {

/// Where a value of a run stands.
enum class run_field_kind : std::uint8_t { attribute, tag, property, parameter, metric, metric_min, metric_max };

/// One value of a run. Attributes are run_id, experiment, display_name, status, target, user, host, snapshot_id,
/// error_id (texts), created_time, start_time and end_time (seconds since 1970).
struct run_field {
    run_field_kind kind = run_field_kind::attribute;
    std::string name;
    bool operator==(run_field const&) const = default;

    /// Whether its values are numbers; otherwise they are texts.
    bool is_number() const {
        return kind >= run_field_kind::metric ||
               (kind == run_field_kind::attribute && name.ends_with("_time"));
    }
};

enum class run_comparison : std::uint8_t {
    equal, not_equal, less, less_equal, greater, greater_equal,
    like, ilike,  ///< % stands for any text, _ for one character; ilike takes A to Z as a to z
    in, not_in,
    is_null, is_not_null
};

/// A comparison of one value. What a run does not have compares as false, also with not_equal and not_in.
struct run_condition {
    run_field field;
    run_comparison comparison = run_comparison::equal;
    std::vector<std::string> texts{};  ///< one, or the list of in and not_in
    double number = 0;                 ///< for fields that are numbers
    bool operator==(run_condition const&) const = default;
};

/// Which runs are asked for: a plain value, made by the expressions of estima::query or from MLflow's filter language.
struct run_filter {
    enum class kind : std::uint8_t { condition, all_of, any_of, none_of };

    kind is = kind::all_of;
    run_condition condition{};
    filter_parts<run_filter> parts{};

    /// All runs.
    run_filter() = default;
    /// Reads MLflow's filter language: `metrics.loss < 0.1 and tags.team = 'x'`. EST-611 to EST-613.
    run_filter(std::string_view text);  // implicit: a text is a filter wherever one is asked for
    run_filter(std::string const& text) : run_filter{std::string_view{text}} {}
    run_filter(char const* text) : run_filter{std::string_view{text}} {}
    run_filter(run_condition one) : is{kind::condition}, condition{std::move(one)} {}
    /// EST-611: they are nested more than 250 levels deep.
    run_filter(kind how, std::vector<run_filter> all) : is{how}, parts{std::move(all)} {}

    bool operator==(run_filter const&) const = default;
};

namespace detail {
/// The id of the only run that a filter can mean; empty if it can mean others.
inline std::string only_run_of(run_filter const& f) {
    run_condition const& c = f.condition;
    bool const is_one = f.is == run_filter::kind::condition && c.comparison == run_comparison::equal &&
                        c.field.kind == run_field_kind::attribute && c.field.name == "run_id" && c.texts.size() == 1;
    return is_one ? c.texts[0] : "";
}
}  // namespace detail

/// A filter, or text that says one.
template <class Filter>
concept any_filter = std::convertible_to<Filter const&, run_filter>;

/// One key of an order. Runs without the value come last, after those whose number is none.
struct run_order {
    run_field field;
    bool descending = false;

    run_order(run_field f, bool is_descending = false) : field{std::move(f)}, descending{is_descending} {}
    /// Reads MLflow's form: `metrics.loss DESC`. EST-611, EST-612.
    run_order(std::string_view text);
    run_order(std::string const& text) : run_order{std::string_view{text}} {}
    run_order(char const* text) : run_order{std::string_view{text}} {}

    bool operator==(run_order const&) const = default;
};

/// A question about the runs of a workspace.
struct run_query {
    run_filter filter{};
    std::vector<run_order> order_by{};       ///< runs that are equal in all: the newest first, then by their ids
    std::size_t max_results = 1000;          ///< of one page: 1 to 50,000
    std::string page_token{};                ///< next_page_token of the page before, of the same question
    std::vector<std::string> experiments{};  ///< only of these; empty: of all
};

}  // namespace estima::inline v0_1
