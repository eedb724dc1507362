// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <estima/history/lines.hpp>
#include <estima/history/metric_files.hpp>
#include <estima/history/metric_line.hpp>
#include <estima/history/metrics.hpp>
#include <estima/history/point_blocks.hpp>
#include <estima/history/point_file.hpp>

namespace estima::inline v0_1 {

/// Which points of a metric are asked for. The limits of a range belong to it; a point without a step is in no range of
/// steps.
struct history_options {
    std::size_t max_points = 1000;  ///< at most; 0: all
    std::optional<std::int64_t> first_step{}, last_step{};
    std::optional<double> first_time{}, last_time{};  ///< seconds since 1970
    std::optional<int> rank{};                        ///< what this process logged; left out: all
};

namespace detail {
/// Reads the history of a metric from all files of a run: in blocks where there are far more points than are wanted.
class history_reader {
public:
    history_reader(std::string const& name, history_options const& options, bool is_over)
        : name_{name}, options_{options}, is_over_{is_over} {
        auto in_microseconds = [](double seconds) {  // beyond 292,000 years it is as good as no limit
            return static_cast<std::int64_t>(std::llround(std::clamp(seconds, -9e12, 9e12) * 1e6));
        };
        if (options.first_step) first_step_ = *options.first_step;
        if (options.last_step) last_step_ = *options.last_step;
        if (options.first_time) first_time_ = in_microseconds(*options.first_time);
        if (options.last_time) last_time_ = in_microseconds(*options.last_time);
        wants_steps_ = options.first_step || options.last_step;
    }

    std::vector<metric_point> read(std::filesystem::path const& folder) {
        int others = 0;
        std::string last_other;
        for (metric_file const& file : metric_files(folder)) {
            if (options_.rank && file.rank != *options_.rank) continue;
            if (file.rank < 0 && file.writer != last_other) ++others;
            if (file.rank < 0) last_other = file.writer;
            std::int32_t const rank = file.rank < 0 ? -others : file.rank;
            source s = file.is_points ? points_of(file, rank) : lines_of(file, rank);
            if (!s.blocks.empty()) sources_.push_back(std::move(s));
        }
        std::uint64_t total = 0;
        for (source const& s : sources_)
            for (point_block const& b : s.blocks) total += b.count;
        // Single points where a block would be a large part of what is told.
        if (options_.max_points == 0 || total / (point_block::most_points / 2) < options_.max_points)
            for (source& s : sources_) split(s);
        return thinned(in_order(), total);
    }

private:
    /// What one file has, in its order.
    struct source {
        std::optional<point_file> file{};
        std::vector<point_block> blocks{};
        std::vector<block_point> points{};  ///< of lines
        std::int32_t rank = 0;
    };

    bool is_wanted(block_point const& p) const {
        if (p.time < first_time_ || p.time > last_time_) return false;
        return !wants_steps_ || (p.step != no_step && p.step >= first_step_ && p.step <= last_step_);
    }
    bool is_outside(point_block const& b) const {
        if (b.last_time < first_time_ || b.first_time > last_time_) return true;
        return wants_steps_ && (b.count_of_steps == 0 || b.last_step < first_step_ || b.first_step > last_step_);
    }
    bool is_inside(point_block const& b) const {
        if (b.first_time < first_time_ || b.last_time > last_time_) return false;
        return !wants_steps_ ||
               (b.count_of_steps == b.count && b.first_step >= first_step_ && b.last_step <= last_step_);
    }

    source points_of(metric_file const& file, std::int32_t rank) {
        source s{.rank = rank};
        s.file.emplace(open_file(file.path, O_RDONLY | O_NONBLOCK | O_NOCTTY));
        s.blocks = point_blocks::of(*s.file, file.path, name_, is_over_);
        std::erase_if(s.blocks, [this](point_block const& b) { return is_outside(b); });
        for (point_block& b : s.blocks) {
            if (!is_inside(b)) {
                point_block part;
                for_each_point(s, b, [&](block_point const& p) { part.add(p); });
                b = part;
            }
            b.lowest.rank = b.highest.rank = b.last.rank = rank;
        }
        std::erase_if(s.blocks, [](point_block const& b) { return b.count == 0; });
        return s;
    }

    source lines_of(metric_file const& file, std::int32_t rank) const {
        source s{.rank = rank};
        for_each_line(file.path, [&](std::string_view text, bool) {
            auto const line = parse_metric_line(text);
            if (!line || line->name != name_) return;
            double const* const value = std::get_if<double>(&line->value);
            if (value == nullptr) return;
            double const time = std::clamp(line->time.value_or(0), -9e12, 9e12);
            block_point const p{*value, line->step.value_or(no_step), std::llround(time * 1e6),
                                static_cast<std::uint32_t>(s.points.size()), rank};
            if (is_wanted(p)) s.points.push_back(p);
        });
        for (block_point const& p : s.points) {
            if (s.blocks.empty() || s.blocks.back().count == point_block::most_points) s.blocks.emplace_back();
            s.blocks.back().add(p);
        }
        return s;
    }

