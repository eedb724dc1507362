// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <tuple>
#include <utility>
#include <vector>

#include <estima/base/edit_distance.hpp>
#include <estima/base/error.hpp>
#include <estima/history/known_record.hpp>
#include <estima/history/run_id.hpp>
#include <estima/system/clock.hpp>
#include <estima/system/files.hpp>
#include <estima/system/json.hpp>
#include <estima/system/shown.hpp>
#include <estima/workspace/experiment.hpp>
#include <estima/workspace/find_models.hpp>
#include <estima/workspace/register_model.hpp>
#include <estima/workspace/names.hpp>
#include <estima/workspace/run.hpp>
#include <estima/workspace/workspace_description.hpp>

namespace estima::inline v0_1 {

/// A folder with runs, models and snapshots. A plain value: it holds nothing open.
class workspace {
public:
    static constexpr int format = int{detail::workspace_format};  ///< of what is on the disk

    /// The workspace at $ESTIMA_WORKSPACE, else the nearest folder `.estima` in the current directory or above it, else
    /// $XDG_DATA_HOME/estima (~/.local/share/estima). It is made if it is not there. EST-302: none of these is known;
    /// further as open(path).
    static workspace open() { return open(default_path()); }

    /// The workspace in that folder, which is made if it is not there. EST-303: made by a newer estima, or its
    /// workspace.json is lost or damaged; EST-304: the folder holds something else; EST-301: cannot be made.
    static workspace open(std::filesystem::path const& path) {
        std::error_code code;
        std::filesystem::create_directories(path, code);
        if (code)
            throw error{"EST-301",
                        {.what = "cannot make the workspace " + path.string(),
                         .why = code.message(),
                         .remedy = "choose another workspace ($ESTIMA_WORKSPACE), or let this user make it there"}};
        workspace w{std::filesystem::canonical(path, code)};
        if (code) throw_file_error("cannot open the workspace", path, code.value());
        if (std::optional<std::string> const text = detail::read_workspace_description(w.path_))
            detail::require_known_format(w.path_, *text);
        else
            w.describe();
        return w;
    }

    /// Where open() looks, made or not. EST-302.
    static std::filesystem::path default_path() {
        if (std::string const named = variable("ESTIMA_WORKSPACE"); !named.empty()) return named;
        std::error_code code;
        for (std::filesystem::path at = std::filesystem::current_path(code); !code && !at.empty();
             at = at.parent_path()) {
            std::error_code ignored;
            if (std::filesystem::is_directory(at / ".estima", ignored)) return at / ".estima";
            if (at == at.parent_path()) break;
        }
        if (std::string const data = variable("XDG_DATA_HOME"); data.starts_with('/')) return data + "/estima";
        if (std::string const home = variable("HOME"); home.starts_with('/')) return home + "/.local/share/estima";
        throw error{"EST-302",
                    {.what = "there is no place for a workspace",
                     .why = "ESTIMA_WORKSPACE and HOME are not set, and no folder .estima is here or above",
                     .remedy = "set ESTIMA_WORKSPACE to a folder, or make a folder .estima in your project"}};
    }

    std::filesystem::path const& path() const { return path_; }

    /// A name under which runs are gathered. EST-305 if it cannot be a name.
    estima::experiment experiment(std::string name) const {
        detail::require_name("an experiment", name);
        return estima::experiment{path_, std::move(name)};
    }

    /// The run with that id, submitted by this program or any other. EST-307 if there is none, with ids that are close,
    /// or the deleted runs that may be meant; EST-647 if its journal is lost.
    estima::run run(std::string const& id) const {
        if (!detail::has_run(path_ / "runs", id)) throw_no_run(id);
        return estima::run{run_directory{path_ / "runs" / id}};
    }

    /// The ids of all runs, oldest first. EST-653: somebody removed the workspace; EST-301.
    std::vector<std::string> runs() const {
        detail::require_workspace(path_);
        std::vector<std::tuple<std::int64_t, double, std::string>> found;
        for (std::string& id : detail::run_ids_in(path_ / "runs"))
            found.emplace_back(parts_of_run_id(id).seconds, 0, std::move(id));
        std::sort(found.begin(), found.end());
        // An id tells the second. Only runs that share one are asked for more.
        for (std::size_t i = 0; i < found.size(); ++i) {
            auto const shares = [&](std::size_t other) {
                return other < found.size() && std::get<0>(found[other]) == std::get<0>(found[i]);
            };
            if (shares(i + 1) || shares(i - 1)) std::get<1>(found[i]) = created(std::get<2>(found[i]));
        }
        std::sort(found.begin(), found.end());
        std::vector<std::string> ids;
        for (auto& one : found) ids.push_back(std::move(std::get<2>(one)));
        return ids;
    }

