// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <signal.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <estima/history/journal.hpp>
#include <estima/history/run_directory.hpp>
#include <estima/launcher/record_outputs.hpp>
#include <estima/system/process_tree.hpp>
#include <estima/system/shown.hpp>
#include <estima/system/signals.hpp>

namespace estima::inline v0_1 {

namespace detail {
/// What a line of requests names, "outputs/...": relative to the script's folder, or absolute and in it. Empty if it is
/// neither ./outputs nor below.
inline std::string requested_output(std::string_view line, run_directory const& run) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    std::filesystem::path path{line};
    if (path.is_absolute()) path = path.lexically_relative(run.code());
    std::string name = path.lexically_normal().generic_string();
    while (name.ends_with('/')) name.pop_back();
    return is_below(name, "outputs") ? name : std::string{};
}
}  // namespace detail

/// Records outputs while the script runs, when it asks for it: a line of `uploads/requests` in the run's folder names
/// a file or folder below ./outputs. A forked child does it, for it may take long; what goes wrong there does not touch
/// the run. At the end all outputs are recorded anyway.
class upload_watch {
public:
    explicit upload_watch(run_directory run) : run_{std::move(run)} {}

    /// Before the script starts: makes the place for requests.
    void prepare() const {
        make_directories(run_.uploads());
        open_file(run_.upload_requests(), O_WRONLY | O_CREAT | O_NOCTTY, 0666);
    }

    /// Starts to record what was asked for since the last look; nothing while that is still going on.
    void look(outputs_before const& before) {
        if (child_ > 0 || is_over_) return;
        std::string const lines = new_lines();
        if (lines.empty()) return;
        child_ = ::fork();
        if (child_ != 0) return;
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        close_all_from(3);  // the lock of the run above all
        reset_signals();
        try {
            record(lines, before);
        } catch (...) {  // a full disk, or no memory: all is recorded at the end
            ::_exit(1);
        }
        ::_exit(0);
    }

    /// To be told of each child that was reaped; true if it was this one.
    bool ended(pid_t pid) noexcept {
        if (child_ <= 0 || pid != child_) return false;
        child_ = -1;
        return true;
    }

    /// The script has ended: what is still being recorded is left to record_outputs, and the place for requests goes.
    void stop(journal& log) {
        is_over_ = true;
        if (child_ > 0) {
            log.while_nobody_writes([this] { ::kill(child_, SIGKILL); });
            while (::waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
            }
            child_ = -1;
        }
        std::error_code ignored;
        std::filesystem::remove_all(run_.uploads(), ignored);
    }

private:
    static constexpr std::size_t at_once = 64 * 1024;

    /// Whole lines only, 64 kB at most.
    std::string new_lines() {
        file_descriptor const fd{::open(run_.upload_requests().c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
        std::string text(at_once, '\0');
        ssize_t const n = fd ? ::pread(fd.get(), text.data(), text.size(), static_cast<off_t>(offset_)) : -1;
        text.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
        std::size_t const end = text.rfind('\n');
        if (end != text.npos) text.resize(end + 1);
        else if (text.size() < at_once) text.clear();
        offset_ += text.size();
        return text;
    }

    void record(std::string const& lines, outputs_before const& before) const {
        std::vector<std::string> names;
        journal log{run_.journal()};
        for (std::size_t begin = 0, end = 0; (end = lines.find('\n', begin)) != lines.npos; begin = end + 1) {
            std::string_view const line{lines.data() + begin, end - begin};
            if (line.empty()) continue;
            std::string name = detail::requested_output(line, run_);
            if (name.empty())
                log.append({{"event", "warning"},
                            {"message", shown(line.substr(0, 300)) + " was not uploaded: it is not below ./outputs"}});
            else if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
        }
        for (std::string const& name : names) record_outputs(run_, before, log, name);
    }

    run_directory run_;
    std::uint64_t offset_ = 0;
    pid_t child_ = -1;
    bool is_over_ = false;
};

}  // namespace estima::inline v0_1
