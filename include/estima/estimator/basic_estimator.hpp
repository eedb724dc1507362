// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>
#include <string>
#include <string_view>

#include <estima/base/fixed_string.hpp>
#include <estima/estimator/job_fields.hpp>
#include <estima/framework/native.hpp>
#include <estima/framework/pytorch.hpp>
#include <estima/framework/scikit_learn.hpp>
#include <estima/rules/verdict.hpp>

namespace estima::inline v0_1 {

/// The policies of an estimator in their slots, and what they say, as a constant.
template <class Framework, class ComputeTarget, class DistributionBackend, class Environment>
struct policy_set {
    using framework_type = Framework;
    using compute_target_type = ComputeTarget;
    using distribution_backend_type = DistributionBackend;
    using environment_type = Environment;
    static_assert(estimable<Framework, ComputeTarget, DistributionBackend, Environment>);
    static constexpr facts const& told = detail::told_by<Framework, ComputeTarget, DistributionBackend, Environment>;
};

/// A training job: what is known when it is compiled in the type, the rest in its fields. Written through
/// `estimator<...>`, which lists every broken rule. It has no constraint, so that <estima/fwd.hpp> can declare it;
/// to be used it must break no rule. It is an aggregate whose only base is job_fields: a constructor between the two
/// would make the compiler list constructors where a field is misspelt, and never name the field.
template <class Framework, class ComputeTarget, class DistributionBackend, class Environment>
struct basic_estimator : job_fields {
    using policies = policy_set<Framework, ComputeTarget, DistributionBackend, Environment>;
    static constexpr facts const& policy_facts = policies::told;
};

/// scikit-learn's estimator knows the version that its environment must have; empty is any.
template <fixed_string Version, class ComputeTarget, class DistributionBackend, class Environment>
struct basic_estimator<scikit_learn<Version>, ComputeTarget, DistributionBackend, Environment> : job_fields {
    using policies = policy_set<scikit_learn<Version>, ComputeTarget, DistributionBackend, Environment>;
    static constexpr facts const& policy_facts = policies::told;
    static constexpr std::string_view framework_version() { return Version.view(); }
};

/// PyTorch's estimator, with its version.
template <fixed_string Version, class ComputeTarget, class DistributionBackend, class Environment>
struct basic_estimator<pytorch<Version>, ComputeTarget, DistributionBackend, Environment> : job_fields {
    using policies = policy_set<pytorch<Version>, ComputeTarget, DistributionBackend, Environment>;
    static constexpr facts const& policy_facts = policies::told;
    static constexpr std::string_view framework_version() { return Version.view(); }
};

/// The estimator of an executable.
template <class ComputeTarget, class DistributionBackend, class Environment>
struct basic_estimator<native, ComputeTarget, DistributionBackend, Environment> : job_fields {
    using policies = policy_set<native, ComputeTarget, DistributionBackend, Environment>;
    static constexpr facts const& policy_facts = policies::told;
    /// The entry by the name that fits it.
    std::string const& executable() const { return entry_script; }
};

/// Any instance of `estimator<...>`.
template <class T>
concept any_estimator = requires(T const& job) {
    { T::policy_facts } -> std::convertible_to<facts const&>;
    { job.fields() } -> std::convertible_to<job_fields const&>;
};

}  // namespace estima::inline v0_1
