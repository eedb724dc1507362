// SPDX-License-Identifier: BSL-1.0
// expect-error: deleted.*count
#include <estima/base/bytes.hpp>
#include <estima/estimator.hpp>

using namespace estima::literals;

#ifdef POSITIVE_CONTROL
estima::estimator<estima::slurm<>, estima::mpi<>> const job{{.node_count = 2}};
#else
estima::estimator<estima::slurm<>, estima::mpi<>> const job{{.node_count = "two"}};
#endif
