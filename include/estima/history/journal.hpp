// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/file.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <estima/history/change_log.hpp>
#include <estima/history/run_record.hpp>
#include <estima/system/files.hpp>
#include <estima/system/torn_line.hpp>

namespace estima::inline v0_1 {

/// The journal of a run: JSON Lines, appended to by any number of processes, the truth about the run.
///
/// Each append holds a lock on the file for the few microseconds of one write, so that lines stay whole and a status
/// is checked against the newest one. A line that a killed writer left torn is closed by the next writer and skipped
/// by readers. A line is in the kernel when append() returns: it survives the end of this process. In a run of
/// durability::power_loss it is on the disk then, and before several lines, which tell of outputs, or the last status,
/// so is all that was written to the run's file system.
class journal {
public:
    /// Of what is written. It becomes another one when an older estima would understand a run wrongly; that there are
    /// more kinds of events, or more in them, is no reason: what is not known is passed over.
    static constexpr int format = 1;

    /// Opens the journal to read and append; EST-301 if it cannot. Where this user may only read, appending is what
    /// fails.
    explicit journal(std::filesystem::path file) : path_{std::move(file)} { open(); }

    /// Lets the file go, and keeps what was read of it, so that nothing but open_again() may follow.
    void let_go() {
        end_before_ = end_of_read();
        fd_.reset();
    }
    /// Opens the file again, to read on where record() was; from the beginning if it is not what was read then. EST-301
    /// if it cannot.
    void open_again() {
        open();
        if (end_of_read() != end_before_) forget();
    }

    /// Makes a journal with its first event. Room for the last words of a run is reserved, so that a full disk can
    /// still be told. EST-301 if it cannot.
    static void create(std::filesystem::path const& file, json first_event) {
        file_descriptor const fd = open_file(file, O_RDWR | O_APPEND | O_CREAT | O_EXCL);
        if (::fallocate(fd.get(), FALLOC_FL_KEEP_SIZE, 0, reserved_bytes) != 0 && errno == ENOSPC)
            throw_file_error("cannot write", file);
        first_event["format"] = format;
        if (!write_all(fd.get(), line_of(std::move(first_event)))) throw_file_error("cannot write", file);
    }

    /// Adds one event, with the time; EST-301 if it cannot be written, EST-646 if it is longer than longest_event. When
    /// the run is over, the workspace's change_log is told first.
    void append(json event) { append_lines({&event, 1}, 0); }

    /// The same for several, in one write. Many of them leave the room that is reserved for the last words of a run:
    /// EST-301 and nothing written if the disk is too full for that.
    void append_all(std::span<json> events) {
        if (is_durable()) sync_all();
        append_lines(events, reserved_bytes);
    }

    /// Adds a change of status if the table of transitions allows it after the newest one; false and nothing written
    /// if not. `more` holds further members of the event, such as the error.
    [[nodiscard]] bool append_status(run_status to, json more = json::object()) {
        if (is_terminal(to) && may_follow(record().status, to) && is_durable()) sync_all();
        lock const held{fd_.get()};
        if (!may_follow(record().status, to)) return false;
        more["event"] = "status";
        more["status"] = to_string(to);
        write_lines({&more, 1});
        return true;
    }

    /// Adds an event if the newest record `is` so; false and nothing written if not.
    template <class Is>
    [[nodiscard]] bool append_if(Is const& is, json event) {
        lock const held{fd_.get()};
        if (!is(record())) return false;
        write_lines({&event, 1});
        return true;
    }

    /// Adds those events, in one write, that `make` returns for the newest record: none if there are none, or it
    /// throws.
    template <class Make>
    void append_made(Make const& make) {
        lock const held{fd_.get()};
        std::vector<json> events = make(record());
        if (events.empty()) return;
        if (write_refused_ == 0 && is_terminal(record_.status)) tell_change();
        write_lines(events);
    }

    /// The newest attempt has ended early, as `why` tells, and the next one is to begin: the run is Queued again.
    /// `cause` is a word of retries: "node_failure"; `lost_hosts` are those that the next one should rather not use.
    /// Its number; 0 and nothing written if the run is over or to be ended.
    [[nodiscard]] int append_attempt(std::string const& cause, run_error const& why,
                                     std::vector<std::string> lost_hosts = {}) {
        lock const held{fd_.get()};
        if (!record().may_be_tried_again()) return 0;
        json event{{"event", "attempt"},
                   {"number", record_.attempt() + 1},
                   {"cause", cause},
                   {"error", to_json(why)}};
        if (!lost_hosts.empty()) event["lost_hosts"] = std::move(lost_hosts);
        write_lines({&event, 1});
        return record().attempt();
    }

    /// Calls `work` while no other process is writing a line.
    template <class Work>
    void while_nobody_writes(Work const& work) {
        lock const held{fd_.get()};
        work();
    }

    /// The run as of now: reads what was added since the last call. EST-645: the journal is of a newer format.
    run_record const& record() {
        char buffer[16384];
        for (;;) {
            ssize_t const n = ::pread(fd_.get(), buffer, sizeof buffer, static_cast<off_t>(offset_));
            if (n < 0 && errno == EINTR) continue;
            if (n < 0) throw_file_error("cannot read", path_);
            if (n == 0 && !was_cut_short()) {
                require_known_format();
                return record_;
            }
            offset_ += static_cast<std::uint64_t>(n);
            take({buffer, static_cast<std::size_t>(n)});
        }
    }

    /// Whether what record() read last ends in a line without an end: a writer was killed, or is writing just now.
    bool has_torn_end() const { return !pending_.empty(); }

    std::filesystem::path const& path() const { return path_; }

private:
    static constexpr off_t reserved_bytes = 64 * 1024;
    static constexpr std::size_t few_bytes = 4096;  // some lines of artifacts or warnings

