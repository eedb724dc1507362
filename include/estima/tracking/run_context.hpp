// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/base/durability.hpp>
#include <estima/base/error.hpp>
#include <estima/system/clock.hpp>
#include <estima/system/json_words.hpp>
#include <estima/tracking/json_check.hpp>
#include <estima/tracking/log_files.hpp>
#include <estima/tracking/metric_line.hpp>
#include <estima/tracking/point_store.hpp>

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
    throw_,  ///< EST-620: the system refuses it; EST-621: it is nothing that can be logged, or was not uploaded
};

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

    /// How many numbers, lists, rows and documents this process could not log, and uploads that failed, since
    /// `current()`. 0 without a run.
    std::uint64_t dropped() const noexcept { return state_ ? state_->dropped.load() : 0; }

    /// For functions that log: this could not be logged. It is counted; EST-621 where errors are asked for.
    void refuse(std::string_view name, std::string_view why) const {
        not_logged("EST-621", name, why, "log it in the form that docs/runs.md tells");
    }
    /// The same for functions that upload.
    void refuse_upload(std::string_view name, std::string_view why) const {
        if (state_) not_done("EST-621", "upload", name, "run " + state_->id, why, "name what is there and can be read");
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
        not_logged("EST-621", name, why, "mend the function that makes the document");
    }
    void not_written(std::string_view name, int code) const {
        bool const is_full = code == ENOSPC || code == EDQUOT;
        not_logged("EST-620", name, std::strerror(code), is_full ? "free space there" : "let this program write there");
    }
    void not_logged(char const* id, std::string_view name, std::string_view why, std::string_view remedy) const {
        if (state_ && state_->files) not_done(id, "log", name, state_->files->path, why, remedy);
    }
    void not_done(char const* id, std::string_view doing, std::string_view name, std::string const& where,
                  std::string_view why, std::string_view remedy) const {
        ++state_->dropped;
        if (state_->files && state_->files->points) state_->files->points->count_dropped();
        if (!state_->throws) return;
        std::string const also = "; without on_log_error::throw_ it is only counted";
        detail::throw_or_abort(error{id,
                                     {.what = "cannot " + std::string{doing} + " \"" + std::string{name} + '"',
                                      .where = where,
                                      .why = std::string{why},
                                      .remedy = std::string{remedy} + also}});
    }

    std::shared_ptr<state> state_;
};

}  // namespace estima::inline v0_1
