// SPDX-License-Identifier: BSL-1.0
// expect-error: broken<team::TEAM_001, team::nodes_that_are_paid_for_and_not_filled, team::fill_the_nodes
#include <unit/extending/train_job.hpp>

using namespace estima;

#ifdef POSITIVE_CONTROL
using job = estimator<team::gpu_queue, mpi<process_count_per_node<4>>>;
#else
using job = estimator<team::gpu_queue, mpi<process_count_per_node<3>>>;
#endif
