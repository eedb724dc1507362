// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <estima/tracking/run_context.hpp>

/// Azure's charts and tables, for training programs in C++. What is logged is what azureml-core's Run.log_table,
/// log_confusion_matrix, log_residuals, log_predictions and log_accuracy_table log: a document with a type, and in it
/// Azure's schema. As with everything of run_context, nothing happens without a run, and nothing throws unless asked
/// to: what does not have the sizes that are told here is not logged but counted by dropped(), or EST-621.
namespace estima::inline v0_1 {

namespace detail {
/// Builds one JSON object, member by member.
class json_object_text {
public:
    json_object_text& member(std::string_view name, std::span<double const> numbers) {
        append_json(begin(name), numbers);
        return *this;
    }
    json_object_text& member(std::string_view name, std::span<std::string const> texts) {
        std::string& out = begin(name) += '[';
        for (std::size_t i = 0; i < texts.size(); ++i) {
            if (i != 0) out += ',';
            append_json_string(out, texts[i]);
        }
        out += ']';
        return *this;
    }
    /// JSON that is written already.
    json_object_text& member(std::string_view name, std::string const& written) {
        begin(name) += written;
        return *this;
    }
    std::string text() const { return text_.empty() ? "{}" : text_ + '}'; }

private:
    std::string& begin(std::string_view name) {
        text_ += text_.empty() ? '{' : ',';
        append_json_string(text_, name);
        return text_ += ':';
    }
    std::string text_{};
};

/// Numbers row by row, `width` of them each.
inline std::string rows_text(std::span<double const> numbers, std::size_t width) {
    std::string text = "[";
    for (std::size_t at = 0; width > 0 && at + width <= numbers.size(); at += width) {
        if (at != 0) text += ',';
        append_json(text, numbers.subspan(at, width));
    }
    return text += ']';
}

/// Whether a chart has as many of something as belong there; else it is refused.
inline bool has_size(run_context const& run, std::string_view name, std::string_view what, std::size_t size,
                     std::size_t expected) {
    if (size == expected) return true;
    run.refuse(name,
               std::string{what} + ": " + std::to_string(size) + " where " + std::to_string(expected) + " belong");
    return false;
}

/// Azure's envelope of a chart.
inline std::string chart_text(std::string_view schema, std::string data) {
    std::string text = R"({"schema_type":")";
    return text.append(schema).append(R"(","schema_version":"1.0.0","data":)").append(data) += '}';
}
}  // namespace detail

/// A column of a table: its name and its numbers.
using metric_column = std::pair<std::string_view, std::span<double const>>;

/// Logs a whole table at once: `log_table(run, "lift", {{"decile", deciles}, {"lift", lifts}})`, where `deciles` and
/// `lifts` are anything that a std::span<double const> is made of, such as std::vector<double>, and equally long.
/// Document type "table".
inline void log_table(run_context const& run, std::string_view name, std::initializer_list<metric_column> columns,
                      std::optional<std::int64_t> step = {}) {
    for (auto const& [column, numbers] : columns)
        if (std::string const what = "numbers in column \"" + std::string{column} + '"';
            !detail::has_size(run, name, what, numbers.size(), columns.begin()->second.size()))
            return;
    if (detail::has_name_twice(columns)) return run.refuse(name, "two of its columns have one name");
    run.log_document(name, "table", [&] {
        detail::json_object_text table;
        for (auto const& [column, numbers] : columns) table.member(column, numbers);
        return table.text();
    }, step);
}

/// Logs how often each class was taken for each: `counts` row by row, true classes down and predicted ones across, as
/// many as there are labels squared. Document type "confusion_matrix".
inline void log_confusion_matrix(run_context const& run, std::string_view name, std::span<std::string const> labels,
                                 std::span<double const> counts, std::optional<std::int64_t> step = {}) {
    if (!detail::has_size(run, name, "counts", counts.size(), labels.size() * labels.size())) return;
    run.log_document(name, "confusion_matrix", [&] {
        detail::json_object_text data;
        data.member("class_labels", labels).member("matrix", detail::rows_text(counts, labels.size()));
        return detail::chart_text("confusion_matrix", data.text());
    }, step);
}

