// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/stat.h>

#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include <estima/runconfig_file/conda_file.hpp>
#include <estima/runconfig_file/find_runconfig.hpp>
#include <estima/runconfig_file/read_runconfig.hpp>
#include <estima/system/files.hpp>

namespace estima::inline v0_1 {

namespace detail {
/// A regular file's text, or what comes before its size is refused.
inline std::string read_runconfig_text(std::filesystem::path const& path) {
    std::error_code failed;
    auto const size = std::filesystem::file_size(path, failed);
    if (!failed && size > largest_runconfig_file)
        throw error{"EST-106",
                    {.what = "this file is too large or too complicated for a run configuration",
                     .where = path.string(),
                     .why = "it has " + std::to_string(size) + " bytes, and at most " +
                            std::to_string(largest_runconfig_file) + " are read",
                     .remedy = "check that this is the right file"}};
    return read_file(path);
}

/// Puts another file's document into this one, below a key that it has not.
inline void attach(document& whole, json::json_pointer const& at, document part) {
    std::size_t const file = whole.files.size();
    whole.files.insert(whole.files.end(), part.files.begin(), part.files.end());
    whole.value[at] = std::move(part.value);
    for (auto& [pointer, place] : part.places) {
        place.file += file;
        whole.places.insert_or_assign(at.to_string() + pointer, std::move(place));
    }
}

/// The text at a pointer; nothing if something on the way is no map, or it is no text.
inline std::optional<std::string> text_at(json const& value, std::initializer_list<char const*> keys) {
    json const* place = &value;
    for (char const* const key : keys) {
        if (!place->is_object() || !place->contains(key)) return {};
        place = &(*place)[key];
    }
    return place->is_string() ? std::optional{place->get<std::string>()} : std::nullopt;
}

/// environment.yml beside a file that has no environment.
inline void attach_environment(document& d, std::filesystem::path const& file) {
    std::filesystem::path const separate = parent_of(file) / "environment.yml";
    if (!d.value.is_object() || d.value.contains("environment") || !is_file(separate)) return;
    attach(d, json::json_pointer{"/environment"}, parse_file_text(read_runconfig_text(separate), separate.string()));
}

/// The conda file that the configuration names, from the project's folder or from beside the file.
inline void attach_conda_file(document& d, runconfig_place const& place, std::vector<file_warning>& warnings) {
    auto const name = text_at(d.value, {"environment", "python", "condaDependenciesFile"});
    if (!name || name->empty() || name->find('\0') != std::string::npos) return;
    json& python = d.value["environment"]["python"];
    if (python.contains("condaDependencies") && !python["condaDependencies"].is_null()) return;
    for (std::filesystem::path const& folder : {place.root, parent_of(place.file)}) {
        if (!is_file(folder / *name)) continue;
        std::string const file = (folder / *name).string();
        return attach(d, json::json_pointer{"/environment/python/condaDependencies"},
                      parse_file_text(read_runconfig_text(file), file));
    }
    file_place const& at = d.place("/environment/python/condaDependenciesFile");
    warnings.push_back({"EST-124", where_text(d.files[at.file], at.key, "environment.python.condaDependenciesFile"),
                        "there is no file " + *name + " in " + place.root.string() + ": its packages are not known"});
}
}  // namespace detail

/// Reads a .runconfig file: `path` is the project's folder and `name` the configuration's, with or without its suffix,
/// or `path` is the file. An environment.yml beside it, and the conda file that it names, are read with it.
/// Errors as parse_runconfig, with the file's name, and EST-107: there is no such file.
inline loaded_runconfig load_runconfig(std::filesystem::path const& path = ".", std::string const& name = {}) {
    detail::runconfig_place const place = detail::find_runconfig(path, name);
    std::string const text = detail::read_runconfig_text(place.file);
    loaded_runconfig loaded;
    detail::document d = detail::parse_file_text(text, place.file.string());
    loaded.comments = detail::comments_of(text, d);
    detail::modernise(d);
    detail::attach_environment(d, place.file);
    detail::attach_conda_file(d, place, loaded.warnings);
    detail::read_into(loaded, d);
    return loaded;
}

}  // namespace estima::inline v0_1