    /// Versions of models that fit, in the order of their names and versions; left out: the newest of each name.
    /// EST-653: somebody removed the workspace.
    std::vector<estima::model> models(model_query const& query = {}) const {
        detail::require_workspace(path_);
        return detail::find_models(path_ / "models", query);
    }

    /// A version of a model; 0 means the newest. EST-507 if there is none, with what there is.
    estima::model model(std::string const& name, int version = 0) const {
        return detail::find_model(path_ / "models", name, version);
    }
    /// The version that an alias points to, "latest" being the newest; EST-507.
    estima::model model(std::string const& name, std::string const& alias) const {
        return detail::find_model(path_ / "models", name, alias);
    }
    /// The newest version at that stage; EST-507.
    estima::model model(std::string const& name, model_stage stage) const {
        return detail::find_model(path_ / "models", name, stage);
    }

    /// Stores a file or folder on the disk as the next version of a model. EST-641: there is nothing, or something that
    /// cannot be part of a model; EST-305: a name; EST-512: a tag or property; EST-642: an alias; EST-643:
    /// framework, resources or datasets; EST-653: somebody removed the workspace; EST-301.
    estima::model register_model(model_options const& options) const {
        detail::require_workspace(path_);
        return detail::register_path(path_ / "models", options);
    }

    /// Removes a version of a model, whose number is not given again. EST-640 if an alias points to it; EST-507, also
    /// for 0: which one is newest may just have changed; EST-301.
    void delete_model(std::string const& name, int version) const {
        detail::delete_model(path_ / "models", name, version);
    }

private:
    explicit workspace(std::filesystem::path path) : path_{std::move(path)} {}

    static std::string variable(char const* name) {
        char const* const value = std::getenv(name);
        return value != nullptr ? value : "";
    }

    void describe() const {
        for (std::string const& name : names_in(path_))
            // Another program may be making the same workspace now; or somebody looked at one while it was removed.
            if (!name.starts_with("workspace.json") && !detail::is_index_name(name) && !has_description()) {
                if (detail::was_workspace(path_) && !has_description())
                    detail::throw_no_description(path_, "it is lost");
                throw error{
                    "EST-304",
                    {.what = "this folder is not a workspace, and it is not empty",
                     .where = path_.string(),
                     .why = "it holds \"" + shown(name) + "\" and no workspace.json",
                     .remedy = "name a folder that is empty or not there yet: " + (path_ / ".estima").string()}};
            }
        // Without it nobody reads the runs: it is on the disk before they come.
        replace_file(detail::workspace_description(path_), json{{"format", format}}.dump() + "\n", durable::yes);
        detail::sync_directory(path_);
    }
    bool has_description() const { return detail::is_there(detail::workspace_description(path_)); }

    /// When the run was made, from the first line of its journal; 0 if that cannot be read.
    double created(std::string const& id) const {
        file_descriptor const fd{
            ::open(run_directory{path_ / "runs" / id}.journal().c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
        std::string line;
        char buffer[4096];
        for (ssize_t n = 0; fd && line.find('\n') == std::string::npos;) {
            n = ::read(fd.get(), buffer, sizeof buffer);
            if (n < 0 && errno == EINTR) continue;
            if (n <= 0) break;
            line.append(buffer, static_cast<std::size_t>(n));
        }
        json const event = json::parse(line.substr(0, line.find('\n')), nullptr, false);
        auto const time = event.is_object() ? event.find("time") : event.end();
        return time != event.end() && time->is_string() ? utc_seconds(time->get_ref<std::string const&>()) : 0;
    }

    [[noreturn]] void throw_no_run(std::string const& id) const {
        std::vector<std::string> const all = runs();
        std::vector<std::string> close, newest, deleted;
        for (std::string& one : detail::run_ids_in(detail::deleted_runs_in(path_)))
            if (deleted.size() < 5 && !id.empty() && (one.starts_with(id) || one.ends_with(id)))
                deleted.push_back(std::move(one));
        for (auto at = all.rbegin(); at != all.rend(); ++at) {
            if (*at == id) continue;  // it was restored just now
            if (newest.size() < 5) newest.push_back(*at);
            bool const similar =
                !id.empty() && id.size() < 300 && (at->find(id) != std::string::npos || edit_distance(*at, id) <= 3);
            if (similar && close.size() < 5) close.push_back(*at);
        }
        throw no_such_run{
            "EST-307",
            {.what = "there is no run \"" + shown(id.substr(0, 300)) + "\"",
             .where = "workspace " + path_.string(),
             .why = !deleted.empty() ? detail::is_deleted_and_kept + (": " + detail::listed(deleted))
                    : all.empty()   ? "the workspace has no runs"
                    : close.empty() ? "the newest runs are: " + detail::listed(newest)
                                    : "did you mean: " + detail::listed(close),
             .remedy = "take the id from run.id(), or open the workspace that the run was submitted to"}};
    }

    std::filesystem::path path_;
};

}  // namespace estima::inline v0_1