/// Logs how far predictions were off: a histogram, one edge more than counts. Document type "residuals".
inline void log_residuals(run_context const& run, std::string_view name, std::span<double const> bin_edges,
                          std::span<double const> bin_counts, std::optional<std::int64_t> step = {}) {
    if (!detail::has_size(run, name, "bin_edges", bin_edges.size(), bin_counts.size() + 1)) return;
    run.log_document(name, "residuals", [&] {
        detail::json_object_text data;
        data.member("bin_edges", bin_edges).member("bin_counts", bin_counts);
        return detail::chart_text("residuals", data.text());
    }, step);
}

/// What log_predictions() logs for each bin of true values; all spans but `bin_edges`, which has one more, are equally
/// long.
struct prediction_bins {
    std::span<double const> bin_averages{};  ///< of the predictions
    std::span<double const> bin_errors{};    ///< their standard deviations
    std::span<double const> bin_counts{};
    std::span<double const> bin_edges{};
};

/// Logs predicted values against true ones. Document type "predictions".
inline void log_predictions(run_context const& run, std::string_view name, prediction_bins const& bins,
                            std::optional<std::int64_t> step = {}) {
    std::size_t const bins_count = bins.bin_counts.size();
    if (!detail::has_size(run, name, "bin_averages", bins.bin_averages.size(), bins_count) ||
        !detail::has_size(run, name, "bin_errors", bins.bin_errors.size(), bins_count) ||
        !detail::has_size(run, name, "bin_edges", bins.bin_edges.size(), bins_count + 1))
        return;
    run.log_document(name, "predictions", [&] {
        detail::json_object_text data;
        data.member("bin_averages", bins.bin_averages)
            .member("bin_errors", bins.bin_errors)
            .member("bin_counts", bins.bin_counts)
            .member("bin_edges", bins.bin_edges);
        return detail::chart_text("predictions", data.text());
    }, step);
}

/// What log_accuracy_table() logs of each class against all others: for each threshold four numbers, TP, FP, TN and FN.
/// So there are as many counts as labels, times thresholds, times 4: the first class comes first.
struct accuracy_tables {
    std::span<std::string const> class_labels{};
    std::span<double const> probability_thresholds{};  ///< evenly spaced, from 0 to 1
    std::span<double const> probability_counts{};
    std::span<double const> percentile_thresholds{};  ///< spaced as the predicted probabilities are; may be left out
    std::span<double const> percentile_counts{};
};

/// Logs the numbers of true and false positives and negatives at several thresholds, for ROC, precision-recall and lift
/// curves. Document type "accuracy_table".
inline void log_accuracy_table(run_context const& run, std::string_view name, accuracy_tables const& tables,
                               std::optional<std::int64_t> step = {}) {
    std::size_t const classes = tables.class_labels.size(), numbers = classes * 4;
    if (!detail::has_size(run, name, "probability_counts", tables.probability_counts.size(),
                          tables.probability_thresholds.size() * numbers) ||
        !detail::has_size(run, name, "percentile_counts", tables.percentile_counts.size(),
                          tables.percentile_thresholds.size() * numbers))
        return;
    run.log_document(name, "accuracy_table", [&] {
        detail::json_object_text data;
        auto const add = [&](std::string const& kind, std::span<double const> thresholds,
                             std::span<double const> counts) {
            std::string all = "[";
            std::size_t const of_class = thresholds.size() * 4;
            for (std::size_t i = 0; i < classes; ++i)
                all.append(i == 0 ? "" : ",").append(detail::rows_text(counts.subspan(i * of_class, of_class), 4));
            data.member(kind + "_thresholds", thresholds).member(kind + "_tables", all + "]");
        };
        add("probability", tables.probability_thresholds, tables.probability_counts);
        if (!tables.percentile_thresholds.empty())
            add("percentile", tables.percentile_thresholds, tables.percentile_counts);
        data.member("class_labels", tables.class_labels);
        return detail::chart_text("accuracy_table", data.text());
    }, step);
}

/// The same for one class, without percentiles: `counts` are four numbers (TP, FP, TN, FN) for each threshold.
inline void log_accuracy_table(run_context const& run, std::string_view name, std::string_view class_label,
                               std::span<double const> thresholds, std::span<double const> counts,
                               std::optional<std::int64_t> step = {}) {
    std::string const labels[]{std::string{class_label}};
    log_accuracy_table(run, name,
                       {.class_labels = labels, .probability_thresholds = thresholds, .probability_counts = counts},
                       step);
}

}  // namespace estima::inline v0_1
