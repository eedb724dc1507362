// SPDX-License-Identifier: BSL-1.0
// refused-for: too much to read: errors: 2,
// expect-error: EST-000
#ifndef POSITIVE_CONTROL
static_assert(false, "EST-000");
static_assert(false, "EST-001");
#endif
