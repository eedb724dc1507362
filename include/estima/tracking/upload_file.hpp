// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include <estima/system/copy_bytes.hpp>
#include <estima/system/file_descriptor.hpp>
#include <estima/tracking/run_context.hpp>

namespace estima::inline v0_1 {

namespace detail {
/// Where this process uploads to: the run's folder, empty without a run.
inline std::string folder_for_uploads(run_context const& run) {
    char const* const folder = run.is_submitted() ? std::getenv("ESTIMA_RUN_DIRECTORY") : nullptr;
    return folder != nullptr ? folder : "";
}

/// "outputs/" and the name, without what would lead elsewhere; empty if it cannot be one, since it is no UTF-8 or so.
inline std::string output_name(std::string_view name) {
    std::string result = "outputs";
    for (std::size_t at = 0, length = 0, bad = 0; at < name.size(); at += length)
        if ((length = utf8_length(name.substr(at), bad)) == 0) return {};
    for (bool is_first = true; !name.empty(); is_first = false) {
        std::size_t const end = name.find('/');
        std::string_view const part = name.substr(0, end);
        name.remove_prefix(end == name.npos ? name.size() : end + 1);
        if (part == ".." || (is_first && part.empty()) || part.find_first_of(std::string_view{"\n\0", 2}) != part.npos)
            return {};
        if (part.empty() || part == "." || (is_first && part == "outputs")) continue;
        result.append("/").append(part);
    }
    return result;
}

/// One write(2), so that requests of other processes do not get in between.
inline bool request_upload(std::string const& run_folder, std::string const& name) {
    file_descriptor const file{::open((run_folder + "/uploads/requests").c_str(), O_WRONLY | O_APPEND | O_CLOEXEC)};
    std::string const line = name + '\n';
    return file && ::write(file.get(), line.data(), line.size()) == static_cast<ssize_t>(line.size());
}

/// Copies a file to `target`, where it appears whole: written in the folder for uploads first.
inline bool copy_to_output(std::string const& from, std::string const& run_folder, std::string const& target) {
    file_descriptor const in{::open(from.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
    struct stat status {};
    if (!in || ::fstat(in.get(), &status) != 0 || !S_ISREG(status.st_mode)) return false;
    for (std::size_t slash = target.find('/', run_folder.size() + 1); slash != target.npos;
         slash = target.find('/', slash + 1))
        ::mkdir(target.substr(0, slash).c_str(), 0777);
    std::string temporary = run_folder + "/uploads/XXXXXX";
    file_descriptor const out{::mkostemp(temporary.data(), O_CLOEXEC)};
    if (!out) return false;
    auto const size = static_cast<std::uint64_t>(status.st_size);
    byte_copier copier{in.get(), out.get()};
    bool good = true;
    for (std::uint64_t at = 0, before = 0; good && at < size; before = at) {
        good = copier.copy(at, size) == byte_copier::outcome::copied;
        if (at == before) break;  // it became shorter
    }
    good = good && ::fchmod(out.get(), status.st_mode & 0777) == 0;
    good = good && ::rename(temporary.c_str(), target.c_str()) == 0;
    if (!good) ::unlink(temporary.c_str());
    return good;
}

inline bool copy_folder_to_output(std::string const& from, std::string const& run_folder, std::string const& target) {
    std::unique_ptr<DIR, int (*)(DIR*)> const folder{::opendir(from.c_str()), ::closedir};
    bool good = folder != nullptr;
    while (dirent const* const entry = folder ? ::readdir(folder.get()) : nullptr) {
        std::string const name = entry->d_name, path = from + "/" + name, below = target + "/" + name;
        struct stat status {};
        if (name == "." || name == "..") continue;
        if (::lstat(path.c_str(), &status) != 0) good = false;
        else if (S_ISDIR(status.st_mode)) good = copy_folder_to_output(path, run_folder, below) && good;
        else good = copy_to_output(path, run_folder, below) && good;
    }
    return good;
}
}  // namespace detail

/// Has an output recorded while the script goes on: it can be downloaded within a second. `name` is a file or folder
/// that the script wrote below ./outputs: "outputs/model.pkl". What becomes of it later counts: at the end of the run
/// all outputs are recorded as they are then. False if the run could not be asked, there is none, or the
/// name cannot be one of an output, which is UTF-8.
///
/// Programs in other languages append the name and the end of a line to the file that is there for it:
///
///     echo outputs/model.pkl >> "$ESTIMA_RUN_DIRECTORY/uploads/requests"
inline bool upload_file(run_context const& run, std::string_view name) noexcept {
    try {
        std::string const folder = detail::folder_for_uploads(run), output = detail::output_name(name);
        return !folder.empty() && !output.empty() && detail::request_upload(folder, output);
    } catch (...) {  // out of memory
        return false;
    }
}

/// The same for a file that lies elsewhere: it is copied to `name` below ./outputs, where it appears whole and takes
/// the place of what had that name. False also if it cannot be read or copied.
inline bool upload_file(run_context const& run, std::string_view name, std::string_view path) noexcept {
    try {
        std::string const folder = detail::folder_for_uploads(run), output = detail::output_name(name);
        return !folder.empty() && !output.empty() &&
               detail::copy_to_output(std::string{path}, folder, folder + "/code/" + output) &&
               detail::request_upload(folder, output);
    } catch (...) {
        return false;
    }
}

/// The same for all files below a folder. False if one of them cannot be copied: the others are.
inline bool upload_folder(run_context const& run, std::string_view name, std::string_view path) noexcept {
    try {
        std::string const folder = detail::folder_for_uploads(run), output = detail::output_name(name);
        if (folder.empty() || output.empty()) return false;
        bool const all = detail::copy_folder_to_output(std::string{path}, folder, folder + "/code/" + output);
        return detail::request_upload(folder, output) && all;
    } catch (...) {
        return false;
    }
}

}  // namespace estima::inline v0_1
