// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <estima/history/journal.hpp>
#include <estima/history/metrics.hpp>
#include <estima/history/point_file.hpp>
#include <estima/history/run_id.hpp>
#include <estima/index/indexed_run.hpp>
#include <estima/index/journal_line.hpp>
#include <estima/index/metric_file_names.hpp>
#include <estima/index/metric_numbers.hpp>
#include <estima/system/file_descriptor.hpp>

namespace estima::inline v0_1::detail {

/// What reading a run's files found.
enum class run_found {
    same,     ///< nothing new
    changed,  ///< and it was taken in
    gone,     ///< there is no such run
};

/// Reads journals and metric files of runs, each from where it was read to, and keeps its buffers from run to run.
/// System calls are most of the work when journals are short: files are opened from their folder on, and read by one
/// call.
class run_reader {
public:
    /// Errors of runs that are told by their ids alone. The journal is not there any more, or tells nothing; this user
    /// may not read it, nor has anybody who may read it for the index; it is of a newer format.
    static constexpr std::string_view lost_journal = "EST-647", closed_journal = "EST-301", newer_journal = "EST-645";

    /// For the runs in that folder, which need not be there yet.
    explicit run_reader(std::string const& runs) : runs_path_{runs} {}

    /// Whether of that run no more is told than what its id says: NotResponding, and one of these errors.
    static bool is_told_by_id(indexed_run const& run) {
        return run.summary.error_id == lost_journal ||
               (!run.summary.error_id.empty() && run.journal == file_position{});
    }

    /// Brings a run up to date; a new one starts as indexed_run{}. A run without a journal, or with one that tells
    /// nothing, cannot be read or is of a newer format, is none that may be passed over: it is told by its id.
    run_found read(std::string const& run_id, indexed_run& run) {
        if (!is_told_by_id(run)) return read_on(run_id, run);
        indexed_run anew;  // somebody may have brought it back
        run_found const found = read_on(run_id, anew);
        if (found == run_found::changed && to_bytes(anew) == to_bytes(run)) return run_found::same;
        if (found != run_found::same) run = std::move(anew);
        return found;
    }

    /// Whether a writer held the lock of the journal that was read last: it has to be looked at again.
    bool is_busy() const { return is_busy_; }

private:
    static constexpr std::size_t piece_size = 256 * 1024;
    static constexpr std::size_t checked_bytes = 64;

