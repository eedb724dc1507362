// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <signal.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <estima/launcher/run_environment.hpp>
#include <estima/launcher/start_program.hpp>
#include <estima/system/file_tail.hpp>
#include <estima/system/find_program.hpp>

namespace estima::inline v0_1 {

/// One line of what nvidia-smi says of a GPU.
struct gpu_use {
    int index = 0;
    std::optional<double> percent{};       ///< of the time in which something ran on it
    std::optional<double> memory_bytes{};  ///< in use, by whomever
};

/// Reads "0, 37, 1024": index, per cent, MiB, as `--format=csv,noheader,nounits` gives them. What is no number, such as
/// "[N/A]" for the percents of a GPU that is divided, is not known. False if nothing is: for an error, say.
inline bool read_gpu_line(std::string_view line, gpu_use& gpu) {
    std::optional<double> numbers[3];
    for (std::optional<double>& number : numbers) {
        std::string_view const field = line.substr(0, line.find(','));
        line.remove_prefix(std::min(field.size() + 1, line.size()));
        std::string_view const digits = field.substr(std::min(field.find_first_not_of(' '), field.size()));
        double value = 0;
        auto const [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
        if (code == std::errc{} && std::isfinite(value)) number = value;
    }
    auto const& [index, percent, mebibytes] = numbers;
    if (!index || *index < 0 || *index >= 1024) return false;
    gpu = {static_cast<int>(*index), percent, mebibytes ? std::optional{*mebibytes * 1024 * 1024} : std::nullopt};
    return percent || mebibytes;
}

/// Where NVIDIA's driver brought nvidia-smi: one of these runs beside the run and writes a line for each GPU from time
/// to time. Without it there are no GPUs to tell of.
class gpu_watch {
public:
    gpu_watch() = default;
    gpu_watch(gpu_watch const&) = delete;
    gpu_watch& operator=(gpu_watch const&) = delete;
    ~gpu_watch() { stop(); }

    /// `log` is where it writes; it is removed by stop().
    void start(std::filesystem::path const& log, double seconds) {
        std::string const program_path = find_program("nvidia-smi");
        if (program_path.empty() || pid_ > 0) return;
        log_ = log.string();
        try {
            auto const interval = std::to_string(std::max(1L, std::lround(seconds)));
            pid_ = start_program({.argv = {program_path, "--query-gpu=index,utilization.gpu,memory.used",
                                           "--format=csv,noheader,nounits", "-l", interval},
                                  .environment = environment_with({}),
                                  .directory = log.parent_path().string(),
                                  .output = log_,
                                  .error_output = "/dev/null"});
        } catch (error const&) {  // a run does not fail for it
        }
    }

    /// The newest word of each GPU.
    std::vector<gpu_use> newest() const {
        std::vector<gpu_use> all;
        if (pid_ <= 0) return all;
        for (std::string const& line : last_lines(log_, 64)) {
            gpu_use gpu;
            if (!read_gpu_line(line, gpu)) continue;
            auto const same =
                std::find_if(all.begin(), all.end(), [&](gpu_use const& g) { return g.index == gpu.index; });
            if (same == all.end()) all.push_back(gpu);
            else *same = gpu;
        }
        return all;
    }

    /// Ends it; whoever reaps children reaps it.
    void stop() noexcept {
        if (pid_ <= 0) return;
        ::kill(pid_, SIGKILL);
        ::unlink(log_.c_str());
        pid_ = -1;
    }
    /// To be told of each child that was reaped.
    void ended(pid_t pid) noexcept {
        if (pid_ > 0 && pid == pid_) pid_ = -1;
    }

private:
    std::string log_{};
    pid_t pid_ = -1;
};

}  // namespace estima::inline v0_1
