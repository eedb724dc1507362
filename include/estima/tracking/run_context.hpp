// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/base/durability.hpp>
#include <estima/base/error.hpp>
#include <estima/system/clock.hpp>
#include <estima/system/file_descriptor.hpp>
#include <estima/system/json_words.hpp>
#include <estima/system/torn_line.hpp>
#include <estima/tracking/json_check.hpp>
#include <estima/tracking/metric_line.hpp>
#include <estima/tracking/point_store.hpp>

#include <fcntl.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <initializer_list>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace estima::inline v0_1 {

/// What happens when something cannot be logged.
enum class on_log_error {
    ignore,  ///< it is counted, and training goes on
    throw_,  ///< EST-620: the system refuses it; EST-621: it is nothing that can be logged
};

namespace detail {
/// What the run_contexts of a process share.
struct log_files {
    std::string path;
    file_descriptor lines;
    std::optional<point_store> points{};
    std::atomic<bool> torn{false};  // the file ends in the middle of a line
    int refused = 0;                // why the file could not be opened

    explicit log_files(std::string metrics_file)
        : path{std::move(metrics_file)},
          lines{::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0666)},
          refused{lines ? 0 : errno} {
        struct stat status {};
        if (!lines || ::fstat(lines.get(), &status) != 0 || !S_ISREG(status.st_mode)) return;
        if (path.ends_with(".jsonl")) points.emplace(path.substr(0, path.size() - 6));
        if (status.st_size == 0) return;
        // Of a program that a script starts again: between attempts of a run its launcher closes such a line.
        file_descriptor const earlier{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY)};
        torn = earlier && ends_in_torn_line(earlier.get());
    }

    /// One for each path, until the process ends: a program may ask for its run at every call.
    static std::shared_ptr<log_files> at(std::string const& metrics_file) {
        watch_forks();
        static std::shared_ptr<log_files> newest;
        struct lock {
            lock() { ::pthread_mutex_lock(&fork_mutex); }
            ~lock() { ::pthread_mutex_unlock(&fork_mutex); }
        } const locked;
        if (!newest || newest->path != metrics_file || !newest->lines)
            newest = std::make_shared<log_files>(metrics_file);
        return newest;
    }

    /// One write(2), so that lines of other threads and processes do not get in between. A line that was cut short
    /// (full disk, a killed process) cannot be completed without that risk: it is closed by the next one. 0, or why the
    /// system refuses it.
    int write(std::string line) {
        if (refused != 0) return refused;
        bool const was_torn = torn.exchange(false);
        if (was_torn) line.insert(0, end_of_torn_line);
        ssize_t written = -1;
        int code = has_room(line.size()) ? 0 : EFBIG;
        if (code == 0) {
            do written = ::write(lines.get(), line.data(), line.size());
            while (written < 0 && errno == EINTR);
            if (written == static_cast<ssize_t>(line.size())) return 0;
            code = written < 0 ? errno : ENOSPC;
        }
        if (written > 0 || was_torn) torn = true;
        return code;
    }

    /// Whether the limit of file sizes of this process (`ulimit -f`) allows it: to go beyond it would be a signal.
    bool has_room(std::size_t bytes) const noexcept {
        rlimit limit{};
        struct stat status {};
        return ::getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY ||
               ::fstat(lines.get(), &status) != 0 || !S_ISREG(status.st_mode) ||
               static_cast<std::uint64_t>(status.st_size) + bytes <= limit.rlim_cur;
    }

    /// Brings points, lines and the names of their files to the disk.
    bool sync() noexcept {
        std::size_t const slash = path.rfind('/');
        std::string const folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
        file_descriptor const names{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
        return (!points || points->sync()) && ::fsync(lines.get()) == 0 && ::fsync(names.get()) == 0;
    }
};
}  // namespace detail

