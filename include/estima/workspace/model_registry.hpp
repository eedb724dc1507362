// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <estima/base/error.hpp>
#include <estima/history/artifacts.hpp>
#include <estima/system/files.hpp>
#include <estima/workspace/model.hpp>
#include <estima/workspace/names.hpp>
#include <estima/workspace/scratch_directory.hpp>

namespace estima::inline v0_1::detail {

/// The versions of a model, sorted; none if there is no such model.
inline std::vector<int> model_versions(std::filesystem::path const& models, std::string const& name) {
    std::vector<int> versions;
    for (std::string const& text : names_in(models / name)) {
        int version = 0;
        auto const [last, parsed] = std::from_chars(text.data(), text.data() + text.size(), version);
        if (parsed == std::errc{} && last == text.data() + text.size() && version > 0) versions.push_back(version);
    }
    std::sort(versions.begin(), versions.end());
    return versions;
}

/// Names of models that have a version, sorted.
inline std::vector<std::string> model_names(std::filesystem::path const& models) {
    std::vector<std::string> names = names_in(models);
    std::erase_if(names, [&](std::string const& name) { return !is_name(name) || model_versions(models, name).empty(); });
    std::sort(names.begin(), names.end());
    return names;
}

/// EST-507 lists what there is.
inline model find_model(std::filesystem::path const& models, std::string const& name, int version) {
    std::vector<int> const versions = is_name(name) ? model_versions(models, name) : std::vector<int>{};
    if (versions.empty()) {
        std::vector<std::string> const names = model_names(models);
        throw error{"EST-507",
                    {.what = "there is no model \"" + name + "\"",
                     .where = models.string(),
                     .why = names.empty() ? "no model was registered yet" : "there are: " + listed(names),
                     .remedy = "name one of this workspace, or register it with run.register_model()"}};
    }
    if (version == 0) version = versions.back();
    if (!std::binary_search(versions.begin(), versions.end(), version)) {
        std::vector<std::string> texts;
        for (int const v : versions) texts.push_back(std::to_string(v));
        throw error{"EST-507",
                    {.what = "there is no version " + std::to_string(version) + " of model \"" + name + "\"",
                     .where = models.string(),
                     .why = "there are: " + listed(texts),
                     .remedy = "name one of them, or 0 for the newest"}};
    }
    return read_model(models / name / std::to_string(version));
}

inline void sync_directory(std::filesystem::path const& path) {
    file_descriptor const fd = open_file(path, O_RDONLY | O_DIRECTORY);
    // Some file systems cannot sync a directory and say EINVAL: there is nothing more to do then.
    if (::fsync(fd.get()) != 0 && errno != EINVAL) throw_file_error("cannot write", path);
}

/// What is below a folder is on the disk: the files were synced when they were written, this is their names.
inline void sync_directories_below(std::filesystem::path const& folder) {
    sync_directory(folder);
    std::error_code code;
    std::filesystem::recursive_directory_iterator entry{folder, code};
    for (std::filesystem::recursive_directory_iterator const end; !code && entry != end; entry.increment(code)) {
        std::error_code ignored;
        if (entry->is_directory(ignored)) sync_directory(entry->path());
    }
    if (code) throw_file_error("cannot read", folder, code.value());
}

/// Stores outputs of a run as the next version of a model: complete, checked and on the disk when it can be seen. Two
/// that register at once get two versions. `m.files` holds the artifacts with their paths in `code`.
inline model store_model(std::filesystem::path const& models, model m, std::filesystem::path const& code) {
    std::filesystem::path const home = models / m.name;
    make_directories(home);
    scratch_directory scratch{home / ("." + random_hex() + ".tmp")};
    std::size_t const skipped = std::filesystem::path{m.path}.parent_path().generic_string().size();
    for (artifact_record& file : m.files) {
        std::string const from = file.path;
        file.path = from.substr(skipped == 0 ? 0 : skipped + 1);
        artifact_record const recorded{from, file.bytes, file.sha256};
        copy_verified(code, from, &recorded, scratch.path() / "files" / file.path, {.sync = durable::yes});
    }
    sync_directories_below(scratch.path());
    m.created_time = epoch_seconds();
    for (std::vector<int> const versions = model_versions(models, m.name);; ++m.version) {
        m.version = std::max(m.version, versions.empty() ? 1 : versions.back() + 1);
        replace_file(scratch.path() / "model.json",
                     to_json(m).dump(2, ' ', false, json::error_handler_t::replace) + "\n", durable::yes);
        sync_directory(scratch.path());
        m.folder = home / std::to_string(m.version);
        if (scratch.rename_to(m.folder)) break;
    }
    sync_directory(home);
    sync_directory(models);
    return m;
}

}  // namespace estima::inline v0_1::detail
