// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/base/find_in.hpp>
#include <estima/environment/asked_packages.hpp>
#include <estima/rules/facts_of.hpp>
#include <estima/rules/rule.hpp>
#include <estima/rules/told_text.hpp>

// What an environment names: pip requirements, conda specifications and the image. docs/requirements.md has the
// grammars.
namespace estima::inline v0_1 {

struct write_it_as_name_and_versions_such_as_torch_1_4;
struct write_it_as_channel_name_and_version_such_as_conda_forge_numpy_1_16;
struct write_it_as_registry_path_and_tag_such_as_ubuntu_22_04;
struct keep_one_of_them_or_pins_that_overlap;
struct use_letters_digits_dots_dashes_and_underscores_at_most_128;
struct keep_one_of_them;
struct name_a_tag_or_a_digest;
struct give_the_host_of_the_registry_that_the_image_names_and_both_user_and_password;

namespace detail {
constexpr bool is_about_the_tag(requirement_fault fault) {
    return fault == requirement_fault::tag_malformed || fault == requirement_fault::tag_too_long;
}

// What the rules below look at.
struct malformed_pip {
    constexpr malformed_text operator()(facts const& f) const { return f.environment.requirements.pip.malformed; }
};
struct malformed_conda {
    constexpr malformed_text operator()(facts const& f) const { return f.environment.requirements.conda.malformed; }
};
struct malformed_image {
    constexpr malformed_text operator()(facts const& f) const { return f.environment.requirements.image; }
};
struct unsatisfiable_packages {
    constexpr package_pair operator()(facts const& f) const {
        requirement_facts const& found = f.environment.requirements;
        if (found.conda.unsatisfiable) return found.conda.unsatisfiable;
        return found.pip.unsatisfiable ? found.pip.unsatisfiable : asked_in_two_versions(f.environment);
    }
};
}  // namespace detail

struct a_malformed_pip_requirement {
    using id = est<34>;
    using remedy = write_it_as_name_and_versions_such_as_torch_1_4;
    static constexpr std::string_view sentence =
        "a text of pip_packages, or of a file of packages, is no pip requirement";
    static constexpr std::string_view advice =
        "write it as PEP 508 has it: a name, then [extras], versions and a marker (\"torch>=1.4,<2\")";
    static constexpr bool broken(facts const& f) { return static_cast<bool>(f.environment.requirements.pip.malformed); }
    template <class... Policies>
    using details = typename detail::shown_malformed<detail::malformed_pip, detail::told_by<Policies...>>::type;
};

struct a_malformed_conda_specification {
    using id = est<35>;
    using remedy = write_it_as_channel_name_and_version_such_as_conda_forge_numpy_1_16;
    static constexpr std::string_view sentence =
        "a text of conda_packages, or of conda_dependencies_file, is no conda match specification";
    static constexpr std::string_view advice =
        "write it as a name, then a version (\"numpy=1.16\", \"conda-forge::numpy>=1.16,<2\")";
    static constexpr bool broken(facts const& f) {
        return static_cast<bool>(f.environment.requirements.conda.malformed);
    }
    template <class... Policies>
    using details = typename detail::shown_malformed<detail::malformed_conda, detail::told_by<Policies...>>::type;
};

struct a_malformed_image_reference {
    using id = est<36>;
    using remedy = write_it_as_registry_path_and_tag_such_as_ubuntu_22_04;
    static constexpr std::string_view sentence = "custom_docker_image names no image";
    static constexpr std::string_view advice =
        "write it as [registry/]path[:tag][@digest] in lower case (\"registry.example.com:5000/team/image:1.2\")";
    static constexpr bool broken(facts const& f) {
        malformed_text const& image = f.environment.requirements.image;
        return image && !detail::is_about_the_tag(image.fault);
    }
    template <class... Policies>
    using details = typename detail::shown_malformed<detail::malformed_image, detail::told_by<Policies...>>::type;
};

struct packages_that_cannot_be_installed_together {
    using id = est<37>;
    using remedy = keep_one_of_them_or_pins_that_overlap;
    static constexpr std::string_view sentence =
        "no version satisfies what one text of conda_packages or pip_packages asks of a package, or two of them";
    static constexpr std::string_view advice = "keep one of them, or versions that overlap";
    static constexpr bool broken(facts const& f) {
        return static_cast<bool>(detail::unsatisfiable_packages{}(f));
    }
    template <class... Policies>
    using details = typename detail::shown_pair<detail::unsatisfiable_packages, detail::told_by<Policies...>>::type;
};

struct a_tag_that_no_image_can_have {
    using id = est<38>;
    using remedy = use_letters_digits_dots_dashes_and_underscores_at_most_128;
    static constexpr std::string_view sentence = "the tag of custom_docker_image is not allowed";
    static constexpr std::string_view advice =
        "a tag has at most 128 letters, digits, '_', '.' and '-', and begins with none of the latter two";
    static constexpr bool broken(facts const& f) {
        return detail::is_about_the_tag(f.environment.requirements.image.fault);
    }
    template <class... Policies>
    using details = typename detail::shown_malformed<detail::malformed_image, detail::told_by<Policies...>>::type;
};

struct a_package_is_named_twice {
    using id = est<44>;
    using remedy = keep_one_of_them;
    static constexpr rule_level level = rule_level::warning;
    static constexpr std::string_view sentence = "a package is named twice in one list";
    static constexpr std::string_view advice = "keep one of them, with all its versions and extras";
    static constexpr bool broken(facts const& f) {
        requirement_facts const& found = f.environment.requirements;
        return found.conda.named_twice || found.pip.named_twice;
    }
};

struct an_image_that_may_change {
    using id = est<47>;
    using remedy = name_a_tag_or_a_digest;
    static constexpr rule_level level = rule_level::warning;
    static constexpr std::string_view sentence =
        "custom_docker_image names no version: the image may be another one tomorrow";
    static constexpr std::string_view advice = "name a tag other than latest, or a digest, and runs can be repeated";
    static constexpr bool broken(facts const& f) { return f.environment.requirements.image_may_change; }
};

struct a_registry_that_the_image_cannot_come_from {
    using id = est<56>;
    using remedy = give_the_host_of_the_registry_that_the_image_names_and_both_user_and_password;
    static constexpr std::string_view sentence =
        "the registry of custom_docker_image is no host, is not the one that the image names, or has a user or a "
        "password without the rest";
    static constexpr std::string_view advice =
        "registry_address is a host such as \"registry.example.com:5000\", the image's own if that names one; "
        "registry_username and registry_password_from, the name of an environment variable, go together";
    static constexpr bool broken(facts const& f) {
        image_facts const& image = f.environment.image;
        if (!image.registry_address.empty() && !is_registry(image.registry_address)) return true;
        if (!image.registry_address.empty() && !image.registry_in_reference.empty() &&
            image.registry_address != image.registry_in_reference)
            return true;
        bool const is_host_known = !image.registry_address.empty() || !image.registry_in_reference.empty();
        bool const has_user = !image.registry_username.empty(),
                   has_password = !image.registry_password_variable.empty();
        return has_user != has_password || (has_user && !is_host_known) ||
               find_in(image.registry_password_variable, '=') != std::string_view::npos;
    }
};

}  // namespace estima::inline v0_1
