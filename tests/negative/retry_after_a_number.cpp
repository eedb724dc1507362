// SPDX-License-Identifier: BSL-1.0
// expect-error: est<71>.*a_retry_after_what_cannot_happen
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
using job = estima::estimator<estima::ssh_hosts<estima::retries<3, estima::cause::exit_code(75)>>>;
#else
using job = estima::estimator<estima::ssh_hosts<estima::retries<3, 75>>>;
#endif
