// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <filesystem>
#include <string>
#include <system_error>

#include <estima/base/error.hpp>
#include <estima/system/files.hpp>
#include <estima/workspace/workspace.hpp>
#include <estima/workspace/workspace_description.hpp>

namespace estima::inline v0_1::terminal::detail {

/// The workspace to look at. Looking makes none. EST-653: there is none in that folder; EST-301: this user may not
/// know; EST-303: its description is lost or damaged.
inline workspace workspace_to_see(std::string const& named) {
    std::filesystem::path const folder = named.empty() ? workspace::default_path() : std::filesystem::path{named};
    std::error_code code;
    bool const is_there = std::filesystem::exists(estima::detail::workspace_description(folder), code);
    if (code) throw_file_error("cannot read", folder, code.value());
    if (is_there || estima::detail::was_workspace(folder)) return workspace::open(folder);
    throw error{"EST-653",
                {.what = "there is no workspace",
                 .where = folder.string(),
                 .why = named.empty() ? "nothing was submitted to the workspace that is used without --workspace" : "",
                 .remedy = "name one with --workspace or ESTIMA_WORKSPACE; submitting a run makes it"}};
}

}  // namespace estima::inline v0_1::terminal::detail
