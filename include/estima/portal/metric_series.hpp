// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

namespace estima::inline v0_1::portal {

/// One point of a plot: where it stands by its number in the series and by its step, and its value.
struct plot_point {
    double index = 0;
    double step = 0;
    double y = 0;
};

/// What one process logged under one name, in bounded memory: neighbouring points share a bucket that keeps the
/// lowest and the highest, and when there are too many buckets, neighbours are merged. Up to 400 points are exact.
class metric_series {
public:
    static constexpr std::size_t most_buckets = 400;

    /// A run of neighbouring points. Without any finite value it is a gap in the line.
    struct bucket {
        plot_point lowest{}, highest{};
        bool gap = true;

        void add(plot_point const& p) {
            if (gap || p.y < lowest.y) lowest = p;
            if (gap || p.y > highest.y) highest = p;
            gap = false;
        }
        void add(bucket const& other) {
            if (other.gap) return;
            if (gap || other.lowest.y < lowest.y) lowest = other.lowest;
            if (gap || other.highest.y > highest.y) highest = other.highest;
            gap = false;
        }
    };

    void add(double y, std::optional<std::int64_t> const& step) {
        if (in_last_ == stride_ || buckets_.empty()) {
            if (buckets_.size() == most_buckets) halve();
            if (in_last_ == stride_ || buckets_.empty()) {
                buckets_.emplace_back();
                in_last_ = 0;
            }
        }
        bucket& current = buckets_.back();
        if (std::isfinite(y)) {
            plot_point const point{static_cast<double>(count_), static_cast<double>(step.value_or(0)), y};
            current.add(point);
            extent_.add(point);
        } else {
            ++not_finite_;
        }
        ++in_last_;
        ++count_;
        if (!step) every_step_known_ = false;
        last_ = y;
    }

    /// Merges neighbours until there are at most `limit` buckets.
    void thin(std::size_t limit) {
        while (buckets_.size() > limit && buckets_.size() > 1) halve();
    }

    std::vector<bucket> const& buckets() const { return buckets_; }
    std::uint64_t count() const { return count_; }
    std::uint64_t not_finite() const { return not_finite_; }  ///< NaN and infinities
    double last() const { return last_; }
    bool every_step_known() const { return every_step_known_; }
    bucket const& extent() const { return extent_; }  ///< lowest and highest of all

private:
    void halve() {
        std::size_t const whole = buckets_.size() / 2;
        for (std::size_t i = 0; i < whole; ++i) {
            bucket merged = buckets_[2 * i];
            merged.add(buckets_[2 * i + 1]);
            buckets_[i] = merged;
        }
        bool const odd = buckets_.size() % 2 != 0;
        if (odd) buckets_[whole] = buckets_.back();
        buckets_.resize(whole + (odd ? 1 : 0));
        if (!odd) in_last_ += stride_;
        stride_ *= 2;
    }

    std::vector<bucket> buckets_;
    bucket extent_{};
    std::uint64_t stride_ = 1;   // points that a full bucket holds
    std::uint64_t in_last_ = 0;  // points that the last one holds
    std::uint64_t count_ = 0, not_finite_ = 0;
    double last_ = std::numeric_limits<double>::quiet_NaN();
    bool every_step_known_ = true;
};

}  // namespace estima::inline v0_1::portal
