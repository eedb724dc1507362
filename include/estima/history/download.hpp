// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <estima/base/error.hpp>
#include <estima/history/copy_verified.hpp>
#include <estima/history/run_record.hpp>
#include <estima/system/shown.hpp>

namespace estima::inline v0_1 {

/// How far a download is.
struct download_progress {
    std::uint64_t bytes = 0, total_bytes = 0;  ///< what is there of all files, what an earlier download left included
    std::size_t files = 0, total_files = 0;    ///< those that are complete
    std::string file{};                        ///< the one that is spoken of
};

/// What is to be called while files are downloaded.
using download_callback = std::function<void(download_progress const&)>;

/// How files are downloaded.
struct download_options {
    /// Called for each file that is complete, and while a large one is copied; by one thread at a time. What it throws
    /// interrupts the download.
    download_callback on_progress{};
    int at_once = 4;  ///< how many files are copied at the same time
};

/// Some of several files were not copied: they are not what was recorded, not there any more, or cannot be read. All
/// others were. The id is that of the first.
struct not_downloaded : error {
    struct file {
        std::string name;
        std::string id;   ///< EST-502 to EST-504, EST-301
        std::string why;  ///< in a line
    };

    not_downloaded(std::vector<file> of, std::string const& remedy, download_progress const& done)
        : error{of.front().id, text_of(of, remedy, done)}, files{std::move(of)}, copied{done} {}

    std::vector<file> files;   ///< sorted by their names
    download_progress copied;  ///< the others

private:
    static error_text text_of(std::vector<file> const& of, std::string const& remedy, download_progress const& done) {
        constexpr std::size_t most = 10;
        std::string why;
        for (std::size_t i = 0; i < std::min(of.size(), most); ++i)
            why.append(i == 0 ? "" : "; ").append(shown(of[i].name)).append(": ").append(of[i].why);
        if (of.size() > most) why.append("; and ").append(std::to_string(of.size() - most)).append(" more");
        return {.what = std::to_string(of.size()) + " of " + std::to_string(done.total_files) +
                        " files cannot be copied; the others were",
                .why = why,
                .remedy = remedy};
    }
};

namespace detail {
/// One file to copy: `recorded` is what it is held against, if anything is. There may be 100,000 of them: a
/// std::filesystem::path takes half a kilobyte, since it keeps its parts as well.
struct download_item {
    std::string folder;
    std::string name;
    artifact_record const* recorded;
    std::string target;
    std::uint64_t bytes = 0;  ///< as far as known in advance
};

/// Copies files, several at once, each of which appears whole and verified; what is interrupted is resumed by the next
/// download. A file that cannot be read, or is not what was recorded, keeps no other from being copied: see
/// not_downloaded; what is wrong with the only one is thrown as it is. EST-502 to EST-504, EST-301: see copy_verified.
class downloads {
public:
    downloads(std::vector<download_item> items, download_options const& options)
        : items_{std::move(items)}, options_{options} {
        for (download_item const& item : items_) progress_.total_bytes += item.bytes;
        progress_.total_files = items_.size();
    }

    void run() {
        std::size_t const at_once = static_cast<std::size_t>(std::max(options_.at_once, 1));
        std::vector<std::thread> helpers;
        try {
            while (helpers.size() + 1 < std::min(at_once, items_.size())) helpers.emplace_back([this] { work(); });
        } catch (std::system_error const&) {  // no more threads to be had: those that are there will do
        }
        work();
        for (std::thread& helper : helpers) helper.join();
        if (failure_) std::rethrow_exception(failure_);
        if (!refused_.empty()) throw_refused();
    }

private:
    struct ended {};  // all is over

    [[noreturn]] void throw_refused() {
        if (items_.size() == 1) throw refused_.begin()->second;
        std::vector<not_downloaded::file> files;
        for (auto const& [name, e] : refused_)
            files.push_back({name, e.id(), e.id() == "EST-301" ? "it cannot be read: " + e.text().why : e.text().what});
        throw not_downloaded{std::move(files), refused_.begin()->second.text().remedy, progress_};
    }
    /// Whether it is about the file that is to be copied, and not about where it is copied to.
    static bool is_of_source(error const& e, download_item const& item) {
        return e.id() != "EST-301" ||
               e.text().what == "cannot read " + (std::filesystem::path{item.folder} / item.name).string();
    }

    void work() noexcept {
        for (std::size_t i = 0; (i = next_++) < items_.size() && !is_over_;) {
            try {
                copy(items_[i]);
            } catch (ended const&) {
            } catch (...) {
                std::lock_guard const held{mutex_};
                if (!failure_) failure_ = std::current_exception();
                is_over_ = true;
            }
        }
    }

    void copy(download_item const& item) {
        std::uint64_t told = 0;
        auto const tell = [&](std::uint64_t bytes, bool is_complete) {
            if (is_over_ && !is_complete) throw ended{};
            std::lock_guard const held{mutex_};
            progress_.bytes += bytes - told;  // less than before when a damaged part is copied anew
            told = bytes;
            progress_.total_bytes = std::max(progress_.total_bytes, progress_.bytes);
            progress_.files += is_complete ? 1 : 0;
            progress_.file = item.name;
            try {
                if (options_.on_progress) options_.on_progress(progress_);
            } catch (...) {
                if (!failure_) failure_ = std::current_exception();
                is_over_ = true;
                throw ended{};
            }
        };
        copy_options const how{.resume = true, .on_bytes = [&](std::uint64_t bytes) {
                                   if (bytes != item.bytes) tell(bytes, false);  // its end is told when it is verified
                               }};
        try {
            tell(copy_verified(item.folder, item.name, item.recorded, item.target, how).bytes, true);
        } catch (error const& e) {
            if (!is_of_source(e, item)) throw;
            std::lock_guard const held{mutex_};
            progress_.bytes -= told;
            refused_.emplace(item.name, e);
        }
    }

    std::vector<download_item> const items_;
    download_options const& options_;
    download_progress progress_{};
    std::mutex mutex_{};
    std::atomic<std::size_t> next_{0};
    std::atomic<bool> is_over_{false};
    std::exception_ptr failure_{};
    std::map<std::string, error> refused_{};
};
}  // namespace detail

}  // namespace estima::inline v0_1
