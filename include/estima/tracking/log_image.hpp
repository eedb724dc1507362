// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include <estima/system/file_descriptor.hpp>
#include <estima/system/make_temporary.hpp>
#include <estima/tracking/run_context.hpp>

namespace estima::inline v0_1 {

namespace detail {
inline constexpr std::string_view no_image = ".bin";

/// ".png" and others, by the first bytes, as each of these formats prescribes them; no_image for anything else.
inline std::string_view image_extension(std::string_view bytes) noexcept {
    if (bytes.starts_with("\x89PNG")) return ".png";
    if (bytes.starts_with("\xFF\xD8\xFF")) return ".jpg";
    if (bytes.starts_with("GIF8")) return ".gif";
    if (bytes.starts_with("RIFF") && bytes.substr(0, 12).ends_with("WEBP")) return ".webp";
    return no_image;
}

/// FNV-1a, 64 bits: only to give equal images one file.
inline std::uint64_t fnv1a(std::string_view bytes, std::uint64_t hash = 0xCBF29CE484222325U) noexcept {
    for (char const c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
    return hash;
}

/// The name of an image's file without its extension: "<hash>_<size>", hexadecimal.
inline std::string name_of_image(std::uint64_t hash, std::uint64_t size) {
    char name[40];
    std::snprintf(name, sizeof name, "%016llx_%llx", static_cast<unsigned long long>(hash),
                  static_cast<unsigned long long>(size));
    return name;
}

/// Keeps the image as a file of the folder `media` beside the metrics file; its name there. Empty if it cannot.
inline std::string keep_image(std::string const& metrics_file, std::string_view bytes) {
    std::string const folder = metrics_file.substr(0, metrics_file.rfind('/') + 1) + "media";
    std::string const name = name_of_image(fnv1a(bytes), bytes.size()) + std::string{image_extension(bytes)},
                      path = folder + '/' + name;
    struct stat status {};
    if (::stat(path.c_str(), &status) == 0 && static_cast<std::size_t>(status.st_size) == bytes.size()) return name;
    ::mkdir(folder.c_str(), 0777);
    std::string temporary = path + ".XXXXXX";
    file_descriptor const fd = make_temporary(temporary);
    if (!fd) return {};
    std::string_view rest = bytes;
    while (!rest.empty()) {
        ssize_t const n = ::write(fd.get(), rest.data(), rest.size());
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) break;
        rest.remove_prefix(static_cast<std::size_t>(n));
    }
    if (rest.empty() && ::rename(temporary.c_str(), path.c_str()) == 0) return name;
    ::unlink(temporary.c_str());
    return {};
}

/// The bytes of a file of at most 64 MB; else `why` not.
inline std::string bytes_of_file(std::string const& path, char const*& why) {
    constexpr std::size_t longest = std::size_t{64} << 20U;
    std::string bytes;
    file_descriptor const fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
    for (char buffer[16384]; fd;) {
        ssize_t const n = ::read(fd.get(), buffer, sizeof buffer);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) break;
        if (n == 0) return bytes;
        if (bytes.append(buffer, static_cast<std::size_t>(n)).size() > longest) {
            why = "its file has more than 64 MB";
            return {};
        }
    }
    why = std::strerror(errno);
    return {};
}

/// Where the process logs; empty without a run.
inline std::string_view metrics_file_of_process() noexcept {
    char const* const file = std::getenv("ESTIMA_METRICS_FILE");
    return file != nullptr ? file : "";
}
}  // namespace detail

/// Logs an image by the bytes of a PNG, JPEG, GIF or WebP file. It is kept in metrics/media of the run, and shown on
/// the run's page. Document type "image". False without a run, or if it is not logged, since it is no such image or
/// cannot be kept: that is counted by dropped(), or EST-621.
inline bool log_image_bytes(run_context const& run, std::string_view name, std::string_view bytes,
                            std::optional<std::int64_t> step = {}) {
    std::string_view const metrics_file = detail::metrics_file_of_process();
    if (metrics_file.empty()) return false;
    std::uint64_t const dropped = run.dropped();
    std::string kept;
    char const* why = "it is no PNG, JPEG, GIF or WebP image";
    try {
        if (detail::image_extension(bytes) != detail::no_image) {
            kept = detail::keep_image(std::string{metrics_file}, bytes);
            why = std::strerror(errno);
        }
    } catch (...) {
        why = "there is no memory for it";
    }
    if (kept.empty())
        run.refuse(name, why);
    else
        run.log_document(name, "image", [&] {
            return R"({"path":"media/)" + kept + R"(","bytes":)" + std::to_string(bytes.size()) + "}";
        }, step);
    return run.dropped() == dropped;
}

/// The same for a file of at most 64 MB.
inline bool log_image(run_context const& run, std::string_view name, std::string const& path,
                      std::optional<std::int64_t> step = {}) {
    if (detail::metrics_file_of_process().empty()) return false;
    std::string bytes;
    char const* why = nullptr;
    try {
        bytes = detail::bytes_of_file(path, why);
    } catch (...) {
        why = "there is no memory for it";
    }
    if (why == nullptr) return log_image_bytes(run, name, bytes, step);
    run.refuse(name, why);
    return false;
}

}  // namespace estima::inline v0_1
