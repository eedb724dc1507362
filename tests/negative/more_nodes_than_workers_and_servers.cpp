// SPDX-License-Identifier: BSL-1.0
// expect-error: est<29>.*more_nodes_than_workers_and_servers.*lower_node_count
#include <estima/estimator.hpp>

template <int Nodes>
using roles = estima::parameter_server<estima::worker_count<2>, estima::node_count<Nodes>>;

#ifdef POSITIVE_CONTROL
using job = estima::estimator<estima::tensorflow<>, estima::aml_compute<estima::target_name<"pool">>, roles<3>>;
#else
using job = estima::estimator<estima::tensorflow<>, estima::aml_compute<estima::target_name<"pool">>, roles<4>>;
#endif
