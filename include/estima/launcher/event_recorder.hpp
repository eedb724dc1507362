// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <estima/events/event_folder.hpp>
#include <estima/history/run_directory.hpp>
#include <estima/system/file_descriptor.hpp>
#include <estima/tracking/log_image.hpp>
#include <estima/tracking/metric_line.hpp>

namespace estima::inline v0_1 {

/// What a script writes to ./logs for TensorBoard becomes metrics of the run: scalars, images and texts. They are lines
/// of metrics/tensorboard.jsonl; images are files in metrics/media, named by their contents.
class event_recorder {
public:
    explicit event_recorder(run_directory run) : run_{std::move(run)}, folder_{run_.logs()} {}

    /// To be called before the script starts: files that came along with its source directory are of an earlier run.
    void pass_over() { folder_.pass_over(); }

    /// Takes over what was written since last time, a few MB of it at most. True if there is more.
    bool look() {
        // What could not be written waits here, and the rest in the event files.
        if (lines_.size() < most_waiting)
            has_more_ = folder_.read(bytes_at_once, [this](std::string const& name, summary_event const& event,
                                                          summary_value const& value) { add(name, event, value); });
        return write() && has_more_;
    }

    /// Where it may be written, beside ./logs itself.
    std::vector<std::filesystem::path> const& folders() const noexcept { return folder_.folders(); }
    bool has_more_folders() const noexcept { return folder_.has_more_folders(); }

    /// Takes over all the rest, when the script has ended. What went wrong, in words.
    std::vector<std::string> finish() {
        while (look()) {
        }
        std::vector<std::string> all = folder_.damage();
        for (std::string& one : all) one.insert(0, "logs/");
        if (no_names_ > 0)
            all.push_back(std::to_string(no_names_) + " of the values that ./logs has for TensorBoard " +
                          (no_names_ == 1 ? "has no tag, and was left out" : "have no tag, and were left out"));
        if (no_images_ > 0)
            all.push_back(std::to_string(no_images_) + " of the images that ./logs has for TensorBoard " +
                          (no_images_ == 1 ? "is no PNG, JPEG, GIF or WebP image, and was left out"
                                           : "are no PNG, JPEG, GIF or WebP images, and were left out"));
        if (!lines_.empty() || images_lost_)
            all.push_back("not all that ./logs has for TensorBoard could be recorded: " + failure_);
        return all;
    }

private:
    static constexpr std::int64_t bytes_at_once = std::int64_t{4} << 20U;
    static constexpr std::size_t most_waiting = std::size_t{4} << 20U;

    void add(std::string const& name, summary_event const& event, summary_value const& value) {
        if (name.empty()) return void(++no_names_);
        switch (value.kind) {
            case summary_kind::scalar:
                lines_ += detail::metric_line(name, metric_number{value.number}, event.step, event.time);
                return;
            case summary_kind::text: return add_row(name, event, "text", {{"text", value.bytes}});
            case summary_kind::image: return add_image(name, event, value.bytes);
        }
    }
    void add_row(std::string const& name, summary_event const& event, std::string_view type,
                 std::initializer_list<metric_cell> row) {
        lines_ += detail::metric_line(name, row, event.step, event.time, type);
    }

    void add_image(std::string const& name, summary_event const& event, std::string_view bytes) {
        if (detail::image_extension(bytes) == detail::no_image) return void(++no_images_);
        std::string const kept = detail::keep_image(path(), bytes);
        if (!kept.empty()) return add_row(name, event, "image", {{"path", "media/" + kept}, {"bytes", bytes.size()}});
        images_lost_ = true;  // the others can still be recorded
        failure_ = std::strerror(errno);
    }

    std::string path() const { return (run_.metrics() / "tensorboard.jsonl").string(); }

    /// False if not all lines could be written: they are kept.
    bool write() {
        if (lines_.empty()) return true;
        if (!file_) file_.reset(::open(path().c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666));
        while (file_ && !lines_.empty()) {
            ssize_t const n = ::write(file_.get(), lines_.data(), lines_.size());
            if (n < 0 && errno == EINTR) continue;
            if (n <= 0) break;
            lines_.erase(0, static_cast<std::size_t>(n));
        }
        if (!lines_.empty()) failure_ = std::strerror(errno);
        return lines_.empty();
    }

    run_directory run_;
    event_folder folder_;
    file_descriptor file_{};
    std::string lines_{}, failure_{};
    std::size_t no_images_ = 0, no_names_ = 0;
    bool has_more_ = false, images_lost_ = false;
};

}  // namespace estima::inline v0_1
