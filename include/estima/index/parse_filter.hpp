// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <estima/history/status.hpp>
#include <estima/index/filter_text.hpp>
#include <estima/index/like.hpp>
#include <estima/index/run_filter.hpp>
#include <estima/system/shown.hpp>

namespace estima::inline v0_1 {

namespace detail {

/// The names of MLflow and our own for attributes; empty for what there is not.
inline std::string_view known_attribute(std::string_view name) {
    constexpr std::pair<std::string_view, std::string_view> names[]{
        {"run_id", "run_id"},           {"run_name", "display_name"},   {"run name", "display_name"},
        {"Run name", "display_name"},   {"Run Name", "display_name"},   {"display_name", "display_name"},
        {"status", "status"},           {"start_time", "start_time"},   {"end_time", "end_time"},
        {"created", "created_time"},    {"Created", "created_time"},    {"created_time", "created_time"},
        {"user_id", "user"},            {"user", "user"},               {"experiment_id", "experiment"},
        {"experiment", "experiment"},   {"experiment_name", "experiment"}, {"target", "target"},
        {"host", "host"},               {"snapshot_id", "snapshot_id"}, {"error_id", "error_id"}};
    for (auto const& [theirs, ours] : names)
        if (theirs == name) return ours;
    return {};
}

inline std::optional<run_field_kind> entity_of(std::string_view word) {
    constexpr std::pair<std::string_view, run_field_kind> words[]{
        {"metric", run_field_kind::metric},        {"metrics", run_field_kind::metric},
        {"param", run_field_kind::parameter},      {"params", run_field_kind::parameter},
        {"parameter", run_field_kind::parameter},  {"parameters", run_field_kind::parameter},
        {"tag", run_field_kind::tag},              {"tags", run_field_kind::tag},
        {"property", run_field_kind::property},    {"properties", run_field_kind::property},
        {"attribute", run_field_kind::attribute},  {"attributes", run_field_kind::attribute},
        {"attr", run_field_kind::attribute},       {"run", run_field_kind::attribute}};
    for (auto const& [name, kind] : words)
        if (name == word) return kind;
    return std::nullopt;
}

/// Reads `metrics.loss`, tags."a b" or `status`, and goes on behind it. EST-611, EST-612.
inline run_field take_field(filter_text& in) {
    std::size_t const at = in.begin();
    run_field field;
    std::string name;
    if (in.token() == filter_token::quoted_key) {
        name = in.value();
    } else if (in.token() == filter_token::word) {
        std::string_view const word = in.spelling();
        std::size_t const point = word.find('.');
        if (point == std::string_view::npos) {
            name = word;
        } else {
            std::string_view const entity = word.substr(0, point);
            auto const kind = entity_of(entity);
            if (!kind)
                in.fail(at, "there is nothing called \"" + std::string{entity} + "\"",
                        "begin with metrics., params., tags., properties. or attributes.", "EST-612");
            field.kind = *kind;
            name = word.substr(point + 1);
            if (in.has_quoted_part()) {
                if (name.front() != '"' && name.front() != '`')
                    in.fail(at, "only a part of this name is quoted",
                            "put the whole name behind the point into quotes");
                name = in.value();
            }
            if (name.empty()) in.fail(at + word.size(), "a name is expected behind the point");
        }
    } else {
        in.fail("a name is expected", "for example: metrics.loss < 0.1 and tags.team = 'x'");
    }
    if (field.kind == run_field_kind::attribute) {
        std::string_view const ours = known_attribute(name);
        if (ours.empty())
            in.fail(at, "runs have no attribute \"" + name + "\"",
                    "attributes are run_id, run_name, status, start_time, end_time, created, experiment, user_id, "
                    "target, host, snapshot_id and error_id; others begin with metrics., params. or tags.",
                    "EST-612");
        name = ours;
    }
    field.name = std::move(name);
    in.advance();
    return field;
}

/// Reads one comparison after another. See run_filter.
class filter_parser {
public:
    explicit filter_parser(std::string_view text) : in_{text, "the filter"} {}

