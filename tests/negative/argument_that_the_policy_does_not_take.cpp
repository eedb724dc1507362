// SPDX-License-Identifier: BSL-1.0
// expect-error: est<53>.*an_argument_that_its_policy_does_not_take.*put_it_into_the_policy_that_takes_it.*about<
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
using job = estima::estimator<estima::ssh_hosts<estima::max_nodes<2>>, estima::mpi<estima::node_count<2>>>;
#else
using job = estima::estimator<estima::local, estima::mpi<estima::node_count<1>, estima::max_nodes<2>>>;
#endif
