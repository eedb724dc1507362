// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <estima/history/artifacts.hpp>
#include <estima/history/run_directory.hpp>
#include <estima/system/file_descriptor.hpp>
#include <estima/system/files.hpp>
#include <estima/system/shown.hpp>

namespace estima::inline v0_1 {

namespace detail {
/// What a line of requests names, "outputs/...": relative to the script's folder, or absolute and in it. Empty if it is
/// neither ./outputs nor below.
inline std::string requested_output(std::string_view line, run_directory const& run) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.find('\0') != line.npos) return {};  // to the system a name ends there
    std::filesystem::path path{line};
    if (path.is_absolute()) path = path.lexically_relative(run.code());
    std::string name = path.lexically_normal().generic_string();
    while (name.ends_with('/')) name.pop_back();
    return is_below(name, "outputs") ? name : std::string{};
}
}  // namespace detail

/// The place where a script asks for outputs to be recorded while it runs: lines of `uploads/requests` in the run's
/// folder.
class upload_requests {
public:
    explicit upload_requests(run_directory run) : run_{std::move(run)} {}

    /// Before the script starts: makes it. EST-301.
    void prepare() const {
        make_directories(run_.uploads());
        open_file(run_.upload_requests(), O_WRONLY | O_CREAT | O_NOCTTY, 0666);
    }

    /// What was asked for since the last look: whole lines only, 64 kB at most.
    std::string new_lines() {
        file_descriptor const fd{::open(run_.upload_requests().c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
        std::string text(at_once, '\0');
        ssize_t const n = fd ? ::pread(fd.get(), text.data(), text.size(), static_cast<off_t>(offset_)) : -1;
        text.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
        std::size_t const end = text.rfind('\n');
        if (end != text.npos)
            text.resize(end + 1);
        else if (text.size() < at_once)
            text.clear();
        offset_ += text.size();
        return text;
    }

    /// The outputs that lines name, each once. `warn` is told of each line that names none.
    std::vector<std::string> names_in(std::string const& lines, std::function<void(std::string)> const& warn) const {
        std::vector<std::string> names;
        for (std::size_t begin = 0, end = 0; (end = lines.find('\n', begin)) != lines.npos; begin = end + 1) {
            std::string_view const line{lines.data() + begin, end - begin};
            if (line.empty()) continue;
            std::string name = detail::requested_output(line, run_);
            if (name.empty())
                warn(shown(line.substr(0, 300)) + " was not uploaded: it is not below ./outputs");
            else if (std::find(names.begin(), names.end(), name) == names.end())
                names.push_back(std::move(name));
        }
        return names;
    }

private:
    static constexpr std::size_t at_once = 64 * 1024;

    run_directory run_;
    std::uint64_t offset_ = 0;
};

}  // namespace estima::inline v0_1
