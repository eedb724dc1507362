// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <estima/base/error.hpp>
#include <estima/runconfig_file/parse_json.hpp>
#include <estima/system/files.hpp>
#include <estima/system/json.hpp>
#include <estima/system/settings_reader.hpp>
#include <estima/system/shown.hpp>
#include <estima/transport/transport.hpp>

namespace estima::inline v0_1 {

/// Whether this program can submit jobs to compute targets of this kind ("local", "slurm", ...).
inline bool has_transport(std::string_view target_kind) { return find_transport(target_kind) != nullptr; }

/// The transport of a kind of target. EST-112 for one that can be described and lowered to, but not submitted to.
inline transport const& require_transport(std::string_view target_kind) {
    if (transport const* const found = find_transport(target_kind)) return *found;
    std::string known;
    for (transport const* const one : detail::known_of<transport>())
        known += (known.empty() ? "" : ", ") + std::string{one->kind()};
    throw error{
        "EST-112",
        {.what = "this program cannot submit to a compute target of this kind",
         .where = "the compute target is " + std::string{target_kind},
         .why = "it has transports to: " + known,
         .remedy =
             target_kind == "slurm"
                 ? "include <estima/transport/slurm.hpp> and link estima::slurm"
                 : "take `local` to run it here; save_runconfig(lower(job), ...) writes a file for Azure's own tools"}};
}

/// The settings of all targets that a file knows, by name; where it is looked for: `option`, $ESTIMA_TARGETS,
/// <workspace>/targets.json. Nothing in it if there is no file. EST-721 if it is none; EST-301.
class targets_file {
public:
    targets_file(std::filesystem::path const& workspace, std::filesystem::path const& option) {
        char const* const set = std::getenv("ESTIMA_TARGETS");
        bool const is_named = !option.empty() || (set != nullptr && *set != '\0');
        path_ = !option.empty() ? option : is_named ? std::filesystem::path{set} : workspace / "targets.json";
        if (!is_named && ::access(path_.c_str(), F_OK) != 0) return;
        try {
            written_ = detail::parse_json(read_file(path_), path_.string(), detail::json_comments::allowed);
        } catch (error const& e) {
            if (e.id() == "EST-301") throw;
            refuse(e.text().where, e.text().why);
        }
        if (!written_.value.is_object()) refuse(path_.string(), "it is no JSON object");
    }

    std::filesystem::path const& path() const { return path_; }
    /// Where the settings of that name stand.
    settings_place place_of(std::string const& name) const {
        settings_place place{path_.string(), name};
        std::string pointer;
        detail::append_pointer(pointer, name);
        auto const note = [&](std::string const& key, std::string const& at) {
            if (auto const p = written_.places.find(at); p != written_.places.end())
                place.lines[key] = std::to_string(p->second.key.line) + ":" + std::to_string(p->second.key.column);
        };
        note("", pointer);
        auto const found = written_.value.find(name);
        if (found == written_.value.end() || !found->is_object()) return place;
        for (auto const& [key, value] : found->items()) {
            std::string below = pointer;
            detail::append_pointer(below, key);
            note(key, below);
        }
        return place;
    }
    /// The settings of that name and kind; null if there are none. EST-721 if they are of another kind, or tell none.
    json const* find(std::string const& name, std::string_view kind) const {
        auto const found = written_.value.find(name);
        if (found == written_.value.end()) return nullptr;
        if (found->is_object() && (!found->contains("kind") || kind_of(name) == kind)) return &*found;
        settings_reader{place_of(name), "docs/ssh.md"}.wrong("kind", "it is not " + std::string{kind},
                                                             "name another target, or correct \"kind\"");
    }
    /// The kind of the target of that name (hosts, unless it tells another); empty: the file knows no such target.
    /// EST-721 if it is no word.
    std::string kind_of(std::string const& name) const {
        auto const found = written_.value.find(name);
        if (found == written_.value.end()) return "";
        std::string kind = "ssh_hosts";
        settings_reader const settings{place_of(name), "docs/ssh.md"};
        if (!found->is_object()) settings.wrong("", "they are no JSON object", R"(write {"kind": "ssh_hosts", ...})");
        if (auto const told = found->find("kind"); told != found->end()) settings.take("kind", *told, kind);
        return kind;
    }
    /// The targets of a kind. What is wrong with others is not told.
    std::vector<std::string> names_of(std::string_view kind) const {
        std::vector<std::string> names;
        for (auto const& [name, settings] : written_.value.items()) {
            auto const told = settings.is_object() ? settings.find("kind") : settings.end();
            bool const is_one =
                told != settings.end() ? *told == json(kind) : settings.is_object() && kind == "ssh_hosts";
            if (is_one) names.push_back(name);
        }
        return names;
    }
    /// The name of the only target of a kind; empty if there is none, or more than one.
    std::string only_one_of(std::string_view kind) const {
        std::vector<std::string> const names = names_of(kind);
        return names.size() == 1 ? names.front() : "";
    }
    std::string names() const {
        std::string all;
        for (auto const& [name, settings] : written_.value.items()) all += (all.empty() ? "" : ", ") + name;
        return all.empty() ? "it has no targets" : "it has: " + all;
    }

private:
    [[noreturn]] static void refuse(std::string where, std::string why) {
        throw error{"EST-721",
                    {.what = "the targets file cannot be read",
                     .where = std::move(where),
                     .why = std::move(why),
                     .remedy = R"(write {"lab": {"kind": "ssh_hosts", "hosts": ["node1", "node2"]}})"}};
    }

    std::filesystem::path path_;
    detail::document written_{.value = json::object()};
};

/// What is known of a request's target, and where that stands.
struct target_settings {
    json settings;
    settings_place where;
};

/// What the program gives, or the targets file has under the name of the target, or under another if it is the only one
/// of the kind and `may_be_another`. The error `id`, with an `example`, if nobody tells.
inline target_settings settings_for(target_request const& request, std::string_view kind, std::string const& id,
                                    std::string const& example, bool may_be_another = false) {
    if (!request.given.is_null()) return {request.given, "submit_options"};
    targets_file const file{request.workspace, request.targets};
    std::string name = request.configuration.target;
    if (may_be_another && file.kind_of(name).empty()) name = file.only_one_of(kind);
    if (json const* const settings = file.find(name, kind); settings != nullptr && !name.empty())
        return {*settings, file.place_of(name)};
    std::string const wanted = shown(request.configuration.target);
    throw error{id,
                {.what = "it is not known where the compute target \"" + wanted + "\" is",
                 .where = file.path().string(),
                 .why = file.names(),
                 .remedy = "write {\"" + wanted + "\": {\"kind\": \"" + std::string{kind} + "\", " + example +
                           "}} there, or give its settings in submit_options"}};
}

}  // namespace estima::inline v0_1
