// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/base/bytes.hpp>
#include <estima/base/fixed_string.hpp>
#include <estima/policy/facts.hpp>
#include <estima/requirement/image_reference.hpp>

namespace estima::inline v0_1 {

/// Details of a private registry. The password is never written down: `password_from` names the environment variable
/// that holds it when the job is submitted.
template <fixed_string Address>
struct registry_address {
    static constexpr void tell(facts& f) { f.environment.image.registry_address = Address.view(); }
};
template <fixed_string Name>
struct registry_username {
    static constexpr void tell(facts& f) { f.environment.image.registry_username = Name.view(); }
};
template <fixed_string Variable>
struct registry_password_from {
    static constexpr void tell(facts& f) { f.environment.image.registry_password_variable = Variable.view(); }
};

/// Part of an environment: the container image that the script runs in, "continuumio/miniconda" or
/// "registry.example.com/team/image:1.2". Attributes: registry_address, registry_username, registry_password_from. The
/// compiler reads the reference (docs/requirements.md).
template <fixed_string Reference, class... Registry>
struct custom_docker_image {
    static constexpr parsed<image_reference> read = parse_image_reference(Reference.view());
    static constexpr void tell(facts& f) {
        f.environment.parts_given_twice += !f.environment.image.reference.empty();
        f.environment.image.reference = Reference.view();
        f.environment.requirements.image = malformed_text::of(Reference.view(), read);
        f.environment.requirements.image_may_change = read && read->is_latest();
        (Registry::tell(f), ...);
    }
};

/// Part of an environment: shared memory of the container (Azure's default is 2 GiB), `shm_size<4_GiB>`.
/// A bare number breaks rule EST-048.
template <auto Size>  // not `bytes Size`: of a bare number g++ would say three things, and none about a unit
struct shm_size {
    static constexpr void tell(facts& f) {
        f.environment.parts_given_twice += f.environment.shm_size != bytes{};
        if constexpr (requires(bytes& size) { size = Size; }) f.environment.shm_size = Size;
        else f.environment.shm_size_has_no_unit = true;
    }
};

}  // namespace estima::inline v0_1
