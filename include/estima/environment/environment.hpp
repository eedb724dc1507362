// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>

#include <estima/base/find_in.hpp>
#include <estima/environment/custom_docker_image.hpp>
#include <estima/environment/environment_variables.hpp>
#include <estima/environment/packages.hpp>
#include <estima/environment/user_managed.hpp>
#include <estima/policy/added_rules.hpp>
#include <estima/policy/attribute.hpp>
#include <estima/policy/slot.hpp>

namespace estima::inline v0_1 {

/// Where the script finds what it needs, in parts in any order: `environment<user_managed, interpreter_path<"...">>`.
/// Without parts: the system's Python, or where a framework's version is asked for, what that version brings.
template <class... Parts>
struct environment {
    using slot = environment_slot;
    using added_rules = rules_added_by<Parts...>;
    static constexpr void tell(facts& f) { detail::takes<environment_slot>::tell<Parts...>(f); }
};

/// An environment with a name of its own, for several estimators: `using vision = environment_definition<"vision",
/// conda_packages<...>>`. It is whole: no other part can be put beside it. A version of one that the workspace has
/// already stands behind a colon: `environment_definition<"AzureML-PyTorch-1.4-GPU:3">`.
template <fixed_string Name = "", class... Parts>
struct environment_definition {
    using slot = environment_slot;
    using added_rules = rules_added_by<Parts...>;
    static constexpr void tell(facts& f) {
        std::size_t const colon = find_in(Name.view(), ':');
        f.environment.named = Name.view().substr(0, colon);
        if (colon < Name.view().size()) f.environment.named_version = Name.view().substr(colon + 1);
        f.description.has_an_empty_value |= (f.environment.named.empty() && !Name.is_number()) ||
                                            (colon < Name.view().size() && f.environment.named_version.empty());
        detail::takes<environment_slot>::tell<Parts...>(f);
    }
};

}  // namespace estima::inline v0_1
