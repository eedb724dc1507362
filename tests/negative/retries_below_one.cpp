// SPDX-License-Identifier: BSL-1.0
// expect-error: est<70>.*a_number_of_retries_that_makes_no_sense.*say_how_often
#include <estima/estimator.hpp>

template <int AtMost>
using hosts = estima::ssh_hosts<estima::max_nodes<2>, estima::retries<AtMost>>;

#ifdef POSITIVE_CONTROL
using job = estima::estimator<hosts<3>>;
#else
using job = estima::estimator<hosts<0>>;
#endif
