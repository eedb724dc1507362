// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include <estima/portal/human.hpp>
#include <estima/portal/markup.hpp>
#include <estima/portal/page_documents.hpp>
#include <estima/portal/page_input.hpp>
#include <estima/portal/svg_plot.hpp>

namespace estima::inline v0_1::portal {

namespace detail {
inline constexpr std::size_t most_plots = 60, most_tiles = 60, name_limit = 160;

inline std::string in_thousands(std::uint64_t n) {
    std::string text = std::to_string(n);
    for (std::size_t place = text.size(); place > 3;) text.insert(place -= 3, ",");
    return text;
}

/// A metric with one value: the number itself.
inline void append_tile(markup& page, plotted_metric const& metric) {
    page.html("<div class=\"tile\"><dt class=\"v\">").text(metric.name, name_limit).html("</dt>");
    if (metric.series.size() == 1) {
        page.html("<dd>").text(human_number(metric.series[0].second.last())).html("</dd>");
    } else {
        for (auto const& [writer, series] : metric.series)
            page.html("<dd class=\"each\"><span class=\"soft\">")
                .text(writer, 60)
                .html("</span><span>")
                .text(human_number(series.last()))
                .html("</span></dd>");
    }
    page.html("</div>");
}

struct metric_summary {
    std::uint64_t points = 0, not_finite = 0;
    metric_series::bucket extent{};
    bool by_step = true;
};

inline metric_summary summarise(plotted_metric const& metric) {
    metric_summary all;
    for (auto const& [writer, series] : metric.series) {
        all.points += series.count();
        all.not_finite += series.not_finite();
        all.extent.add(series.extent());
        all.by_step = all.by_step && series.every_step_known();
    }
    return all;
}

inline void append_legend(markup& page, plotted_metric const& metric) {
    page.html("<ul class=\"legend\">");
    for (std::size_t i = 0; i < metric.series.size(); ++i) {
        page.html("<li><svg viewBox=\"0 0 18 8\" aria-hidden=\"true\"><path class=\"line ");
        append_series_class(page, i);
        page.html("\" d=\"M1 4H17\"/></svg><span>").text(metric.series[i].first, 60).html("</span> ");
        page.text(human_number(metric.series[i].second.last())).html("</li>");
    }
    if (metric.writers_left_out > 0) page.html("<li>and ").number(metric.writers_left_out).html(" more</li>");
    page.html("</ul>");
}

inline void append_figure(markup& page, plotted_metric const& metric) {
    metric_summary const all = summarise(metric);
    page.html("<figure class=\"plot\"><figcaption><h3 class=\"v\">").text(metric.name, name_limit).html("</h3>");
    if (metric.series.size() == 1)
        page.html("<span class=\"last\">").text(human_number(metric.series[0].second.last())).html("</span>");
    page.html("</figcaption>");
    std::string facts = all.by_step ? "by step, " : "in the order logged, ";
    facts += in_thousands(all.points) + " points";
    if (!all.extent.gap)
        facts += ", " + human_number(all.extent.lowest.y) + " to " + human_number(all.extent.highest.y);
    if (all.not_finite > 0) facts += ", " + in_thousands(all.not_finite) + " not finite";
    if (!all.extent.gap) append_plot(page, metric, std::string{cut(metric.name, name_limit)} + ": " + facts);
    page.html("<p class=\"soft\">").text(facts).html("</p>");
    if (metric.series.size() > 1) append_legend(page, metric);
    page.html("</figure>");
}

inline void append_metric_table(markup& page, metric_table const& table) {
    bool const several = std::any_of(table.rows.begin(), table.rows.end(),
                                     [&](auto const& row) { return row.first != table.rows.front().first; });
    page.html("<div><h3 class=\"v\">").text(table.name, name_limit).html("</h3>");
    page.html("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"rows of ")
        .text(table.name, name_limit);
    page.html("\"><table><thead><tr>");
    if (several) page.html("<th scope=\"col\">from</th>");
    for (std::string const& column : table.columns)
        page.html("<th scope=\"col\" class=\"v\">").text(column, 60).html("</th>");
    page.html("</tr></thead><tbody>");
    for (auto const& [writer, row] : table.rows) {
        page.html("<tr>");
        if (several) page.html("<td>").text(writer, 60).html("</td>");
        for (std::string const& column : table.columns) {
            page.html("<td class=\"v\">");
            for (auto const& [name, cell] : row) {
                if (name != column) continue;
                if (auto const* number = std::get_if<double>(&cell))
                    page.text(human_number(*number));
                else
                    page.text(std::get<std::string>(cell), 100);
                break;
            }
            page.html("</td>");
        }
        page.html("</tr>");
    }
    page.html("</tbody></table></div>");
    if (table.row_count > table.rows.size())
        page.html("<p class=\"note\">The last ")
            .number(table.rows.size())
            .html(" of ")
            .text(in_thousands(table.row_count))
            .html(" rows.</p>");
    page.html("</div>");
}

inline void append_metric_notes(markup& page, metric_overview const& m, std::size_t left_out, bool over) {
    auto note = [&page](std::uint64_t n, source_html one, source_html many) {
        if (n > 0) page.html("<p class=\"note\">").text(in_thousands(n)).html(n == 1 ? one : many).html("</p>");
    };
    note(left_out, " more metric is not shown here.", " more metrics are not shown here.");
    note(m.files_left_out, " more process logged metrics that are not shown here.",
         " more processes logged metrics that are not shown here.");
    note(m.lines_ignored + (over ? m.lines_begun : 0), " line of the metrics files is no metric and was passed over.",
         " lines of the metrics files are no metrics and were passed over.");
    note(m.lines_too_long, " line of the metrics files is longer than 4 MiB, too long to be shown here.",
         " lines of the metrics files are longer than 4 MiB, too long to be shown here.");
    if (m.bytes_skipped > 0)
        page.html("<p class=\"note\">Only the end of the metrics is shown: the first ")
            .text(human_bytes(m.bytes_skipped))
            .html(" of the files were not read.</p>");
}
}  // namespace detail

/// Tiles for single values, plots for series, tables for rows, documents as what they are.
inline void append_metrics(markup& page, page_input& in) {
    page.html("<section class=\"card\" aria-labelledby=\"metrics\"><h2 id=\"metrics\">Metrics</h2>");
    std::vector<plotted_metric*> tiles, plots;
    std::size_t left_out = in.metrics.names_left_out(), lines = 0;
    for (plotted_metric& metric : in.metrics.metrics()) {
        auto& group = metric.is_single() ? tiles : plots;
        bool const room = group.size() < (metric.is_single() ? detail::most_tiles : detail::most_plots);
        if (room)
            group.push_back(&metric);
        else
            ++left_out;
        if (room && !metric.is_single()) lines += metric.series.size();
    }
    if (tiles.empty() && plots.empty() && in.metrics.tables().empty() && in.metrics.documents().empty() &&
        in.metrics.lines_too_long == 0) {
        page.html("<p class=\"soft\">");
        if (in.over())
            page.html("The script logged no metrics.</p>");
        else
            page.html(
                "None so far. A script logs one by appending a line of JSON to the file that "
                "<code>$ESTIMA_METRICS_FILE</code> names.</p>");
    }
    if (!tiles.empty()) {
        page.html("<dl class=\"tiles\">");
        for (plotted_metric const* metric : tiles) detail::append_tile(page, *metric);
        page.html("</dl>");
    }
    if (!plots.empty()) {
        // Fewer points a line when there are many lines: the page is read again every two seconds.
        std::size_t const buckets = std::max<std::size_t>(40, 20000 / std::max<std::size_t>(lines, 1));
        page.html("<div class=\"plots\">");
        for (plotted_metric* metric : plots) {
            for (auto& [writer, series] : metric->series) series.thin(buckets);
            detail::append_figure(page, *metric);
        }
        page.html("</div>");
    }
    if (!in.metrics.tables().empty()) {
        page.html("<div class=\"tables\">");
        for (metric_table const& table : in.metrics.tables()) detail::append_metric_table(page, table);
        page.html("</div>");
    }
    append_documents(page, in.metrics);
    detail::append_metric_notes(page, in.metrics, left_out, in.over());
    page.html("</section>");
}

}  // namespace estima::inline v0_1::portal
