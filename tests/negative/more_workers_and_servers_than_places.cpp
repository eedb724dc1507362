// SPDX-License-Identifier: BSL-1.0
// expect-error: est<28>.*more_workers_and_servers_than_there_are_places.*lower_worker_count
#include <estima/estimator.hpp>

template <int Workers>
using roles = estima::parameter_server<estima::worker_count<Workers>, estima::node_count<2>>;
using target = estima::aml_compute<estima::target_name<"pool">, estima::slots_per_node<2>>;

#ifdef POSITIVE_CONTROL
using job = estima::estimator<estima::tensorflow<>, roles<3>, target>;
#else
using job = estima::estimator<estima::tensorflow<>, roles<4>, target>;
#endif
