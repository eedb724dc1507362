// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/policy/count_also.hpp>
#include <estima/policy/facts.hpp>
#include <estima/base/retry_cause.hpp>
#include <estima/policy/slot.hpp>

namespace estima::inline v0_1 {

/// Attribute of a compute target: a run that ends early is tried again, `AtMost` times, when it ended by one of these
/// causes; without any, when a node failed or was taken away: `ssh_hosts<max_nodes<2>, retries<3>>`.
template <detail::number_argument AtMost = "left out", detail::cause_argument... After>
struct retries {
    using taken_by = compute_target_slot;
    static constexpr void tell(facts& f) {
        detail::count_also(f, f.retries.at_most, AtMost);
        f.retries.has_impossible_cause |= (false || ... || !After.cause.is_possible());
        if constexpr (sizeof...(After) > 0) {
            f.retries.causes_are_contradicted |= !f.retries.after.empty() && !(f.retries.after == list);
            f.retries.after = list;
        }
    }

private:
    static constexpr retry_cause causes[]{After.cause..., retry_cause{}};  // never empty
    static constexpr static_list<retry_cause> list{causes, sizeof...(After)};
};

}  // namespace estima::inline v0_1
