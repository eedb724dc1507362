// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <estima/history/output_order.hpp>
#include <estima/history/run_directory.hpp>
#include <estima/system/file_descriptor.hpp>
#include <estima/system/replaced_file.hpp>

namespace estima::inline v0_1 {

/// Which of what a process writes.
enum class output_streams { both, output, error };

/// What is followed of the output of a run, and how lines are told apart.
struct output_options {
    bool name_ranks = false;    ///< each line starts with its rank: "[1] "
    bool name_streams = false;  ///< each line starts with its rank and stream: "[1 stderr] "
    output_streams streams = output_streams::both;
    int attempt = 0;  ///< one that is over; 0: the newest one, and those that may follow
};

/// Ranks as somebody named them, each once.
inline std::vector<int> distinct_ranks(std::vector<int> const& named) {
    std::vector<int> ranks;
    for (int const rank : named)
        if (std::find(ranks.begin(), ranks.end(), rank) == ranks.end()) ranks.push_back(rank);
    return ranks;
}

/// Copies what the processes of a run write to their standard output and standard error to a stream, as it grows, byte
/// for byte. Lines of different processes are not mixed: the begun end of a line is held back (it stays in its file)
/// until the line is whole, longer than 64 kB, or `release` is asked for. Uses 64 kB of memory, whatever is written.
class output_follower {
public:
    /// Follows these ranks.
    output_follower(run_directory const& run, std::vector<int> const& ranks, output_options const& options = {})
        : options_{options}, buffer_(65536) {
        int const attempt = options.attempt;
        std::vector<std::filesystem::path> times;
        for (int const rank : ranks) {
            times.push_back(attempt > 0 ? run.attempt_logs(attempt) / run.output_times(rank).filename()
                                        : run.output_times(rank));
            for (bool const is_error : {false, true}) {
                std::filesystem::path path = is_error ? run.rank_stderr(rank) : run.rank_stdout(rank);
                if (attempt > 0) path = run.attempt_logs(attempt) / path.filename();
                sources_.push_back({.path = std::move(path), .rank = rank, .is_error = is_error});
            }
        }
        order_ = output_order{times};
    }

    /// What copy() found.
    enum class found {
        all,   ///< everything there is was written
        held,  ///< but for the begun end of a line
        more,  ///< a share was written, and there is more: call again
    };

    /// Writes what is new: of each file at most a few megabytes in one call, so that none waits for another's end.
    found copy(std::ostream& out, bool release) {
        // What is there at first, in the order in which it was written; then what comes, as it comes.
        std::uint64_t const enough = bytes_copied_ + pieces_in_one_call * buffer_.size();
        while (auto const step = order_.next()) {
            copy_until(sources_[2 * step->rank], step->output, out);
            copy_until(sources_[2 * step->rank + 1], step->error, out);
            if (bytes_copied_ >= enough) return found::more;
        }
        order_ = {};
        found state = found::all;
        for (source& s : sources_) {
            found const one = copy(s, out, release);
            if (one > state) state = one;
        }
        return state;
    }

    std::uint64_t bytes_copied() const { return bytes_copied_; }
    /// The first file that is there and may not be read, or is none; empty: there was none such.
    std::filesystem::path const& unreadable() const { return unreadable_; }
    /// Why: an errno.
    int why_unreadable() const { return why_unreadable_; }

    /// Ends a line that is begun in the output, so that something else can be written.
    void end_line(std::ostream& out) {
        if (mid_line_ != nullptr) out << '\n';
        mid_line_ = nullptr;
    }

private:
    struct source {
        std::filesystem::path path;
        int rank = 0;
        bool is_error = false;
        file_descriptor fd{};
        std::uint64_t offset = 0;
    };
    static constexpr int pieces_in_one_call = 32;

    bool is_wanted(source const& s) const {
        return options_.streams == output_streams::both || s.is_error == (options_.streams == output_streams::error);
    }

