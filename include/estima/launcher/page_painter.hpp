// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include <estima/history/run_directory.hpp>
#include <estima/history/run_record.hpp>
#include <estima/portal/write_page.hpp>
#include <estima/system/event_loop.hpp>
#include <estima/system/file_descriptor.hpp>
#include <estima/system/process_tree.hpp>
#include <estima/system/signals.hpp>

namespace estima::inline v0_1 {

/// Keeps the page of a run up to date. It is painted by a forked child: what that needs of memory is gone with it, and
/// what goes wrong there does not touch the run.
class page_painter {
public:
    explicit page_painter(run_directory run) : run_{std::move(run)} {}

    /// Whether one is being painted just now.
    bool is_busy() const noexcept { return child_ > 0; }

    /// What the last one took of a processor, in seconds.
    double processor_seconds() const noexcept { return processor_seconds_; }

    /// Starts to paint; does nothing while busy.
    void paint(run_record const& record) {
        if (is_busy()) return;
        child_ = ::fork();
        if (child_ != 0) return;
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        close_all_from(3);  // the lock of the run above all
        reset_signals();
        try {
            write_page(run_, record);
        } catch (...) {  // a page that cannot be written is no reason to tell anybody: the journal has it all
            ::_exit(1);
        }
        ::_exit(0);
    }

    /// To be told of each child that was reaped.
    void ended(pid_t pid, rusage const& used) noexcept {
        if (child_ <= 0 || pid != child_) return;
        child_ = -1;
        processor_seconds_ = 0;
        for (timeval const& one : {used.ru_utime, used.ru_stime})
            processor_seconds_ += static_cast<double>(one.tv_sec) + static_cast<double>(one.tv_usec) * 1e-6;
    }

    /// Waits until it is done, `limit` seconds at most.
    void finish(double limit) noexcept {
        if (!is_busy()) return;
        file_descriptor const done = open_pidfd(child_);
        pollfd source{done.get(), POLLIN, 0};
        double const deadline = monotonic_seconds() + limit;
        for (;;) {
            double const left = deadline - monotonic_seconds();
            int const n = done && left > 0 ? ::poll(&source, 1, static_cast<int>(left * 1000) + 1) : 0;
            if (n < 0 && errno == EINTR) continue;
            if (n == 0) ::kill(child_, SIGKILL);
            break;
        }
        rusage used{};
        while (::wait4(child_, nullptr, 0, &used) < 0 && errno == EINTR) {
        }
        ended(child_, used);
    }

private:
    run_directory run_;
    pid_t child_ = -1;
    double processor_seconds_ = 0;
};

}  // namespace estima::inline v0_1
