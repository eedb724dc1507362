// SPDX-License-Identifier: BSL-1.0
// benchmarks: log_scalar log_scalar_call log_scalar_call_p99.9 log_16_writers index_lag history_10m
// What logging numbers costs, and reading them.
//   log_scalar        run_context::log from one thread, million points a second; all are read back and checked
//   log_scalar_call   the time of one call in a program that works some microseconds between calls, the clock included:
//                     the median; log_scalar_call_p99.9: 1 in 1,000 takes longer
//   log_16_writers    16 processes at once, million points a second together; all are read back and checked
//   index_lag         a logged point to its arrival in wait_options::on_metric, milliseconds, p99
//   history_10m       10 million points of one metric thinned to 1,000, milliseconds, from the second look on
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <estima/estima.hpp>
#include <estima/tracking/run_context.hpp>

#include "measuring.hpp"

namespace {
using namespace measuring;

/// A folder for the metrics of this process, which is removed.
struct metrics_folder {
    fs::path path;
    explicit metrics_folder(fs::path p) : path{std::move(p)} {
        fs::create_directories(path);
        ::setenv("ESTIMA_METRICS_FILE", (path / "rank_0.jsonl").c_str(), 1);
    }
    ~metrics_folder() {
        ::unsetenv("ESTIMA_METRICS_FILE");
        fs::remove_all(path);
    }
};

/// Each process's points are 0, 1, 2 ... of `count`.
void check_points(fs::path const& folder, int processes, std::int64_t count) {
    std::vector<std::int64_t> next(static_cast<std::size_t>(processes));
    for (estima::metric_file const& file : estima::metric_files(folder)) {
        if (!file.is_points) {
            expect(fs::file_size(file.path) == 0, "there are lines");
            continue;
        }
        estima::point_file points{file.path};
        std::uint64_t place = 0;
        bool is_right = true;
        points.read(place, true, [&](estima::stored_point const& p) {
            std::int64_t& expected = next[std::stoul(*p.name)];
            is_right = is_right && p.stored_step == expected && p.value == static_cast<double>(expected) * 0.5;
            ++expected;
        });
        expect(is_right && points.damaged() == 0, "a point");
    }
    for (std::int64_t const n : next) expect(n == count, "the number of points");
}

void log_points(estima::run_context const& run, std::string const& name, std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i) run.log(name, static_cast<double>(i) * 0.5, i);
}

void log_scalar(fs::path const& work) {
    constexpr std::int64_t count = 5'000'000;
    std::vector<double> rates;
    for (int round = 0; round < 7; ++round) {
        metrics_folder const folder{work / ("scalar" + std::to_string(round))};
        auto const run = estima::run_context::current();
        double const start = now();
        log_points(run, "0", count);
        rates.push_back(static_cast<double>(count) / (now() - start) / 1e6);
        check_points(folder.path, 1, count);
    }
    print("log_scalar", median(rates), "M/s");
}

void log_scalar_call(fs::path const& work) {
    metrics_folder const folder{work / "call"};
    auto const run = estima::run_context::current();
    std::vector<std::string> const names{"loss", "accuracy", "learning_rate", "gradient/norm", "seconds", "f1"};
    std::vector<float> weights(65536, 1.0F);
    std::vector<double> times;
    for (int i = 0; i < 1'000'000; ++i) {
        for (std::size_t j = 0; j < 2000; ++j)  // training
            weights[(static_cast<std::size_t>(i) * 2000 + j) & 65535U] *= 0.999F;
        std::string const& name = names[static_cast<std::size_t>(i) % names.size()];
        double const start = now();
        run.log(name, static_cast<double>(weights[0]), i);
        times.push_back((now() - start) * 1e9);
    }
    expect(run.dropped() == 0, "points were dropped");
    std::fprintf(stderr, "one call: p99 %.0f ns, p99.99 %.0f ns\n", quantile(times, 0.99), quantile(times, 0.9999));
    print("log_scalar_call", median(times), "ns");
    print("log_scalar_call_p99.9", quantile(times, 0.999), "ns");
}

void log_16_writers(fs::path const& work) {
    constexpr int processes = 16;
    constexpr std::int64_t count = 500'000;
    std::vector<double> rates;
    for (int round = 0; round < 5; ++round) {
        metrics_folder const folder{work / ("writers" + std::to_string(round))};
        auto const run = estima::run_context::current();
        double const start = now();
        std::vector<pid_t> children;
        for (int i = 0; i < processes; ++i) {
            pid_t const child = ::fork();
            if (child == 0) {
                log_points(run, std::to_string(i), count);
                ::_exit(run.dropped() == 0 ? 0 : 1);
            }
            children.push_back(child);
        }
        for (pid_t const child : children) {
            int status = -1;
            expect(::waitpid(child, &status, 0) == child && status == 0, "a writer");
        }
        rates.push_back(processes * static_cast<double>(count) / (now() - start) / 1e6);
        check_points(folder.path, processes, count);
    }
    print("log_16_writers", median(rates), "M/s");
}

void index_lag(fs::path const& work) {
    auto const experiment = estima::workspace::open(work / "workspace").experiment("lag");
    estima::run const run = experiment.submit({.script = "log_points", .framework = "Native"},
                                              fs::path{BENCHMARK_PROGRAMS_DIR} / "log_points");
    std::vector<double> lags;
    run.wait_for_completion({.on_metric = [&lags](std::string const&, estima::metric_point const& p) {
        lags.push_back((now() - p.value) * 1e3);
    }});
    expect(lags.size() == 1500, "points in the follower: " + std::to_string(lags.size()));
    std::fprintf(stderr, "lag: median %.2f ms, p99.9 %.2f ms\n", median(lags), quantile(lags, 0.999));
    print("index_lag", quantile(lags, 0.99), "ms");
}

void history_10m(fs::path const& work) {
    constexpr std::int64_t count = 10'000'000;
    metrics_folder const folder{work / "history"};
    auto const run = estima::run_context::current();
    for (std::int64_t i = 0; i < count; ++i)
        run.log("loss", i == 7'654'321 ? 100 : i == 1'234'567 ? -100 : std::sin(static_cast<double>(i) * 1e-4), i);
    std::vector<double> times;
    for (int look = 0; look < 12; ++look) {
        double const start = now();
        auto const points = estima::read_history(folder.path, "loss", {.max_points = 1000});
        times.push_back((now() - start) * 1e3);
        expect(points.size() <= 1000 && points.size() > 900, "the number of points");
        auto const has = [&points](double value, std::int64_t step) {
            return std::any_of(points.begin(), points.end(),
                               [=](auto const& p) { return p.value == value && p.step == step; });
        };
        expect(has(100, 7'654'321) && has(-100, 1'234'567), "the extremes");
        expect(points.back().step == count - 1, "the last point");
    }
    std::fprintf(stderr, "history: the first look takes %.0f ms\n", times.front());
    times.erase(times.begin());
    print("history_10m", median(times), "ms");
}

}  // namespace

int main(int argc, char** argv) {
    return measure_in_folder(argc, argv, [](fs::path const& work, arguments const& names) {
        if (names.wants("log_scalar")) log_scalar(work);
        if (names.wants("log_scalar_call") || names.wants("log_scalar_call_p99.9")) log_scalar_call(work);
        if (names.wants("log_16_writers")) log_16_writers(work);
        if (names.wants("index_lag")) index_lag(work);
        if (names.wants("history_10m")) history_10m(work);
    });
}
