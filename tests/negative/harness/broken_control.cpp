// SPDX-License-Identifier: BSL-1.0
// refused-for: the positive control does not compile
// expect-error: EST-000
#include <estima/misspelt.hpp>
static_assert(false, "EST-000");
