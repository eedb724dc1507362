// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace estima_test {

struct seen_request {
    std::string method, path, body;
    std::map<std::string, std::string> headers;  ///< names in lower case
    int connection = 0;                          ///< the how manieth, from 1
};

/// What goes back: bytes as they are; then the connection may be closed.
struct reply {
    std::string bytes;
    bool closes = false;
};

inline reply answer(int status, std::string const& body, std::string const& headers = "") {
    return {"HTTP/1.1 " + std::to_string(status) + " Words\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
            headers + "\r\n" + body};
}

/// A server on a port of 127.0.0.1 of its own; each connection has a thread that calls `respond` for each request.
class http_server {
public:
    using responder = std::function<reply(seen_request const&)>;

    explicit http_server(responder respond)
        : respond_{std::move(respond)}, listening_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        if (::bind(listening_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listening_, 64) != 0 ||
            ::getsockname(listening_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
            throw std::runtime_error{"no port to listen on"};
        port_ = ::ntohs(address.sin_port);
        accepting_ = std::thread{[this] { accept_all(); }};
    }
    http_server(http_server const&) = delete;
    http_server& operator=(http_server const&) = delete;
    ~http_server() {
        {
            std::scoped_lock const lock{mutex_};
            is_over_ = true;
            ended_.notify_all();
            for (int const fd : open_) ::shutdown(fd, SHUT_RDWR);
        }
        ::shutdown(listening_, SHUT_RDWR);
        accepting_.join();
        for (std::thread& one : threads_) one.join();
        ::close(listening_);
    }

    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
    std::vector<seen_request> seen() const {
        std::scoped_lock const lock{mutex_};
        return seen_;
    }
    std::size_t count() const { return seen().size(); }
    /// For a responder that does not answer: until the test is over.
    void hold() {
        std::unique_lock lock{mutex_};
        ended_.wait(lock, [this] { return is_over_; });
    }

private:
    void accept_all() {
        for (int number = 1;; ++number) {
            int const fd = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
            if (fd < 0) return;
            std::scoped_lock const lock{mutex_};
            if (is_over_) {
                ::close(fd);
                return;
            }
            open_.push_back(fd);
            threads_.emplace_back([this, fd, number] { serve(fd, number); });
        }
    }

    void serve(int fd, int number) {
        std::string text;
        while (true) {
            seen_request request;
            if (!take(fd, text, request)) break;
            request.connection = number;
            {
                std::scoped_lock const lock{mutex_};
                seen_.push_back(request);
            }
            reply const back = respond_(request);
            std::size_t sent = 0;
            while (sent < back.bytes.size()) {
                ssize_t const n = ::send(fd, back.bytes.data() + sent, back.bytes.size() - sent, MSG_NOSIGNAL);
                if (n <= 0) break;
                sent += static_cast<std::size_t>(n);
            }
            if (back.closes) break;
        }
        std::scoped_lock const lock{mutex_};
        std::erase(open_, fd);
        ::close(fd);
    }

    static bool take(int fd, std::string& text, seen_request& request) {
        auto more = [&] {
            char buffer[16384];
            ssize_t const n = ::recv(fd, buffer, sizeof buffer, 0);
            if (n > 0) text.append(buffer, static_cast<std::size_t>(n));
            return n > 0;
        };
        std::size_t end = 0;
        while ((end = text.find("\r\n\r\n")) == std::string::npos)
            if (!more()) return false;
        std::size_t at = text.find("\r\n");
        std::string const first = text.substr(0, at);
        request.method = first.substr(0, first.find(' '));
        request.path = first.substr(request.method.size() + 1, first.rfind(' ') - request.method.size() - 1);
        while (at < end) {
            std::size_t const next = text.find("\r\n", at + 2);
            std::string const line = text.substr(at + 2, next - at - 2);
            std::string name = line.substr(0, line.find(':'));
            for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
            std::size_t const value = line.find_first_not_of(' ', name.size() + 1);
            request.headers[name] = value == std::string::npos ? "" : line.substr(value);
            at = next;
        }
        std::size_t const length = request.headers.count("content-length") != 0
                                       ? std::strtoul(request.headers["content-length"].c_str(), nullptr, 10)
                                       : 0;
        text.erase(0, end + 4);
        while (text.size() < length)
            if (!more()) return false;
        request.body = text.substr(0, length);
        text.erase(0, length);
        return true;
    }

    responder respond_;
    int listening_;
    int port_ = 0;
    mutable std::mutex mutex_{};
    std::condition_variable ended_{};
    bool is_over_ = false;
    std::vector<int> open_{};
    std::vector<seen_request> seen_{};
    std::vector<std::thread> threads_{};
    std::thread accepting_{};
};

}  // namespace estima_test
