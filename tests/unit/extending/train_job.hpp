// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/estimator.hpp>
#include <unit/extending/horovod.hpp>
#include <unit/extending/lsf.hpp>
#include <unit/extending/offline.hpp>
#include <unit/extending/team_rules.hpp>

namespace team {

using gpu_queue = lsf<queue<"gpu">, team_rules>;  // whoever computes there is held to the team's rules

template <int Nodes, int Processes>
using training_on = estima::estimator<estima::pytorch<>, gpu_queue,
                                      horovod<estima::node_count<Nodes>, estima::process_count_per_node<Processes>>,
                                      estima::environment<offline<>>>;

using train_job = training_on<2, 4>;

// What the compiler says of training_on<2, 3>: one error, with these names.
static_assert(std::same_as<estima::broken_rules<gpu_queue, estima::mpi<estima::process_count_per_node<3>>>,
                           estima::rules<estima::broken<TEAM_001, nodes_that_are_paid_for_and_not_filled,
                                                        fill_the_nodes_or_leave_process_count_per_node_out>>>);

}  // namespace team
