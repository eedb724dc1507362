// SPDX-License-Identifier: BSL-1.0
// expect-error: est<30>.*no_worker_or_no_parameter_server.*give_at_least_one_worker
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
using job = estima::estimator<estima::tensorflow<>, estima::parameter_server<estima::worker_count<1>>>;
#else
using job = estima::estimator<estima::tensorflow<>, estima::parameter_server<estima::worker_count<0>>>;
#endif
