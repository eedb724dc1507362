// SPDX-License-Identifier: BSL-1.0
// What the benchmarks share: times, medians, the line of a result, a folder of their own.
#pragma once
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <functional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace measuring {
namespace fs = std::filesystem;

/// Seconds of the monotonic clock.
inline double now() {
    timespec t{};
    ::clock_gettime(CLOCK_MONOTONIC, &t);
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

inline double seconds_of(std::function<void()> const& action) {
    double const start = now();
    action();
    return now() - start;
}

inline double quantile(std::vector<double> values, double q) {
    std::sort(values.begin(), values.end());
    return values[std::min(values.size() - 1, static_cast<std::size_t>(q * static_cast<double>(values.size())))];
}

inline double median(std::vector<double> const& values) { return quantile(values, 0.5); }

inline void expect(bool is_right, std::string const& what) {
    if (!is_right) throw std::runtime_error{"wrong: " + what};
}

/// A result with no other side.
inline void print(std::string const& name, double value, char const* unit) {
    std::printf("{\"name\":\"%s\",\"value\":%.4g,\"unit\":\"%s\"}\n", name.c_str(), value, unit);
    std::fflush(stdout);
}

/// The medians of two sides, in seconds.
inline void print(std::string const& name, std::vector<double> const& ours, std::vector<double> const& theirs,
                  char const* against) {
    double const value = median(ours), other = median(theirs);
    std::printf(
        "{\"name\":\"%s\",\"value\":%.4f,\"unit\":\"s\",\"ratio\":%.3f,\"against\":\"%s\",\"against_value\":%.4f}\n",
        name.c_str(), value, value / other, against, other);
    std::fflush(stdout);
}

/// Runs a command, its output thrown away. Throws when it fails.
inline void run(std::vector<std::string> command) {
    std::vector<char*> argv;
    for (auto& word : command) argv.push_back(word.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t files;
    ::posix_spawn_file_actions_init(&files);
    ::posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
    pid_t pid = 0;
    int status = -1;
    bool const started = ::posix_spawnp(&pid, argv[0], &files, nullptr, argv.data(), environ) == 0;
    ::posix_spawn_file_actions_destroy(&files);
    if (!started) throw std::runtime_error{"cannot start " + command[0]};
    ::waitpid(pid, &status, 0);
    if (status != 0) throw std::runtime_error{command[0] + " failed"};
}

/// Names of the results that are wanted (none given: all), or other arguments.
struct arguments : std::set<std::string> {
    using set::set;
    bool wants(char const* name) const { return empty() || contains(name); }
};

/// What a benchmark's main does: measures in a folder of its own, which is removed. Returns its exit code.
inline int measure_in_folder(int argc, char** argv,
                             std::function<void(fs::path const&, arguments const&)> const& measure) {
    std::string work = (fs::temp_directory_path() / "estima-benchmark-XXXXXX").string();
    if (::mkdtemp(work.data()) == nullptr) return 1;
    int result = 0;
    try {
        measure(fs::canonical(work), arguments(argv + 1, argv + argc));
    } catch (std::exception const& e) {
        std::fprintf(stderr, "%s\n", e.what());
        result = 1;
    }
    std::error_code ignored;
    fs::remove_all(work, ignored);
    return result;
}

}  // namespace measuring
