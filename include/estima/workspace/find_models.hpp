// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include <estima/base/error.hpp>
#include <estima/system/shown.hpp>
#include <estima/workspace/model_registry.hpp>
#include <estima/workspace/workspace_description.hpp>

namespace estima::inline v0_1 {

/// Which versions of models are asked for. Those that fit all that is given.
struct model_query {
    std::string name{};  ///< left out: models of any name
    std::map<std::string, std::string> tags{}, properties{};
    std::optional<model_stage> stage{};
    std::string run_id{};        ///< made by this run
    bool all_versions = false;   ///< all that fit, not only the newest of each name that does
    /// Is told why a version cannot be read, which is then left out. Without it that is thrown: EST-509, EST-301.
    std::function<void(error const&)> on_damage{};
};

namespace detail {
/// The versions of a model that is there; EST-507 lists those that are; EST-653: somebody removed the workspace.
inline std::vector<int> require_model(std::filesystem::path const& models, std::string const& name) {
    std::vector<int> versions = is_name(name) ? model_versions(models, name) : std::vector<int>{};
    if (!versions.empty()) return versions;
    require_workspace(models.parent_path());
    std::vector<std::string> const names = model_names(models);
    throw error{"EST-507",
                {.what = "there is no model \"" + shown(name) + "\"",
                 .where = models.string(),
                 .why = names.empty() ? "no model was registered yet" : "there are: " + listed(names),
                 .remedy = "name one of this workspace, or register it with run.register_model()"}};
}

[[noreturn]] inline void throw_no_version(std::filesystem::path const& models, std::string const& name, int version,
                                          char const* remedy = "name one of them, or 0 for the newest") {
    std::vector<std::string> texts;
    for (int const v : require_model(models, name)) texts.push_back(std::to_string(v));
    throw error{"EST-507",
                {.what = "there is no version " + std::to_string(version) + " of model \"" + name + "\"",
                 .where = models.string(),
                 .why = "there are: " + listed(texts),
                 .remedy = remedy}};
}

/// Reads a version that was there a moment ago: nothing if somebody deleted it. The log tells so before its files go.
inline std::optional<model> read_if_there(std::filesystem::path const& home, int version) {
    try {
        return read_model(home / std::to_string(version));
    } catch (error const&) {
        if (!model_log{home}.deleted().contains(version)) throw;
        return std::nullopt;
    }
}

/// EST-507 lists what there is.
inline model find_model(std::filesystem::path const& models, std::string const& name, int version) {
    for (;;) {
        std::vector<int> const versions = require_model(models, name);
        int const wanted = version == 0 ? versions.back() : version;
        if (!std::binary_search(versions.begin(), versions.end(), wanted)) throw_no_version(models, name, wanted);
        if (std::optional<model> found = read_if_there(models / name, wanted)) return std::move(*found);
    }
}

/// What `read` gives; nothing if it cannot be read, and that is told.
template <class Read>
auto readable(model_query const& query, Read const& read) -> decltype(read()) {
    try {
        return read();
    } catch (error const& e) {
        if (!query.on_damage) throw;
        query.on_damage(e);
        return {};
    }
}

inline std::vector<model> find_models(std::filesystem::path const& models, model_query const& query) {
    auto const has = [](auto const& all, auto const& wanted) {
        return std::includes(all.begin(), all.end(), wanted.begin(), wanted.end());
    };
    std::vector<model> found;
    for (std::string const& name : all_model_names(models)) {
        if (!query.name.empty() && name != query.name) continue;
        std::vector<int> const versions = readable(query, [&] { return model_versions(models, name); });
        std::size_t const before = found.size();
        for (auto version = versions.rbegin(); version != versions.rend(); ++version) {
            std::optional<model> const read = readable(query, [&] { return read_if_there(models / name, *version); });
            if (!read) continue;
            model const& m = *read;
            bool const fits = has(m.tags, query.tags) && has(m.properties, query.properties) &&
                              (!query.stage || m.stage == *query.stage) &&
                              (query.run_id.empty() || m.run_id == query.run_id);
            if (fits) found.push_back(m);
            if (fits && !query.all_versions) break;
        }
        std::reverse(found.begin() + static_cast<std::ptrdiff_t>(before), found.end());
    }
    return found;
}

/// "latest" and "3" are no aliases but what they look like.
inline model find_model(std::filesystem::path const& models, std::string const& name, std::string const& alias) {
    if (int const version = version_from(alias); version != 0 || alias == "latest")
        return find_model(models, name, version);
    std::map<std::string, int> aliases;
    for (int before = 0;;) {
        require_model(models, name);
        aliases = model_log{models / name}.aliases();
        auto const at = aliases.find(alias);
        if (at == aliases.end()) break;
        if (at->second == before) throw_no_version(models, name, before);
        before = at->second;  // if it is deleted now, the alias has gone elsewhere
        if (std::optional<model> found = read_if_there(models / name, before)) return std::move(*found);
    }
    std::vector<std::string> there;
    for (auto const& [one, version] : aliases) there.push_back(one + " (" + std::to_string(version) + ")");
    throw error{"EST-507",
                {.what = "no version of model \"" + name + "\" has the alias \"" + shown(alias) + "\"",
                 .where = models.string(),
                 .why = there.empty() ? "it has no aliases" : "it has: " + listed(there),
                 .remedy = "name one of them, or set it: workspace.model(name, version).set_alias(alias)"}};
}

inline model find_model(std::filesystem::path const& models, std::string const& name, model_stage stage) {
    model const newest = find_model(models, name, 0);
    std::vector<model> found = find_models(models, {.name = name, .stage = stage});
    if (!found.empty()) return std::move(found.front());
    throw error{"EST-507",
                {.what = "no version of model \"" + name + "\" is at the stage " + std::string{to_string(stage)},
                 .where = models.string(),
                 .why = "the newest version, " + std::to_string(newest.version) + ", is at " +
                        std::string{to_string(newest.stage)},
                 .remedy = "set it: workspace.model(name, version).set_stage(stage)"}};
}

/// EST-640: aliases point to a version that was to be deleted. One that cannot be read can lose none.
[[noreturn]] inline void throw_has_aliases(std::filesystem::path const& home, int version,
                                           std::vector<std::string> const& aliases) {
    std::string remedy = "let it point to another version with set_alias()";
    try {
        (void)read_model(home / std::to_string(version));
        remedy += ", or remove_alias()";
    } catch (error const&) {
    }
    throw error{"EST-640",
                {.what = "a version of a model to which an alias points cannot be deleted",
                 .where = "model " + home.filename().string() + ":" + std::to_string(version),
                 .why = (aliases.size() == 1 ? "its alias is: " : "its aliases are: ") + listed(aliases),
                 .remedy = remedy + " first"}};
}

/// Removes a version, whose number is not given again. EST-640 if an alias points to it; EST-507; EST-301.
inline void delete_model(std::filesystem::path const& models, std::string const& name, int version) {
    // Two that delete the newest would delete two.
    char const* const remedy = "name the one that is to go";
    if (version == 0) throw_no_version(models, name, 0, remedy);
    std::vector<int> const versions = require_model(models, name);  // the description may be damaged
    if (!std::binary_search(versions.begin(), versions.end(), version))
        throw_no_version(models, name, version, remedy);
    model_log log{models / name};
    log.change([&] {
        log.require(version);
        std::vector<std::string> const aliases = log.aliases_of(version);
        if (!aliases.empty()) throw_has_aliases(models / name, version, aliases);
        log.append({{"event", "deleted"}, {"version", version}});
    });
    std::error_code code;  // what is left is removed when the next version comes
    std::filesystem::remove_all(models / name / std::to_string(version), code);
}

}  // namespace detail

}  // namespace estima::inline v0_1
