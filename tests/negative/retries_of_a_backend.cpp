// SPDX-License-Identifier: BSL-1.0
// expect-error: est<53>.*an_argument_that_its_policy_does_not_take.*about<[^ ]*retries<
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
using job = estima::estimator<estima::ssh_hosts<estima::retries<3>>, estima::mpi<>>;
#else
using job = estima::estimator<estima::ssh_hosts<>, estima::mpi<estima::retries<3>>>;
#endif
