// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include <estima/base/error.hpp>
#include <estima/history/run_id.hpp>
#include <estima/system/files.hpp>
#include <estima/system/is_there.hpp>
#include <estima/system/json.hpp>
#include <estima/system/shell_quoted.hpp>

namespace estima::inline v0_1::detail {

constexpr std::uint64_t workspace_format = 1;  ///< of what is on the disk

/// The file that makes a folder a workspace: {"format":1}.
inline std::filesystem::path workspace_description(std::filesystem::path const& folder) {
    return folder / "workspace.json";
}

/// Whether runs lie in a folder, snapshots or models: it was a workspace, even if its description is lost. EST-301.
inline bool was_workspace(std::filesystem::path const& folder) {
    bool has_models = false;
    for_each_entry(folder / "models", [&has_models](std::filesystem::directory_entry const& one) {
        has_models = has_models || is_there(one.path() / "changes.jsonl");
    });
    return has_models || is_there(folder / "snapshots" / "trees") || !run_ids_in(folder / "runs").empty() ||
           !run_ids_in(deleted_runs_in(folder)).empty();
}

/// What to do where it is lost or damaged.
inline std::string how_to_describe(std::filesystem::path const& folder) {
    return "the runs are as they were: unless a newer estima wrote them, make the file anew, "
           "echo '{\"format\":1}' > " +
           shell_quoted(workspace_description(folder).string());
}

/// EST-303: the description of a workspace is lost, or damaged. Nothing else is.
[[noreturn]] inline void throw_no_description(std::filesystem::path const& folder, std::string why) {
    throw error{"EST-303",
                {.what = "the workspace cannot be read",
                 .where = workspace_description(folder).string(),
                 .why = std::move(why),
                 .remedy = how_to_describe(folder) + "; or choose another workspace ($ESTIMA_WORKSPACE)"}};
}

/// What the description of a workspace says; nothing if there is none. EST-303 if it is no file; EST-301.
inline std::optional<std::string> read_workspace_description(std::filesystem::path const& folder) {
    std::filesystem::path const file = workspace_description(folder);
    if (!is_there(file)) return std::nullopt;
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(file, ignored))  // a pipe, say, which would be waited for
        throw_no_description(folder, "it is no file, and has to be removed first");
    return read_file(file);
}

/// EST-303: a newer estima wrote the workspace, or its description is damaged.
inline void require_known_format(std::filesystem::path const& folder, std::string const& description) {
    json const j = json::parse(description, nullptr, false);
    bool const tells = j.is_object() && j.contains("format") && j["format"].is_number_unsigned() && j["format"] != 0;
    if (!tells) throw_no_description(folder, description.empty() ? "it is empty" : "it does not tell its format");
    if (j["format"].get<std::uint64_t>() > workspace_format)
        throw error{"EST-303",
                    {.what = "the workspace was made by a newer version of estima",
                     .where = folder.string(),
                     .why = "its format is " + j["format"].dump() + ", this version knows formats up to " +
                            std::to_string(workspace_format),
                     .remedy = "use that version, or choose another workspace ($ESTIMA_WORKSPACE)"}};
}

/// EST-653: somebody removed the workspace. Whoever goes on would find nothing, or make its index anew, in a folder
/// that is to go.
inline void require_workspace(std::filesystem::path const& folder) {
    if (is_there(workspace_description(folder))) return;
    throw error{"EST-653",
                {.what = "there is no workspace any more",
                 .where = folder.string(),
                 .why = "its workspace.json is gone",
                 .remedy = was_workspace(folder) ? "if nobody is removing it: " + how_to_describe(folder)
                                                 : "name another one, or open it anew (workspace::open makes it)"}};
}

}  // namespace estima::inline v0_1::detail
