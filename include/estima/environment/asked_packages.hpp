// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string_view>

#include <estima/policy/facts.hpp>
#include <estima/requirement/package_conflict.hpp>

namespace estima::inline v0_1::detail {

/// Whether a list names a package; `List` is requirement_detail's pip_list or conda_list, which read its texts.
template <class List>
constexpr bool lists_package(name_list const& texts, std::string_view name) {
    for (std::string_view const text : texts)
        if (auto const read = List::parse(text); read && List::same_name(read->name, name)) return true;
    return false;
}

/// Whether the user asks for a package, of pip or of conda. Both know it by the same name, written in more than one way.
constexpr bool asks_for_package(environment_facts const& e, std::string_view name) {
    return lists_package<requirement_detail::pip_list>(e.pip_packages, name) ||
           lists_package<requirement_detail::conda_list>(e.conda_packages, name);
}

/// Whether the user asks himself for what a requirement of a framework names.
constexpr bool asks_for_the_same(environment_facts const& e, std::string_view requirement) {
    return (!e.pip_packages.empty() || !e.conda_packages.empty()) &&
           asks_for_package(e, parse_pip_requirement(requirement)->name);
}

}  // namespace estima::inline v0_1::detail
