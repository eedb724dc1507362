// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <estima/base/error.hpp>
#include <estima/history/run_directory.hpp>
#include <estima/history/run_record.hpp>
#include <estima/system/files.hpp>
#include <estima/system/open_beneath.hpp>
#include <estima/system/sha256.hpp>

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
        if (code || std::mismatch(around.begin(), around.end(), target.begin(), target.end()).first != around.end()) return;
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

/// "a, b, c" or "a, b, c and 17 more".
inline std::string listed(std::vector<std::string> const& names, std::size_t at_most = 10) {
    std::string text;
    for (std::size_t i = 0; i < names.size() && i < at_most; ++i) text.append(i == 0 ? "" : ", ").append(names[i]);
    if (names.size() > at_most) text.append(" and ").append(std::to_string(names.size() - at_most)).append(" more");
    return text;
}

inline artifact_record const* find_artifact(run_record const& record, std::string_view name) {
    auto const place = std::find_if(record.artifacts.begin(), record.artifacts.end(),
                                    [name](auto const& a) { return a.path == name; });
    return place == record.artifacts.end() ? nullptr : &*place;
}
}  // namespace detail

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
/// A file that is written beside its target and takes its place when it is complete; gone if that never comes.
class replacement {
public:
    explicit replacement(std::filesystem::path const& target)
        : target_{target}, temporary_{target.string() + ".XXXXXX"} {
        make_directories(absolute_path(target).parent_path());
        fd_.reset(::mkostemp(temporary_.data(), O_CLOEXEC));
        if (!fd_) throw_file_error("cannot write", target);
    }
    replacement(replacement const&) = delete;
    replacement& operator=(replacement const&) = delete;
    ~replacement() {
        if (!temporary_.empty()) ::unlink(temporary_.c_str());
    }

    void write(std::string_view bytes) {
        if (!write_all(fd_.get(), bytes)) throw_file_error("cannot write", target_);
    }
    void take_place(mode_t mode, durable sync) {
        if (::fchmod(fd_.get(), mode) != 0 || (sync == durable::yes && ::fsync(fd_.get()) != 0) ||
            ::rename(temporary_.c_str(), target_.c_str()) != 0)
            throw_file_error("cannot write", target_);
        temporary_.clear();
    }

private:
    std::filesystem::path target_;
    std::string temporary_;
    file_descriptor fd_;
};
}  // namespace detail

/// Copies `folder`/`name` to `target`, which appears whole or not at all; the folders above it are made. With
/// `recorded` the content is compared with its checksum while it is copied. EST-502: no regular file; EST-503: it leads
/// out of the folder; EST-504: it is not what was recorded; EST-301: cannot read or write.
inline void copy_verified(std::filesystem::path const& folder, std::string const& name, artifact_record const* recorded,
                          std::filesystem::path const& target, durable sync = durable::no) {
    file_descriptor const source = open_beneath(folder, name);
    if (!source && (errno == EXDEV || errno == ELOOP))
        throw error{"EST-503",
                    {.what = "\"" + name + "\" leads out of its folder",
                     .where = folder.string(),
                     .remedy = "name a file below it; the script has to write what is to be kept into ./outputs itself"}};
    if (!source && errno == EINVAL)
        throw error{"EST-502",
                    {.what = "\"" + name + "\" is not a regular file",
                     .where = folder.string(),
                     .remedy = "download_files() takes all files below a folder"}};
    if (!source) throw_file_error("cannot read", folder / name);

    detail::replacement copy{target};
    sha256 hash;
    std::vector<char> buffer(256 * 1024);
    for (;;) {
        ssize_t const n = ::read(source.get(), buffer.data(), buffer.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) throw_file_error("cannot read", folder / name);
        if (n == 0) break;
        std::string_view const piece{buffer.data(), static_cast<std::size_t>(n)};
        if (recorded != nullptr) hash.update(piece);
        copy.write(piece);
    }
    if (recorded != nullptr && hash.hex_digest() != recorded->sha256)
        throw error{"EST-504",
                    {.what = "a file is no longer what was recorded",
                     .where = (folder / name).string(),
                     .why = "its SHA-256 is not " + recorded->sha256,
                     .remedy = "something changed it later; run the job again"}};
    struct stat status {};
    bool const executable = ::fstat(source.get(), &status) == 0 && (status.st_mode & S_IXUSR) != 0;
    copy.take_place(executable ? 0755 : 0644, sync);
}

namespace detail {
inline std::string remedy_for_missing_file(run_record const& record) {
    return is_terminal(record.status) ? "name one of them; the script keeps a file by writing it into ./outputs"
                                      : "outputs are recorded when the script has ended: wait_for_completion() first";
}
}  // namespace detail

/// Copies one file of a run out of it. Its outputs are checked. EST-502 lists the files if there is none with that
/// name; further as copy_verified.
inline void copy_out(run_directory const& run, run_record const& record, std::string const& name,
                     std::filesystem::path const& target) {
    artifact_record const* const artifact = detail::find_artifact(record, name);
    if (artifact != nullptr || name.starts_with("logs/")) return copy_verified(run.code(), name, artifact, target);
    if (name.starts_with("system_logs/")) return copy_verified(run.path, name, nullptr, target);
    std::vector<std::string> const there = file_names(run, record);
    throw error{"EST-502",
                {.what = "the run has no file \"" + name + "\"",
                 .where = "run " + run.run_id() + ", " + std::string{to_string(record.status)},
                 .why = there.empty() ? "it has no files" : "it has: " + detail::listed(there),
                 .remedy = detail::remedy_for_missing_file(record)}};
}

}  // namespace estima::inline v0_1
