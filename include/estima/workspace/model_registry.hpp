// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <estima/base/error.hpp>
#include <estima/history/artifacts.hpp>
#include <estima/system/files.hpp>
#include <estima/workspace/model.hpp>
#include <estima/workspace/model_log.hpp>
#include <estima/workspace/names.hpp>
#include <estima/workspace/scratch_directory.hpp>

namespace estima::inline v0_1::detail {

/// The versions of a model, sorted; none if there is no such model.
inline std::vector<int> model_versions(std::filesystem::path const& models, std::string const& name) {
    std::vector<int> versions;
    for (std::string const& text : names_in(models / name))
        if (int const version = version_from(text)) versions.push_back(version);
    if (!versions.empty()) {
        model_log const log{models / name};
        std::erase_if(versions, [&](int v) { return log.deleted().contains(v); });
    }
    std::sort(versions.begin(), versions.end());
    return versions;
}

/// Names of models, sorted; also of those whose versions are all deleted.
inline std::vector<std::string> all_model_names(std::filesystem::path const& models) {
    std::vector<std::string> names = names_in(models);
    std::erase_if(names, [&](std::string const& name) { return !is_name(name); });
    std::sort(names.begin(), names.end());
    return names;
}
/// Names of models that have a version, sorted.
inline std::vector<std::string> model_names(std::filesystem::path const& models) {
    std::vector<std::string> names = all_model_names(models);
    std::erase_if(names, [&](std::string const& name) { return model_versions(models, name).empty(); });
    return names;
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

/// A file that becomes part of a model.
struct model_file {
    std::string from;                 ///< below the folder it comes from
    std::string to;                   ///< below the version's `files`
    artifact_record const* recorded;  ///< what it has to be; nothing: whatever it is
};

/// Stores files below `source` as the next version of a model: complete, checked and on the disk when it can be seen.
/// Two that register at once get two versions.
inline model store_model(std::filesystem::path const& models, model m, std::filesystem::path const& source,
                         std::vector<model_file> const& files, std::vector<std::string> const& aliases) {
    std::filesystem::path const home = models / m.name;
    make_directories(home);
    scratch_directory scratch{home / ("." + random_hex() + ".tmp")};
    for (model_file const& file : files) {
        artifact_record copied =
            copy_verified(source, file.from, file.recorded, scratch.path() / "files" / file.to, {.sync = durable::yes});
        copied.path = file.to;
        m.files.push_back(std::move(copied));
    }
    sync_directories_below(scratch.path());
    m.created_time = epoch_seconds();
    model_log log{home};
    log.change([&] {
        std::error_code ignored;
        m.version = log.deleted().empty() ? 1 : *log.deleted().rbegin() + 1;
        for (std::string const& text : names_in(home)) {
            int const version = version_from(text);
            if (log.deleted().contains(version)) std::filesystem::remove_all(home / text, ignored);  // was interrupted
            else m.version = std::max(m.version, version + 1);
        }
        for (;; ++m.version) {  // more than once on a file system without locks only
            replace_file(scratch.path() / "model.json",
                         to_json(m).dump(2, ' ', false, json::error_handler_t::replace) + "\n", durable::yes);
            sync_directory(scratch.path());
            m.folder = home / std::to_string(m.version);
            if (scratch.rename_to(m.folder)) break;
        }
        for (std::string const& alias : aliases)
            log.append({{"event", "alias"}, {"alias", alias}, {"version", m.version}});
    });
    sync_directory(home);
    sync_directory(models);
    m.aliases = log.aliases_of(m.version);
    return m;
}

}  // namespace estima::inline v0_1::detail