    run_found read_on(std::string const& run_id, indexed_run& run) {
        if (!runs_) runs_.reset(::open(runs_path_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
        if (!runs_ || !is_run_id(run_id)) return run_found::gone;
        file_descriptor const folder{
            ::openat(runs_.get(), run_id.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
        if (!folder) return errno == ENOENT || errno == ENOTDIR || errno == ELOOP ? run_found::gone : run_found::same;
        file_descriptor journal{open_to_read(folder.get(), "events.jsonl")};
        if (!journal && errno == EACCES && run.journal == file_position{})
            return by_id_alone(run_id, run, closed_journal);
        if (!journal && errno != ENOENT) return run_found::same;
        if (!journal) return by_id_alone(run_id, run, lost_journal);
        // A writer who holds the lock has announced a line (change_log) and not written it yet. Once nobody holds it,
        // what was announced before is there: it is let go at once, so that no writer waits for a reader, nor for a
        // stopped one.
        is_busy_ = ::flock(journal.get(), LOCK_SH | LOCK_NB) != 0;
        if (!is_busy_) ::flock(journal.get(), LOCK_UN);
        bool changed = false;
        auto take_journal = [&] {
            bool const from_begin = run.journal.offset == 0;
            lines_.begin();
            return read_lines(journal.get(), run.journal, longest_event, changed,
                              [&](std::string_view line, bool is_whole) {
                                  if (is_whole) lines_.take(line, run.summary);
                                  return is_whole;
                              }) &&
                   (from_begin || !lines_.has_attempts());
        };
        if (!take_journal()) {  // cut short, or replaced; or it has to be read from its begin
            run = {};
            changed = true;
            take_journal();
        }
        if (lines_.format() > estima::journal::format) return by_id_alone(run_id, run, newer_journal);
        run.summary.run_id = run_id;  // whatever the journal says
        tell_by_id(run.summary);
        run.is_terminal = is_terminal(run.summary.status);
        // In this order: when the journal tells the end, all metrics are there.
        if (!read_metrics(folder.get(), run, changed)) {
            run.files.clear();
            run.newest.clear();
            run.summary.metrics.clear();
            run.metrics_changed = -1;
            changed = true;
            read_metrics(folder.get(), run, changed);
        }
        return changed ? run_found::changed : run_found::same;
    }

    /// What the begin of its journal would, if that is lost. A journal that tells nothing is lost as a whole.
    static void tell_by_id(run_summary& run) {
        bool const is_known =
            run.created_time != 0 || !run.experiment.empty() || run.status != run_status::not_started;
        complete_by_id(run.run_id, run.experiment, run.created_time);
        if (is_known) return;
        run.status = run_status::not_responding;
        run.error_id = lost_journal;
    }
    run_found by_id_alone(std::string const& run_id, indexed_run& run, std::string_view why) {
        is_busy_ = false;
        run = {};
        run.summary.run_id = run_id;
        tell_by_id(run.summary);
        run.summary.error_id = why;
        return run_found::changed;
    }

    static int open_to_read(int folder, std::string const& name) {
        return ::openat(folder, name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    }
    static std::int64_t nanoseconds(timespec const& t) { return t.tv_sec * 1'000'000'000 + t.tv_nsec; }

    static ssize_t read_at(int fd, char* to, std::size_t size, std::uint64_t offset) {
        ssize_t n = 0;
        do n = ::pread(fd, to, size, static_cast<off_t>(offset));
        while (n < 0 && errno == EINTR);
        return n;
    }

    /// Calls `take(line, is_whole)` for what was added to a file, without newlines. Of a last line that does not end
    /// `take` says whether it was taken. Lines of more than `longest` bytes are passed over, and not kept in memory.
    /// False if the file is not the one that was read before.
    template <class Take>
    bool read_lines(int fd, file_position& at, std::size_t longest, bool& changed, Take take) {
        struct stat status {};
        if (::fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) return true;
        file_position seen = position_in(status, at.offset, at.check);
        if (seen == at) return true;
        // Writers add to the file that is there: what was changed without growing, or is another file, was written by
        // hand.
        bool const is_other = seen.inode != at.inode || (seen.size == at.size && seen.changed != at.changed);
        if (seen.size < at.offset || (at.offset != 0 && is_other)) return at = {}, false;
        changed = true;
        if (buffer_.empty()) buffer_.resize(piece_size);
        std::size_t const before = static_cast<std::size_t>(std::min<std::uint64_t>(at.offset, checked_bytes));
        ssize_t n = read_at(fd, buffer_.data(), buffer_.size(), at.offset - before);
        if (n < static_cast<ssize_t>(before)) return at = {}, false;
        if (at.offset != 0 && checksum_of({buffer_.data(), before}) != at.check) return at = {}, false;
        std::string tail{buffer_.data(), before};
        std::uint64_t offset = at.offset;
        std::string begun;
        std::uint64_t let_go = 0;  // of a line that is too long: bytes of it before `begun`
        auto took = [&](std::string_view bytes) {
            offset += bytes.size();
            tail.append(bytes.substr(bytes.size() - std::min(bytes.size(), checked_bytes)));
            if (tail.size() > checked_bytes) tail.erase(0, tail.size() - checked_bytes);
        };
        auto const read_on = [&] {  // what was added since fstat is for the next time
            std::uint64_t const next = offset + let_go + begun.size();
            return next < seen.size ? read_at(fd, buffer_.data(), buffer_.size(), next) : 0;
        };
        for (std::size_t skip = before; n > 0; n = read_on(), skip = 0) {
            std::string_view piece{buffer_.data() + skip, static_cast<std::size_t>(n) - skip};
            std::size_t const last = piece.rfind('\n');
            if (last == std::string_view::npos) {
                if (piece.empty()) break;
                begun.append(piece);
                if (begun.size() > longest) {
                    let_go += begun.size() - checked_bytes;
                    begun.erase(0, begun.size() - checked_bytes);
                }
                continue;
            }
            std::string_view whole = piece.substr(0, last + 1);
            if (!begun.empty()) {
                std::size_t const end = whole.find('\n');
                begun.append(whole.substr(0, end));
                if (let_go == 0) take(std::string_view{begun}, true);
                offset += std::exchange(let_go, 0);
                took(begun.append("\n"));
                begun.clear();
                whole.remove_prefix(end + 1);
            }
            for (std::string_view rest = whole; !rest.empty();) {
                std::size_t const end = rest.find('\n');
                take(rest.substr(0, end), true);
                rest.remove_prefix(end + 1);
            }
            if (!whole.empty()) took(whole);
            begun = piece.substr(last + 1);
        }
        if (!begun.empty() && let_go == 0 && take(std::string_view{begun}, false)) took(begun);
        seen.offset = offset;
        seen.check = checksum_of(tail);
        at = seen;
        return true;
    }

    /// False if a file is not the one that was read before.
    bool read_metrics(int of_run, indexed_run& run, bool& changed) {
        file_descriptor const folder{::openat(of_run, "metrics", O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
        struct stat status {};
        if (!folder || ::fstat(folder.get(), &status) != 0) return run.files.empty();
        if (nanoseconds(status.st_mtim) != run.metrics_changed) {
            std::set<std::string> const names = metric_file_names(folder.get());
            for (auto const& [name, position] : run.files)
                if (!names.contains(name)) return false;
            for (std::string const& name : names) {
                auto const known = [&name](auto const& file) { return file.first == name; };
                if (std::none_of(run.files.begin(), run.files.end(), known))
                    run.files.emplace_back(name, file_position{});
            }
            // Time stamps are coarse: what is added within the same tick does not show.
            timespec now{};
            ::clock_gettime(CLOCK_REALTIME, &now);
            bool const is_settled = std::abs(nanoseconds(now) - nanoseconds(status.st_mtim)) > 100'000'000;
            run.metrics_changed = is_settled ? nanoseconds(status.st_mtim) : -2;
            changed = true;
        }
        for (std::size_t i = 0; i < run.files.size(); ++i) {
            numbers_.begin_file(i);
            file_descriptor fd{open_to_read(folder.get(), run.files[i].first)};
            if (!fd) continue;
            if (is_points_file(run.files[i].first)) {
                if (!read_points(std::move(fd), i, run, changed)) return false;
                continue;
            }
            auto const take = [&](std::string_view line, bool) { return take_metric(line, run); };
            if (!read_lines(fd.get(), run.files[i].second, std::string::npos, changed, take)) return false;
        }
        metric_numbers::choose_newest(run);
        return true;
    }

    bool take_metric(std::string_view text, indexed_run& run) {
        auto const line = parse_metric_line(text);
        if (!line) return false;
        if (double const* const value = std::get_if<double>(&line->value))
            numbers_.take(line->name, *value, line->step, line->time.value_or(0), run);
        return true;
    }

    /// Points have a place by which they are known: `offset` is the slot to read on from, `check` the file's number.
    /// False if it is not the file that was read before.
    bool read_points(file_descriptor fd, std::size_t file, indexed_run& run, bool& changed) {
        point_file points{std::move(fd)};
        file_position& at = run.files[file].second;
        if (at.offset != 0 && (points.id() != at.check || points.end() < at.offset)) return false;
        std::uint64_t const before = at.offset;
        points.read(at.offset, run.is_terminal, [&](stored_point const& p) {
            numbers_.take(*p.name, p.value, p.step(), p.seconds(), run);
        });
        at.check = points.id();
        changed = changed || at.offset != before;
        return true;
    }

    std::string runs_path_;
    file_descriptor runs_;
    std::vector<char> buffer_;
    journal_lines lines_;
    metric_numbers numbers_;
    bool is_busy_ = false;
};

}  // namespace estima::inline v0_1::detail
