// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <estima/base/error.hpp>
#include <estima/launcher/run_environment.hpp>
#include <estima/launcher/start_program.hpp>
#include <estima/system/event_loop.hpp>

namespace estima::inline v0_1 {

/// Seconds of "1-02:03:04", "02:03:04", "03:04", as Slurm writes times; nothing for other words, such as UNLIMITED.
inline std::optional<double> slurm_seconds(std::string_view text) {
    double days = 0, seconds = 0;
    if (std::size_t const dash = text.find('-'); dash != text.npos) {
        days = std::atof(std::string{text.substr(0, dash)}.c_str());
        text.remove_prefix(dash + 1);
    }
    if (text.empty() || text.find_first_not_of("0123456789:") != text.npos) return std::nullopt;
    for (bool more = true; more;) {
        std::string_view const part = text.substr(0, text.find(':'));
        more = part.size() < text.size();
        text.remove_prefix(more ? part.size() + 1 : part.size());
        seconds = 60 * seconds + std::atof(std::string{part}.c_str());
    }
    return days * 86400 + seconds;
}

/// Tells when the time limit of a Slurm job is near, so that its run can end in peace before Slurm ends it. The limit
/// is asked for by scontrol, and again before it is believed: it may be changed while the job runs.
class slurm_time_limit {
public:
    void attach(event_loop& loop, std::string job_id, std::function<void()> is_near) {
        loop_ = &loop;
        job_id_ = std::move(job_id);
        is_near_ = std::move(is_near);
        loop.on_readable(look_.fd(), [this] {
            look_.clear();
            ask();
        });
        look_.set(1);  // not at once: what starts needs the processors
    }

    /// The last words of `scontrol -o show job`: seconds until the limit, and how long before it a run is asked to end.
    struct time_left {
        double seconds = 0, lead = 0;
    };
    static std::optional<time_left> left_of(std::string_view text) {
        auto const value = [&](std::string_view key) {
            std::size_t const at = text.find(key);
            std::string_view const rest = at == text.npos ? std::string_view{} : text.substr(at + key.size());
            return slurm_seconds(rest.substr(0, rest.find_first_of(" \n")));
        };
        auto const limit = value(" TimeLimit="), run = value(" RunTime=");
        if (!limit || !run) return std::nullopt;
        return time_left{*limit - *run, std::clamp(*limit / 10, 10.0, 60.0)};
    }

private:
    void ask() {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return look_.set(60);
        answer_ = file_descriptor{ends[0]};
        file_descriptor const in{ends[1]};
        text_.clear();
        try {
            start_program({.argv = {"scontrol", "-o", "show", "job", job_id_},
                           .environment = environment_with({}),
                           .directory = "/",
                           .output = {},
                           .error_output = "/dev/null",
                           .output_fd = in.get()});
        } catch (error const&) {  // hosts without Slurm's commands: Slurm's own word has to do
            return answer_.reset();
        }
        loop_->on_readable(answer_.get(), [this] { read_answer(); });
    }

    void read_answer() {
        char buffer[4096];
        ssize_t const n = ::read(answer_.get(), buffer, sizeof buffer);
        if (n > 0) text_.append(buffer, static_cast<std::size_t>(n));
        if (n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR))) return;
        answer_.reset();
        auto const left = left_of(text_);
        if (left && left->seconds <= left->lead) return is_near_();
        look_.set(left ? std::clamp(left->seconds - left->lead, 1.0, 600.0) : 600);
    }

    event_loop* loop_ = nullptr;
    std::string job_id_, text_;
    std::function<void()> is_near_;
    timer look_;
    file_descriptor answer_;
};

}  // namespace estima::inline v0_1
