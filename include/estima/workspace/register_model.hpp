// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <estima/base/error.hpp>
#include <estima/history/artifacts.hpp>
#include <estima/history/run_directory.hpp>
#include <estima/run_configuration/run_configuration.hpp>
#include <estima/system/shown.hpp>
#include <estima/system/utf8.hpp>
#include <estima/workspace/model_registry.hpp>
#include <estima/workspace/workspace_lock.hpp>

namespace estima::inline v0_1::detail {

inline model model_from(model_options const& o) {
    return {.name = o.name,
            .path = o.path,
            .description = o.description,
            .tags = o.tags,
            .properties = o.properties,
            .framework = o.framework,
            .framework_version = o.framework_version,
            .datasets = o.datasets,
            .sample_input = o.sample_input,
            .sample_output = o.sample_output,
            .resources = o.resources,
            .stage = o.stage};
}

/// What can be said before anything is looked at. EST-305, EST-512, EST-642, EST-643.
inline void check_model_options(model_options const& options) {
    require_name("a model", options.name);
    for (std::string const& alias : options.aliases) require_alias(alias);
    check_facts(options);
    std::string const where = "model \"" + options.name + "\"";
    for (auto const& [what, all] : {std::pair{"a tag", &options.tags}, std::pair{"a property", &options.properties}})
        for (auto const& [name, value] : *all) {
            require_key(what, where, name);
            require_utf8(what, where, value);
        }
    for (model_dataset const& d : options.datasets)
        for (std::string const* const text : {&d.relation, &d.dataset}) require_utf8("a dataset", where, *text);
    for (std::string const* const text : {&options.description, &options.framework, &options.framework_version,
                                          &options.sample_input, &options.sample_output})
        require_utf8("what is said of a model", where, *text);
}

/// What a run was given, by the names of its inputs.
inline std::map<std::string, std::string> inputs_of(run_configuration const& c) {
    std::map<std::string, std::string> inputs;
    for (auto const& [name, one] : c.data_references) inputs[name] = one.data_store_name + "/" + one.path_on_data_store;
    for (auto const& [name, one] : c.data) {
        if (auto const& set = one.data_location.dataset)
            inputs[name] = (set->name.empty() ? set->id : set->name) + (set->version.empty() ? "" : ":" + set->version);
        if (auto const& path = one.data_location.data_path)
            inputs[name] = path->datastore_name + "/" + path->relative_path;
    }
    return inputs;
}

/// Takes out what is below none of `children`, files and folders in the folder `top` of a model. Returns the first
/// child that matches nothing, as an empty one does: a name that somebody forgot is not all there is.
inline std::optional<std::string> keep_children(std::vector<model_file>& files, std::string const& top,
                                                std::vector<std::string> const& children) {
    if (children.empty()) return std::nullopt;
    std::vector<std::string> prefixes;
    for (std::string const& child : children) {
        prefixes.push_back((std::filesystem::path{top} / child).lexically_normal().generic_string());
        auto const is_its = [&](model_file const& f) { return is_below(f.to, prefixes.back()); };
        if (child.empty() || std::none_of(files.begin(), files.end(), is_its)) return child;
    }
    std::erase_if(files, [&](model_file const& f) {
        return std::none_of(prefixes.begin(), prefixes.end(), [&](auto const& p) { return is_below(f.to, p); });
    });
    return std::nullopt;
}

[[noreturn]] inline void throw_no_output(model_options const& options, run_directory const& run,
                                         run_record const& record, std::optional<std::string> const& child) {
    std::vector<std::string> outputs;
    for (artifact_record const& a : record.artifacts) outputs.push_back(a.path);
    throw error{
        "EST-506",
        {.what = options.path.empty() ? "no path was given for the model"
                 : !child             ? "\"" + options.path + "\" matches no output of the run"
                                      : "\"" + *child + "\" matches no output below \"" + options.path + "\"",
         .where = "model \"" + options.name + "\", run " + run.run_id() + ", " + std::string{to_string(record.status)},
         .why = outputs.empty() ? "the run has no outputs" : "its outputs are: " + listed(outputs),
         .remedy = has_outputs_of_nobody(record)
                       ? "its supervisor died before it recorded any: register the file itself, "
                         "workspace.register_model({.path = \"" + run.outputs().string() + "/...\"})"
                   : outputs.empty() ? "write the model into ./outputs in the script"
                                   : "give one of them, or a folder of them, as .path"}};
}

/// Stores outputs of a run that is over as the next version of a model. EST-505, EST-506, EST-504; EST-301.
inline model register_outputs(run_directory const& run, run_record const& record,
                              run_configuration const& configuration, model_options const& options) {
    check_model_options(options);
    workspace_lock const keeps_the_snapshot{run.workspace(), workspace_lock::kind::shared};
    if (!is_terminal(record.status))
        throw error{"EST-505",
                    {.what = "a model can be registered when the run is over",
                     .where = "run " + run.run_id() + ", " + std::string{to_string(record.status)},
                     .why = "its outputs may still change",
                     .remedy = "call wait_for_completion() first"}};
    model m = model_from(options);
    m.path = std::filesystem::path{options.path}.lexically_normal().generic_string();
    if (m.path.ends_with('/')) m.path.pop_back();
    m.run_id = run.run_id();
    m.lineage = {record.experiment, record.snapshot_id, record.source_directory, inputs_of(configuration)};
    std::size_t const above = std::filesystem::path{m.path}.parent_path().generic_string().size();
    std::vector<model_file> files;
    for (artifact_record const& a : record.artifacts)
        if (!m.path.empty() && is_below(a.path, m.path))
            files.push_back({a.path, a.path.substr(above == 0 ? 0 : above + 1), &a});
    std::optional<std::string> const child =
        keep_children(files, std::filesystem::path{m.path}.filename().generic_string(), options.child_paths);
    if (files.empty() || child) throw_no_output(options, run, record, child);
    return store_model(run.workspace() / "models", std::move(m), run.code(), files, options.aliases);
}

/// Calls `work` with all below a folder but folders, links to folders among these. EST-301.
template <class Work>
void for_each_file_below(std::filesystem::path const& folder, Work const& work) {
    std::error_code code;
    std::filesystem::recursive_directory_iterator entry{folder, code};
    for (std::filesystem::recursive_directory_iterator const end; !code && entry != end; entry.increment(code)) {
        std::error_code ignored;
        if (entry->is_symlink(ignored) || !entry->is_directory(ignored)) work(*entry);
    }
    if (code) throw_file_error("cannot read", folder, code.value());
}

/// Stores a file or folder on the disk as the next version of a model. EST-641: there is nothing, or something that
/// cannot be part of a model; EST-503, EST-301.
inline model register_path(std::filesystem::path const& models, model_options const& options) {
    check_model_options(options);
    auto const refuse = [&](std::string why) {
        throw error{"EST-641",
                    {.what = options.path.empty() ? "no path was given for the model"
                                                  : "\"" + options.path + "\" cannot be registered as a model",
                     .where = "model \"" + options.name + "\"",
                     .why = std::move(why),
                     .remedy = "give a file, or a folder of files, as .path"}};
    };
    std::error_code code;
    std::filesystem::path const path = std::filesystem::canonical(options.path, code);
    if (options.path.empty() || code || path == path.parent_path()) refuse(code ? code.message() : "");
    model m = model_from(options);
    m.path = path.generic_string();
    std::string const top = path.filename().generic_string();
    std::vector<model_file> files;
    if (std::filesystem::is_regular_file(path, code)) files.push_back({top, top, nullptr});
    else if (!std::filesystem::is_directory(path, code)) refuse("it is neither a file nor a folder");
    else for_each_file_below(path, [&](std::filesystem::directory_entry const& e) {
        std::error_code ignored;
        if (!e.is_regular_file(ignored)) refuse("\"" + shown(e.path().string()) + "\" is not a file");
        std::string const name = (top / e.path().lexically_relative(path)).generic_string();
        if (valid_utf8(name) != name) refuse("the name of \"" + shown(name) + "\" is not UTF-8");
        files.push_back({name, name, nullptr});
    });
    std::sort(files.begin(), files.end(), [](auto const& a, auto const& b) { return artifact_order{}(a.to, b.to); });
    if (auto const child = keep_children(files, top, options.child_paths))
        refuse("there is no \"" + *child + "\" in it");
    if (files.empty()) refuse("there are no files in it");
    return store_model(models, std::move(m), path.parent_path(), files, options.aliases);
}

}  // namespace estima::inline v0_1::detail
