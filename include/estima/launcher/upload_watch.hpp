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
#include <estima/launcher/upload_requests.hpp>
#include <estima/system/process_tree.hpp>
#include <estima/system/shown.hpp>
#include <estima/system/signals.hpp>

namespace estima::inline v0_1 {

/// Records outputs while the script runs, when it asks for it: a line of `uploads/requests` in the run's folder names
/// a file or folder below ./outputs. A forked child does it, for it may take long; what goes wrong there does not touch
/// the run. At the end all outputs are recorded anyway.
class upload_watch {
public:
    explicit upload_watch(run_directory run) : run_{std::move(run)}, requests_{run_} {}

    /// Before the script starts: makes the place for requests.
    void prepare() const { requests_.prepare(); }

    /// Starts to record what was asked for since the last look; nothing while that is still going on.
    void look(outputs_before const& before) {
        if (child_ > 0 || is_over_) return;
        std::string const lines = requests_.new_lines();
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
    void record(std::string const& lines, outputs_before const& before) const {
        journal log{run_.journal()};
        auto const warn = [&log](std::string text) {
            log.append({{"event", "warning"}, {"message", std::move(text)}});
        };
        for (std::string const& name : requests_.names_in(lines, warn)) record_outputs(run_, before, log, name);
    }

    run_directory run_;
    upload_requests requests_;
    pid_t child_ = -1;
    bool is_over_ = false;
};

}  // namespace estima::inline v0_1
