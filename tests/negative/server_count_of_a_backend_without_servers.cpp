// SPDX-License-Identifier: BSL-1.0
// expect-error: est<46>
// expect-error: a_count_that_the_backend_does_not_use
#include <estima/estimator.hpp>

using namespace estima;
#ifdef POSITIVE_CONTROL
estimator<tensorflow<>, multi_worker<worker_count<2>>> const job{};
#else
estimator<tensorflow<>, multi_worker<worker_count<2>, parameter_server_count<1>>> const job{};
#endif
