// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <curl/curl.h>
#include <signal.h>
#include <sys/socket.h>

#include <cstddef>
#include <ctime>
#include <memory>
#include <string>
#include <string_view>

#include <estima/http/http_request.hpp>

// What of libcurl is used, and the only place that includes it.
namespace estima::inline v0_1::detail {

struct curl_deleter {
    void operator()(CURL* handle) const noexcept { ::curl_easy_cleanup(handle); }
};
using curl_handle = std::unique_ptr<CURL, curl_deleter>;

inline curl_handle make_curl_handle() {
    static CURLcode const ready = ::curl_global_init(CURL_GLOBAL_ALL);
    return curl_handle{ready == CURLE_OK ? ::curl_easy_init() : nullptr};
}

/// The lines of a request's headers; overwritten when they are not needed any more, since some are secrets.
class header_lines {
public:
    header_lines() = default;
    header_lines(header_lines const&) = delete;
    header_lines& operator=(header_lines const&) = delete;
    ~header_lines() {
        for (curl_slist* one = first_; one != nullptr; one = one->next) wipe(one->data);
        ::curl_slist_free_all(first_);
    }

    /// An empty value takes a header out that libcurl would send by itself.
    void add(std::string_view name, std::string_view value) {
        std::string line;
        line.reserve(name.size() + value.size() + 2);  // so that no copy of it is left behind
        line.append(name).append(value.empty() ? ":" : ": ").append(value);
        curl_slist* const longer = ::curl_slist_append(first_, line.c_str());
        wipe(line.data());
        if (longer == nullptr) throw std::bad_alloc{};
        first_ = longer;
    }
    curl_slist* get() const noexcept { return first_; }

private:
    static void wipe(char volatile* text) noexcept {
        for (; *text != '\0'; ++text) *text = 'x';
    }
    curl_slist* first_ = nullptr;
};

/// Holds SIGPIPE back from this thread: what TLS writes to a connection that is gone would end the program.
class sigpipe_held {
public:
    sigpipe_held() noexcept {
        ::sigemptyset(&pipe_);
        ::sigaddset(&pipe_, SIGPIPE);
        sigset_t pending;
        ::sigpending(&pending);
        was_pending_ = ::sigismember(&pending, SIGPIPE) == 1;
        ::pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
    }
    sigpipe_held(sigpipe_held const&) = delete;
    sigpipe_held& operator=(sigpipe_held const&) = delete;
    ~sigpipe_held() {
        timespec const at_once{};
        if (!was_pending_) ::sigtimedwait(&pipe_, nullptr, &at_once);
        ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }

private:
    sigset_t pipe_{}, before_{};
    bool was_pending_ = false;
};

/// One exchange while it goes on: what libcurl's callbacks put in and take out.
struct exchange {
    http_request const* request = nullptr;
    std::size_t sent = 0;  ///< bytes of the body that libcurl has taken
    std::size_t largest_body = 0;
    http_response response{};
    bool is_too_large = false;
};

inline std::size_t give_body(char* to, std::size_t size, std::size_t count, void* data) {
    auto& e = *static_cast<exchange*>(data);
    std::size_t const copied = std::string_view{e.request->body}.substr(e.sent).copy(to, size * count);
    e.sent += copied;
    return copied;
}

inline std::size_t take_body(char* from, std::size_t size, std::size_t count, void* data) {
    auto& e = *static_cast<exchange*>(data);
    std::size_t const bytes = size * count;
    e.is_too_large = e.response.body.size() + bytes > e.largest_body;
    if (e.is_too_large) return 0;
    e.response.body.append(from, bytes);
    return bytes;
}

inline std::size_t take_header(char* from, std::size_t size, std::size_t count, void* data) {
    auto& e = *static_cast<exchange*>(data);
    std::string_view line{from, size * count};
    if (line.starts_with("HTTP/")) e.response.headers.clear();  // the final answer follows an interim one, or a proxy's
    std::size_t const colon = line.find(':');
    if (colon != std::string_view::npos && !line.starts_with("HTTP/")) {
        std::string name{line.substr(0, colon)};
        for (char& c : name)
            if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        line.remove_prefix(colon + 1);
        std::size_t const begin = line.find_first_not_of(" \t\r\n");
        line = begin == std::string_view::npos ? std::string_view{}
                                               : line.substr(begin, line.find_last_not_of(" \t\r\n") + 1 - begin);
        e.response.headers.emplace_back(std::move(name), line);
    }
    return size * count;
}

inline int is_stopped(void* data, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return static_cast<exchange*>(data)->request->stop.stop_requested() ? 1 : 0;
}

/// Sockets that no child process gets.
inline curl_socket_t open_socket(void*, curlsocktype, curl_sockaddr* address) {
    return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/// The time of an HTTP date, seconds since 1970; -1 if it is none.
inline std::time_t http_date(std::string const& text) { return ::curl_getdate(text.c_str(), nullptr); }

}  // namespace estima::inline v0_1::detail
