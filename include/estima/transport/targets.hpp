// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>

#include <estima/base/error.hpp>

namespace estima::inline v0_1 {

/// Whether jobs can be submitted to compute targets of this kind ("local", "aml_compute", ...).
constexpr bool has_transport(std::string_view target_kind) { return target_kind == "local"; }

/// EST-112 for a target that can be described and lowered to, but not submitted to.
inline void require_transport(std::string_view target_kind) {
    if (has_transport(target_kind)) return;
    throw error{"EST-112",
                {.what = "this version of estima submits to this machine only",
                 .where = "the compute target is " + std::string{target_kind},
                 .remedy = "take `local` to run it here; save_runconfig(lower(job), ...) writes a file for Azure's own tools"}};
}

}  // namespace estima::inline v0_1
