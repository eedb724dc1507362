// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <estima/environment/asked_packages.hpp>
#include <estima/estimator/requirements_file.hpp>
#include <estima/policy/facts.hpp>

// The texts that the rules of requirement_rules.hpp are about, in words.
namespace estima::inline v0_1::detail {

inline std::string between_quotes(std::string_view text) { return "\"" + std::string{text} + "\""; }

/// The list that a malformed text stands in, and the text; nothing if the rule is about no malformed text.
struct malformed_place {
    std::string_view list{};
    malformed_text text{};
};
inline malformed_place malformed_place_of(std::string_view id, facts const& f) {
    requirement_facts const& found = f.environment.requirements;
    if (id == "EST-034") return {"pip_packages", found.pip.malformed};
    if (id == "EST-035") return {"conda_packages", found.conda.malformed};
    if (id == "EST-036" || id == "EST-038") return {"custom_docker_image", found.image};
    return {};
}

/// `first` and `second` are where the two stand.
inline std::string pair_in(std::string const& first, std::string const& second, package_pair const& pair) {
    std::string const text = (first == second || pair.second.empty() ? first : first + " and " + second) + ": " + between_quotes(pair.first);
    return pair.second.empty() ? text : text + " and " + between_quotes(pair.second);
}

/// `pip_packages: "numpy=1.24" at 5: a single = is conda's; pip compares with ==`. Positions are bytes, from 0. `file` is
/// that of pip_requirements_file, if it has been read.
inline std::string requirement_where(std::string_view id, facts const& f, requirements_file const& file = {}) {
    requirement_facts const& found = f.environment.requirements;
    std::string const conda = "conda_packages";
    auto const place_of = [&file](std::string_view text) { return file.place_of(text); };
    auto const pip_pair = [&](package_pair const& pair) { return pair_in(place_of(pair.first), place_of(pair.second), pair); };
    if (malformed_place const place = malformed_place_of(id, f); place.text)
        return (id == "EST-034" ? place_of(place.text.text) : std::string{place.list}) + ": " + between_quotes(place.text.text) + " at " + std::to_string(place.text.position) + ": " +
               std::string{place.text.reason};
    if (id == "EST-037") {
        if (found.conda.unsatisfiable) return pair_in(conda, conda, found.conda.unsatisfiable);
        if (found.pip.unsatisfiable) return pip_pair(found.pip.unsatisfiable);
        package_pair const both = asked_in_two_versions(f.environment);
        return pair_in(conda, place_of(both.second), both);
    }
    if (id == "EST-044")
        return found.conda.named_twice ? pair_in(conda, conda, found.conda.named_twice) : pip_pair(found.pip.named_twice);
    if (id == "EST-047") return "custom_docker_image: " + between_quotes(f.environment.image.reference);
    if (id == "EST-056") {
        image_facts const& image = f.environment.image;
        return "custom_docker_image " + between_quotes(image.reference) + ", registry_address " +
               between_quotes(image.registry_address) + ", registry_username " + between_quotes(image.registry_username) +
               ", registry_password_from " + between_quotes(image.registry_password_variable);
    }
    return {};
}

/// A line with a mark below the place of the fault, for a text that requirement_where begins at `column`. Empty where
/// there is no such place or the text has characters whose width is not known.
inline std::string mark_below(std::string_view id, facts const& f, std::size_t column) {
    malformed_place const place = malformed_place_of(id, f);
    if (!place.text) return {};
    for (char const c : place.text.text.substr(0, place.text.position))
        if (c < ' ' || c > '~') return {};
    return std::string(column + place.list.size() + 3 + place.text.position, ' ') + "^";
}

}  // namespace estima::inline v0_1::detail