    void open(source& s) {
        s.fd.reset(::open(s.path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));  // no pipe is waited for
        if (!s.fd && errno != ENOENT) not_read(s);
    }
    void not_read(source const& s) {
        if (!unreadable_.empty()) return;
        why_unreadable_ = errno;
        unreadable_ = s.path;
    }

    /// Whole lines up to that place.
    void copy_until(source& s, std::uint64_t end, std::ostream& out) {
        if (!is_wanted(s)) return;
        if (!s.fd) open(s);
        while (s.fd && s.offset < end) {
            auto const most = static_cast<std::size_t>(std::min<std::uint64_t>(buffer_.size(), end - s.offset));
            ssize_t const n = ::pread(s.fd.get(), buffer_.data(), most, static_cast<off_t>(s.offset));
            if (n < 0 && errno == EINTR) continue;
            if (n <= 0) return;
            std::string_view piece{buffer_.data(), static_cast<std::size_t>(n)};
            std::size_t const line_end = piece.find_last_of("\n\r");
            if (line_end == std::string_view::npos && piece.size() < buffer_.size()) return;
            if (line_end != std::string_view::npos) piece = piece.substr(0, line_end + 1);
            write(s, piece, out);
            s.offset += piece.size();
            bytes_copied_ += piece.size();
        }
    }

    found copy(source& s, std::ostream& out, bool release) {
        if (!is_wanted(s)) return found::all;
        if (!s.fd) open(s);
        if (!s.fd) return found::all;  // that process was not started yet
        for (int i = 0; i < pieces_in_one_call;) {
            ssize_t const n = ::pread(s.fd.get(), buffer_.data(), buffer_.size(), static_cast<off_t>(s.offset));
            if (n < 0 && errno == EINTR) continue;
            if (n == 0 && is_replaced(s.path, s.fd.get())) {  // a next attempt of the run begins the file anew
                end_line(out);
                open(s);
                s.offset = 0;
                if (s.fd) continue;
            }
            if (n < 0) not_read(s);
            if (n <= 0) return found::all;
            std::string_view piece{buffer_.data(), static_cast<std::size_t>(n)};
            // A carriage return ends a state of a progress bar, which is worth showing.
            std::size_t const end = piece.find_last_of("\n\r");
            if (end != std::string_view::npos)
                piece = piece.substr(0, end + 1);
            else if (piece.size() < buffer_.size() && !release)
                return found::held;
            write(s, piece, out);
            s.offset += piece.size();
            bytes_copied_ += piece.size();
            ++i;
        }
        return found::more;
    }

    void write(source const& s, std::string_view piece, std::ostream& out) {
        if (mid_line_ != nullptr && mid_line_ != &s) end_line(out);
        if (!options_.name_ranks && !options_.name_streams)
            out.write(piece.data(), static_cast<std::streamsize>(piece.size()));
        else
            write_prefixed(s, piece, out);
        mid_line_ = piece.back() == '\n' ? nullptr : &s;
    }

    void write_prefixed(source const& s, std::string_view piece, std::ostream& out) const {
        bool begun = mid_line_ == &s;
        while (!piece.empty()) {
            std::size_t const end = piece.find('\n');
            std::size_t const length = end == std::string_view::npos ? piece.size() : end + 1;
            if (!begun)
                out << '[' << s.rank << (!options_.name_streams ? "" : s.is_error ? " stderr" : " stdout") << "] ";
            out.write(piece.data(), static_cast<std::streamsize>(length));
            piece.remove_prefix(length);
            begun = false;
        }
    }

    output_options options_;
    std::vector<char> buffer_;
    std::vector<source> sources_;
    output_order order_{};
    std::uint64_t bytes_copied_ = 0;
    std::filesystem::path unreadable_{};
    int why_unreadable_ = 0;
    source const* mid_line_ = nullptr;  // whose line the output is in the middle of
};

}  // namespace estima::inline v0_1
