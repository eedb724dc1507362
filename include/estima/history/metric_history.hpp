// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <estima/history/line_blocks.hpp>
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
inline metric_point told_point(block_point const& p, int rank) {
    return {p.value, p.step == no_step ? std::nullopt : std::optional{p.step}, static_cast<double>(p.time) / 1e6, rank};
}

/// A block of a file that has more points, and who wrote it.
struct told_block {
    point_block const* block;
    int rank;
};

/// Of as many parts as fit into `most` points (0: all are told), each of about as many points, the lowest and the
/// highest; and the last of all. Where nothing is left out, each block is one point.
inline std::vector<metric_point> thinned(std::vector<told_block> const& all, std::uint64_t total, std::size_t most) {
    std::vector<metric_point> told;
    auto const tell = [&told](block_point const& p, int rank) { told.push_back(told_point(p, rank)); };
    if (most == 0 || total <= most) {
        for (told_block const& b : all) tell(b.block->last, b.rank);
        return told;
    }
    using place = std::pair<std::size_t, std::uint64_t>;  // which block, and where in its file
    struct extreme {
        block_point const* point = nullptr;
        std::size_t block = 0;
        place at() const { return {block, point->place}; }
    };
    std::uint64_t const parts = std::max<std::uint64_t>((most - 1) / 2, 1);
    std::uint64_t taken = 0;
    std::optional<place> last;
    for (std::size_t i = 0; i < all.size() && most > 1;) {
        std::uint64_t const part = taken * parts / total;
        extreme low, high;
        for (; i < all.size() && taken * parts / total == part; taken += all[i++].block->count) {
            block_point const &its_low = all[i].block->lowest, &its_high = all[i].block->highest;
            if (!low.point || its_low.value < low.point->value || std::isnan(low.point->value)) low = {&its_low, i};
            if (!high.point || its_high.value > high.point->value || std::isnan(high.point->value))
                high = {&its_high, i};
        }
        if (high.at() < low.at()) std::swap(low, high);
        tell(*low.point, all[low.block].rank);
        last = low.at();
        if (high.at() != *last) {
            tell(*high.point, all[high.block].rank);
            last = high.at();
        }
    }
    if (last != place{all.size() - 1, all.back().block->last.place} && told.size() < most)
        tell(all.back().block->last, all.back().rank);
    return told;
}

/// Reads the history of a metric from all files of a run: in blocks where there are far more points than are wanted.
class history_reader {
public:
    history_reader(std::string const& name, history_options const& options, bool is_over)
        : name_{name}, options_{options}, is_over_{is_over} {
        if (options.first_step) first_step_ = *options.first_step;
        if (options.last_step) last_step_ = *options.last_step;
        if (options.first_time) first_time_ = in_microseconds(*options.first_time);
        if (options.last_time) last_time_ = in_microseconds(*options.last_time);
        wants_steps_ = options.first_step || options.last_step;
    }

    std::vector<metric_point> read(std::filesystem::path const& folder) {
        for (metric_file const& file : metric_files(folder)) {
            if (options_.rank && file.rank != *options_.rank) continue;
            source s = file.is_points ? points_of(file) : lines_of(file);
            choose(s);
            if (!s.blocks.empty()) sources_.push_back(std::move(s));
        }
        std::uint64_t total = 0;
        for (source const& s : sources_)
            for (point_block const& b : s.blocks) total += b.count;
        // Single points where a block would be a large part of what is told.
        if (options_.max_points == 0 || total / (point_block::most_points / 2) < options_.max_points)
            for (source& s : sources_) split(s);
        return thinned(in_order(), total, options_.max_points);
    }

private:
    /// What one file has, in its order.
    struct source {
        int rank = 0;
        std::optional<point_file> points{};
        std::optional<line_blocks> lines{};
        named_lines of_lines{};
        std::vector<point_block> blocks{};
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

    source points_of(metric_file const& file) const {
        source s{.rank = file.told_rank};
        s.points.emplace(open_file(file.path, O_RDONLY | O_NONBLOCK | O_NOCTTY));
        s.blocks = point_blocks::of(*s.points, file.path, name_, is_over_);
        return s;
    }
    source lines_of(metric_file const& file) const {
        source s{.rank = file.told_rank};
        s.lines.emplace(file.path, is_over_);
        s.of_lines = s.lines->of(name_, 0);
        s.blocks = std::move(s.of_lines.blocks);
        return s;
    }

    /// Leaves the blocks that are wanted, and parts of those that are in part.
    void choose(source& s) const {
        std::erase_if(s.blocks, [this](point_block const& b) { return is_outside(b); });
        for (point_block& b : s.blocks) {
            if (is_inside(b)) continue;
            point_block part;
            for_each_point(s, b, [&](block_point const& p) { part.add(p); });
            b = part;
        }
        std::erase_if(s.blocks, [](point_block const& b) { return b.count == 0; });
    }

    /// Calls `take` for the points of a block that are wanted.
    template <class Take>
    void for_each_point(source& s, point_block const& b, Take take) const {
        auto const tell = [&](block_point const& p) {
            if (is_wanted(p)) take(p);
        };
        if (s.lines) {
            s.lines->read(s.of_lines, b.begin, b.last.place,
                          [&](estima::metric_line const& line, std::uint64_t place) { tell(point_of(line, place)); });
            return;
        }
        std::uint64_t next = b.begin;
        s.points->read(
            next, true,
            [&](stored_point const& p) {
                if (*p.name == name_) tell({p.value, p.stored_step, p.time, p.slot});
            },
            b.last.place + 1);
    }

    /// Makes a block of each point.
    void split(source& s) const {
        std::vector<point_block> single;
        for (point_block const& b : s.blocks)
            for_each_point(s, b, [&single](block_point const& p) { single.emplace_back().add(p); });
        s.blocks = std::move(single);
    }

    /// The blocks of all files by time, those of one file in its order.
    std::vector<told_block> in_order() const {
        std::vector<told_block> met;
        std::vector<std::pair<std::int64_t, std::size_t>> by_time;  // and the place in `met`
        for (source const& s : sources_) {
            std::int64_t latest = std::numeric_limits<std::int64_t>::min();
            for (point_block const& b : s.blocks) {
                latest = std::max(latest, b.first_time);
                by_time.emplace_back(latest, met.size());
                met.push_back({&b, s.rank});
            }
        }
        if (sources_.size() <= 1) return met;
        std::sort(by_time.begin(), by_time.end());
        std::vector<told_block> all;
        all.reserve(met.size());
        for (auto const& [time, place] : by_time) all.push_back(met[place]);
        return all;
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

/// What read_history tells of each of these names, with at most so many points (0: all), by one look at the files.
/// Memory grows with the points of these names: for many with few points each. EST-301.
inline std::map<std::string, std::vector<metric_point>> read_histories(std::filesystem::path const& folder,
                                                                       std::set<std::string> const& names,
                                                                       std::size_t max_points = 1000,
                                                                       bool is_over = true) {
    auto all = detail::read_wanted_metrics(folder, is_over, [&](auto const& name) { return names.contains(name); });
    for (auto& [name, points] : all.scalars) {
        std::vector<detail::point_block> single(points.size());
        std::vector<detail::told_block> blocks;
        for (std::size_t i = 0; i < points.size(); ++i) {
            metric_point const& p = points[i];
            single[i].add({p.value, p.step.value_or(detail::no_step), detail::in_microseconds(p.time), i});
            blocks.push_back({&single[i], p.rank});
        }
        points = detail::thinned(blocks, points.size(), max_points);
    }
    return std::move(all.scalars);
}

}  // namespace estima::inline v0_1
