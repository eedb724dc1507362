// SPDX-License-Identifier: BSL-1.0
// expect-error: est<2>.*backend_not_supported_by_the_framework.*use_another_backend_or_the_generic_framework
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
using job = estima::estimator<estima::generic, estima::mpi<>>;
#else
using job = estima::estimator<estima::scikit_learn<>, estima::mpi<>>;
#endif
