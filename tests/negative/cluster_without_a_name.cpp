// SPDX-License-Identifier: BSL-1.0
// expect-error: est<51>.*no_cluster_is_named_and_none_can_be_made.*give_target_name_of_a_cluster_or_vm_size
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
using job = estima::estimator<estima::aml_compute<estima::target_name<"pool">, estima::max_nodes<4>>>;
#else
using job = estima::estimator<estima::aml_compute<estima::max_nodes<4>>>;
#endif
