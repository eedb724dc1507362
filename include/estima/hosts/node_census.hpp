// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cstddef>

#include <estima/hosts/node_state.hpp>

namespace estima::inline v0_1 {

/// How many hosts of a run are where on their way: what all of them have to have come to is known without a look at
/// each, for every message of each.
class node_census {
public:
    std::size_t of(node_state s) const { return counts_[place(s)]; }
    /// Where those are that are not as far as any other.
    node_state least() const {
        std::size_t s = 0;
        while (s + 1 < counts_.size() && counts_[s] == 0) ++s;
        return static_cast<node_state>(s);
    }
    /// Whether a host was found not to be able to take part, or was lost.
    bool has_problem() const { return has_problem_; }

private:
    friend class counted_state;
    static constexpr std::size_t place(node_state s) { return static_cast<std::size_t>(s); }

    std::array<std::size_t, static_cast<std::size_t>(node_state::lost) + 1> counts_{};
    bool has_problem_ = false;
};

/// Where one host is, counted by the census.
class counted_state {
public:
    explicit counted_state(node_census& all) : all_{all} { ++all_.counts_[node_census::place(at_)]; }
    counted_state(counted_state const&) = delete;
    counted_state& operator=(counted_state const&) = delete;
    counted_state& operator=(node_state to) {
        --all_.counts_[node_census::place(at_)];
        ++all_.counts_[node_census::place(at_ = to)];
        return *this;
    }
    operator node_state() const { return at_; }
    void note_problem() { all_.has_problem_ = true; }

private:
    node_census& all_;
    node_state at_ = node_state::waiting;
};

}  // namespace estima::inline v0_1
