// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <estima/history/run_record.hpp>
#include <estima/portal/human.hpp>
#include <estima/terminal/screen.hpp>
#include <estima/terminal/text_table.hpp>
#include <estima/terminal/wrap_text.hpp>

namespace estima::inline v0_1::terminal::detail {

/// Prints sections of what is told of a run or a model: a title, then names and values. Values are not cut but go on in
/// the next line.
class sections {
public:
    explicit sections(screen const& on) : on_{on} {}

    void begin(std::string_view title) { *on_.out << '\n' << on_.painted(title, tone::title) << '\n'; }

    /// Nothing for an empty value.
    void row(std::string_view name, std::string_view value, tone t = tone::plain) { add(name, on_.safe(value), t); }
    /// A text of several lines.
    void text(std::string_view name, std::string_view value) {
        std::string safe;
        for (std::size_t end = 0; (end = value.find('\n')) != std::string_view::npos; value.remove_prefix(end + 1))
            safe.append(on_.safe(value.substr(0, end))) += '\n';
        add(name, safe + on_.safe(value), tone::plain);
    }
    /// A text of estima's own, in which names are escaped already.
    void told(std::string_view name, std::string_view text, tone t = tone::plain) { add(name, on_.told(text), t); }
    void rows(std::string_view title, std::map<std::string, std::string> const& all) {
        if (all.empty()) return;
        begin(title);
        for (auto const& [name, value] : all) row(name, value.empty() ? "(empty)" : value);
    }

private:
    static constexpr std::size_t name_width = 14;

    void add(std::string_view name, std::string const& value, tone t) {
        if (value.empty()) return;
        std::string margin(name_width + 4, ' '), label;
        for (std::string const& line : lines_of(on_.safe(name), 2))
            label.append(label.empty() ? "  " : "\n  ").append(on_.painted(line, tone::soft));
        std::size_t const width = display_width(on_.safe(name));
        std::vector<std::string> lines = lines_of(value, margin.size());
        bool const fits = std::all_of(lines.begin(), lines.end(), [&](std::string const& line) {
            return display_width(line) <= on_.room_behind(margin.size());
        });
        if (!fits) lines = lines_of(value, (margin = "    ").size());  // a long word gets more room
        bool const is_beside = fits && width < name_width;
        std::string begin = label + (is_beside ? std::string(name_width - width + 2, ' ') : "\n" + margin);
        for (std::string const& line : lines) {
            *on_.out << begin << on_.painted(line, t) << '\n';
            begin = margin;
        }
    }
    std::vector<std::string> lines_of(std::string_view text, std::size_t margin) const {
        std::vector<std::string> lines;
        for (;;) {
            std::size_t const end = text.find('\n');
            for (std::string& line : wrapped(text.substr(0, end), on_.room_behind(margin)))
                lines.push_back(std::move(line));
            if (end == std::string_view::npos) return lines;
            text.remove_prefix(end + 1);
        }
    }

    screen const& on_;
};

/// A table of files, under a title that says what they are; nothing if there are none.
inline void print_files(screen const& on, std::string const& title, std::vector<artifact_record> const& files) {
    if (files.empty()) return;
    *on.out << '\n';
    text_table table{{{title, false, false, least_of_name}, {"size", true, true}, {"SHA-256"}, {"type"}}};
    for (artifact_record const& file : files)
        table.add({{on.safe(file.path)},
                   {portal::human_bytes(file.bytes)},
                   {on.safe(file.sha256.substr(0, 12)), tone::soft},
                   {std::string{file.media_type()}, tone::soft}});
    table.print(on);
}

}  // namespace estima::inline v0_1::terminal::detail
