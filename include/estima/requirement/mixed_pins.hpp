// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string_view>

#include <estima/base/find_in.hpp>
#include <estima/requirement/conda_pins.hpp>
#include <estima/requirement/package_name.hpp>
#include <estima/requirement/pip_requirement.hpp>

// One package asked of conda and of pip.
namespace estima::inline v0_1 {

namespace requirement_detail {
/// pip's clauses as conda writes them; empty, which any version satisfies, where the two do not read alike: only
/// comparisons of plain numbers, and a single ==1.4.*, do.
constexpr std::string_view in_conda_words(std::string_view versions) {
    bool const begins_with = versions.size() > 4 && versions.substr(0, 2) == "==" &&
                             versions.substr(versions.size() - 2) == ".*" &&
                             find_in(versions, ',') == std::string_view::npos;
    for (char const c : begins_with ? versions.substr(0, versions.size() - 1) : versions)
        if (!is_digit(c) && !is_one_of(c, " .,<>=!~")) return {};
    if (find_in(versions, "===") != std::string_view::npos) return {};
    return begins_with ? versions.substr(1) : versions;
}
}  // namespace requirement_detail

/// Whether one version can satisfy both. False only if it is sure: other names, markers, URLs and versions that are
/// more than numbers can always go together.
constexpr bool pins_can_both_hold(conda_spec const& conda, pip_requirement const& pip) {
    if (!same_package_name(conda.name, pip.name) || !pip.marker.empty() || !pip.url.empty()) return true;
    conda_spec const asked_of_pip{.name = conda.name, .versions = requirement_detail::in_conda_words(pip.versions)};
    return requirement_detail::some_version_satisfies(conda, asked_of_pip);
}

}  // namespace estima::inline v0_1