    /// Calls `take` for the points of a block that are wanted.
    template <class Take>
    void for_each_point(source& s, point_block const& b, Take take) const {
        std::uint64_t next = b.begin;
        s.file->read(
            next, true,
            [&](stored_point const& stored) {
                block_point const p{stored.value, stored.step.value_or(no_step), stored.time,
                                    static_cast<std::uint32_t>(stored.slot), s.rank};
                if (*stored.name == name_ && is_wanted(p)) take(p);
            },
            std::uint64_t{b.last.slot} + 1);
    }

    /// Makes a block of each point.
    void split(source& s) const {
        std::vector<point_block> single;
        auto const add = [&single](block_point const& p) { single.emplace_back().add(p); };
        if (!s.file)
            for (block_point const& p : s.points) add(p);
        else
            for (point_block const& b : s.blocks) for_each_point(s, b, add);
        s.blocks = std::move(single);
    }

    /// The blocks of all files by time, those of one file in its order.
    std::vector<point_block const*> in_order() const {
        std::vector<point_block const*> met;
        std::vector<std::pair<std::int64_t, std::size_t>> by_time;  // and the place in `met`
        for (source const& s : sources_) {
            std::int64_t latest = std::numeric_limits<std::int64_t>::min();
            for (point_block const& b : s.blocks) {
                latest = std::max(latest, b.first_time);
                by_time.emplace_back(latest, met.size());
                met.push_back(&b);
            }
        }
        if (sources_.size() <= 1) return met;
        std::sort(by_time.begin(), by_time.end());
        std::vector<point_block const*> all;
        all.reserve(met.size());
        for (auto const& [time, place] : by_time) all.push_back(met[place]);
        return all;
    }

    /// Of as many parts as fit, each of about as many points, the lowest and the highest; and the last of all.
    std::vector<metric_point> thinned(std::vector<point_block const*> const& all, std::uint64_t total) const {
        std::vector<metric_point> told;
        std::size_t const most = options_.max_points;
        auto const tell = [&told](block_point const& p) {
            told.push_back({p.value, p.step == no_step ? std::nullopt : std::optional{p.step},
                            static_cast<double>(p.time) / 1e6, p.rank});
        };
        if (most == 0 || total <= most) {
            for (point_block const* b : all) tell(b->last);
            return told;
        }
        std::uint64_t const parts = std::max<std::uint64_t>((most - 1) / 2, 1);
        std::uint64_t taken = 0;
        block_point const* last = nullptr;
        for (std::size_t i = 0; i < all.size() && most > 1;) {
            std::uint64_t const part = taken * parts / total;
            std::pair<std::size_t, block_point const*> low{}, high{};
            for (; i < all.size() && taken * parts / total == part; taken += all[i++]->count) {
                block_point const &its_low = all[i]->lowest, &its_high = all[i]->highest;
                if (!low.second || its_low.value < low.second->value || std::isnan(low.second->value))
                    low = {i, &its_low};
                if (!high.second || its_high.value > high.second->value || std::isnan(high.second->value))
                    high = {i, &its_high};
            }
            auto const place = [](auto const& p) { return std::pair{p.first, p.second->slot}; };
            if (place(high) < place(low)) std::swap(low, high);
            tell(*low.second);
            last = low.second;
            if (place(low) != place(high)) tell(*(last = high.second));
        }
        block_point const& end = all.back()->last;
        bool const is_told =
            last != nullptr && last->slot == end.slot && last->rank == end.rank && last->time == end.time;
        if (!is_told && told.size() < most) tell(end);
        return told;
    }

    std::string const& name_;
    history_options const& options_;
    bool is_over_, wants_steps_ = false;
    std::int64_t first_step_ = std::numeric_limits<std::int64_t>::min(), last_step_ = -(first_step_ + 1);
    std::int64_t first_time_ = first_step_, last_time_ = last_step_;
    std::vector<source> sources_;
};
}  // namespace detail

/// The numbers that were logged under a name, those of several processes merged by time. Where there are more than are
/// wanted, they are thinned: of each part of the history the lowest and the highest are told, and the newest of all.
/// What is read of many millions is kept beside the metric files, so that the next look takes some milliseconds.
/// EST-301 if a file cannot be read.
inline std::vector<metric_point> read_history(std::filesystem::path const& folder, std::string const& name,
                                              history_options const& options = {}, bool is_over = true) {
    return detail::history_reader{name, options, is_over}.read(folder);
}

}  // namespace estima::inline v0_1
