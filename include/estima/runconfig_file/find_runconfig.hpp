// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <estima/base/error.hpp>

namespace estima::inline v0_1::detail {

inline constexpr std::string_view runconfig_suffix = ".runconfig";
/// Where a project keeps its run configurations: today, and in the first versions.
inline constexpr char const* runconfig_folders[]{".azureml", "aml_config"};

/// A file of a run configuration, and the folder that its paths are relative to.
struct runconfig_place {
    std::filesystem::path file, root;
};

inline bool is_file(std::filesystem::path const& path) {
    std::error_code ignored;
    return std::filesystem::is_regular_file(path, ignored);
}
inline bool is_folder(std::filesystem::path const& path) {
    std::error_code ignored;
    return std::filesystem::is_directory(path, ignored);
}
inline std::filesystem::path parent_of(std::filesystem::path const& file) {
    return file.has_parent_path() ? file.parent_path() : std::filesystem::path{"."};
}
/// The project's folder: that of the file, or the one around it when the file is in .azureml or aml_config.
inline std::filesystem::path root_of(std::filesystem::path const& file) {
    std::filesystem::path const folder = parent_of(file);
    for (char const* const name : runconfig_folders)
        if (folder.filename() == name) return parent_of(folder);
    return folder;
}

/// A name, with or without its suffix, of a file right in a folder.
inline void check_runconfig_name(std::string const& name) {
    if (name.find('/') == std::string::npos && name.find('\0') == std::string::npos && name != "." && name != "..")
        return;
    throw error{"EST-108",
                {.what = "this is no name of a run configuration",
                 .where = name,
                 .why = "it is the name of a file in .azureml, without folders",
                 .remedy = "give the folder as the path, and the file's name as the name"}};
}

/// Looks in .azureml, then in aml_config, then in the folder itself; in each for the name, then for the name with its
/// suffix. A path that is a file is that file. EST-107: none of them is there.
inline runconfig_place find_runconfig(std::filesystem::path const& path, std::string const& name) {
    if (name.empty() && is_file(path)) return {path, root_of(path)};
    std::vector<std::filesystem::path> tried;
    if (name.empty()) {
        tried.push_back(path);
    } else {
        check_runconfig_name(name);
        for (std::filesystem::path const& folder : {path / runconfig_folders[0], path / runconfig_folders[1], path})
            for (std::string const& file : {name, name + std::string{runconfig_suffix}}) tried.push_back(folder / file);
        for (std::filesystem::path const& file : tried)
            if (is_file(file)) return {file, path};
    }
    std::string all;
    for (std::filesystem::path const& file : tried) all += (all.empty() ? "there is no file " : ", ") + file.string();
    throw error{"EST-107",
                {.what = "this run configuration is not there",
                 .where = path.string() + (name.empty() ? "" : ", name " + name),
                 .why = all,
                 .remedy = "give the path of the project's folder and the file's name, or the path of the file"}};
}

/// Where a configuration of that name is written: in the folder's .azureml, or in its aml_config if only that is there;
/// or the file itself, if the path is one or could be. EST-108: no name, or no such folder.
inline runconfig_place place_to_save(std::filesystem::path const& path, std::string const& name) {
    if (!is_folder(path)) {
        if (!name.empty() || !is_folder(parent_of(path)) || !path.has_filename())
            throw error{"EST-108",
                        {.what = "the run configuration cannot be written there",
                         .where = path.string(),
                         .why = name.empty() ? "there is no folder " + parent_of(path).string() : "it is no folder",
                         .remedy = "give a folder and a name, or the path of a file in a folder"}};
        if (std::string const file = path.filename().string();
            file == "conda_dependencies.yml" || file == "environment.yml")
            throw error{"EST-108",
                        {.what = "this is no name of a run configuration",
                         .where = path.string(),
                         .why = "the packages or the environment beside a run configuration have that name",
                         .remedy = "give the file another name"}};
        return {path, root_of(path)};
    }
    if (name.empty())
        throw error{"EST-108",
                    {.what = "a name is needed to write the run configuration",
                     .where = path.string(),
                     .why = "this is a folder",
                     .remedy = "give a name, or the path of a file"}};
    check_runconfig_name(name);
    bool const is_early = !is_folder(path / runconfig_folders[0]) && is_folder(path / runconfig_folders[1]);
    std::string const file = name.ends_with(runconfig_suffix) ? name : name + std::string{runconfig_suffix};
    return {path / runconfig_folders[is_early ? 1 : 0] / file, path};
}

}  // namespace estima::inline v0_1::detail
