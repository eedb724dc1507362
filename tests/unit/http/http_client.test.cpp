// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <dirent.h>
#include <signal.h>

#include <chrono>
#include <cstdio>
#include <ctime>
#include <string>
#include <thread>

#include <estima/http/http_client.hpp>
#include <estima/launcher/start_program.hpp>
#include <estima/system/command_output.hpp>

#include "../../support/error_of.hpp"
#include "../../support/http_server.hpp"
#include "../../support/scoped_variable.hpp"
#include "../../support/temporary_directory.hpp"

namespace {
using estima::http_client;
using estima::http_response;
using estima::http_settings;
using estima_test::answer;
using estima_test::error_of;
using estima_test::http_server;
using estima_test::reply;
using estima_test::scoped_variable;
using estima_test::seen_request;

http_settings quick(double patience = 20) {
    http_settings s;
    s.patience_seconds = patience;
    s.first_wait = 0.01;
    s.proxy = "none";
    return s;
}
/// Answers with the first of these, then the second, and so on; the last one from then on.
http_server::responder in_turn(std::vector<reply> replies) {
    return [replies, next = std::make_shared<std::atomic<std::size_t>>(0)](seen_request const&) {
        return replies[std::min(next->fetch_add(1), replies.size() - 1)];
    };
}
double now() { return estima::back_off::now(); }

/// The socket descriptors of this process that a child would get.
int inherited_sockets() {
    int count = 0;
    DIR* const folder = ::opendir("/proc/self/fd");
    while (dirent const* const entry = ::readdir(folder)) {
        int const fd = std::atoi(entry->d_name);
        sockaddr_storage address{};
        socklen_t size = sizeof address;
        if (fd > 2 && ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0 &&
            address.ss_family == AF_INET && (::fcntl(fd, F_GETFD) & FD_CLOEXEC) == 0)
            ++count;
    }
    ::closedir(folder);
    return count;
}
}  // namespace

TEST_CASE("a request and its answer go over one connection that is kept") {
    http_server server{
        [](seen_request const& r) { return answer(200, r.method + " " + r.path + " " + r.body, "X-Word: yes\r\n"); }};
    http_client client{quick()};
    http_response const first = client.send({.url = server.url() + "/a?b=c", .headers = {{"X-Mine", "1"}}});
    CHECK(first.status == 200);
    CHECK(first.body == "GET /a?b=c ");
    CHECK(first.header("x-word") == "yes");
    CHECK(client.send({.method = "POST", .url = server.url() + "/p", .body = "text"}).body == "POST /p text");
    CHECK(client.send({.method = "DELETE", .url = server.url() + "/d"}).body == "DELETE /d ");
    CHECK(client.send({.method = "HEAD", .url = server.url() + "/h"}).status == 200);
    CHECK(server.seen().front().headers.at("x-mine") == "1");
    CHECK(client.attempts() == 4);
    CHECK(client.connections() == 1);
    CHECK(inherited_sockets() == 0);
}

TEST_CASE("what a server turns away for a moment is asked for again") {
    for (int const status : {429, 502, 503, 504}) {
        http_server server{in_turn({answer(status, "busy"), answer(status, "busy"), answer(200, "done")})};
        http_client client{quick()};
        CHECK(client.send({.url = server.url()}).body == "done");
        CHECK(server.count() == 3);
    }
    http_server server{in_turn({answer(500, "no"), answer(200, "done")})};
    CHECK(http_client{quick()}.send({.url = server.url()}).status == 500);
}

TEST_CASE("an answer that a proxy makes up does not let a POST be sent again") {
    for (int const status : {502, 504}) {
        http_server server{in_turn({answer(status, "busy"), answer(200, "done")})};
        CHECK(http_client{quick()}.send({.method = "POST", .url = server.url(), .body = "x"}).status == status);
        CHECK(server.count() == 1);
    }
    http_server server{in_turn({answer(503, "busy"), answer(200, "done")})};
    CHECK(http_client{quick()}.send({.method = "POST", .url = server.url(), .body = "x"}).status == 200);
}

TEST_CASE("Retry-After is kept to, in seconds and as a date") {
    {
        http_server server{in_turn({answer(429, "busy", "Retry-After: 1\r\n"), answer(200, "done")})};
        double const begin = now();
        CHECK(http_client{quick()}.send({.url = server.url()}).status == 200);
        CHECK(now() - begin > 0.9);
    }
    {
        std::time_t const soon = std::time(nullptr) + 2;
        char date[64];
        std::strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", std::gmtime(&soon));
        http_server server{
            in_turn({answer(429, "busy", std::string{"Retry-After: "} + date + "\r\n"), answer(200, "done")})};
        CHECK(http_client{quick()}.send({.url = server.url()}).status == 200);
        CHECK(std::chrono::system_clock::now() >= std::chrono::system_clock::from_time_t(soon));
    }
    // One that asks for more than there is patience for is not waited for.
    http_server server{in_turn({answer(429, "busy", "Retry-After: 3600\r\n")})};
    double const begin = now();
    CHECK(http_client{quick()}.send({.url = server.url()}).status == 429);
    CHECK(now() - begin < 10);
}

