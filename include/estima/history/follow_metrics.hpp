// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <estima/history/metric_files.hpp>
#include <estima/history/metric_line.hpp>
#include <estima/history/metrics.hpp>
#include <estima/history/point_file.hpp>
#include <estima/system/file_descriptor.hpp>
#include <estima/system/read_all_at.hpp>
#include <estima/system/replaced_file.hpp>

namespace estima::inline v0_1 {

/// Tells what a run logs as it comes: each once, that of one process in its order. A file of lines that was replaced or
/// emptied is told from where it goes on as what was read of it; if it does not, all of it is told.
class metric_follower {
public:
    explicit metric_follower(std::filesystem::path folder) : folder_{std::move(folder)}, buffer_(65536) {}

    /// Calls `take(std::string const& name, metric_point const&)` for each number that is new, and
    /// `take_other(std::string const& name, logged_value const&)` for all else: everything when the run is over.
    template <class Take, class TakeOther>
    void read(bool is_over, Take take, TakeOther take_other) {
        for (metric_file const& file : metric_files(folder_)) {
            auto [known, fresh] = sources_.try_emplace(file.path.filename().string());
            source& s = known->second;
            if (fresh) {
                s.rank = file.rank;
                if (file.rank < 0)
                    s.rank = -others_.try_emplace(file.writer, static_cast<int>(others_.size()) + 1).first->second;
            }
            if (file.is_points)
                read_points(file, s, is_over, take);
            else
                read_lines(file, s, is_over, take, take_other);
        }
    }

private:
    struct source {
        int rank = -1;
        std::optional<point_file> points{};
        file_descriptor lines{};
        std::uint64_t place = 0;  ///< the slot, or the byte, to read on from
        std::string begun{};      ///< of a line without its end
        std::string end{};        ///< the last bytes of what was read
    };
    static constexpr std::size_t end_bytes = 128;  // a line with its time, or most of one

    static void open_lines(std::filesystem::path const& path, source& s) {
        s.lines.reset(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    }
    /// From the begin of a file that does not go on as what was read of it: it was written anew.
    static void go_on_or_begin_anew(source& s) {
        std::string now(s.end.size(), '\0');
        if (s.end.empty() || !s.lines ||
            (detail::read_all_at(s.lines.get(), s.place - s.end.size(), now.data(), now.size()) && now == s.end))
            return;
        s.place = 0;
        s.begun.clear(), s.end.clear();
    }

    template <class Take>
    static void read_points(metric_file const& file, source& s, bool is_over, Take& take) {
        if (!s.points || !s.points->is_valid()) s.points.emplace(file.path.string());
        s.points->read(s.place, is_over, [&](stored_point const& p) {
            take(*p.name, metric_point{p.value, p.step(), p.seconds(), s.rank});
        });
    }

    template <class Take, class TakeOther>
    void read_lines(metric_file const& file, source& s, bool is_over, Take& take, TakeOther& take_other) {
        if (!s.lines) open_lines(file.path, s);
        go_on_or_begin_anew(s);
        read_open_lines(s, take, take_other);
        if (s.lines && is_replaced(file.path, s.lines.get())) {
            open_lines(file.path, s);
            go_on_or_begin_anew(s);
            read_open_lines(s, take, take_other);
        }
        if (is_over && !s.begun.empty()) tell_line(std::exchange(s.begun, {}), s, take, take_other);
    }

    template <class Take, class TakeOther>
    void read_open_lines(source& s, Take& take, TakeOther& take_other) {
        for (;;) {
            ssize_t const n = ::pread(s.lines.get(), buffer_.data(), buffer_.size(), static_cast<off_t>(s.place));
            if (n < 0 && errno == EINTR) continue;
            if (n <= 0) break;
            s.place += static_cast<std::uint64_t>(n);
            std::string_view piece{buffer_.data(), static_cast<std::size_t>(n)};
            s.end.append(piece.substr(piece.size() - std::min(piece.size(), end_bytes)));
            s.end.erase(0, s.end.size() - std::min(s.end.size(), end_bytes));
            for (std::size_t end; (end = piece.find('\n')) != std::string_view::npos; piece.remove_prefix(end + 1)) {
                tell_line(s.begun.append(piece.substr(0, end)), s, take, take_other);
                s.begun.clear();
            }
            s.begun.append(piece);
        }
    }

    template <class Take, class TakeOther>
    static void tell_line(std::string_view text, source const& s, Take& take, TakeOther& take_other) {
        auto line = parse_metric_line(text);
        if (!line) return;
        double const time = line->time.value_or(0);
        if (double const* const value = std::get_if<double>(&line->value))
            take(line->name, metric_point{*value, line->step, time, s.rank});
        else
            take_other(line->name, logged_value{std::move(line->value), line->step, time, s.rank});
    }

    std::filesystem::path folder_;
    std::vector<char> buffer_;
    std::map<std::string, source> sources_;
    std::map<std::string, int> others_;  // writers that are no ranks
};

}  // namespace estima::inline v0_1
