// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/base/fixed_string.hpp>
#include <estima/base/size_argument.hpp>
#include <estima/policy/attribute.hpp>
#include <estima/policy/facts.hpp>
#include <estima/policy/slot.hpp>
#include <estima/requirement/image_reference.hpp>

namespace estima::inline v0_1 {

/// What takes the attributes of a registry: the image that stands in it.
struct image_registry;

/// Details of a private registry. The password is never written down: `password_from` names the environment variable
/// that holds it when the job is submitted.
template <fixed_string Address = "">
struct registry_address {
    using taken_by = image_registry;
    static constexpr void tell(facts& f) {
        f.description.has_an_empty_value |= Address.empty();
        f.environment.parts_given_twice +=
            !f.environment.image.registry_address.empty() && f.environment.image.registry_address != Address.view();
        f.environment.image.registry_address = Address.view();
    }
};
template <fixed_string Name = "">
struct registry_username {
    using taken_by = image_registry;
    static constexpr void tell(facts& f) {
        f.description.has_an_empty_value |= Name.empty();
        f.environment.parts_given_twice +=
            !f.environment.image.registry_username.empty() && f.environment.image.registry_username != Name.view();
        f.environment.image.registry_username = Name.view();
    }
};
template <fixed_string Variable = "">
struct registry_password_from {
    using taken_by = image_registry;
    static constexpr void tell(facts& f) {
        f.description.has_an_empty_value |= Variable.empty();
        f.environment.parts_given_twice += !f.environment.image.registry_password_variable.empty() &&
                                           f.environment.image.registry_password_variable != Variable.view();
        f.environment.image.registry_password_variable = Variable.view();
    }
};

/// Part of an environment: the container image that the script runs in, "continuumio/miniconda" or
/// "registry.example.com/team/image:1.2". Attributes: registry_address, registry_username, registry_password_from. The
/// compiler reads the reference (docs/requirements.md).
template <fixed_string Reference = "", class... Registry>
struct custom_docker_image {
    using taken_by = environment_slot;
    static constexpr parsed<image_reference> read =
        parse_image_reference(Reference.view_or(std::string_view{"number:1"}));
    static constexpr void tell(facts& f) {
        f.environment.parts_given_twice += !f.environment.image.reference.empty();
        f.environment.image.reference = Reference.view();
        f.environment.requirements.image = malformed_text::of(Reference.view(), read);
        if (read) f.environment.image.registry_in_reference = read->registry;
        f.environment.requirements.image_may_change = read && read->is_latest();
        detail::takes<image_registry>::tell<Registry...>(f);
    }
};

/// Part of an environment: shared memory of the container (Azure's default is 2 GiB), `shm_size<4_GiB>`.
/// A bare number, or Azure's "4g", breaks rule EST-048.
template <detail::size_argument Size = "left out">
struct shm_size {
    using taken_by = environment_slot;
    static constexpr void tell(facts& f) {
        f.environment.parts_given_twice += f.environment.shm_size != bytes{};
        f.environment.shm_size = Size.size;
        f.environment.shm_size_has_no_unit |= !Size.is_a_size;
        f.description.has_an_empty_value |= Size.is_a_size && Size.size == bytes{};
    }
};

}  // namespace estima::inline v0_1
