// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/estimator.hpp>

#include <string_view>

namespace team {

inline constexpr std::string_view jax_0_4_13[]{"jax==0.4.13", "jaxlib==0.4.13"};
inline constexpr std::string_view jax_0_4_20[]{"jax==0.4.20", "jaxlib==0.4.20"};
inline constexpr std::string_view jax_0_4_20_gpu[]{"jax[cuda12_pip]==0.4.20"};
inline constexpr estima::framework_version jax_versions[]{
    {"0.4.13", jax_0_4_13},
    {"0.4.20", jax_0_4_20, "registry.example.com/team/jax:cpu", "registry.example.com/team/jax:cuda12", jax_0_4_20_gpu},
};
inline constexpr estima::named_value jax_variables[]{{"XLA_PYTHON_CLIENT_PREALLOCATE", "false"}};

template <estima::fixed_string Version = "">
struct jax {
    using slot = estima::framework_slot;
    using known_versions = struct known_versions_are_0_4_13_and_0_4_20;  // named where another is asked for
    static constexpr std::string_view backends[]{"single_process", "mpi"};
    static constexpr void tell(estima::facts& f) {
        f.framework.name = "jax";
        f.framework.version = Version.view();
        f.framework.versions = jax_versions;
        f.framework.variables = jax_variables;
        f.framework.backends = backends;
    }
};

}  // namespace team
