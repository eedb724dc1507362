// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include <estima/history/run_directory.hpp>
#include <estima/history/run_record.hpp>
#include <estima/launcher/gpu_watch.hpp>
#include <estima/launcher/resource_use.hpp>
#include <estima/system/clock.hpp>
#include <estima/system/event_loop.hpp>
#include <estima/system/file_descriptor.hpp>
#include <estima/system/files.hpp>
#include <estima/system/host.hpp>
#include <estima/system/shown.hpp>
#include <estima/tracking/metric_line.hpp>

namespace estima::inline v0_1 {

/// How many seconds lie between two looks at what a run uses: 10, or what `ESTIMA_SAMPLE_SECONDS` says; 0 for never. If
/// that is no number of seconds, `problem` tells so.
inline double sample_seconds(std::string* problem = nullptr) {
    char const* const text = std::getenv("ESTIMA_SAMPLE_SECONDS");
    if (text == nullptr || *text == '\0') return 10;
    char* end = nullptr;
    double const seconds = std::strtod(text, &end);
    if (end != text && *end == '\0' && std::isfinite(seconds) && seconds >= 0)
        return seconds > 0 ? std::max(seconds, 0.1) : 0;
    if (problem != nullptr)
        *problem = "ESTIMA_SAMPLE_SECONDS is \"" + shown(std::string{text}.substr(0, 100)) +
                   "\", which is no number of seconds from 0 on: what the run used was looked at every 10 seconds";
    return 10;
}

/// Records what the ranks of a run use on this host, as metrics under "system/": lines of metrics/system.jsonl.
class resource_sampler {
public:
    explicit resource_sampler(run_directory run) : run_{std::move(run)} {}
    /// On another host than the supervisor's: in a file of its own, and what is not of ranks below its name.
    resource_sampler(run_directory run, std::string const& host)
        : run_{std::move(run)}, file_name_{"system_" + host + ".jsonl"}, of_host_{host + "/"} {}

    /// Looks at them now. Percents of the processor are those since the last look at that rank.
    void sample(run_record const& record, double interval) {
        if (!has_begun_) gpus_.start(run_.system_logs() / "gpu.csv", interval);
        has_begun_ = true;
        std::string lines;
        double const now = monotonic_seconds(), time = epoch_seconds();
        auto const add = [&](std::string const& name, double value) {
            lines += detail::metric_line("system/" + name, metric_number{value}, std::nullopt, time);
        };
        for (rank_record const& rank : record.ranks) {
            if (rank.ended || rank.host != host_name() || rank.pid <= 0) continue;
            resource_use const use = resources_used_by(rank.pid);
            if (use.processes == 0) continue;
            std::string const name = "rank_" + std::to_string(rank.rank) + "/";
            auto const [before, is_first] = looks_.try_emplace(rank.rank, look{use.cpu_seconds, now});
            if (!is_first && now > before->second.time) {
                double const used = std::max(0.0, use.cpu_seconds - before->second.cpu_seconds);
                add(name + "cpu_percent", 100 * used / (now - before->second.time));
                before->second = {use.cpu_seconds, now};
            }
            add(name + "memory_bytes", static_cast<double>(use.memory_bytes));
            add(name + "disk_read_bytes", static_cast<double>(use.read_bytes));
            add(name + "disk_written_bytes", static_cast<double>(use.written_bytes));
        }
        for (gpu_use const& gpu : gpus_.newest()) {
            std::string const name = of_host_ + "gpu_" + std::to_string(gpu.index) + "/";
            if (gpu.percent) add(name + "percent", *gpu.percent);
            if (gpu.memory_bytes) add(name + "memory_bytes", *gpu.memory_bytes);
        }
        struct statvfs disk {};
        if (::statvfs(run_.path.c_str(), &disk) == 0)
            add(of_host_ + "disk_free_bytes", static_cast<double>(disk.f_bavail) * static_cast<double>(disk.f_frsize));
        if (!file_)
            file_.reset(::open((run_.metrics() / file_name_).c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666));
        if (file_) write_all(file_.get(), lines);  // on a full disk there are no samples
    }

    /// When the script has ended.
    void stop() noexcept { gpus_.stop(); }
    /// To be told of each child that was reaped.
    void ended(pid_t pid) noexcept { gpus_.ended(pid); }

private:
    struct look {
        double cpu_seconds, time;
    };
    run_directory run_;
    std::string file_name_ = "system.jsonl", of_host_{};
    std::map<int, look> looks_{};
    gpu_watch gpus_{};
    file_descriptor file_{};
    bool has_begun_ = false;
};

}  // namespace estima::inline v0_1
