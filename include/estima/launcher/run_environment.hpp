// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <estima/launcher/launch_plan.hpp>

namespace estima::inline v0_1 {

/// Whether a name is one of a list, where "OMPI_*" stands for all that start so.
inline bool is_listed(std::string_view name, std::vector<std::string> const& list) {
    for (std::string_view const pattern : list) {
        bool const is_prefix = !pattern.empty() && pattern.back() == '*';
        if (is_prefix ? name.starts_with(pattern.substr(0, pattern.size() - 1)) : name == pattern) return true;
    }
    return false;
}

/// Takes variables out of the environment of this process.
inline void remove_variables(std::vector<std::string> const& list) {
    std::vector<std::string> found;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        std::string_view const text{*entry};
        if (std::string_view const name = text.substr(0, text.find('=')); is_listed(name, list))
            found.emplace_back(name);
    }
    for (std::string const& name : found) ::unsetenv(name.c_str());
}

/// The environment of this process with some added, as "NAME=value" entries, each name once.
inline std::vector<std::string> environment_with(environment_list const& added) {
    std::map<std::string, std::string, std::less<>> variables;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        std::string_view const text{*entry};
        std::size_t const equals = text.find('=', 1);
        if (equals != std::string_view::npos) variables.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
    for (auto const& [name, value] : added) variables[name] = value;
    std::vector<std::string> entries;
    for (auto const& [name, value] : variables) entries.push_back(name + "=" + value);
    return entries;
}

}  // namespace estima::inline v0_1
