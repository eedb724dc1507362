// SPDX-License-Identifier: BSL-1.0
// expect-error: est<1>.*an_argument_that_is_not_a_policy.*give_policies_and_put_attributes.*about<.*node_count<
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
using job = estima::estimator<estima::generic, estima::mpi<>>;
#else
using job = estima::estimator<estima::generic, estima::node_count<2>>;
#endif
