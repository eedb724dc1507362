// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <estima/base/error.hpp>
#include <estima/snapshot/ignore_rules.hpp>
#include <estima/snapshot/snapshot_store.hpp>
#include <estima/system/shown.hpp>

namespace estima::inline v0_1 {

/// EST-210: a file that a run needs, most often its script, is not in the snapshot.
class left_out_error : public error {
public:
    /// `why`: see why_left_out; empty if the file is simply not there.
    left_out_error(std::filesystem::path const& source, std::string const& path, std::string const& why)
        : error{"EST-210",
                {.what = "the file to run is not in the snapshot of the source directory",
                 .where = "\"" + shown(path) + "\" in " + shown(source.string()),
                 .why = why.empty() ? "the snapshot has no such file" : why,
                 .remedy = why.find(", line ") == std::string::npos
                               ? "give the path of a file, relative to the source directory"
                               : "change that line, or add a line \"!/the/path\" after it, where no folder above the "
                                 "file is ignored"}} {}
};

namespace detail {
/// The line of an ignore file that leaves out a path or a folder above it: ".amlignore, line 3: *.log". Empty if none
/// does.
inline std::string ignoring_line(std::string_view file, std::string_view text, std::string const& path) {
    ignore_rules const rules{text};
    for (std::size_t end = 0; end < path.size();) {
        end = path.find('/', end + 1);
        bool const is_directory = end != std::string::npos;
        std::string_view const part = std::string_view{path}.substr(0, end);
        if (!rules.ignored(part, is_directory)) continue;
        std::string found;
        for (int number = 1; !text.empty(); ++number) {
            std::string_view const line = text.substr(0, text.find('\n'));
            text.remove_prefix(line.size() == text.size() ? line.size() : line.size() + 1);
            if (ignore_rules{line}.ignored(part, is_directory))
                found = std::string{file} + ", line " + std::to_string(number) + ": " + shown(line);
        }
        return found;
    }
    return {};
}
}  // namespace detail

/// Why the file of a source directory would not be in its snapshot, for all that can be told of a path without taking
/// one; empty if nothing is known against it.
inline std::string why_left_out(std::filesystem::path const& source, std::string const& path) {
    std::error_code code;
    std::filesystem::path const root = std::filesystem::canonical(source, code);
    std::filesystem::path const real = std::filesystem::canonical(source / path, code);
    std::vector<std::string> ways{std::filesystem::path{path}.lexically_normal().generic_string()};
    if (!code) ways.push_back(real.lexically_relative(root).generic_string());
    for (std::string const& way : ways) {
        for (std::filesystem::path const& name : std::filesystem::path{way})
            if (name == ".git" || name == ".estima") return name.string() + " is never part of a snapshot";
        for (char const* const file : {".amlignore", ".gitignore"}) {
            if (!std::filesystem::is_regular_file(source / file, code)) continue;
            std::string const line = detail::ignoring_line(file, read_file(source / file), way);
            if (!line.empty()) return "it is ignored: " + line;
            break;
        }
    }
    return {};
}

/// EST-210 unless the path is, after every link, a file of the snapshot. EST-207, EST-208.
inline void require_in_snapshot(snapshot_store const& store, std::string const& id, std::filesystem::path const& source,
                                std::string const& path) {
    std::vector<snapshot_entry> const all = store.entries(id);
    for (snapshot_entry const& entry : all)
        if (entry.kind == entry_kind::file && entry.path == path) return;
    std::map<std::string_view, snapshot_entry const*> entries;
    for (snapshot_entry const& entry : all) entries.emplace(entry.path, &entry);
    std::vector<std::string> at;  // of the folders on the way, their paths
    std::string rest = path;
    bool is_file = false;
    for (int links = 0; !rest.empty();) {
        std::size_t const slash = rest.find('/');
        std::string const name = rest.substr(0, slash);
        rest.erase(0, slash == std::string::npos ? rest.size() : slash + 1);
        if (name.empty() || name == ".") continue;
        is_file = false;
        if (name == "..") {
            if (at.empty()) break;
            at.pop_back();
            continue;
        }
        auto const entry = entries.find(at.empty() ? name : at.back() + "/" + name);
        if (entry == entries.end()) break;
        if (entry->second->kind == entry_kind::link) {
            if (++links > 40) break;
            rest = entry->second->target + (rest.empty() ? "" : "/" + rest);
        } else if (entry->second->kind == entry_kind::directory) {
            at.push_back(entry->second->path);
        } else {
            is_file = rest.empty();
            if (!is_file) break;
        }
    }
    if (is_file && !path.starts_with('/')) return;
    throw left_out_error{source, path, why_left_out(source, path)};
}

}  // namespace estima::inline v0_1
