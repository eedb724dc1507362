// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/compute/aml_compute.hpp>
#include <estima/compute/local.hpp>
#include <estima/compute/slurm.hpp>
#include <estima/compute/ssh_hosts.hpp>
#include <estima/distribution/gloo.hpp>
#include <estima/distribution/mpi.hpp>
#include <estima/distribution/multi_worker.hpp>
#include <estima/distribution/nccl.hpp>
#include <estima/distribution/parameter_server.hpp>
#include <estima/distribution/single_process.hpp>
#include <estima/environment/environment.hpp>
#include <estima/estimator/basic_estimator.hpp>
#include <estima/framework/chainer.hpp>
#include <estima/framework/generic.hpp>
#include <estima/framework/lightgbm.hpp>
#include <estima/framework/tensorflow.hpp>
#include <estima/framework/xgboost.hpp>
#include <estima/policy/placement.hpp>
#include <estima/policy/retries.hpp>

namespace estima::inline v0_1 {

namespace detail {
/// Stands where an estimator was asked for that breaks rules, so that the compiler has one thing to say and not ten.
struct no_estimator : job_fields {
    using policies = policy_set<generic, local, single_process, environment<>>;
    static constexpr facts const& policy_facts = policies::told;
};

/// The assertion stands in a function, not in a class: clang drops a name that stands for a class in which an assertion
/// failed, and would then say of each use that it does not know the name.
template <class Found, class...>
constexpr bool keeps_rules() {
    static_assert(is_empty<Found>, "these policies make no estimator: see the rules that are named as broken");
    return is_empty<Found>;
}

template <bool Estimable, class... Policies>
struct estimator_of {
    using type = no_estimator;
};
template <class... Policies>
struct estimator_of<true, Policies...> {
    using type = basic_estimator<policy_for<framework_slot, generic, Policies...>,
                                 policy_for<compute_target_slot, local, Policies...>,
                                 policy_for<distribution_backend_slot, single_process, Policies...>,
                                 policy_for<environment_slot, environment<>, Policies...>>;
};
}  // namespace detail

/// Everything that it takes to describe a job. The policies come in any order, at most one for each slot; left out
/// are `generic`, `local`, `single_process` and `environment<>`. Policies that break rules are one compile
/// error, which names them all; `estimable<Policies...>` asks without an error.
template <class... Policies>
using estimator =
    typename detail::estimator_of<detail::keeps_rules<broken_rules<Policies...>, Policies...>(), Policies...>::type;

}  // namespace estima::inline v0_1
