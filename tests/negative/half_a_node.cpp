// SPDX-License-Identifier: BSL-1.0
// expect-error: (deleted|use of deleted|call to deleted)
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
estima::estimator<estima::ssh_hosts<>, estima::mpi<>> job{{.node_count = 2}};
#else
estima::estimator<estima::ssh_hosts<>, estima::mpi<>> job{{.node_count = 2.5}};
#endif
