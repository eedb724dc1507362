// SPDX-License-Identifier: BSL-1.0
#include "all_headers.hpp"

char const* version_seen_by_two() { return estima::library_version; }
