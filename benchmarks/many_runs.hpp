// SPDX-License-Identifier: BSL-1.0
// Makes a workspace with very many finished runs, as their supervisors would leave their journals and metric files; of
// the rest of a run (its code, its logs) nothing, for no index reads it.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <estima/system/clock.hpp>

namespace many_runs {

inline constexpr double first_time = 1'700'000'000;  // seconds between runs: 20

inline std::string run_id(std::uint64_t i) {
    char text[80];
    std::snprintf(text, sizeof text, "experiment-%02llu_%llu_%08llx", static_cast<unsigned long long>(i % 20),
                  static_cast<unsigned long long>(first_time) + 20ULL * i,
                  static_cast<unsigned long long>(i * 2654435761ULL % 0x100000000ULL));
    return text;
}

/// 20 parameters, 3 tags, 10 metrics at 3 steps each.
class run_text {
public:
    explicit run_text(std::uint64_t i) : random_{i}, time_{first_time + 20.0 * static_cast<double>(i)} {
        std::uniform_real_distribution<double> unit{0, 1};
        std::string const id = run_id(i);
        std::string parameters;
        for (int p = 0; p < 20; ++p) {
            char value[64];
            // A fifth of them are drawn from a continuum, as a random search does.
            if (p % 5 == 0)
                std::snprintf(value, sizeof value, "%.9g", unit(random_));
            else
                std::snprintf(value, sizeof value, "%d", static_cast<int>(unit(random_) * 10) << p % 7);
            parameters.append(p == 0 ? "" : ",").append("\"parameter_").append(1, static_cast<char>('a' + p))
                .append("\":\"").append(value).append("\"");
        }
        char const* const teams[]{"vision", "speech", "search", "ads", "x"};
        char const* const team = teams[static_cast<int>(unit(random_) * 4.5)];  // "x" for one run in nine
        event("\"display_name\":\"" + id + "\",\"event\":\"created\",\"experiment\":\"" +
              id.substr(0, id.find('_')) + "\",\"host\":\"node-7\",\"parameters\":{" + parameters +
              "},\"properties\":{\"ContentSnapshotId\":\"" + std::string(64, static_cast<char>('a' + i % 6)) +
              "\"},\"run_id\":\"" + id + "\",\"snapshot_id\":\"" + std::string(64, static_cast<char>('a' + i % 6)) +
              "\",\"source_directory\":\"/home/ada/project\",\"tags\":{\"dataset\":\"fashion\",\"stage\":\"" +
              (i % 3 == 0 ? "test" : "train") + "\",\"team\":\"" + team +
              "\"},\"target\":\"local\"", ",\"user\":\"ada\"");
        event("\"event\":\"supervisor\",\"host\":\"node-7\",\"pid\":4711,\"start_ticks\":123456789");
        for (char const* status : {"Preparing", "Starting"})
            event(std::string{"\"event\":\"status\",\"status\":\""} + status + "\"");
        event("\"event\":\"rank_start\",\"host\":\"node-7\",\"pid\":4712,\"rank\":0");
        event("\"event\":\"status\",\"status\":\"Running\"");
        for (char const* name : {"azureml.git.branch", "azureml.git.commit", "azureml.git.dirty"})
            event(std::string{"\"event\":\"property\",\"name\":\""} + name + "\"", ",\"value\":\"main\"");
        bool const fails = i % 10 == 9;
        event("\"ended_on_request\":false,\"event\":\"rank_exit\",\"exit_code\":" + std::string{fails ? "1" : "0"} +
              ",\"host\":\"node-7\",\"peak_memory_bytes\":104857600,\"rank\":0,\"system_seconds\":0.1", 
              ",\"user_seconds\":9.25,\"wall_seconds\":9.5");
        if (!fails) event("\"event\":\"status\",\"status\":\"Finalizing\"");
        event("\"bytes\":123456,\"event\":\"artifact\",\"path\":\"outputs/model.pkl\",\"sha256\":\"" +
              std::string(64, '7') + "\"");
        event(fails ? "\"error\":{\"exit_code\":1,\"id\":\"EST-420\","
                      "\"message\":\"the script exited with code 1\",\"rank\":0,"
                      "\"stderr_tail\":[\"Traceback (most recent call last):\",\"ValueError: \\\"x\\\"\"]},"
                      "\"event\":\"status\",\"status\":\"Failed\""
                    : "\"event\":\"status\",\"status\":\"Completed\"");
        for (int step = 0; step < 3; ++step)
            for (int m = 0; m < 10; ++m) {
                char line[160];
                std::snprintf(line, sizeof line, "{\"name\":\"%s\",\"value\":%.17g,\"step\":%d,\"time\":%.6f}\n",
                              m == 0 ? "loss" : (std::string{"metric_"} + static_cast<char>('a' + m)).c_str(),
                              unit(random_), step, time_ + step);
                metrics.append(line);
            }
    }

    std::string journal{}, metrics{};

private:
    void event(std::string const& members, std::string const& behind_time = {}) {
        time_ += 0.25;
        journal.append("{").append(members).append(",\"time\":\"").append(estima::utc_text(time_)).append("\"");
        journal.append(behind_time).append("}\n");
    }

    std::mt19937_64 random_;
    double time_;
};

inline void write(std::string const& path, std::string const& text) {
    int const fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    bool const is_written = fd >= 0 && ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    if (fd < 0 || ::close(fd) != 0 || !is_written) throw std::runtime_error{"cannot write " + path};
}

inline void make_run(std::filesystem::path const& workspace, std::uint64_t i) {
    run_text const text{i};
    std::string const folder = (workspace / "runs" / run_id(i)).string();
    if (::mkdir(folder.c_str(), 0777) != 0 || ::mkdir((folder + "/metrics").c_str(), 0777) != 0)
        throw std::runtime_error{"cannot make " + folder};
    write(folder + "/events.jsonl", text.journal);
    write(folder + "/metrics/rank_0.jsonl", text.metrics);
}

/// Runs number `from` to `to`, by as many threads as there are processors.
inline void make(std::filesystem::path const& workspace, std::uint64_t from, std::uint64_t to) {
    std::filesystem::create_directories(workspace / "runs");
    std::size_t const count = std::max(1U, std::thread::hardware_concurrency());
    std::vector<std::exception_ptr> failures(count);
    std::vector<std::jthread> threads;
    for (std::size_t t = 0; t < count; ++t)
        threads.emplace_back([&, t] {
            try {
                for (std::uint64_t i = from + t; i < to; i += count) make_run(workspace, i);
            } catch (...) {
                failures[t] = std::current_exception();
            }
        });
    threads.clear();
    for (auto const& failure : failures)
        if (failure) std::rethrow_exception(failure);
}

}  // namespace many_runs
