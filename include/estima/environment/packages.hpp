// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/base/fixed_string.hpp>
#include <estima/environment/check_packages.hpp>
#include <estima/policy/facts.hpp>
#include <estima/policy/slot.hpp>

namespace estima::inline v0_1 {

/// Part of an environment: conda match specifications, "numpy=1.16" or "conda-forge::mpi4py>=3". The compiler reads
/// them (docs/requirements.md).
template <fixed_string... Specifications>
struct conda_packages {
    using taken_by = environment_slot;
    static constexpr std::string_view list[]{Specifications.view_or(std::string_view{"number"})..., std::string_view{}};
    static constexpr package_list_facts checked = detail::check_packages<requirement_detail::conda_list>(list);
    static constexpr void tell(facts& f) {
        f.environment.parts_given_twice += !f.environment.conda_packages.empty();
        f.environment.conda_packages = {list, sizeof...(Specifications)};
        f.environment.requirements.conda = checked;
    }
};

/// Part of an environment: pip requirements (PEP 508), "torch==1.4.0" or "horovod[pytorch]>=0.18". The compiler reads
/// them (docs/requirements.md).
template <fixed_string... Requirements>
struct pip_packages {
    using taken_by = environment_slot;
    static constexpr std::string_view list[]{Requirements.view_or(std::string_view{"number"})..., std::string_view{}};
    static constexpr package_list_facts checked = detail::check_packages<requirement_detail::pip_list>(list);
    static constexpr void tell(facts& f) {
        f.environment.parts_given_twice += !f.environment.pip_packages.empty();
        f.environment.pip_packages = {list, sizeof...(Requirements)};
        f.environment.requirements.pip = checked;
    }
};

/// Part of an environment: a file in conda's format, relative to source_directory.
template <fixed_string Path = "">
struct conda_dependencies_file {
    using taken_by = environment_slot;
    static constexpr void tell(facts& f) {
        f.environment.parts_given_twice += !f.environment.conda_dependencies_file.empty();
        f.environment.conda_dependencies_file = Path.view();
        f.description.has_an_empty_value |= Path.empty();
    }
};

/// Part of an environment: a file in pip's format, relative to source_directory.
template <fixed_string Path = "">
struct pip_requirements_file {
    using taken_by = environment_slot;
    static constexpr void tell(facts& f) {
        f.environment.parts_given_twice += !f.environment.pip_requirements_file.empty();
        f.environment.pip_requirements_file = Path.view();
        f.description.has_an_empty_value |= Path.empty();
    }
};

}  // namespace estima::inline v0_1
