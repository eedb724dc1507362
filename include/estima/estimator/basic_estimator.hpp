// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string_view>
#include <utility>

#include <estima/base/fixed_string.hpp>
#include <estima/estimator/job_fields.hpp>
#include <estima/framework/native.hpp>
#include <estima/framework/pytorch.hpp>
#include <estima/framework/scikit_learn.hpp>
#include <estima/rules/verdict.hpp>

namespace estima::inline v0_1 {

namespace detail {
/// What all estimators share.
template <class Framework, class ComputeTarget, class DistributionBackend, class Environment>
class estimator_base {
    static_assert(estimable<Framework, ComputeTarget, DistributionBackend, Environment>);

public:
    using framework_type = Framework;
    using compute_target_type = ComputeTarget;
    using distribution_backend_type = DistributionBackend;
    using environment_type = Environment;

    /// The rules that the estimator is held to: the library's, and those that its policies add.
    static constexpr auto const& held_to_rules = rules_for<Framework, ComputeTarget, DistributionBackend, Environment>;
    /// What the policies say, as a constant.
    static constexpr facts policy_facts = facts_of<Framework, ComputeTarget, DistributionBackend, Environment>();

    explicit estimator_base(job_fields given) : fields_{std::move(given)} {}

    job_fields const& fields() const { return fields_; }
    job_fields& fields() { return fields_; }

private:
    job_fields fields_;
};
}  // namespace detail

/// A training job: what is known when it is compiled in the type, the rest in its fields. Written through
/// `estimator<...>`, which lists every broken rule. It has no constraint, so that <estima/fwd.hpp> can declare it;
/// to be used it must break no rule.
template <class Framework, class ComputeTarget, class DistributionBackend, class Environment>
class basic_estimator
    : public detail::estimator_base<Framework, ComputeTarget, DistributionBackend, Environment> {
public:
    using detail::estimator_base<Framework, ComputeTarget, DistributionBackend, Environment>::estimator_base;
};

/// scikit-learn's estimator knows the version that its environment must have; empty is any.
template <fixed_string Version, class ComputeTarget, class DistributionBackend, class Environment>
class basic_estimator<scikit_learn<Version>, ComputeTarget, DistributionBackend, Environment>
    : public detail::estimator_base<scikit_learn<Version>, ComputeTarget, DistributionBackend, Environment> {
public:
    using detail::estimator_base<scikit_learn<Version>, ComputeTarget, DistributionBackend, Environment>::estimator_base;
    static constexpr std::string_view framework_version() { return Version.view(); }
};

/// PyTorch's estimator, with its version.
template <fixed_string Version, class ComputeTarget, class DistributionBackend, class Environment>
class basic_estimator<pytorch<Version>, ComputeTarget, DistributionBackend, Environment>
    : public detail::estimator_base<pytorch<Version>, ComputeTarget, DistributionBackend, Environment> {
public:
    using detail::estimator_base<pytorch<Version>, ComputeTarget, DistributionBackend, Environment>::estimator_base;
    static constexpr std::string_view framework_version() { return Version.view(); }
};

/// The estimator of an executable.
template <class ComputeTarget, class DistributionBackend, class Environment>
class basic_estimator<native, ComputeTarget, DistributionBackend, Environment>
    : public detail::estimator_base<native, ComputeTarget, DistributionBackend, Environment> {
public:
    using detail::estimator_base<native, ComputeTarget, DistributionBackend, Environment>::estimator_base;
    /// The entry by the name that fits it.
    std::string const& executable() const { return this->fields().entry_script; }
};

/// Any instance of `estimator<...>`.
template <class T>
concept any_estimator = requires(T const& job) {
    { T::policy_facts } -> std::convertible_to<facts const&>;
    { job.fields() } -> std::convertible_to<job_fields const&>;
};

}  // namespace estima::inline v0_1
