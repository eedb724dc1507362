// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <estima/terminal/screen.hpp>

namespace estima::inline v0_1::terminal {

/// To how many columns ids of runs, and other names, are cut at least.
inline constexpr std::size_t least_of_id = 30, least_of_name = 20;

/// A column of a table.
struct table_column {
    std::string title;
    bool right = false;  ///< numbers end at the same place
    bool whole = false;  ///< its cells are never cut: numbers, and what is to be copied
    /// Of what its end tells apart: cut in the middle, to so many columns at least.
    std::size_t by_ends = 0;
};

/// One place of a table.
struct table_cell {
    std::string text{};  ///< safe to be shown
    terminal::tone tone = terminal::tone::plain;
};

/// Rows in aligned columns that fit the width of the screen: the widest columns are cut first, and when each is down to
/// what it is to have at least (eight characters), those at the right end are left out and named below. A file gets all
/// of it, in columns that are aligned as far as they are of a usual width.
class text_table {
public:
    explicit text_table(std::vector<table_column> columns) : columns_{std::move(columns)} {}

    void add(std::vector<table_cell> row) {
        row.resize(columns_.size());
        rows_.push_back(std::move(row));
    }
    bool empty() const { return rows_.empty(); }

    void print(screen const& on) const {
        std::vector<std::size_t> widths, least;
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            std::size_t cells = 0;
            for (auto const& row : rows_) cells = std::max(cells, display_width(row[i].text));
            widths.push_back(std::max(cells, display_width(columns_[i].title)));
            least.push_back(std::min(widths[i], columns_[i].by_ends != 0 && columns_.size() > 1 ? columns_[i].by_ends
                                                : columns_[i].whole ? std::max(cells, narrowest_title)
                                                                    : narrowest));
        }
        if (on.width == screen::unlimited)  // a long cell moves its own row, and blanks nobody else's
            for (std::size_t& width : widths) width = std::min(width, widest_in_file);
        fit(widths, least, on.width);
        std::vector<table_cell> titles;
        for (table_column const& c : columns_) titles.push_back({c.title, tone::title});
        print_row(on, titles, widths);
        for (auto const& row : rows_) print_row(on, row, widths);
        if (widths.size() == columns_.size()) return;
        std::string left_out;
        for (std::size_t i = widths.size(); i < columns_.size(); ++i)
            left_out.append(left_out.empty() ? "" : ", ").append(columns_[i].title);
        *on.err << "Not shown, since the terminal is too narrow: " << left_out << '\n';
    }

private:
    static constexpr std::size_t gap = 2, narrowest = 8, narrowest_title = 12, widest_in_file = 60;

    /// Which columns are shown is told by what they need at least; they share all the room that there is.
    static void fit(std::vector<std::size_t>& widths, std::vector<std::size_t> least, std::size_t room) {
        auto const used = [](std::vector<std::size_t> const& of) {
            std::size_t sum = of.empty() ? 0 : (of.size() - 1) * gap;
            for (std::size_t const w : of) sum += w;
            return sum;
        };
        while (least.size() > 1 && used(least) > room) least.pop_back();
        widths.resize(least.size());
        while (used(widths) > room) {
            std::size_t widest = widths.size();
            for (std::size_t i = 0; i < widths.size(); ++i)
                if (widths[i] > least[i] && (widest == widths.size() || widths[i] > widths[widest])) widest = i;
            if (widest == widths.size()) return;
            --widths[widest];
        }
    }

    void print_row(screen const& on, std::vector<table_cell> const& row, std::vector<std::size_t> const& widths) const {
        std::string line;
        std::size_t blanks = 0;
        for (std::size_t i = 0; i < widths.size(); ++i) {
            auto const& fit = columns_[i].by_ends != 0 ? fitted_in_middle : fitted;
            std::string const text =
                on.width == screen::unlimited ? row[i].text : fit(row[i].text, widths[i], on.cut_mark());
            std::size_t const fill = widths[i] - std::min(widths[i], display_width(text));
            if (columns_[i].right) blanks += fill;
            if (!text.empty()) {  // blanks are owed until something stands after them
                line.append(blanks, ' ').append(on.painted(text, row[i].tone));
                blanks = 0;
            }
            blanks += (columns_[i].right ? 0 : fill) + gap;
        }
        *on.out << line << '\n';
    }

    std::vector<table_column> columns_;
    std::vector<std::vector<table_cell>> rows_;
};

}  // namespace estima::inline v0_1::terminal
