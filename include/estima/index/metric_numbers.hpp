// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <estima/history/metric_files.hpp>
#include <estima/index/indexed_run.hpp>

namespace estima::inline v0_1::detail {

/// Takes the numbers of metric files into what the index keeps of a run.
class metric_numbers {
public:
    /// What is taken from here on is of this file, of indexed_run::files, and of one run.
    void begin_file(std::size_t file) {
        file_ = file;
        told_.clear();
        next_told_ = 0;
    }

    void take(std::string const& name, double value, std::optional<std::int64_t> step, double time, indexed_run& run) {
        told_metric const told = find(name, run);
        metric_summary& m = *told.summary;
        ++m.count;
        m.min = std::fmin(m.min, value);
        m.max = std::fmax(m.max, value);
        newest_point& point = *told.newest;
        point.value = value;
        point.time = time;
        point.latest_time = std::max(point.latest_time, time);
        point.step = step;
    }

    /// Of several processes' points that of the latest time, as read_metrics orders them.
    static void choose_newest(indexed_run& run) {
        auto const place = [&run](std::uint64_t file) {
            std::string const& name = run.files[file].first;
            return std::pair{rank_of_file(name), std::string_view{name}};
        };
        auto summary = run.summary.metrics.begin();  // of the same names
        for (auto const& [name, points] : run.newest) {
            newest_point const* best = &points.front();
            for (newest_point const& p : points)
                if (p.latest_time > best->latest_time ||
                    (p.latest_time == best->latest_time && place(p.file) > place(best->file)))
                    best = &p;
            metric_summary& m = (summary++)->second;
            m.last = best->value;
            m.time = best->time;
            m.step = best->step;
        }
    }

private:
    /// A metric that the file which is read now has told.
    struct told_metric {
        std::string_view name;
        metric_summary* summary;
        newest_point* newest;
    };

    /// Files tell the same metrics in much the same order again and again: most often it is the next one.
    told_metric find(std::string const& name, indexed_run& run) {
        for (int i = 0; i < 2 && !told_.empty(); ++i) {
            if (next_told_ >= told_.size()) next_told_ = 0;
            if (told_metric const& next = told_[next_told_++]; next.name == name) return next;
        }
        auto const at = run.summary.metrics.try_emplace(name).first;
        std::vector<newest_point>& points = run.newest[name];
        auto const is_its = [this](newest_point const& p) { return p.file == file_; };
        auto point = std::find_if(points.begin(), points.end(), is_its);
        if (point == points.end()) point = points.insert(point, newest_point{.file = file_});
        told_metric const found{at->first, &at->second, &*point};
        auto const is_same = [&found](told_metric const& one) { return one.summary == found.summary; };
        auto const known = std::find_if(told_.begin(), told_.end(), is_same);
        next_told_ = static_cast<std::size_t>(known - told_.begin()) + 1;
        if (known == told_.end() && told_.size() < 1000) told_.push_back(found);
        return found;
    }

    std::size_t file_ = 0;
    std::vector<told_metric> told_{};
    std::size_t next_told_ = 0;
};

}  // namespace estima::inline v0_1::detail
