// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/system/clock.hpp>
#include <estima/system/file_descriptor.hpp>
#include <estima/tracking/metric_line.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace estima::inline v0_1 {

/// The run that this training program is part of, found through its environment. For training programs in C++:
///
///     auto run = estima::run_context::current();
///     for (int epoch = 0; epoch < epochs; ++epoch) run.log("loss", train_one_epoch(), epoch);
///
/// Started without a run, everything here does nothing: no file, no output, no exception.
///
/// Each call appends one line of JSON to the file that `ESTIMA_METRICS_FILE` names. Programs in any other language
/// do the same by themselves; this is the format:
///
///     {"name":"loss","value":0.5,"step":3,"time":1700000000.123}
///
/// - `name`: a string.
/// - `value`: a number; or one of the strings "NaN", "Infinity", "-Infinity", which stand for those numbers; or a
///   list of such values; or an object, a row of a table: column names with numbers or strings.
/// - `step`: optional, an integer: where on the x axis of a plot.
/// - `time`: optional, seconds since 1970.
/// - `type`: optional, a string: what the value is, which may then be any JSON: a document, such as the charts of
///   tracking/log_charts.hpp.
///
/// The file is UTF-8. An empty line means nothing.
///
/// A copy writes to the same file. All members may be called from several threads, and after fork() in the child
/// as well: there is no lock, only one write(2) with O_APPEND for each line. Nothing here throws; a line that could
/// not be written is counted.
class run_context {
public:
    /// Reads `ESTIMA_RUN_ID` and `ESTIMA_METRICS_FILE`. The file is created if it is not there; its folder is not.
    static run_context current() noexcept {
        run_context context;
        try {
            auto found = std::make_shared<state>();
            found->id = variable("ESTIMA_RUN_ID");
            if (std::string const path{variable("ESTIMA_METRICS_FILE")}; !path.empty()) {
                found->has_file = true;
                found->file.reset(::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0666));
            }
            context.state_ = std::move(found);
        } catch (...) {  // out of memory: training goes on without metrics
        }
        return context;
    }

    /// Whether the program was started by a run.
    bool is_submitted() const noexcept { return !id().empty(); }

    /// The run's id, empty without a run. Valid as long as this object or a copy of it.
    std::string_view id() const noexcept { return state_ ? std::string_view{state_->id} : std::string_view{}; }

    /// Logs one number, `step` being its place on the x axis.
    void log(std::string_view name, metric_number value, std::optional<std::int64_t> step = {}) const noexcept {
        append(name, value, step);
    }

    /// Logs a list of numbers under one name.
    void log_list(std::string_view name, std::span<double const> values,
                  std::optional<std::int64_t> step = {}) const noexcept {
        append(name, values, step);
    }
    void log_list(std::string_view name, std::initializer_list<double> values,
                  std::optional<std::int64_t> step = {}) const noexcept {
        append(name, std::span<double const>{values.begin(), values.size()}, step);
    }

    /// Logs a row of a table: `run.log_row("scores", {{"class", "boot"}, {"precision", 0.9}})`.
    void log_row(std::string_view name, std::initializer_list<metric_cell> row,
                 std::optional<std::int64_t> step = {}) const noexcept {
        append(name, row, step);
    }

    /// Logs a document: `document` is text of one JSON value, or a function that makes it, which is called in a run only.
    template <class Json>
    void log_document(std::string_view name, std::string_view type, Json const& document,
                      std::optional<std::int64_t> step = {}) const noexcept {
        append_made(name, step, type, [&document] {
            if constexpr (std::invocable<Json const&>) return detail::written_json{std::string{document()}};
            else return detail::written_json{std::string{document}};
        });
    }

    /// How many lines could not be written by this process, since `current()`. Always 0 without a run.
    std::uint64_t dropped() const noexcept { return state_ ? state_->dropped.load() : 0; }

private:
    struct state {
        std::string id;
        file_descriptor file;
        bool has_file = false;  // one was named, opened or not
        std::atomic<std::uint64_t> dropped{0};
        std::atomic<bool> torn{false};  // the last write ended in the middle of a line
    };

    static std::string_view variable(char const* name) noexcept {
        char const* const value = std::getenv(name);
        return value ? value : "";
    }

    template <typename Value>
    void append(std::string_view name, Value const& value, std::optional<std::int64_t> step) const noexcept {
        append_made(name, step, {}, [&value]() -> Value const& { return value; });
    }
    template <class Make>
    void append_made(std::string_view name, std::optional<std::int64_t> step, std::string_view type,
                     Make const& make) const noexcept {
        if (!state_ || !state_->has_file) return;
        try {
            if (state_->file && write(detail::metric_line(name, make(), step, epoch_seconds(), type))) return;
        } catch (...) {  // out of memory
        }
        ++state_->dropped;
    }

    /// One write(2), so that lines of other threads and processes do not get in between. A line that was cut short
    /// (full disk) cannot be completed without that risk: it is closed by the next one.
    bool write(std::string line) const {
        bool const torn = state_->torn.exchange(false);
        if (torn) line.insert(line.begin(), '\n');
        ssize_t written = -1;
        do written = ::write(state_->file.get(), line.data(), line.size());
        while (written < 0 && errno == EINTR);
        if (written == static_cast<ssize_t>(line.size())) return true;
        if (written > 0 || torn) state_->torn = true;
        return false;
    }

    std::shared_ptr<state> state_;
};

}  // namespace estima::inline v0_1
