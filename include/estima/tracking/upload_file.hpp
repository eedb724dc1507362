// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

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

/// One write(2), so that requests of other processes do not get in between. Empty, or why it is not asked for.
inline std::string request_upload(std::string const& run_folder, std::string const& name) {
    std::string const requests = run_folder + "/uploads/requests", line = name + '\n';
    file_descriptor const file{::open(requests.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC)};
    ssize_t const written = file ? ::write(file.get(), line.data(), line.size()) : -1;
    if (written == static_cast<ssize_t>(line.size())) return {};
    return requests + ": " + std::strerror(written < 0 ? errno : ENOSPC);
}

/// Copies a file to `target`, where it appears whole: written in the folder for uploads first. Empty, or why not.
inline std::string copy_to_output(std::string const& from, std::string const& run_folder, std::string const& target) {
    file_descriptor const in{::open(from.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
    struct stat status {};
    if (!in || ::fstat(in.get(), &status) != 0) return from + ": " + std::strerror(errno);
    if (!S_ISREG(status.st_mode)) return from + " is no regular file";
    for (std::size_t slash = target.find('/', run_folder.size() + 1); slash != target.npos;
         slash = target.find('/', slash + 1))
        ::mkdir(target.substr(0, slash).c_str(), 0777);
    std::string temporary = run_folder + "/uploads/XXXXXX";
    file_descriptor const out{::mkostemp(temporary.data(), O_CLOEXEC)};
    if (!out) return temporary + ": " + std::strerror(errno);
    auto const size = static_cast<std::uint64_t>(status.st_size);
    byte_copier copier{in.get(), out.get()};
    bool good = true;
    for (std::uint64_t at = 0, before = 0; good && at < size; before = at) {
        good = copier.copy(at, size) == byte_copier::outcome::copied;
        if (at == before) break;  // it became shorter
    }
    good = good && ::fchmod(out.get(), status.st_mode & 0777) == 0;
    good = good && ::rename(temporary.c_str(), target.c_str()) == 0;
    if (good) return {};
    std::string const why = from + " cannot be copied to " + target + ": " + std::strerror(errno);
    ::unlink(temporary.c_str());
    return why;
}

/// All of a folder; empty, or why one of them is not copied.
inline std::string copy_folder_to_output(std::string const& from, std::string const& run_folder,
                                         std::string const& target) {
    std::unique_ptr<DIR, int (*)(DIR*)> const folder{::opendir(from.c_str()), ::closedir};
    std::string why = folder ? "" : from + ": " + std::strerror(errno);
    while (dirent const* const entry = folder ? ::readdir(folder.get()) : nullptr) {
        std::string const name = entry->d_name, path = from + "/" + name, below = target + "/" + name;
        struct stat status {};
        if (name == "." || name == "..") continue;
        std::string its;
        if (::lstat(path.c_str(), &status) != 0) its = path + ": " + std::strerror(errno);
        else if (S_ISDIR(status.st_mode)) its = copy_folder_to_output(path, run_folder, below);
        else its = copy_to_output(path, run_folder, below);
        if (why.empty()) why = std::move(its);
    }
    return why;
}

/// What the script left in its ./outputs. Empty, or why it cannot be uploaded.
inline std::string look_for_output(std::string const& path) {
    struct stat status {};
    return ::lstat(path.c_str(), &status) == 0 ? "" : path + ": " + std::strerror(errno);
}

/// Has what is at `place(folder, target)` recorded, which tells why it is not there, or nothing. What fails is refused.
template <class Place>
bool upload(run_context const& run, std::string_view name, Place const& place) {
    std::string why;
    try {
        std::string const folder = folder_for_uploads(run), output = output_name(name);
        if (folder.empty()) return false;
        if (output.empty()) why = "it is no name in UTF-8 of what is below ./outputs";
        else why = place(folder, output);
    } catch (...) {
        why = "out of memory";
    }
    if (!why.empty()) run.refuse_upload(name, why);
    return why.empty();
}
}  // namespace detail

/// Has an output recorded while the script goes on: it can be downloaded within a second. `name` is a file or folder
/// that the script wrote below ./outputs: "outputs/model.pkl". What becomes of it later counts: at the end of the run
/// all outputs are recorded as they are then. False if there is no run; if it is not there, the run could not be asked,
/// or the name cannot be one of an output, which is UTF-8: that is counted by `run.dropped()`, and EST-621 where errors
/// are asked for.
///
/// Programs in other languages append the name and the end of a line to the file that is there for it:
///
///     echo outputs/model.pkl >> "$ESTIMA_RUN_DIRECTORY/uploads/requests"
inline bool upload_file(run_context const& run, std::string_view name) {
    return detail::upload(run, name, [](std::string const& folder, std::string const& output) {
        std::string const why = detail::look_for_output(folder + "/code/" + output);
        return why.empty() ? detail::request_upload(folder, output) : why;
    });
}

/// The same for a file that lies elsewhere: it is copied to `name` below ./outputs, where it appears whole and takes
/// the place of what had that name. False and EST-621 also if it cannot be read or copied, or is no regular file.
inline bool upload_file(run_context const& run, std::string_view name, std::string_view path) {
    return detail::upload(run, name, [path](std::string const& folder, std::string const& output) {
        std::string const why = detail::copy_to_output(std::string{path}, folder, folder + "/code/" + output);
        return why.empty() ? detail::request_upload(folder, output) : why;
    });
}

/// The same for all files below a folder. False and EST-621 if one of them cannot be copied: the others are uploaded.
inline bool upload_folder(run_context const& run, std::string_view name, std::string_view path) {
    return detail::upload(run, name, [path](std::string const& folder, std::string const& output) {
        std::string const why = detail::copy_folder_to_output(std::string{path}, folder, folder + "/code/" + output);
        std::string const why_not_asked = detail::request_upload(folder, output);
        return why.empty() ? why_not_asked : why;
    });
}

}  // namespace estima::inline v0_1
