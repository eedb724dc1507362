// SPDX-License-Identifier: BSL-1.0
// refused-for: no '// expect-error: REGEX' line
#ifndef POSITIVE_CONTROL
static_assert(false, "EST-000");
#endif