/// The run that this training program is part of, found through its environment. For training programs in C++:
///
///     auto run = estima::run_context::current();
///     for (int epoch = 0; epoch < epochs; ++epoch) run.log("loss", train_one_epoch(), epoch);
///
/// Started without a run, everything here does nothing: no file, no output, no exception.
///
/// A number is logged in some 50 ns, by a few stores to memory that is shared with the kernel: when `log` has returned,
/// it survives this process, however that ends. A handler for crashes has nothing to do. These numbers are in files
/// "<stem>.<process>.points" beside the file "<stem>.jsonl" that `ESTIMA_METRICS_FILE` names.
///
/// Lists and rows, and numbers where no such file can be (a file system without fallocate; a metrics file of another
/// name), are each a line of JSON in that file. Programs in any other language write such lines by themselves; this is
/// the format:
///
///     {"name":"loss","value":0.5,"step":3,"time":1700000000.123}
///
/// - `name`: a string that is not empty.
/// - `value`: a number; or one of the strings "NaN", "Infinity", "-Infinity", also bare, which stand for those numbers;
///   null, which other writers put for NaN; true and false, which are 1 and 0; or a list of such values; or an object,
///   a row of a table: column names with such values or other strings.
/// - `step`: optional, an integer from -2^63 + 1 to 2^63 - 1: where on the x axis of a plot. 3.0 and "3" are taken for
///   3; of anything else, such as 2.5, the value is taken without a step.
/// - `time`: optional, seconds since 1970.
/// - `type`: optional, a string: what the value is. It may then be any JSON, a document: see tracking/log_charts.hpp.
///
/// The file is UTF-8. An empty line means nothing.
///
/// A copy writes to the same files. All members may be called from several threads, and after fork() in the child
/// as well: no call waits for another, and a line is one write(2) with O_APPEND. Nothing here throws, unless asked to;
/// what could not be logged is counted.
class run_context {
public:
    /// Reads `ESTIMA_RUN_ID` and `ESTIMA_METRICS_FILE`. The file is created if it is not there; its folder is not.
    static run_context current(on_log_error on_error = on_log_error::ignore) {
        run_context context;
        try {
            auto found = std::make_shared<state>();
            found->id = variable("ESTIMA_RUN_ID");
            found->level = durability_from(variable("ESTIMA_DURABILITY"));
            found->throws = on_error == on_log_error::throw_;
            if (std::string const path{variable("ESTIMA_METRICS_FILE")}; !path.empty())
                found->files = detail::log_files::at(path);
            context.state_ = std::move(found);
        } catch (...) {  // out of memory: training goes on without metrics
        }
        return context;
    }

    /// Whether the program was started by a run.
    bool is_submitted() const noexcept { return !id().empty(); }

    /// The run's id, empty without a run. Valid as long as this object or a copy of it.
    std::string_view id() const noexcept { return state_ ? std::string_view{state_->id} : std::string_view{}; }

    /// Logs one number, `step` being its place on the x axis. An integer beyond 2^53 is a line with all its digits;
    /// what reads it gives the nearest double.
    void log(std::string_view name, metric_number value, std::optional<std::int64_t> step = {}) const {
        if (!state_ || !state_->files) return;
        if (state_->files->points && !name.empty() && step != detail::no_step)
            if (auto const number = value.as_double();
                number && state_->files->points->add(name, *number, step.value_or(detail::no_step)))
                return;
        append(name, value, step);
    }

    /// Logs a list of numbers under one name.
    void log_list(std::string_view name, std::span<double const> values, std::optional<std::int64_t> step = {}) const {
        append(name, values, step);
    }
    void log_list(std::string_view name, std::initializer_list<double> values,
                  std::optional<std::int64_t> step = {}) const {
        append(name, std::span<double const>{values.begin(), values.size()}, step);
    }

    /// Logs a row of a table: `run.log_row("scores", {{"class", "boot"}, {"precision", 0.9}})`.
    void log_row(std::string_view name, std::initializer_list<metric_cell> row,
                 std::optional<std::int64_t> step = {}) const {
        if (detail::has_name_twice(row)) return refuse(name, "two of its columns have one name");
        append(name, row, step);
    }

