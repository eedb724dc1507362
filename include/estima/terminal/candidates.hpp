// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <estima/index/filter_text.hpp>
#include <estima/system/shown.hpp>
#include <estima/terminal/find_run.hpp>
#include <estima/terminal/other_metrics.hpp>
#include <estima/terminal/run_columns.hpp>
#include <estima/workspace/delete_run.hpp>
#include <estima/workspace/model_log.hpp>
#include <estima/workspace/model_registry.hpp>
#include <estima/workspace/names.hpp>
#include <estima/workspace/search_runs.hpp>

namespace estima::inline v0_1::terminal {

/// What a word on the command line is, so that it can be completed.
enum class word_kind {
    other,
    run,
    deleted_run,
    file_of_run,
    metric_of_run,
    metric,
    parameter,
    experiment,
    column,
    order,
    filter,
    model
};

namespace detail {
/// What filters and orders name of every run, in MLflow's words and our own.
inline constexpr std::string_view run_attributes[]{"run_id",   "run_name",      "status",      "start_time",
                                                   "end_time", "created",       "target",      "host",
                                                   "user_id",  "experiment_id", "snapshot_id", "error_id"};

/// How many runs are asked for the names that they know.
inline constexpr std::size_t runs_to_ask = 200;

inline std::vector<std::string> experiment_candidates(workspace const& where, std::string const& prefix = {}) {
    std::vector<std::string> words;
    for (run_summary const& r : search_runs(where, run_query{.max_results = runs_to_ask}))
        words.push_back(prefix + r.experiment);
    return words;
}

inline std::vector<std::string> run_candidates(workspace const& where, std::string const& begun) {
    if (begun.starts_with("latest:")) return experiment_candidates(where, "latest:");
    std::vector<std::string> words{"latest"};
    for (run_summary const& r :
         search_runs(where, {.filter = query::run_id.like(begun + "%"), .max_results = runs_to_ask}))
        words.push_back(r.run_id);
    return words;
}

/// Names that the newest runs know, each behind a prefix: "metrics.loss".
inline std::vector<std::string> name_candidates(workspace const& where, std::string_view metrics,
                                                std::string_view parameters, bool with_texts) {
    std::set<std::string> words;
    for (run_summary const& r : search_runs(where, run_query{.max_results = runs_to_ask})) {
        auto const take = [&words](auto const& map, std::string_view prefix) {
            for (auto const& one : map) words.insert(std::string{prefix}.append(one.first));
        };
        if (metrics != "no") take(r.metrics, metrics);
        if (parameters != "no") take(r.parameters, parameters);
        if (with_texts) take(r.tags, "tags."), take(r.properties, "properties.");
    }
    return {words.begin(), words.end()};
}

/// Names, and behind a sign what names a version: NAME:3, NAME:latest, NAME@ALIAS. No description is read for that.
inline std::vector<std::string> model_candidates(workspace const& where, std::string const& begun) {
    std::filesystem::path const models = where.path() / "models";
    std::size_t const sign = begun.find_first_of(":@");
    if (sign == std::string::npos) return estima::detail::model_names(models);
    std::string const name = begun.substr(0, sign);
    std::vector<std::string> words;
    if (!estima::detail::is_name(name)) return words;
    std::vector<int> const versions = estima::detail::model_versions(models, name);
    if (versions.empty()) return words;
    if (begun[sign] == '@') {
        estima::detail::model_log const log{models / name};
        for (auto const& one : log.aliases()) words.push_back(name + "@" + one.first);
        return words;
    }
    for (int const version : versions) words.push_back(name + ":" + std::to_string(version));
    words.push_back(name + ":latest");
    return words;
}

/// "metrics.a b" as a filter names it: metrics.`a b`.
inline std::string key_of_filter(std::string const& word) {
    std::string_view const name = std::string_view{word}.substr(word.find('.') + 1);
    bool const is_plain = std::all_of(name.begin(), name.end(), [](char c) {
        return c < 0 || estima::detail::filter_text::is_letter(c) ||
               std::string_view{"0123456789_.-+/:"}.find(c) != std::string_view::npos;
    });
    if (is_plain) return word;
    std::string key = word.substr(0, word.size() - name.size()) + "`";
    for (char const c : name) key.append(c == '`' ? 2 : 1, c);
    return key + "`";
}
}  // namespace detail

/// Words that may stand where a word of that kind is begun; `of_run` is the run that the words before name. Only those
/// that can be typed: without control characters, in UTF-8.
inline std::vector<std::string> candidates(workspace const& where, word_kind kind, std::string const& begun,
                                           std::string const& of_run) {
    std::vector<std::string> words;
    auto const add = [&words](auto const& more) { words.insert(words.end(), std::begin(more), std::end(more)); };
    switch (kind) {
        case word_kind::other:
            break;
        case word_kind::run:
            add(detail::run_candidates(where, begun));
            break;
        case word_kind::deleted_run:
            add(deleted_runs(where));
            break;
        case word_kind::file_of_run:
            add(find_run(where, of_run).get_file_names());
            break;
        case word_kind::metric_of_run: {
            run const meant = find_run(where, of_run);
            for (run_summary const& r : search_runs(where, query::run_id == meant.id()))
                for (auto const& [name, m] : r.metrics) words.push_back(name);
            for (auto const& one : other_metrics_of(meant, is_terminal(meant.status())).named)
                words.push_back(one.first.first);
            break;
        }
        case word_kind::metric:
            add(detail::name_candidates(where, "", "no", false));
            break;
        case word_kind::parameter:
            add(detail::name_candidates(where, "no", "", false));
            break;
        case word_kind::experiment:
            add(detail::experiment_candidates(where));
            break;
        case word_kind::column:
            add(run_column_names);
            add(detail::name_candidates(where, "metrics.", "params.", true));
            break;
        case word_kind::filter:
        case word_kind::order:
            add(detail::run_attributes);
            if (begun.starts_with("a"))
                for (std::string_view const attribute : detail::run_attributes)
                    words.push_back("attributes." + std::string{attribute});
            for (std::string const& name :
                 detail::name_candidates(where, "metrics.", "params.", kind == word_kind::filter))
                words.push_back(detail::key_of_filter(name));
            break;
        case word_kind::model:
            add(detail::model_candidates(where, begun));
    }
    std::erase_if(words, [&](std::string const& word) {
        std::string plain = word;  // shown() doubles backslashes, which are no fault
        std::replace(plain.begin(), plain.end(), '\\', '/');
        return !word.starts_with(begun) || shown(plain) != plain;
    });
    std::sort(words.begin(), words.end());
    words.erase(std::unique(words.begin(), words.end()), words.end());
    return words;
}

}  // namespace estima::inline v0_1::terminal
