// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <estima/base/error.hpp>
#include <estima/history/artifacts.hpp>
#include <estima/system/clock.hpp>
#include <estima/system/files.hpp>
#include <estima/system/json.hpp>
#include <estima/system/sha256.hpp>
#include <estima/workspace/model_log.hpp>
#include <estima/workspace/model_options.hpp>
#include <estima/workspace/names.hpp>

namespace estima::inline v0_1 {

/// Where a model comes from.
struct model_lineage {
    std::string experiment{}, snapshot_id{}, source_directory{};  ///< of its run
    std::map<std::string, std::string> inputs{};  ///< of its run: by their names, "faces:3" or "store/path"
};

/// One version of a registered model, as it was when it was looked at. What changes it writes the change to the
/// workspace, for all to see, and then has it, too.
struct model {
    std::string name{};
    int version = 0;       ///< 1, 2, 3, ...
    std::string run_id{};  ///< the run that made it; empty if it was registered from the disk
    std::string path{};    ///< what was registered: "outputs/model.pkl", or a folder
    std::string description{};
    double created_time = 0;  ///< seconds since 1970
    std::map<std::string, std::string> tags{}, properties{};
    std::string framework{}, framework_version{};
    std::vector<model_dataset> datasets{};
    std::string sample_input{}, sample_output{};
    model_resources resources{};
    model_lineage lineage{};
    model_stage stage = model_stage::none;
    std::vector<std::string> aliases{};    ///< those that point to this version, sorted
    std::vector<artifact_record> files{};  ///< paths relative to files_directory()
    std::filesystem::path folder{};        ///< <workspace>/models/<name>/<version>

    /// Azure's id of a model: "name:version".
    std::string id() const { return name + ":" + std::to_string(version); }
    std::filesystem::path files_directory() const { return folder / "files"; }

    /// Copies the model's file or folder into `target_directory`, verified, resumed where it was interrupted; returns
    /// its place there. EST-508 if something is there already and `exist_ok` is not set; EST-504 if a file was changed;
    /// EST-507: the version was deleted; EST-301.
    std::filesystem::path download(std::filesystem::path const& target_directory = ".", bool exist_ok = false,
                                   download_options const& options = {}) const {
        std::filesystem::path const target = target_directory / std::filesystem::path{path}.filename();
        std::error_code code;
        if (!exist_ok && std::filesystem::exists(std::filesystem::symlink_status(target, code)))
            throw error{"EST-508",
                        {.what = "something is already there",
                         .where = target.string(),
                         .remedy = "choose another directory, or allow it with exist_ok"}};
        std::vector<detail::download_item> items;
        for (artifact_record const& file : files)
            items.push_back({files_directory(), file.path, &file, target_directory / file.path, file.bytes});
        try {
            detail::downloads{std::move(items), options}.run();
        } catch (error const&) {
            detail::model_log{folder.parent_path()}.require(version);  // it was deleted meanwhile
            throw;
        }
        return target;
    }

    /// Sets a tag, or changes it; EST-512: it has no name; EST-102: it is not UTF-8. This and all below: EST-507 if the
    /// version was deleted; EST-301.
    void tag(std::string const& key, std::string const& value = "") {
        detail::require_key("a tag", "model " + id(), key);
        detail::require_utf8("a tag", "model " + id(), value);
        change({{"event", "tag"}, {"name", key}, {"value", value}});
    }
    void remove_tag(std::string const& key) { change({{"event", "untag"}, {"name", key}}); }

    /// Sets a property, which stays: EST-501 if it has another value already; EST-512: it has no name.
    void add_property(std::string const& key, std::string const& value) {
        detail::require_key("a property", "model " + id(), key);
        detail::require_utf8("a property", "model " + id(), value);
        change({{"event", "property"}, {"name", key}, {"value", value}}, [&] {
            auto const now = properties.find(key);
            if (now != properties.end()) detail::require_same("property", "model " + id(), key, now->second, value);
        });
    }
    void set_description(std::string const& text) {
        detail::require_utf8("a description", "model " + id(), text);
        change({{"event", "description"}, {"text", text}});
    }
    void set_stage(model_stage to) { change({{"event", "stage"}, {"stage", to_string(to)}}); }