TEST_CASE("waits grow, differ by chance, and end with patience") {
    estima::back_off waits{1, 8, 1000};
    double const longest[] = {1, 2, 4, 8, 8, 8};
    bool differs = false;
    for (double const most : longest) {
        double const wait = waits.next();
        CHECK(wait >= most / 2);
        CHECK(wait <= most);
        differs = differs || wait != most;
    }
    CHECK(differs);
    CHECK(waits.next(100) == 100);
    CHECK(estima::back_off{1, 8, 0}.next() < 0);
}

TEST_CASE("an answer that is cut, missing or late is asked for again unless that could do something twice") {
    reply const whole = answer(200, "done");
    for (reply const& bad : {reply{"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", true}, reply{"", true},
                             reply{"HTTP/1.1 2", true}}) {
        http_server server{in_turn({bad, bad, whole})};
        CHECK(http_client{quick()}.send({.url = server.url()}).body == "done");

        http_server other{in_turn({bad, whole})};
        std::string const error =
            error_of([&] { http_client{quick()}.send({.method = "POST", .url = other.url(), .body = "once"}); });
        CHECK(error.find("EST-741") != std::string::npos);
        CHECK(other.count() == 1);
    }
    http_server* self = nullptr;
    http_server slow{[&](seen_request const&) {
        self->hold();
        return answer(200, "late");
    }};
    self = &slow;
    http_client client{quick(0)};
    double const begin = now();
    std::string const error = error_of([&] { client.send({.url = slow.url(), .seconds = 0.2}); });
    CHECK(error.find("EST-741") != std::string::npos);
    CHECK(now() - begin < 10);
}

TEST_CASE("a POST on a kept connection that dies is not sent again by itself") {
    http_server server{[](seen_request const& r) { return r.method == "POST" ? reply{"", true} : answer(200, "yes"); }};
    http_client client{quick()};
    client.send({.url = server.url()});
    std::string const error = error_of([&] { client.send({.method = "POST", .url = server.url(), .body = "once"}); });
    CHECK(error.find("EST-741") != std::string::npos);
    CHECK(server.count() == 2);
}

TEST_CASE("a server that is not there is EST-740, and is tried for as long as patience lasts") {
    std::string gone;
    {
        http_server server{in_turn({answer(200, "")})};
        gone = server.url();
    }
    http_client client{quick(0.2)};
    std::string const error =
        error_of([&] { client.send({.url = "http://me:secret@" + gone.substr(7) + "/x?sig=secret"}); });
    CHECK(error.find("EST-740") != std::string::npos);
    CHECK(error.find("/x") != std::string::npos);
    CHECK(error.find("secret") == std::string::npos);
    CHECK(client.attempts() > 2);
    CHECK(error_of([&] {
              http_client{quick(0)}.send({.url = "http://there-is-no-such-host.invalid/"});
          }).find("EST-740") != std::string::npos);
}

TEST_CASE("nobody is followed with a token, and no header of it is shown") {
    http_server other{in_turn({answer(200, "stolen")})};
    http_server server{in_turn({answer(302, "", "Location: " + other.url() + "/x?token=abc\r\n")})};
    http_client client{quick()};
    estima::http_request request{.url = server.url()};
    request.secret_headers.push_back({"X-Token", estima::secret{"s3cr3t"}});
    CHECK(client.send(request).status == 302);
    std::string const error = error_of([&] { client.fetch(request); });
    CHECK(error.find("EST-743") != std::string::npos);
    CHECK(error.find(other.url()) != std::string::npos);
    CHECK(error.find("abc") == std::string::npos);
    CHECK(error.find("s3cr3t") == std::string::npos);
    CHECK(other.count() == 0);
    CHECK(server.seen().front().headers.at("x-token") == "s3cr3t");
}

TEST_CASE("what a server says is in the error: the words of a web page, without its marks") {
    http_server server{
        in_turn({answer(500, "<html><head><title>Oh</title></head>\n<body>no,  <b>not</b> now</body></html>")})};
    std::string const error = error_of([&] { http_client{quick()}.fetch({.url = server.url()}); });
    CHECK(error.find("EST-743") != std::string::npos);
    CHECK(error.find("Oh no, not now") != std::string::npos);
}

TEST_CASE("requests that cannot be made are EST-744") {
    http_client client{quick()};
    for (char const* const url : {"", "ftp://127.0.0.1/", "file:///etc/passwd", "http://"})
        CHECK(error_of([&] { client.send({.url = url}); }).find("EST-744") != std::string::npos);
    estima::http_request request{.url = "http://127.0.0.1:1/"};
    request.secret_headers.push_back({"X-Token", estima::secret{"s3cr3t\r\nX-Other: 1"}});
    std::string const error = error_of([&] { client.send(request); });
    CHECK(error.find("EST-744") != std::string::npos);
    CHECK(error.find("X-Token") != std::string::npos);
    CHECK(error.find("s3cr3t") == std::string::npos);
}