    run_filter parse() {
        std::vector<run_filter> all;
        if (in_.token() == filter_token::end) return {};
        for (;;) {
            all.push_back(condition());
            if (in_.token() == filter_token::end) break;
            if (in_.is_word("OR"))
                in_.fail("MLflow's filters join comparisons by AND only",
                         "for OR write an expression of estima::query");
            if (!in_.is_word("AND")) in_.fail("AND or the end is expected");
            in_.advance();
        }
        if (all.size() == 1) return std::move(all.front());
        return {run_filter::kind::all_of, std::move(all)};
    }

private:
    run_filter condition() {
        if (in_.token() == filter_token::open)
            in_.fail("MLflow's filters have no parentheses here", "for groups write an expression of estima::query");
        run_condition c{.field = take_field(in_)};
        places_.clear();
        std::size_t const at = in_.begin();
        std::string const spelling{in_.spelling()};
        c.comparison = comparison(c.field);
        if (c.comparison == run_comparison::is_null || c.comparison == run_comparison::is_not_null) return c;
        bool const is_list = c.comparison == run_comparison::in || c.comparison == run_comparison::not_in;
        bool const is_pattern = c.comparison == run_comparison::like || c.comparison == run_comparison::ilike;
        bool const is_equality = c.comparison == run_comparison::equal || c.comparison == run_comparison::not_equal;
        if (c.field.is_number() && (is_list || is_pattern))
            in_.fail(at, "a number is compared by =, !=, <, <=, > or >=", {}, "EST-613");
        if (!c.field.is_number() && !is_list && !is_pattern && !is_equality)
            in_.fail(at, "a text is compared by =, !=, LIKE, ILIKE, IN or NOT IN, not by " + spelling,
                     c.field.kind == run_field_kind::parameter ? "parameters are texts; metrics are numbers" : "",
                     "EST-613");
        if (c.field.is_number()) {
            // MLflow tells times in milliseconds.
            c.number = number() / (c.field.kind == run_field_kind::attribute ? 1000 : 1);
        } else if (is_list) {
            list(c.texts);
        } else {
            c.texts.push_back(text());
        }
        if (c.field == run_field{run_field_kind::attribute, "status"}) return status_condition(c);
        return c;
    }

    run_comparison comparison(run_field const&) {
        using enum run_comparison;
        constexpr std::pair<std::string_view, run_comparison> signs[]{
            {"=", equal}, {"!=", not_equal},    {"<", less},       {"<=", less_equal},
            {">", greater}, {">=", greater_equal}};
        if (in_.token() == filter_token::comparator) {
            for (auto const& [sign, meaning] : signs)
                if (in_.spelling() == sign) return in_.advance(), meaning;
            in_.fail("this is no comparison",
                     in_.spelling() == "==" ? "write =" : in_.spelling() == "<>" ? "write !=" : "");
        }
        for (auto const& [word, meaning] : {std::pair{"LIKE", like}, std::pair{"ILIKE", ilike}, std::pair{"IN", in}})
            if (in_.is_word(word)) return in_.advance(), meaning;
        bool const negated = in_.is_word("NOT"), is = in_.is_word("IS");
        if (negated) {
            in_.advance();
            if (!in_.is_word("IN")) in_.fail("IN is expected after NOT");
            return in_.advance(), not_in;
        }
        if (is) {
            in_.advance();
            bool const is_not = in_.is_word("NOT");
            if (is_not) in_.advance();
            if (!in_.is_word("NULL")) in_.fail("NULL is expected after IS");
            return in_.advance(), is_not ? is_not_null : is_null;
        }
        in_.fail("a comparison is expected", "=, !=, <, <=, >, >=, LIKE, ILIKE, IN, NOT IN, IS NULL or IS NOT NULL");
    }

    double number() {
        std::string_view word = in_.spelling();
        if (word.starts_with('+')) word.remove_prefix(1);
        double value = 0;
        auto const [end, code] = std::from_chars(word.data(), word.data() + word.size(), value);
        // from_chars takes -inf as well, and a minus behind the plus: MLflow takes neither.
        bool const has_digits = in_.spelling().find_first_of("0123456789.") <= 1;
        bool const is_number =
            in_.token() == filter_token::number && has_digits && code != std::errc::invalid_argument;
        bool const is_whole = end == word.data() + word.size();
        if (is_number && !is_whole && filter_text::is_letter(*end))
            in_.fail(in_.begin() + in_.spelling().size() - static_cast<std::size_t>(word.data() + word.size() - end),
                     "a blank is expected behind the number");
        if (!is_number || !is_whole)
            in_.fail(in_.begin(), "a number is expected",
                     in_.token() == filter_token::text ? "write it without quotes" : "", "EST-613");
        if (code == std::errc::result_out_of_range)
            in_.fail(in_.begin(), "this number is too large or too small", {}, "EST-613");
        in_.advance();
        return value;
    }

