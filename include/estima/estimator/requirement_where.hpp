// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <estima/environment/asked_packages.hpp>
#include <estima/estimator/conda_file.hpp>
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
    std::string const text =
        (first == second || pair.second.empty() ? first : first + " and " + second) + ": " + between_quotes(pair.first);
    return pair.second.empty() ? text : text + " and " + between_quotes(pair.second);
}

/// Where texts of packages stand: in the types, or in files that have been read.
struct package_places {
    requirements_file const& pip_file;
    conda_file const& whole_file;

    std::string of_conda(std::string_view text) const {
        std::string const place = whole_file.place_of(text);
        return place.empty() ? "conda_packages" : place;
    }
    std::string of_pip(std::string_view text) const {
        std::string const place = whole_file.place_of(text);
        return place.empty() ? pip_file.place_of(text) : place;
    }
};

/// `pip_packages: "numpy=1.24" at 5: a single = is conda's; pip compares with ==`. Positions are bytes, from 0. The
/// files are pip_requirements_file and conda_dependencies_file, if they have been read.
inline std::string requirement_where(std::string_view id, facts const& f, requirements_file const& pip_file = {},
                                     conda_file const& whole_file = {}) {
    requirement_facts const& found = f.environment.requirements;
    package_places const places{pip_file, whole_file};
    auto const conda_pair = [&](package_pair const& pair) {
        return pair_in(places.of_conda(pair.first), places.of_conda(pair.second), pair);
    };
    auto const pip_pair = [&](package_pair const& pair) {
        return pair_in(places.of_pip(pair.first), places.of_pip(pair.second), pair);
    };
    if (malformed_place const place = malformed_place_of(id, f); place.text) {
        std::string const list = id == "EST-034"   ? places.of_pip(place.text.text)
                                 : id == "EST-035" ? places.of_conda(place.text.text)
                                                   : std::string{place.list};
        return list + ": " + between_quotes(place.text.text) + " at " + std::to_string(place.text.position) + ": " +
               std::string{place.text.reason};
    }
    if (id == "EST-037") {
        if (found.conda.unsatisfiable) return conda_pair(found.conda.unsatisfiable);
        if (found.pip.unsatisfiable) return pip_pair(found.pip.unsatisfiable);
        package_pair const both = asked_in_two_versions(f.environment);
        return pair_in(places.of_conda(both.first), places.of_pip(both.second), both);
    }
    if (id == "EST-044")
        return found.conda.named_twice ? conda_pair(found.conda.named_twice) : pip_pair(found.pip.named_twice);
    if (id == "EST-040") {
        package_pair const both = asked_and_brought(f);
        bool const is_of_pip = f.environment.pip_packages.contains(both.first);
        return (is_of_pip ? places.of_pip(both.first) : places.of_conda(both.first)) + ": " +
               between_quotes(both.first) + ", and " + std::string{f.framework.name} + " " +
               std::string{f.framework.chosen_version().version} + " brings " + between_quotes(both.second);
    }
    if (id == "EST-047") return "custom_docker_image: " + between_quotes(f.environment.image.reference);
    if (id == "EST-056") {
        image_facts const& image = f.environment.image;
        return "custom_docker_image " + between_quotes(image.reference) + ", registry_address " +
               between_quotes(image.registry_address) + ", registry_username " +
               between_quotes(image.registry_username) + ", registry_password_from " +
               between_quotes(image.registry_password_variable);
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
