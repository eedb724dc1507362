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
#include <estima/system/files.hpp>
#include <estima/system/json.hpp>
#include <estima/system/shown.hpp>
#include <estima/transport/transport.hpp>

namespace estima::inline v0_1 {

/// Whether this program can submit jobs to compute targets of this kind ("local", "slurm", ...).
inline bool has_transport(std::string_view target_kind) { return find_transport(target_kind) != nullptr; }

/// The transport of a kind of target. EST-112 for one that can be described and lowered to, but not submitted to.
inline transport const& require_transport(std::string_view target_kind) {
    if (transport const* const found = find_transport(target_kind)) return *found;
    std::string known;
    for (transport const* const one : detail::known_transports())
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
        settings_ = json::parse(read_file(path_), nullptr, false, true);
        if (!settings_.is_object())
            throw error{"EST-721",
                        {.what = "the targets file cannot be read",
                         .where = path_.string(),
                         .why = "it is no JSON object",
                         .remedy = R"(write {"lab": {"kind": "ssh_hosts", "hosts": ["node1", "node2"]}})"}};
    }

    std::filesystem::path const& path() const { return path_; }
    /// The settings of that name and kind; null if there are none. EST-721 if they are of another kind.
    json const* find(std::string const& name, std::string_view kind) const {
        auto const found = settings_.find(name);
        if (found == settings_.end()) return nullptr;
        if (found->is_object() && found->value("kind", std::string{kind}) == kind) return &*found;
        throw error{"EST-721",
                    {.what = "the settings of a compute target cannot be used",
                     .where = path_.string() + ", " + name,
                     .why = "they are not of the kind " + std::string{kind},
                     .remedy = "name another target, or correct \"kind\""}};
    }
    /// The kind of the target of that name (hosts, unless it tells another); empty: the file knows no such target.
    std::string kind_of(std::string const& name) const {
        auto const found = settings_.find(name);
        return found != settings_.end() && found->is_object() ? found->value("kind", "ssh_hosts") : "";
    }
    /// The name of the only target of a kind; empty if there is none, or more than one.
    std::string only_one_of(std::string_view kind) const {
        std::string only;
        for (auto const& [name, settings] : settings_.items()) {
            if (kind_of(name) != kind) continue;
            if (!only.empty()) return "";
            only = name;
        }
        return only;
    }
    std::string names() const {
        std::string all;
        for (auto const& [name, settings] : settings_.items()) all += (all.empty() ? "" : ", ") + name;
        return all.empty() ? "it has no targets" : "it has: " + all;
    }

private:
    std::filesystem::path path_;
    json settings_ = json::object();
};

/// What is known of a request's target, and where that stands.
struct target_settings {
    json settings;
    std::string where;
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
        return {*settings, file.path().string() + ", " + name};
    std::string const wanted = shown(request.configuration.target);
    throw error{id,
                {.what = "it is not known where the compute target \"" + wanted + "\" is",
                 .where = file.path().string(),
                 .why = file.names(),
                 .remedy = "write {\"" + wanted + "\": {\"kind\": \"" + std::string{kind} + "\", " + example +
                           "}} there, or give its settings in submit_options"}};
}

}  // namespace estima::inline v0_1
