// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/environment/asked_packages.hpp>
#include <estima/policy/slot.hpp>
#include <estima/rules/rule.hpp>

namespace estima::inline v0_1 {

struct use_a_known_version_or_generic_with_packages_of_your_own;
struct leave_the_framework_s_packages_to_the_framework;
struct drop_the_version_or_give_packages_instead_of_a_whole_environment;

/// Where a framework does not name its known versions for the compiler's message.
struct see_its_header;

struct an_unknown_version_of_the_framework {
    using id = est<13>;
    using remedy = use_a_known_version_or_generic_with_packages_of_your_own;
    static constexpr std::string_view sentence = "this version of the framework is not known";
    static constexpr std::string_view advice =
        "use a known version, or `generic` with packages of your own (pip_packages<\"torch==2.1\">)";
    static constexpr bool broken(facts const& f) {
        return !f.framework.version.empty() && !f.environment.is_user_managed &&
               f.framework.chosen_version().version.empty();
    }
    template <class Framework>
    struct names_of {
        using type = see_its_header;
    };
    template <class Framework>
        requires requires { typename Framework::known_versions; }
    struct names_of<Framework> {
        using type = typename Framework::known_versions;
    };
    template <class... Policies>
    using details = typename names_of<policy_for<framework_slot, see_its_header, Policies...>>::type;
};

struct a_framework_version_beside_a_whole_environment {
    using id = est<50>;
    using remedy = drop_the_version_or_give_packages_instead_of_a_whole_environment;
    static constexpr rule_level level = rule_level::warning;
    static constexpr std::string_view sentence =
        "a framework version is asked for beside a conda file or a named environment, to which nothing is added";
    static constexpr std::string_view advice = "drop the version, or give packages instead of a whole environment";
    static constexpr bool broken(facts const& f) {
        return !f.framework.version.empty() && f.environment.is_whole();
    }
};

struct a_package_that_the_framework_brings_already {
    using id = est<40>;
    using remedy = leave_the_framework_s_packages_to_the_framework;
    static constexpr rule_level level = rule_level::warning;
    static constexpr std::string_view sentence = "a package is asked for that the framework's version brings already";
    static constexpr std::string_view advice = "leave it out, or use `generic` and list all packages";
    static constexpr bool broken(facts const& f) { return static_cast<bool>(detail::asked_and_brought(f)); }
};

}  // namespace estima::inline v0_1
