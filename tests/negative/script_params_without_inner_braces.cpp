// SPDX-License-Identifier: BSL-1.0
// expect-error: deleted.*list_of
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
estima::estimator<> const job{{.script_params = {{"--epochs", 9}}}};
#else
estima::estimator<> const job{{.script_params = {"--epochs", 9}}};
#endif
