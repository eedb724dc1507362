// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <estima/base/error.hpp>
#include <estima/history/artifacts.hpp>
#include <estima/system/clock.hpp>
#include <estima/system/files.hpp>
#include <estima/system/json.hpp>
#include <estima/system/sha256.hpp>

namespace estima::inline v0_1 {

/// One version of a registered model.
struct model {
    std::string name;
    int version = 0;     ///< 1, 2, 3, ...
    std::string run_id;  ///< the run that made it
    std::string path;    ///< what was registered: "outputs/model.pkl", or a folder
    std::string description{};
    double created_time = 0;  ///< seconds since 1970
    std::map<std::string, std::string> tags, properties;
    std::vector<artifact_record> files;  ///< paths relative to directory()/files
    std::filesystem::path folder{};      ///< <workspace>/models/<name>/<version>

    /// Azure's id of a model: "name:version".
    std::string id() const { return name + ":" + std::to_string(version); }
    std::filesystem::path files_directory() const { return folder / "files"; }

    /// Copies the model's file or folder into `target_directory`, checked against its checksums; returns its place
    /// there. EST-508 if something is there already and `exist_ok` is not set; EST-504 if a file was changed; EST-301.
    std::filesystem::path download(std::filesystem::path const& target_directory = ".", bool exist_ok = false) const {
        std::filesystem::path const target = target_directory / std::filesystem::path{path}.filename();
        std::error_code code;
        if (!exist_ok && std::filesystem::exists(std::filesystem::symlink_status(target, code)))
            throw error{"EST-508",
                        {.what = "something is already there",
                         .where = target.string(),
                         .remedy = "choose another directory, or allow it with exist_ok"}};
        for (artifact_record const& file : files)
            copy_verified(files_directory(), file.path, &file, target_directory / file.path);
        return target;
    }
};

inline json to_json(model const& m) {
    json files = json::array();
    for (artifact_record const& f : m.files)
        files.push_back({{"path", f.path}, {"bytes", f.bytes}, {"sha256", f.sha256}});
    return {{"name", m.name}, {"version", m.version},         {"run_id", m.run_id},
            {"path", m.path}, {"description", m.description}, {"created", utc_text(m.created_time)},
            {"tags", m.tags}, {"properties", m.properties},   {"files", files}};
}

/// Reads a version's folder. EST-509 if its description cannot be understood.
inline model read_model(std::filesystem::path const& folder) {
    json const j = json::parse(read_file(folder / "model.json"), nullptr, false);
    try {
        model m;
        m.name = j.at("name").get<std::string>();
        m.version = j.at("version").get<int>();
        m.run_id = j.value("run_id", "");
        m.path = j.at("path").get<std::string>();
        m.description = j.value("description", "");
        m.created_time = utc_seconds(j.value("created", ""));
        m.tags = j.value("tags", m.tags);
        m.properties = j.value("properties", m.properties);
        for (json const& f : j.at("files"))
            m.files.push_back({f.at("path").get<std::string>(), f.value("bytes", std::uint64_t{0}),
                               f.at("sha256").get<std::string>()});
        m.folder = folder;
        return m;
    } catch (json::exception const& e) {
        throw error{"EST-509",
                    {.what = "the description of a registered model cannot be read",
                     .where = (folder / "model.json").string(),
                     .why = e.what()}};
    }
}

}  // namespace estima::inline v0_1
