// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/stat.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <estima/base/error.hpp>
#include <estima/history/download.hpp>
#include <estima/history/run_directory.hpp>
#include <estima/history/run_record.hpp>
#include <estima/system/open_beneath.hpp>
#include <estima/system/shown.hpp>

namespace estima::inline v0_1 {

namespace detail {
/// Adds the regular files below `folder` as `prefix` + their relative paths. A folder that is not there adds none, nor
/// does a link out of the folder around it, which copy_verified would refuse.
inline void add_files_below(std::filesystem::path const& folder, std::string const& prefix,
                            std::set<std::string>& names) {
    std::error_code code;
    bool const is_link = std::filesystem::is_symlink(std::filesystem::symlink_status(folder, code));
    if (is_link) {
        std::filesystem::path const around = std::filesystem::canonical(folder.parent_path(), code);
        std::filesystem::path const target = std::filesystem::canonical(folder, code);
        if (code || std::mismatch(around.begin(), around.end(), target.begin(), target.end()).first != around.end())
            return;
    }
    std::filesystem::recursive_directory_iterator entry{
        folder, std::filesystem::directory_options::skip_permission_denied, code},
        end;
    for (; !code && entry != end; entry.increment(code)) {
        std::error_code ignored;
        std::filesystem::path const name = entry->path().lexically_relative(folder);
        bool const is_file = is_link || entry->is_symlink(ignored)
                                 ? static_cast<bool>(open_beneath(folder.parent_path(), folder.filename() / name))
                                 : entry->is_regular_file(ignored);
        if (is_file) names.insert(prefix + name.generic_string());
    }
}

/// "a, b, c" or "a, b, c and 17 more", as they can be shown.
inline std::string listed(std::vector<std::string> const& names, std::size_t at_most = 10) {
    std::string text;
    for (std::size_t i = 0; i < names.size() && i < at_most; ++i)
        text.append(i == 0 ? "" : ", ").append(shown(names[i]));
    if (names.size() > at_most) text.append(" and ").append(std::to_string(names.size() - at_most)).append(" more");
    return text;
}

inline artifact_record const* find_artifact(run_record const& record, std::string_view name) {
    auto const place = std::lower_bound(record.artifacts.begin(), record.artifacts.end(), name, artifact_order{});
    return place == record.artifacts.end() || place->path != name ? nullptr : &*place;
}

/// Whether a name is that of `prefix` or of something in the folder `prefix`; all are below an empty one.
inline bool is_below(std::string_view name, std::string_view prefix) {
    while (prefix.ends_with('/')) prefix.remove_suffix(1);
    return prefix.empty() || name == prefix || (name.starts_with(prefix) && name[prefix.size()] == '/');
}
}  // namespace detail

/// The outputs of a run that are recorded below `prefix` (empty: all), in the order of artifact_order.
inline std::vector<artifact_record> artifacts_below(run_record const& record, std::string_view prefix) {
    std::vector<artifact_record> found;
    std::copy_if(record.artifacts.begin(), record.artifacts.end(), std::back_inserter(found),
                 [prefix](artifact_record const& a) { return detail::is_below(a.path, prefix); });
    return found;
}

/// The names of a run's files, sorted: its outputs, which are recorded when the script has ended ("outputs/..."), what
/// is in ./logs now ("logs/...") and what each process wrote to its output and error ("system_logs/...").
inline std::vector<std::string> file_names(run_directory const& run, run_record const& record) {
    std::set<std::string> names;
    for (artifact_record const& a : record.artifacts) names.insert(a.path);
    detail::add_files_below(run.logs(), "logs/", names);
    detail::add_files_below(run.system_logs(), "system_logs/", names);
    return {names.begin(), names.end()};
}

namespace detail {
/// A path in a run's folder as its files are named: without "./".
inline std::string_view as_named(std::string_view path) {
    while (path.starts_with("./")) path.remove_prefix(2);
    return path == "." ? std::string_view{} : path;
}

/// Of a run on hosts or Slurm whose supervisor died nobody recorded the outputs.
inline bool has_outputs_of_nobody(run_record const& record) {
    return record.error && record.error->id == "EST-430" && record.artifacts.empty();
}

inline std::string remedy_for_missing_file(run_record const& record) {
    if (has_outputs_of_nobody(record))
        return "name one of them; what its supervisor did not live to record is in code/outputs of its folder, if "
               "anywhere";
    return is_terminal(record.status) ? "name one of them; the script keeps a file by writing it into ./outputs"
                                      : "outputs are recorded when the script has ended: wait for that";
}
}  // namespace detail

namespace detail {
/// Where a file of a run lies, and what it is held against. EST-502 lists the files if there is none with that name.
inline download_item item_of(run_directory const& run, run_record const& record, std::string const& name,
                             std::filesystem::path target) {
    artifact_record const* const artifact = find_artifact(record, name);
    if (artifact != nullptr) return {run.code(), name, artifact, std::move(target), artifact->bytes};
    if (name.starts_with("logs/") || name.starts_with("system_logs/")) {
        download_item item{name.starts_with("logs/") ? run.code() : run.path, name, nullptr, std::move(target)};
        struct stat status {};
        if (::stat((item.folder + "/" + name).c_str(), &status) == 0)
            item.bytes = static_cast<std::uint64_t>(status.st_size);
        return item;
    }
    std::vector<std::string> const there = file_names(run, record);
    throw error{"EST-502",
                {.what = "the run has no file \"" + shown(name) + "\"",
                 .where = "run " + run.run_id() + ", " + std::string{to_string(record.status)},
                 .why = there.empty() ? "it has no files" : "it has: " + listed(there),
                 .remedy = remedy_for_missing_file(record)}};
}
}  // namespace detail

/// Copies one file of a run out of it. Its outputs are checked. EST-502 lists the files if there is none with that
/// name; further as copy_verified.
inline void copy_out(run_directory const& run, run_record const& record, std::string const& name,
                     std::filesystem::path const& target, download_options const& options = {}) {
    detail::downloads{{detail::item_of(run, record, std::string{detail::as_named(name)}, target)}, options}.run();
}

/// Copies all files of a run below any of `prefixes` (empty: all) into a folder, with their names as paths; returns how
/// many. EST-502 if there is none below one of them; further as copy_out.
inline std::size_t copy_all_out(run_directory const& run, run_record const& record,
                                std::vector<std::string> const& prefixes, std::filesystem::path const& folder,
                                download_options const& options = {}) {
    std::vector<std::string> const names = file_names(run, record);
    std::set<std::string_view> wanted;
    for (std::string const& prefix : prefixes) {
        bool is_there = false;
        for (std::string const& name : names)
            if (detail::is_below(name, detail::as_named(prefix))) is_there = true, wanted.insert(name);
        if (is_there) continue;
        throw error{"EST-502",
                    {.what = "the run has no files below \"" + shown(prefix) + "\"",
                     .where = "run " + run.run_id() + ", " + std::string{to_string(record.status)},
                     .why = names.empty() ? "it has no files" : "it has: " + detail::listed(names),
                     .remedy = detail::remedy_for_missing_file(record)}};
    }
    std::vector<detail::download_item> items;
    for (std::string_view const one : wanted) {
        std::string const name{one};
        items.push_back(detail::item_of(run, record, name, folder / name));
    }
    std::size_t const count = items.size();
    detail::downloads{std::move(items), options}.run();
    return count;
}

}  // namespace estima::inline v0_1
