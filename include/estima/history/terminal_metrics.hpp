// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <map>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <estima/history/metrics.hpp>

namespace estima::inline v0_1 {

/// With which characters a plot is drawn.
enum class plot_style {
    automatic,  ///< unicode where the environment's locale is a UTF-8 one
    unicode,    ///< braille: eight dots a character
    ascii,
};

namespace detail {
/// Six significant digits, which is what a column has room for; whole numbers whole, as far as a double knows each.
/// What is no finite number is spelled as in JSON and on the portal's pages.
inline std::string short_number(double value, int digits = 6) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
    constexpr double every_whole_number_up_to = 9007199254740992;  // 2^53
    bool const is_whole = std::trunc(value) == value && std::fabs(value) <= every_whole_number_up_to;
    char text[32];
    std::snprintf(text, sizeof text, is_whole ? "%.*f" : "%.*g", is_whole ? 0 : digits, value);
    return text;
}

/// Numbers with as many digits as it takes to tell those apart that differ.
inline std::vector<std::string> told_apart(std::vector<double> const& values) {
    for (int digits = 6;; ++digits) {
        std::map<std::string, double> known;
        std::vector<std::string> texts;
        bool are_apart = true;
        for (double const value : values) {
            texts.push_back(short_number(value, digits));
            double const alike = known.emplace(texts.back(), value).first->second;
            are_apart = are_apart && (alike == value || std::isnan(value));
        }
        if (are_apart || digits == 17) return texts;
    }
}

/// As the C library finds the locale, without changing this program's.
inline bool locale_is_utf8() {
    for (char const* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
        char const* const value = std::getenv(name);
        if (value == nullptr || *value == '\0') continue;
        std::string_view const text{value};
        for (std::string_view spelling : {"UTF-8", "utf-8", "UTF8", "utf8"})
            if (text.find(spelling) != std::string_view::npos) return true;
        return false;
    }
    return false;
}

/// How many columns a terminal uses for a text: one a character, not one a byte.
inline std::size_t columns(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

/// Metric names come from a script: whatever would steer the terminal is replaced.
inline std::string printable(std::string_view text) {
    std::string safe{text};
    for (char& c : safe)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
    return safe;
}

inline std::string padded(std::string const& text, std::size_t width, bool right) {
    std::string const fill(width > columns(text) ? width - columns(text) : 0, ' ');
    return right ? fill + text : text + fill;
}
}  // namespace detail

namespace detail {
/// What a table of metrics says of the numbers of one name.
struct number_summary {
    std::size_t count = 0;
    double first = std::nan(""), last = std::nan(""), low = std::nan(""), high = std::nan("");