TEST_CASE("an answer may be too large") {
    http_server server{in_turn({answer(200, std::string(100000, 'x'))})};
    http_settings settings = quick();
    settings.largest_body = 5000;
    http_client client{settings};
    CHECK(error_of([&] { client.send({.url = server.url()}); }).find("4.9 KB") != std::string::npos);
    CHECK(client.attempts() == 1);
}

TEST_CASE("a stop ends a request and the waiting between two") {
    http_server* self = nullptr;
    http_server slow{[&](seen_request const& r) {
        if (r.path == "/busy") return answer(503, "busy", "Retry-After: 50\r\n");
        self->hold();
        return answer(200, "late");
    }};
    self = &slow;
    for (char const* const path : {"/slow", "/busy"}) {
        std::stop_source source;
        std::thread stopping{[&] {
            while (slow.seen().empty() || slow.seen().back().path != path)
                std::this_thread::sleep_for(std::chrono::milliseconds{1});
            source.request_stop();
        }};
        double const begin = now();
        http_client client{quick(100)};
        error_of([&] { client.send({.url = slow.url() + path, .stop = source.get_token()}); });
        stopping.join();
        CHECK(now() - begin < 20);
        CHECK(client.attempts() == 1);
    }
}

TEST_CASE("a proxy is taken from the environment, or as it is given") {
    http_server proxy{[](seen_request const& r) { return answer(200, "through " + r.path); }};
    http_settings settings = quick();
    settings.proxy.clear();
    {
        scoped_variable const set{"http_proxy", proxy.url()};
        scoped_variable const none{"no_proxy", std::nullopt};
        CHECK(http_client{settings}.send({.url = "http://far.invalid/x"}).body == "through http://far.invalid/x");
        settings.proxy = "none";
        settings.patience_seconds = 0;
        CHECK(error_of([&] { http_client{settings}.send({.url = "http://far.invalid/x"}); }).find("EST-740") !=
              std::string::npos);
    }
    settings.proxy = proxy.url();
    CHECK(http_client{settings}.send({.url = "http://far.invalid/y"}).body == "through http://far.invalid/y");
}

TEST_CASE("a server is trusted for an authority that is named, and for its own name") {
    estima_test::temporary_directory const folder;
    std::string const to = folder.path().string();
    auto make = [&](std::string const& name, std::string const& more) {
        return estima::run_command(
                   "cd " + to +
                       " && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
                       "-subj /CN=" +
                       name + " -keyout " + name + ".key -out " + name + ".pem " + more,
                   60)
            .failure;
    };
    REQUIRE(make("server", "-addext subjectAltName=IP:127.0.0.1").empty());
    REQUIRE(make("other", "-addext subjectAltName=DNS:elsewhere").empty());
    auto serve = [&](std::string const& name, std::string& port) {
        pid_t const pid = estima::start_program({.argv = {"openssl", "s_server", "-www", "-accept", "127.0.0.1:0",
                                                          "-cert", name + ".pem", "-key", name + ".key"},
                                                 .environment = {"PATH=/usr/bin:/bin"},
                                                 .directory = to,
                                                 .output = to + "/" + name + ".log",
                                                 .error_output = to + "/" + name + ".log"});
        for (std::string text;
             (text = estima::read_file(to + "/" + name + ".log")).find("ACCEPT 127.0.0.1:") == std::string::npos;)
            std::this_thread::sleep_for(std::chrono::milliseconds{5});
        std::string const text = estima::read_file(to + "/" + name + ".log");
        port = text.substr(text.find("ACCEPT 127.0.0.1:") + 17);
        port = port.substr(0, port.find_first_not_of("0123456789"));
        return pid;
    };
    std::string port, other_port;
    pid_t const server = serve("server", port), other = serve("other", other_port);
    http_settings settings = quick(2);
    auto failed = [&](std::string const& at) {
        return error_of([&] { http_client{settings}.send({.url = "https://127.0.0.1:" + at + "/"}); });
    };
    CHECK(failed(port).find("EST-742") != std::string::npos);
    settings.ca_file = to + "/other.pem";
    CHECK(failed(port).find("EST-742") != std::string::npos);
    CHECK(failed(other_port).find("EST-742") != std::string::npos);  // its authority is known, and its name is another
    settings.ca_file = to + "/server.pem";
    CHECK(failed(port).empty());
    CHECK(http_client{settings}.send({.url = "https://127.0.0.1:" + port + "/"}).status == 200);
    settings.ca_file = to + "/none.pem";
    CHECK(failed(port).find("EST-744") != std::string::npos);
    for (pid_t const pid : {server, other}) {
        ::kill(pid, SIGKILL);
        ::waitpid(pid, nullptr, 0);
    }
}