    struct lock {
        explicit lock(int descriptor) : fd{descriptor} {
            while (::flock(fd, LOCK_EX) != 0 && errno == EINTR) {}
        }
        lock(lock const&) = delete;
        lock& operator=(lock const&) = delete;
        ~lock() { ::flock(fd, LOCK_UN); }
        int fd;
    };

    void open() {
        write_refused_ = 0;
        fd_.reset(::open(path_.c_str(), O_RDWR | O_APPEND | O_CLOEXEC));
        if (fd_) return;
        write_refused_ = errno;
        if (write_refused_ != EROFS && write_refused_ != EACCES && write_refused_ != EPERM)
            throw_file_error("cannot read", path_);
        fd_ = open_file(path_, O_RDONLY);
    }

    /// Which file it is, and the last bytes of it that were read: by these it is known again.
    std::string end_of_read() const {
        struct stat status{};
        char bytes[64];
        std::size_t const size = static_cast<std::size_t>(std::min<std::uint64_t>(offset_, sizeof bytes));
        ssize_t n = 0;
        do n = ::pread(fd_.get(), bytes, size, static_cast<off_t>(offset_ - size));
        while (n < 0 && errno == EINTR);
        if (n < 0 || ::fstat(fd_.get(), &status) != 0) throw_file_error("cannot read", path_);
        return std::to_string(status.st_dev) + ' ' + std::to_string(status.st_ino) + ' ' +
               std::string(bytes, static_cast<std::size_t>(n));
    }
    void forget() {
        offset_ = 0;
        pending_.clear();
        record_ = {};
    }

    static std::string line_of(json event) {
        event["time"] = utc_text(epoch_seconds());
        return event.dump(-1, ' ', false, json::error_handler_t::replace) + '\n';
    }

    void append_lines(std::span<json> events, off_t room_after) {
        lock const held{fd_.get()};
        if (write_refused_ == 0 && is_terminal(record().status)) tell_change();
        write_lines(events, room_after);
    }

    void write_lines(std::span<json> events, off_t room_after = 0) {
        if (write_refused_ != 0) throw_file_error("cannot write", path_, write_refused_);
        std::string lines{ends_in_torn_line(fd_.get()) ? end_of_torn_line : ""};
        for (json& event : events) {
            std::string const line = line_of(std::move(event));
            if (line.size() > longest_event) throw_too_long(line.size());
            lines += line;
        }
        struct stat status{};
        bool const is_full = room_after > 0 && lines.size() > few_bytes && ::fstat(fd_.get(), &status) == 0 &&
                             ::fallocate(fd_.get(), FALLOC_FL_KEEP_SIZE, status.st_size,
                                         static_cast<off_t>(lines.size()) + room_after) != 0 &&
                             (errno == ENOSPC || errno == EDQUOT);
        if (is_full || !write_all(fd_.get(), lines) || (is_durable() && !sync_data(fd_.get())))
            throw_file_error("cannot write", path_);
    }

    [[noreturn]] void throw_too_long(std::size_t bytes) const {
        throw error{"EST-646",
                    {.what = "a line of a journal cannot have " + std::to_string(bytes) + " bytes",
                     .where = path_.string(),
                     .why = "it has " + std::to_string(longest_event) + " at most",
                     .remedy = "write long texts to a file in ./outputs, and its name here"}};
    }

    bool is_durable() {
        if (record_.run_id.empty()) record();
        return record_.durability == durability::power_loss;
    }
    void sync_all() const {
        if (!sync_file_system(fd_.get())) throw_file_error("cannot write", path_);
    }

    /// Whoever follows many runs does not look at those that are over.
    void tell_change() {
        std::filesystem::path const run = path_.parent_path(), runs = run.parent_path();
        if (runs.filename() == "runs")
            change_log{runs.parent_path()}.add(run.filename().string(), is_durable() ? durable::yes : durable::no);
    }

    /// A journal that is shorter than what was read is read anew: somebody else than we has written to it.
    bool was_cut_short() {
        struct stat status{};
        if (::fstat(fd_.get(), &status) != 0 || static_cast<std::uint64_t>(status.st_size) >= offset_) return false;
        forget();
        return true;
    }

    void take(std::string_view bytes) {
        while (!bytes.empty()) {
            std::size_t const end = bytes.find('\n');
            if (pending_.size() <= longest_event) pending_.append(bytes.substr(0, end));
            if (end == std::string_view::npos) return;
            bytes.remove_prefix(end + 1);
            take_line();
        }
    }

    void take_line() {
        if (pending_.size() > longest_event) {
            ++record_.lines_ignored;
        } else if (std::string_view const line = without_torn_mark(pending_); !line.empty()) {
            json const event = json::parse(line, nullptr, false);
            try {
                if (event.is_object()) record_.apply(event);
                else if (line.size() == pending_.size()) ++record_.lines_ignored;
            } catch (json::exception const&) {  // a member of another type than ours
                ++record_.lines_ignored;
            }
        }
        pending_.clear();
    }

    void require_known_format() const {
        if (record_.format > format)
            throw error{"EST-645",
                        {.what = "the run was written by a newer version of estima",
                         .where = path_.string(),
                         .why = "the format of its journal is " + std::to_string(record_.format) +
                                ", this version knows formats up to " + std::to_string(format),
                         .remedy = "use that version"}};
    }

    std::filesystem::path path_;
    file_descriptor fd_;
    int write_refused_ = 0;  // the system's reason, where the file can only be read
    std::uint64_t offset_ = 0;
    std::string pending_;  // the start of a line whose end is not there yet
    run_record record_;
    std::string end_before_{};  // what end_of_read() told when the file was let go
};

}  // namespace estima::inline v0_1