    /// Lets an alias ("champion") point to this version, wherever it pointed before. EST-305: it cannot be a name;
    /// EST-642: it looks like a version.
    void set_alias(std::string const& alias) {
        detail::require_alias(alias);
        change({{"event", "alias"}, {"alias", alias}});
    }
    /// Does nothing if it does not point to this version.
    void remove_alias(std::string const& alias) { change({{"event", "unalias"}, {"alias", alias}}); }

private:
    void change(json event) {
        change(std::move(event), [] {});
    }
    /// Nothing is written if `may` throws: it is called while nobody else changes anything, and all is up to date.
    template <class May>
    void change(json event, May const& may) {
        event["version"] = version;
        detail::model_log log{folder.parent_path()};
        log.change([&] {
            log.require(version);
            bring_up_to_date(log);
            may();
            log.append(std::move(event));
        });
        bring_up_to_date(log);
    }
    /// Takes in all that was changed since it was registered.
    void bring_up_to_date(detail::model_log const& log);
    friend model read_model(std::filesystem::path const& folder);
};

inline json to_json(model const& m) {
    json files = json::array(), datasets = json::array();
    for (artifact_record const& f : m.files)
        files.push_back({{"path", f.path}, {"bytes", f.bytes}, {"sha256", f.sha256}});
    for (model_dataset const& d : m.datasets) datasets.push_back({{"relation", d.relation}, {"dataset", d.dataset}});
    return {{"name", m.name},
            {"version", m.version},
            {"run_id", m.run_id},
            {"path", m.path},
            {"description", m.description},
            {"created", utc_text(m.created_time)},
            {"tags", m.tags},
            {"properties", m.properties},
            {"framework", m.framework},
            {"framework_version", m.framework_version},
            {"datasets", datasets},
            {"sample_input", m.sample_input},
            {"sample_output", m.sample_output},
            {"resources",
             {{"cpu", m.resources.cpu}, {"memory_in_gb", m.resources.memory_in_gb}, {"gpu", m.resources.gpu}}},
            {"lineage",
             {{"experiment", m.lineage.experiment},
              {"snapshot_id", m.lineage.snapshot_id},
              {"source_directory", m.lineage.source_directory},
              {"inputs", m.lineage.inputs}}},
            {"stage", to_string(m.stage)},
            {"aliases", m.aliases},
            {"files", files}};
}

inline void model::bring_up_to_date(detail::model_log const& log) {
    aliases = log.aliases_of(version);
    for (json const& e : log.events()) {
        std::string const kind = e.value("event", ""), key = e.value("name", "");
        if (whole_number(e, "version", 0) != version) continue;
        if (kind == "tag") tags[key] = e.value("value", "");
        if (kind == "untag") tags.erase(key);
        if (kind == "property") properties.emplace(key, e.value("value", ""));  // the first one stays
        if (kind == "description") description = e.value("text", "");
        if (kind == "stage") stage = detail::stage_from(e.value("stage", ""));
    }
}

/// Reads a version's folder, and what was changed since it was registered. EST-509 if its description cannot be
/// understood; EST-301.
inline model read_model(std::filesystem::path const& folder) {
    json const j = json::parse(read_regular_file(folder / "model.json"), nullptr, false);
    try {
        model m;
        m.name = j.at("name").get<std::string>();
        m.version = whole_number<int>(j.at("version"));
        m.run_id = j.value("run_id", "");
        m.path = j.at("path").get<std::string>();
        m.description = j.value("description", "");
        m.created_time = utc_seconds(j.value("created", ""));
        m.tags = j.value("tags", m.tags);
        m.properties = j.value("properties", m.properties);
        m.framework = j.value("framework", "");
        m.framework_version = j.value("framework_version", "");
        for (json const& d : j.value("datasets", json::array()))
            m.datasets.push_back({d.at("relation").get<std::string>(), d.at("dataset").get<std::string>()});
        m.sample_input = j.value("sample_input", "");
        m.sample_output = j.value("sample_output", "");
        json const resources = j.value("resources", json::object()), lineage = j.value("lineage", json::object());
        auto const amount = [&resources](char const* name) {
            json const said = resources.value(name, json{});
            return said.is_null() ? 0.0 : said.get<double>();  // null: what JSON has for a number that it cannot hold
        };
        m.resources = {amount("cpu"), amount("memory_in_gb"), whole_number(resources, "gpu", 0)};
        m.lineage = {lineage.value("experiment", ""), lineage.value("snapshot_id", ""),
                     lineage.value("source_directory", ""), lineage.value("inputs", m.lineage.inputs)};
        m.stage = detail::stage_from(j.value("stage", ""));
        for (json const& f : j.at("files"))
            m.files.push_back({f.at("path").get<std::string>(), whole_number(f, "bytes", std::uint64_t{0}),
                               f.at("sha256").get<std::string>()});
        m.folder = folder;
        m.bring_up_to_date(detail::model_log{folder.parent_path()});
        return m;
    } catch (json::exception const& e) {
        throw error{
            "EST-509",
            {.what = "the description of a registered model cannot be read",
             .where = (folder / "model.json").string(),
             .why = json_fault(e),
             .remedy = "restore this file from a copy of the workspace; or register the model again from its run, "
                       "and delete this version"}};
    }
}

}  // namespace estima::inline v0_1