    /// Logs a document: `document` is text of one JSON value, or a function that makes it, which is called in a run
    /// only. What that function throws is told as why it is not logged.
    template <class Json>
    void log_document(std::string_view name, std::string_view type, Json const& document,
                      std::optional<std::int64_t> step = {}) const {
        if (!state_ || !state_->files) return;
        detail::written_json written;
        bool is_json = false;
        try {
            if constexpr (std::invocable<Json const&>)
                written.text = detail::with_words_quoted(std::string{document()});
            else
                written.text = detail::with_words_quoted(std::string{document});
            is_json = detail::json_check{written.text}.is_one_value();
        } catch (std::bad_alloc const&) {
            return not_written(name, ENOMEM);
        } catch (std::exception const& e) {
            return not_made(name, e.what());
        } catch (...) {
            return not_made(name, "it threw what is no std::exception");
        }
        if (!is_json)
            return refuse(name, "the document is not one JSON value, in UTF-8, with numbers that a double can hold, "
                                "and with no more than 1,000 lists and objects around each other");
        append(name, written, step, type);
    }

    /// Tells those who follow the run that there is something new, which they would hear within some milliseconds. What
    /// was logged survives this process without it. In a run of durability::power_loss, or where that is asked for
    /// here, what this process has logged is on the disk when it returns true; false: the disk refused it.
    bool flush() const noexcept { return flush(state_ ? state_->level : durability::process_death); }
    bool flush(durability level) const noexcept {
        if (!state_ || !state_->files) return true;
        if (state_->files->points) state_->files->points->flush();
        return level == durability::process_death || state_->files->sync();
    }

    /// How many numbers, lists, rows and documents this process could not log, since `current()`. 0 without a run.
    std::uint64_t dropped() const noexcept { return state_ ? state_->dropped.load() : 0; }

    /// For functions that log: this could not be logged. It is counted; EST-621 where errors are asked for.
    void refuse(std::string_view name, std::string_view why) const {
        not_logged("EST-621", name, why,
                   "log it in the form that docs/runs.md tells; without on_log_error::throw_ it is only counted");
    }

private:
    struct state {
        std::string id;
        bool throws = false;
        durability level = durability::process_death;
        std::shared_ptr<detail::log_files> files;  // null if none is named
        std::atomic<std::uint64_t> dropped{0};
    };

    static std::string_view variable(char const* name) noexcept {
        char const* const value = std::getenv(name);
        return value ? value : "";
    }

    template <typename Value>
    void append(std::string_view name, Value const& value, std::optional<std::int64_t> step,
                std::string_view type = {}) const {
        if (!state_ || !state_->files) return;
        if (name.empty()) return refuse(name, "its name is empty");
        if (step == detail::no_step)
            return refuse(name, "its step is the smallest of all integers, which stands for none");
        own_microsecond const time;  // among the points that this thread logs before and after
        int code = 0;
        try {
            code = state_->files->write(detail::metric_line(name, value, step, time.seconds(), type));
        } catch (...) {  // out of memory
            code = ENOMEM;
        }
        if (code != 0) not_written(name, code);
    }
    void not_made(std::string_view name, char const* why) const {
        not_logged("EST-621", name, why,
                   "mend the function that makes the document; without on_log_error::throw_ it is only counted");
    }
    void not_written(std::string_view name, int code) const {
        bool const is_full = code == ENOSPC || code == EDQUOT;
        not_logged("EST-620", name, std::strerror(code),
                   is_full ? "free space there; without on_log_error::throw_ it is only counted"
                           : "let this program write there; without on_log_error::throw_ it is only counted");
    }
    void not_logged(char const* id, std::string_view name, std::string_view why, char const* remedy) const {
        if (!state_ || !state_->files) return;
        if (++state_->dropped; state_->files->points) state_->files->points->count_dropped();
        if (state_->throws)
            detail::throw_or_abort(error{id,
                                         {.what = "cannot log \"" + std::string{name} + '"',
                                          .where = state_->files->path,
                                          .why = std::string{why},
                                          .remedy = remedy}});
    }

    std::shared_ptr<state> state_;
};

}  // namespace estima::inline v0_1
