// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string_view>

#include <estima/base/find_in.hpp>
#include <estima/policy/azure_names.hpp>
#include <estima/policy/facts.hpp>
#include <estima/requirement/mixed_pins.hpp>
#include <estima/requirement/package_conflict.hpp>

namespace estima::inline v0_1::detail {

/// The text of a list that names a package; without one, nothing. `List` is requirement_detail's pip_list or
/// conda_list, which read its texts.
template <class List>
constexpr std::string_view text_for_package(name_list const& texts, std::string_view name) {
    for (std::string_view const text : texts)
        if (auto const read = List::parse(text); read && List::same_name(read->name, name)) return text;
    return {};
}

/// What the user asks for under a name, of pip or of conda. Both know it by the same name, written in more than one
/// way.
constexpr std::string_view text_for_package(environment_facts const& e, std::string_view name) {
    std::string_view const of_pip = text_for_package<requirement_detail::pip_list>(e.pip_packages, name);
    return !of_pip.empty() ? of_pip : text_for_package<requirement_detail::conda_list>(e.conda_packages, name);
}
constexpr bool asks_for_package(environment_facts const& e, std::string_view name) {
    return !text_for_package(e, name).empty();
}

/// What the user asks for himself of what a requirement of the framework's version names; nothing if he does not. The
/// version's first package, which is the framework itself, is known by its other names as well.
constexpr std::string_view text_for_the_same(facts const& f, framework_version const& version,
                                             std::string_view requirement) {
    environment_facts const& e = f.environment;
    if (e.pip_packages.empty() && e.conda_packages.empty()) return {};
    std::string_view text = text_for_package(e, parse_pip_requirement(requirement)->name);
    if (requirement == *version.packages(f.has_gpus()).begin())
        for (std::string_view const name : f.framework.other_names)
            if (text.empty()) text = text_for_package(e, name);
    return text;
}
constexpr bool asks_for_the_same(facts const& f, framework_version const& version, std::string_view requirement) {
    return !text_for_the_same(f, version, requirement).empty();
}

/// Whether a Python that is asked for can be the one that a framework's version needs, "python=3.8", or a newer one.
/// False only if it is sure: alternatives are not looked into.
constexpr bool can_be_new_enough(std::string_view asked, std::string_view needed) {
    auto const own = parse_conda_spec(asked), least = parse_conda_spec(needed);
    if (find_any_in(own->versions, "|(^") != std::string_view::npos) return true;
    requirement_detail::conda_terms const terms{*own, own->versions};
    requirement_detail::conda_terms clauses = terms;
    conda_clause_reader of_least{least->versions};
    conda_clause minimum;
    if (!of_least.next(minimum)) return true;
    auto const below_least = requirement_detail::conda_cut::below(minimum.text);
    for (conda_clause c; clauses.next(c);)
        if (compare_cuts(requirement_detail::versions_kept_by(c, terms).high, below_least) <= 0) return false;
    return true;
}

/// A package that the user asks for and the framework's version brings, or a Python that is too old for
/// the version: its text, and the version's.
constexpr package_pair asked_and_brought(facts const& f) {
    framework_version const version = f.framework.chosen_version();
    if (version.version.empty() || !f.environment.is_prepared() || f.environment.is_whole()) return {};
    for (std::string_view const theirs : version.packages(f.has_gpus()))
        if (std::string_view const own = text_for_the_same(f, version, theirs); !own.empty()) return {own, theirs};
    if (version.python.empty()) return {};
    std::string_view const python =
        text_for_package<requirement_detail::conda_list>(f.environment.conda_packages, "python");
    return python.empty() || can_be_new_enough(python, version.python) ? package_pair{}
                                                                       : package_pair{python, version.python};
}

/// The name that a text for conda or pip asks for, read without the rest of it.
constexpr std::string_view name_at_its_start(std::string_view text) {
    std::size_t const channel = find_in(text, ':');
    if (channel + 1 < text.size() && text[channel + 1] == ':') text.remove_prefix(channel + 2);
    auto const is_of_name = [](char c) { return is_ascii_letter_or_digit(c) || c == '-' || c == '_' || c == '.'; };
    std::size_t size = 0;
    while (size < text.size() && is_of_name(text[size])) ++size;
    return text.substr(0, size);
}

/// A package that is asked of conda and of pip in versions that differ: the one installed last would win. Most texts
/// name packages of their own, and are not read a second time.
constexpr package_pair asked_in_two_versions(environment_facts const& e) {
    for (std::string_view const conda_text : e.conda_packages) {
        std::string_view const name = name_at_its_start(conda_text);
        for (std::string_view const pip_text : e.pip_packages) {
            if (!same_package_name(name, name_at_its_start(pip_text))) continue;
            auto const conda = parse_conda_spec(conda_text);
            auto const pip = parse_pip_requirement(pip_text);
            if (conda && pip && !pins_can_both_hold(*conda, *pip)) return {conda_text, pip_text};
        }
    }
    return {};
}

}  // namespace estima::inline v0_1::detail
