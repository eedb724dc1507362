// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <nlohmann/json.hpp>

namespace estima::inline v0_1 {

/// The one name for JSON in estima. Objects are sorted by key, so that a dump without spaces is canonical.
using json = nlohmann::json;

}  // namespace estima::inline v0_1