    void add(double value) {
        if (count++ == 0) first = value;
        last = value;
        low = std::fmin(low, value);
        high = std::fmax(high, value);
    }
    std::vector<std::string> row(std::string_view name) const {
        std::vector<std::string> cells{printable(name), std::to_string(count)};
        for (double const value : {first, last, low, high}) cells.push_back(count > 0 ? short_number(value) : "");
        return cells;
    }
};

/// "confusion: 3 rows (class, recall)".
inline std::string row_summary(std::string_view name, std::vector<metric_row> const& rows) {
    std::vector<std::string_view> columns;
    for (metric_row const& row : rows)
        for (auto const& [column, cell] : row.value)
            if (std::find(columns.begin(), columns.end(), column) == columns.end()) columns.push_back(column);
    std::string text = printable(name) + ": " + std::to_string(rows.size()) + (rows.size() == 1 ? " row (" : " rows (");
    for (std::size_t i = 0; i < columns.size(); ++i) text += (i == 0 ? "" : ", ") + printable(columns[i]);
    return text + ")";
}
}  // namespace detail

/// One line for each metric that is a number or a list of numbers: name, count of points, first, last, smallest and
/// largest value, in aligned columns. Not-a-number counts as a point but is neither the smallest nor the largest. Of
/// rows, below, how many there are and their columns; of documents how many, and their type.
inline void print_metrics_table(std::ostream& out, run_metrics const& metrics) {
    std::vector<std::vector<std::string>> table{{"metric", "points", "first", "last", "min", "max"}};
    for (std::string const& name : metrics.names()) {
        if (auto const points = metrics.scalars.find(name); points != metrics.scalars.end()) {
            detail::number_summary numbers;
            for (metric_point const& point : points->second) numbers.add(point.value);
            table.push_back(numbers.row(name));
        }
        if (auto const lists = metrics.lists.find(name); lists != metrics.lists.end()) {
            detail::number_summary numbers;
            for (metric_list const& list : lists->second)
                for (double const value : list.value) numbers.add(value);
            table.push_back(numbers.row(name));
        }
    }
    if (table.size() == 1 && !metrics.empty()) table.clear();
    std::vector<std::size_t> widths(6);
    for (auto const& row : table)
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], detail::columns(row[i]));
    for (auto const& row : table) {
        for (std::size_t i = 0; i < row.size(); ++i)
            out << (i == 0 ? "" : "  ") << detail::padded(row[i], widths[i], i != 0);
        out << '\n';
    }
    for (auto const& [name, rows] : metrics.rows) out << detail::row_summary(name, rows) << '\n';
    for (auto const& [name, all] : metrics.documents)
        out << detail::printable(name) << ": " << all.size() << " x " << detail::printable(all.back().value.type)
            << '\n';
}

namespace detail {
/// A grid of dots, drawn as characters.
class dot_canvas {
public:
    dot_canvas(int columns, int rows, bool unicode)
        : unicode_{unicode}, columns_{columns}, rows_{rows}, cells_(static_cast<std::size_t>(columns * rows)) {}

    int width() const { return unicode_ ? columns_ * 2 : columns_; }
    int height() const { return unicode_ ? rows_ * 4 : rows_; }

