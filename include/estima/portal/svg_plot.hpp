// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <string>

#include <estima/portal/human.hpp>
#include <estima/portal/markup.hpp>
#include <estima/portal/metric_overview.hpp>
#include <estima/portal/plot_axis.hpp>

namespace estima::inline v0_1::portal {

namespace detail {
inline void append_coordinate(std::string& path, double value) {
    std::array<char, 32> digits{};
    auto const end =
        std::to_chars(digits.data(), digits.data() + digits.size(), value, std::chars_format::fixed, 1).ptr;
    path.append(digits.data(), end);
}

/// The inside of a plot: where values stand in the units of the picture.
struct plot_frame {
    static constexpr double width = 360, height = 176, top = 9, bottom = 152, right = 349;
    double left = 40;
    plot_axis x{}, y{};
    bool by_step = true;

    double at_x(double value) const { return left + (right - left) * x.place(value); }
    double at_y(double value) const { return bottom - (bottom - top) * y.place(value); }
    double x_of(plot_point const& p) const { return by_step ? p.step : p.index; }
};

/// The widest of all series; where x starts and ends is told by the points themselves, a script may log in any order.
inline plot_frame make_frame(plotted_metric const& metric) {
    plot_frame frame;
    for (auto const& [writer, series] : metric.series) frame.by_step = frame.by_step && series.every_step_known();
    metric_series::bucket x, y;
    for (auto const& [writer, series] : metric.series) {
        y.add(series.extent());
        for (auto const& bucket : series.buckets()) {
            if (bucket.gap) continue;
            for (plot_point const& p : {bucket.lowest, bucket.highest}) x.add(plot_point{0, 0, frame.x_of(p)});
        }
    }
    frame.x = make_axis(x.lowest.y, x.highest.y, 6, false, true);
    frame.y = make_axis(y.lowest.y, y.highest.y, 5, true, false);
    return frame;
}

inline void append_axes(markup& page, plot_frame& frame) {
    auto const y_labels = tick_labels(frame.y), x_labels = tick_labels(frame.x);
    std::size_t longest = 1;
    for (std::string const& label : y_labels) longest = std::max(longest, visible_length(label));
    frame.left = 10 + 6.6 * static_cast<double>(longest);
    page.html("<g class=\"grid\">");
    auto line = [&](double x1, double y1, double x2, double y2) {
        std::string d = "M";
        append_coordinate(d, x1);
        append_coordinate(d += ' ', y1);
        append_coordinate(d += 'L', x2);
        append_coordinate(d += ' ', y2);
        page.html("<path d=\"").text(d).html("\"/>");
    };
    for (double const tick : frame.y.ticks) line(frame.left, frame.at_y(tick), frame.right, frame.at_y(tick));
    for (double const tick : frame.x.ticks) line(frame.at_x(tick), frame.bottom, frame.at_x(tick), frame.bottom + 4);
    page.html("</g><g class=\"tick\">");
    auto label = [&](double x, double y, source_html anchor, std::string const& text) {
        std::string at;
        append_coordinate(at, x);
        page.html("<text x=\"").text(at);
        at.clear();
        append_coordinate(at, y);
        page.html("\" y=\"").text(at).html("\" text-anchor=\"").html(anchor).html("\">").text(text).html("</text>");
    };
    for (std::size_t i = 0; i < y_labels.size(); ++i)
        label(frame.left - 6, frame.at_y(frame.y.ticks[i]) + 3.8, "end", y_labels[i]);
    double free_from = 0;  // labels that would touch the one before are left out
    for (std::size_t i = 0; i < x_labels.size(); ++i) {
        double const half = 3.3 * static_cast<double>(visible_length(x_labels[i]));
        double const x = std::min(frame.at_x(frame.x.ticks[i]), plot_frame::width - half);
        if (x - half < free_from) continue;
        label(x, frame.bottom + 16, "middle", x_labels[i]);
        free_from = x + half + 8;
    }
    page.html("</g>");
}

/// The line of one process. Where it has no finite values it is broken; a point alone is drawn as a dot.
inline std::string line_path(plot_frame const& frame, metric_series const& series) {
    std::string path;
    bool drawing = false;
    std::size_t in_stroke = 0;
    auto point = [&](plot_point const& p) {
        path += drawing ? 'L' : 'M';
        append_coordinate(path, frame.at_x(frame.x_of(p)));
        path += ' ';
        append_coordinate(path, frame.at_y(p.y));
        drawing = true;
        ++in_stroke;
    };
    auto end_stroke = [&] {
        if (in_stroke == 1) path += "h0";
        in_stroke = 0;
        drawing = false;
    };
    for (metric_series::bucket const& bucket : series.buckets()) {
        if (bucket.gap) {
            end_stroke();
            continue;
        }
        bool const up = bucket.lowest.index <= bucket.highest.index;
        point(up ? bucket.lowest : bucket.highest);
        if (bucket.lowest.index != bucket.highest.index) point(up ? bucket.highest : bucket.lowest);
    }
    end_stroke();
    return path;
}

inline void append_series_class(markup& page, std::size_t i) {
    page.text("s").number(i % metric_overview::most_writers);
}
}  // namespace detail

/// The plot of one metric: axes with labels, a line for each process. `summary` is what a screen reader says.
inline void append_plot(markup& page, plotted_metric const& metric, std::string const& summary) {
    detail::plot_frame frame = detail::make_frame(metric);
    page.html("<svg viewBox=\"0 0 360 176\" role=\"img\" aria-label=\"").text(summary).html("\">");
    detail::append_axes(page, frame);
    for (std::size_t i = metric.series.size(); i-- > 0;) {  // the first rank on top
        std::string const path = detail::line_path(frame, metric.series[i].second);
        if (path.empty()) continue;
        page.html("<path class=\"line ");
        if (metric.series[i].second.buckets().size() > 150) page.html("dense ");
        detail::append_series_class(page, i);
        page.html("\" d=\"").text(path).html("\"/>");
    }
    page.html("</svg>");
}

}  // namespace estima::inline v0_1::portal
