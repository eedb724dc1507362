// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/base/list_of.hpp>
#include <estima/base/retry_cause.hpp>
#include <estima/base/text_field.hpp>
#include <estima/policy/count.hpp>

namespace estima::inline v0_1 {

/// How often, and for what, a run that ends early is tried again; what a compute target's `retries` leaves open.
struct retry_fields {
    /// Attempts after the first one. Left out: the target's, else none.
    count at_most{};
    /// Left out: the target's, else cause::node_failure and cause::preemption.
    list_of<retry_cause> after{};
    /// The script can go on from files that it wrote: a path of checkpoints, in which * stands for anything. A next
    /// attempt gets the newest of them as `--resume-from <path>` and in ESTIMA_RESUME_FROM.
    text_field resume_from{};
};

}  // namespace estima::inline v0_1