    void dot(int x, int y) {
        // The bits of U+2800: column of dots by row of dots.
        constexpr unsigned char bits[4][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
        auto& cell = cells_[static_cast<std::size_t>(unicode_ ? y / 4 * columns_ + x / 2 : y * columns_ + x)];
        cell = static_cast<unsigned char>(unicode_ ? cell | bits[y % 4][x % 2] : 1);
    }

    void line(int x0, int y0, int x1, int y1) {
        int const steps = std::max({std::abs(x1 - x0), std::abs(y1 - y0), 1});
        for (int i = 0; i <= steps; ++i) dot(x0 + (x1 - x0) * i / steps, y0 + (y1 - y0) * i / steps);
    }

    std::string row(int y) const {
        std::string text;
        for (int x = 0; x < columns_; ++x) {
            unsigned char const cell = cells_[static_cast<std::size_t>(y * columns_ + x)];
            if (cell == 0)
                text += ' ';
            else if (!unicode_)
                text += '*';
            else
                text.append({'\xE2', static_cast<char>(0xA0 | cell >> 6), static_cast<char>(0x80 | (cell & 0x3F))});
        }
        return text.erase(text.find_last_not_of(' ') + 1);
    }

private:
    bool unicode_;
    int columns_, rows_;
    std::vector<unsigned char> cells_;
};

/// The first and the last x at the ends of a line, the axis's name between them where there is room.
inline std::string x_labels(std::int64_t low, std::int64_t high, std::string name, std::size_t width) {
    std::string const left = std::to_string(low), right = high > low ? std::to_string(high) : "";
    std::size_t const used = left.size() + right.size();
    if (used + name.size() + 2 > width) name.clear();
    std::size_t const gap = width > used + name.size() ? width - used - name.size() : 1;
    std::string const text = left + std::string(gap / 2, ' ') + name + std::string(gap - gap / 2, ' ') + right;
    return text.substr(0, text.find_last_not_of(' ') + 1);
}
}  // namespace detail

/// Draws the points as a curve, `width` columns by `height` lines with its labels: the smallest and largest value at
/// the left, the steps (or without steps the numbers of the points) below. Each process has a curve of its own. Values
/// that are not finite are left out and counted below.
inline void print_metric_plot(std::ostream& out, std::vector<metric_point> const& points, int width = 60,
                              int height = 12, plot_style style = plot_style::automatic) {
    bool const unicode = style == plot_style::unicode || (style == plot_style::automatic && detail::locale_is_utf8());
    bool const by_step =
        std::all_of(points.begin(), points.end(), [](metric_point const& p) { return p.step.has_value(); });
    struct place {
        std::int64_t x;
        double y;
    };
    std::map<int, std::vector<place>> curves;
    std::map<int, std::int64_t> count;
    std::int64_t x_low = std::numeric_limits<std::int64_t>::max(), x_high = std::numeric_limits<std::int64_t>::min();
    double y_low = HUGE_VAL, y_high = -HUGE_VAL;
    std::size_t left_out = 0;
    for (metric_point const& p : points) {
        std::int64_t const x = by_step ? *p.step : ++count[p.rank];
        if (!std::isfinite(p.value)) {
            ++left_out;
            continue;
        }
        curves[p.rank].push_back({x, p.value});
        x_low = std::min(x_low, x), x_high = std::max(x_high, x);
        y_low = std::min(y_low, p.value), y_high = std::max(y_high, p.value);
    }
    if (curves.empty()) {
        if (left_out == 0)
            out << "(no points)\n";
        else
            out << "(no point is finite, of " << left_out << ")\n";
        return;
    }

    std::vector<std::string> const ends = detail::told_apart({y_low, y_high});
    std::string const &bottom = ends[0], &top = ends[1];
    std::size_t const label = std::max(top.size(), bottom.size());
    int const rows = std::max(height - 2, 2);
    int const columns = std::max(width - static_cast<int>(label) - 2, 8);
    detail::dot_canvas canvas{columns, rows, unicode};
    auto scaled = [](double value, double low, double high, int size) {
        // Halves first: the range of two doubles may be more than a double holds.
        double const part = high > low ? (value / 2 - low / 2) / (high / 2 - low / 2) : 0.5;
        return static_cast<int>(std::lround(part * (size - 1)));
    };
    // Steps may be larger than a double knows each of, and further apart than an int64 knows.
    auto behind = [](std::int64_t low, std::int64_t x) {
        return static_cast<double>(static_cast<std::uint64_t>(x) - static_cast<std::uint64_t>(low));
    };
    for (auto const& [rank, curve] : curves) {
        int last_x = 0, last_y = 0;
        for (std::size_t i = 0; i < curve.size(); ++i) {
            int const x = scaled(behind(x_low, curve[i].x), 0, behind(x_low, x_high), canvas.width());
            int const y = canvas.height() - 1 - scaled(curve[i].y, y_low, y_high, canvas.height());
            if (i == 0)
                canvas.dot(x, y);
            else
                canvas.line(last_x, last_y, x, y);
            last_x = x, last_y = y;
        }
    }
    for (int y = 0; y < rows; ++y) {
        std::string text = y == 0 ? top : y == rows - 1 ? bottom : "";
        if (y_low == y_high) text = y == (rows - 1) / 2 ? top : "";
        out << detail::padded(text, label, true) << ' ' << (unicode ? "\u2502" : "|") << canvas.row(y) << '\n';
    }
    out << std::string(label + 1, ' ') << (unicode ? "\u2514" : "+");
    for (int x = 0; x < columns; ++x) out << (unicode ? "\u2500" : "-");
    out << '\n'
        << std::string(label + 2, ' ')
        << detail::x_labels(x_low, x_high, by_step ? "step" : "", static_cast<std::size_t>(columns)) << '\n';
    if (left_out != 0) out << "(" << left_out << (left_out == 1 ? " point is" : " points are") << " not finite)\n";
}

}  // namespace estima::inline v0_1
