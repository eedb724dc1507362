// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include <estima/base/error.hpp>
#include <estima/history/run_directory.hpp>
#include <estima/slurm/slurm_target.hpp>
#include <estima/system/json.hpp>
#include <estima/transport/targets.hpp>

namespace estima::inline v0_1 {

/// What of a Slurm target's settings is not written into runs: the command that prints tokens, and a proxy with a
/// password. A program knows it of the targets that it was given, and of those in the targets file of a run's
/// workspace.
class slurm_secrets {
public:
    /// The settings that a run keeps. This program knows the others from now on.
    static json kept(slurm_target const& target) {
        json settings = to_json(target);
        slurm_secrets of_target{target.token_command, has_password(target.proxy) ? target.proxy : ""};
        if (!of_target.command_.empty()) settings["token_command"] = "";
        if (!of_target.proxy_.empty()) settings["proxy"] = "";
        remember(target, of_target);
        return settings;
    }

    /// The settings that a run kept, with what it did not.
    static slurm_target whole(slurm_target target, run_directory const& run) {
        slurm_secrets found = find(target);
        if (found.is_empty()) found = in_file_of(target, run);
        if (target.token_command.empty()) target.token_command = found.command_;
        if (target.proxy.empty()) target.proxy = found.proxy_;
        return target;
    }

private:
    slurm_secrets() = default;
    slurm_secrets(std::string command, std::string proxy) : command_{std::move(command)}, proxy_{std::move(proxy)} {}

    bool is_empty() const { return command_.empty() && proxy_.empty(); }
    static bool has_password(std::string const& proxy) { return proxy.find('@') != std::string::npos; }

    /// What this program knows.
    struct known_secrets {
        std::mutex mutex{};
        std::map<std::string, slurm_secrets> all{};
    };
    static known_secrets& known() {
        static known_secrets all;
        return all;
    }
    static std::string key_of(slurm_target const& t) {
        return t.url + "\n" + t.user + "\n" + t.token_file + "\n" + t.token_variable;
    }
    /// Nothing is no knowledge: the targets file may tell more later.
    static void remember(slurm_target const& target, slurm_secrets const& secrets) {
        if (secrets.is_empty()) return;
        std::scoped_lock const lock{known().mutex};
        known().all.insert_or_assign(key_of(target), secrets);
    }
    static slurm_secrets find(slurm_target const& target) {
        std::scoped_lock const lock{known().mutex};
        auto const one = known().all.find(key_of(target));
        return one != known().all.end() ? one->second : slurm_secrets{};
    }

    /// Of the target with the same server, user and token, whatever its name; else of one with the same server and
    /// user, for now. Nothing if the file cannot be read. What is wrong with other targets does not matter.
    static slurm_secrets in_file_of(slurm_target const& target, run_directory const& run) {
        slurm_secrets found;
        try {
            targets_file const file{run.path.parent_path().parent_path(), {}};
            for (std::string const& name : file.names_of("slurm")) {
                auto const one = target_of(file, name);
                if (!one || one->url != target.url || one->user != target.user) continue;
                slurm_secrets const of_it{one->token_command, has_password(one->proxy) ? one->proxy : ""};
                if (found.is_empty()) found = of_it;
                if (key_of(*one) != key_of(target)) continue;
                remember(target, of_it);
                return of_it;
            }
        } catch (error const&) {
        }
        return found;
    }
    /// Nothing if its settings are wrong.
    static std::optional<slurm_target> target_of(targets_file const& file, std::string const& name) {
        try {
            return slurm_target_from_json(*file.find(name, "slurm"), file.place_of(name));
        } catch (error const&) {
            return std::nullopt;
        }
    }

    std::string command_{}, proxy_{};
};

}  // namespace estima::inline v0_1
