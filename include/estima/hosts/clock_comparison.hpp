// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cmath>
#include <limits>

namespace estima::inline v0_1 {

/// How far another host's clock is ahead of this one, from its answers to questions: the quickest answer tells it best,
/// to half of the time that it took.
class clock_comparison {
public:
    static constexpr int questions = 4;

    /// All three in seconds: this host's clock when the question was sent and when the answer came, and the other's
    /// clock in between.
    void take(double sent, double theirs, double come) {
        ++answers_;
        if (come - sent >= took_ || come < sent) return;
        took_ = come - sent;
        offset_ = theirs - (sent + come) / 2;
    }
    bool is_enough() const { return answers_ >= questions; }

    /// Seconds; 0 if it cannot be told from none.
    double offset() const { return std::abs(offset_) <= took_ / 2 ? 0 : offset_; }

private:
    int answers_ = 0;
    double took_ = std::numeric_limits<double>::infinity(), offset_ = 0;
};

}  // namespace estima::inline v0_1
