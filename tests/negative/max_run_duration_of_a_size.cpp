// SPDX-License-Identifier: BSL-1.0
// expect-error: deleted.*duration
#include <estima/base/bytes.hpp>
#include <estima/estimator.hpp>

using namespace estima::literals;

#ifdef POSITIVE_CONTROL
estima::estimator<estima::slurm<>, estima::mpi<>> const job{{.max_run_duration = 90_min}};
#else
estima::estimator<estima::slurm<>, estima::mpi<>> const job{{.max_run_duration = 2_GiB}};
#endif