    std::string text() {
        bool const is_in_backticks = in_.spelling().starts_with('`');
        if (is_in_backticks || (in_.token() != filter_token::text && in_.token() != filter_token::quoted_key))
            in_.fail(in_.begin(), "a text in single quotes is expected",
                     is_in_backticks                       ? "backticks are for names"
                     : in_.token() == filter_token::number ? "parameters, tags and names are texts: '0.1', not 0.1"
                                                           : "",
                     "EST-613");
        std::string value = in_.value();
        places_.push_back(in_.begin());
        in_.advance();
        return value;
    }

    void list(std::vector<std::string>& texts) {
        if (in_.token() != filter_token::open) in_.fail("a list is expected", "for example: ('a', 'b')");
        in_.advance();
        do {
            if (in_.token() == filter_token::close && !texts.empty()) break;  // ('a',) as Python writes it
            texts.push_back(text());
            if (in_.token() != filter_token::comma && in_.token() != filter_token::close)
                in_.fail("a comma or the end of the list is expected");
            if (in_.token() == filter_token::close) break;
            in_.advance();
        } while (true);
        in_.advance();
    }

    /// What MLflow calls a status.
    static std::string_view mlflow_status(run_status s) {
        switch (s) {
            case run_status::completed: return "FINISHED";
            case run_status::failed: return "FAILED";
            case run_status::canceled: return "KILLED";
            case run_status::not_started:
            case run_status::queued: return "SCHEDULED";
            default: return "RUNNING";
        }
    }

    /// A status is meant by Azure's word and by MLflow's: those that fit are listed. EST-613: a word of neither.
    run_filter status_condition(run_condition const& asked) const {
        using enum run_comparison;
        bool const is_pattern = asked.comparison == like || asked.comparison == ilike;
        for (std::size_t i = 0; i < asked.texts.size() && !is_pattern; ++i) {
            std::string words;
            bool is_known = false;
            for (std::size_t s = 0; s < run_status_count; ++s)
                for (std::string_view const name : {run_status_names[s], mlflow_status(static_cast<run_status>(s))}) {
                    is_known = is_known || name == asked.texts[i];
                    if (words.find(name) == std::string::npos) words.append(words.empty() ? "" : ", ").append(name);
                }
            if (!is_known)
                in_.fail(places_[i], "there is no status \"" + shown(asked.texts[i]) + "\"", "there are: " + words,
                         "EST-613");
        }
        bool const is_negated = asked.comparison == not_equal || asked.comparison == not_in;
        std::vector<std::string> fitting;
        for (std::size_t i = 0; i < run_status_count; ++i) {
            auto const s = static_cast<run_status>(i);
            bool fits = false;
            for (std::string_view const name : {to_string(s), mlflow_status(s)})
                for (std::string const& text : asked.texts)
                    fits = fits || (is_pattern ? is_like(name, text, asked.comparison == ilike) : name == text);
            if (fits != is_negated) fitting.emplace_back(to_string(s));
        }
        return run_condition{asked.field, in, std::move(fitting)};
    }

    filter_text in_;
    std::vector<std::size_t> places_{};  // where the texts of a comparison stand
};
}  // namespace detail

inline run_filter::run_filter(std::string_view text) : run_filter{detail::filter_parser{text}.parse()} {}

inline run_order::run_order(std::string_view text) {
    detail::filter_text in{text, "the order"};
    field = detail::take_field(in);
    descending = in.is_word("DESC");
    if (descending || in.is_word("ASC")) in.advance();
    if (in.token() != detail::filter_token::end) in.fail("ASC, DESC or the end is expected");
}

}  // namespace estima::inline v0_1
