// SPDX-License-Identifier: BSL-1.0
// expect-error: no member named (.)?as_named_input|has no member named .as_named_input
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
auto const input = estima::dataset{"digits"}.as_named_input("mnist");
#else
auto const input = estima::datastore{"digits"}.as_named_input("mnist");
#endif
