// SPDX-License-Identifier: BSL-1.0
#include <estima/laws/laws.hpp>
#include <unit/extending/jax.hpp>
#include <unit/extending/train_job.hpp>

namespace laws = estima::laws;

static_assert(laws::framework<team::jax<>> && laws::framework<team::jax<"0.4.13">>);
static_assert(laws::compute_target<team::lsf<>> && laws::passes_on_what_attributes_say<team::lsf>);
static_assert(laws::distribution_backend<team::horovod<>> && laws::passes_on_what_attributes_say<team::horovod>);
static_assert(laws::environment_part<team::offline<>>);
static_assert(laws::environment_part<team::offline<estima::variable<"OMP_NUM_THREADS", "4">>>);
static_assert(laws::rule<team::nodes_that_are_paid_for_and_not_filled> && laws::rule<team::a_job_without_an_owner>);
static_assert(laws::have_ids_of_their_own<team::nodes_that_are_paid_for_and_not_filled, team::a_job_without_an_owner>);
