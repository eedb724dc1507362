// SPDX-License-Identifier: BSL-1.0
// expect-error: more_bytes_than_a_number_can_hold
#include <estima/base/bytes.hpp>

using estima::operator""_GiB;
#ifdef POSITIVE_CONTROL
constexpr estima::bytes size = 17179869183_GiB;
#else
constexpr estima::bytes size = 17179869184_GiB;
#endif
