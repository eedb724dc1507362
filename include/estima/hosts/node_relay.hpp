// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include <estima/history/journal.hpp>
#include <estima/history/run_directory.hpp>
#include <estima/hosts/frame.hpp>
#include <estima/system/file_descriptor.hpp>
#include <estima/system/files.hpp>
#include <estima/system/inotify.hpp>
#include <estima/tracking/point_format.hpp>

namespace estima::inline v0_1 {

/// What grows in the folder of a run on one host, told as it grows: lines of the journal, logs, metrics.
class node_relay {
public:
    using tell = std::function<void(json head, std::string_view body)>;
    /// In the lines of the journal that came from the supervisor and are not told again.
    static constexpr std::string_view from_elsewhere = "\"relayed\":true";

    /// From the present end of the journal on.
    node_relay(run_directory run, tell say) : run_{std::move(run)}, say_{std::move(say)} {
        std::error_code ignored;
        journal_at_ = std::filesystem::file_size(run_.journal(), ignored);
        changes_.watch(run_.journal(), IN_MODIFY);
        for (auto const& folder : {run_.system_logs(), run_.metrics(), run_.uploads()})
            changes_.watch(folder, IN_MODIFY | IN_ATTRIB | IN_CREATE | IN_MOVED_TO);
    }

    /// Readable when there may be something new; -1 where nothing tells.
    int fd() const noexcept { return changes_.fd(); }

    /// Tells what is new, `most` bytes about; true if there is more.
    bool look(std::size_t most = 4 * largest_frame_body) {
        changes_.drain();
        left_ = most;
        // Output first: who reads of a rank's end finds all that it said.
        for (auto const& folder : {run_.system_logs(), run_.metrics()})
            for (std::string const& name : names_in(folder)) {
                std::string const path = folder.filename().string() + "/" + name;
                name.ends_with(".points") ? points(path) : text(path);
            }
        if (left_ > 0) journal_lines();
        return left_ == 0;
    }

private:
    file_descriptor open(std::filesystem::path const& path) const {
        return file_descriptor{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW)};
    }
    /// At most a frame's worth from there; empty at the end.
    std::string piece(int fd, std::uint64_t at) const {
        std::string bytes(std::min(left_, largest_frame_body), '\0');
        ssize_t n = 0;
        do n = ::pread(fd, bytes.data(), bytes.size(), static_cast<off_t>(at));
        while (n < 0 && errno == EINTR);
        bytes.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
        return bytes;
    }
    void spend(std::size_t bytes) { left_ -= std::min(left_, bytes); }

    void text(std::string const& path) {
        file_descriptor const fd = open(run_.path / path);
        std::uint64_t& at = sent_[path];
        struct stat status {};
        if (!fd || ::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode)) return;
        while (left_ > 0 && static_cast<std::uint64_t>(status.st_size) > at) {
            std::string const bytes = piece(fd.get(), at);
            if (bytes.empty()) return;
            say_({{"say", "grown"}, {"path", path}, {"offset", at}}, bytes);
            at += bytes.size();
            spend(bytes.size());
        }
    }

    /// Pages with points that were not there at the last look, and then the header, which says how many there are.
    void points(std::string const& path) {
        using detail::point_header, detail::point_page, detail::point_page_size;
        file_descriptor const fd = open(run_.path / path);
        point_header header;
        if (!fd || ::pread(fd.get(), &header, sizeof header, 0) != static_cast<ssize_t>(sizeof header)) return;
        std::uint64_t& sent = sent_[path];  // slots
        if (header.next == sent) return;
        std::uint64_t const first = sent / point_page::slot_count, last = header.next / point_page::slot_count;
        for (std::uint64_t page = first > 0 ? first - 1 : 0; page <= last; ++page) {
            std::string const bytes = piece(fd.get(), (page + 1) * point_page_size).substr(0, point_page_size);
            if (bytes.empty()) break;
            say_({{"say", "grown"}, {"path", path}, {"offset", (page + 1) * point_page_size}}, bytes);
            spend(bytes.size());
        }
        std::string const start(reinterpret_cast<char const*>(&header), sizeof header);
        say_({{"say", "grown"}, {"path", path}, {"offset", 0}}, start);
        sent = header.next;
    }

    /// Whole lines.
    void journal_lines() {
        file_descriptor const fd = open(run_.journal());
        if (!fd) return;
        for (;;) {
            std::string bytes = piece(fd.get(), journal_at_);
            std::size_t const end = bytes.rfind('\n');
            if (end == std::string::npos) return;
            bytes.resize(end + 1);
            journal_at_ += bytes.size();
            std::string lines;
            for (std::size_t at = 0; at < bytes.size();) {
                std::size_t const next = bytes.find('\n', at) + 1;
                std::string_view const line = std::string_view{bytes}.substr(at, next - at);
                if (line.find(from_elsewhere) == std::string_view::npos) lines += line;
                at = next;
            }
            if (!lines.empty()) say_({{"say", "journal"}}, lines);
            spend(bytes.size());
            if (left_ == 0) return;
        }
    }

    run_directory run_;
    tell say_;
    inotify changes_;
    std::map<std::string, std::uint64_t> sent_;  // bytes; of points: slots
    std::uint64_t journal_at_ = 0;
    std::size_t left_ = 0;
};

/// Events of the supervisor's, into the journal that a host has of its own; not told again. EST-301.
inline void append_relayed(run_directory const& run, std::string const& lines) {
    journal log{run.journal()};
    for (std::size_t at = 0; at < lines.size();) {
        std::size_t const end = std::min(lines.find('\n', at), lines.size());
        json event = json::parse(lines.substr(at, end - at), nullptr, false);
        at = end + 1;
        if (!event.is_object()) continue;
        event["relayed"] = true;
        log.append(std::move(event));
    }
}

}  // namespace estima::inline v0_1
