// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <estima/base/error.hpp>
#include <estima/system/json.hpp>
#include <estima/system/shown.hpp>

namespace estima::inline v0_1 {

/// What a supervisor and an attendant on another host tell each other: a line of JSON, and bytes after it if it says
/// how many ("bytes").
struct frame {
    json head = json::object();
    std::string body{};
};

/// About this many bytes are sent in one frame, so that others come in between; lists may be longer.
inline constexpr std::size_t largest_frame_body = std::size_t{1} << 20U;
/// The line before the first frame. What a login shell prints before it is passed over.
inline constexpr std::string_view first_frame_line = "estima attendant 1";

inline std::string frame_text(json head, std::string_view body = {}) {
    if (!body.empty()) head["bytes"] = body.size();
    std::string text = head.dump(-1, ' ', false, json::error_handler_t::replace) + '\n';
    return text.append(body);
}

/// Takes bytes as they come and gives whole frames.
class frame_reader {
public:
    /// `greeted`: the first line was seen already, or none comes.
    explicit frame_reader(bool greeted) : is_greeted_{greeted} {}

    void take(std::string_view bytes) { bytes_.append(bytes); }

    /// The next frame, if all of it is there. EST-729 for what is none.
    std::optional<frame> next() {
        while (!is_greeted_) {
            std::size_t const end = bytes_.find('\n', at_);
            if (end == std::string::npos) return require_less(largest_frame_body);
            is_greeted_ = std::string_view{bytes_}.substr(at_, end - at_) == first_frame_line;
            at_ = end + 1;
        }
        if (!head_) {
            std::size_t const end = bytes_.find('\n', at_);
            if (end == std::string::npos) return require_less(64 * largest_frame_body);
            std::string_view const line = std::string_view{bytes_}.substr(at_, end - at_);
            json head = json::parse(line, nullptr, false);
            if (!head.is_object()) refuse(line);
            auto const bytes = head.find("bytes");
            wanted_ = 0;
            if (bytes != head.end() && !bytes->is_number_unsigned()) refuse(line);
            if (bytes != head.end()) wanted_ = bytes->get<std::size_t>();
            if (wanted_ > 64 * largest_frame_body) refuse(line);
            at_ = end + 1;
            head_ = std::move(head);
        }
        if (bytes_.size() - at_ < wanted_) return std::nullopt;
        frame whole{*std::exchange(head_, std::nullopt), bytes_.substr(at_, wanted_)};
        at_ += wanted_;
        if (at_ == bytes_.size() || at_ > largest_frame_body) {
            bytes_.erase(0, at_);
            at_ = 0;
        }
        return whole;
    }

private:
    std::optional<frame> require_less(std::size_t limit) const {
        if (bytes_.size() - at_ > limit) refuse(std::string_view{bytes_}.substr(at_, 200));
        return std::nullopt;
    }
    [[noreturn]] static void refuse(std::string_view text) {
        throw error{"EST-729",
                    {.what = "what came over the connection to a host is not understood",
                     .why = "\"" + shown(std::string{text.substr(0, 200)}) + "\" is no message of estima-launch",
                     .remedy = "let nothing write to standard output in the shell's start files of that host"}};
    }

    bool is_greeted_;
    std::string bytes_{};
    std::size_t at_ = 0, wanted_ = 0;
    std::optional<json> head_{};
};

}  // namespace estima::inline v0_1
