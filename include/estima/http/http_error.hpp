// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include <estima/base/error.hpp>
#include <estima/http/curl.hpp>
#include <estima/http/http_request.hpp>
#include <estima/system/shown.hpp>

namespace estima::inline v0_1 {

/// An address as it may be shown: without user, password and query.
inline std::string shown_url(std::string_view url) {
    url = url.substr(0, url.find_first_of("?#"));
    std::size_t const scheme = url.find("://");
    std::size_t const begin = scheme == std::string_view::npos ? 0 : scheme + 3;
    std::string_view const authority = url.substr(begin, url.find('/', begin) - begin);
    std::size_t const user = authority.rfind('@');
    std::string text{url.substr(0, begin)};
    return shown(text.append(url.substr(user == std::string_view::npos ? begin : begin + user + 1)));
}

/// The first words of an answer's text, on one line: of a web page, without its marks.
inline std::string first_words(std::string_view body) {
    std::string text;
    bool in_mark = false, between = false;
    for (char const c : body) {
        if (text.size() > 300) return text + " ...";
        if (c == '<' || c == '>') {
            in_mark = c == '<';
            between = true;
        } else if (!in_mark && (c == ' ' || (c >= '\t' && c <= '\r'))) {
            between = true;
        } else if (!in_mark) {
            if (between && !text.empty()) text += ' ';
            between = false;
            text += c;
        }
    }
    return text;
}

namespace detail {
enum class failed_how { no_connection, no_answer, not_trusted, bad_request };

/// What an attempt failed with.
inline failed_how how_failed(CURLcode code, bool was_connected) {
    switch (code) {
        case CURLE_UNSUPPORTED_PROTOCOL:
        case CURLE_URL_MALFORMAT:
        case CURLE_BAD_FUNCTION_ARGUMENT:
        case CURLE_SSL_CACERT_BADFILE:
            return failed_how::bad_request;
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_SSL_CERTPROBLEM:
        case CURLE_SSL_CIPHER:
        case CURLE_SSL_ISSUER_ERROR:
        case CURLE_SSL_INVALIDCERTSTATUS:
            return failed_how::not_trusted;
        case CURLE_COULDNT_RESOLVE_PROXY:
        case CURLE_COULDNT_RESOLVE_HOST:
        case CURLE_COULDNT_CONNECT:
        case CURLE_PROXY:
            return failed_how::no_connection;
        case CURLE_OPERATION_TIMEDOUT:
            return was_connected ? failed_how::no_answer : failed_how::no_connection;
        default:
            return failed_how::no_answer;
    }
}

/// The error of a request whose last attempt failed. `said` are libcurl's words.
inline error http_failure(http_request const& request, failed_how how, std::string said, int attempts) {
    error_text text{.what = {}, .where = request.method + " " + shown_url(request.url), .why = shown(said)};
    if (attempts > 1) text.why += " (the last of " + std::to_string(attempts) + " attempts)";
    switch (how) {
        case failed_how::no_connection:
            text.what = "a server is not reached";
            text.remedy =
                "look whether it runs and the address is right; $http_proxy, $https_proxy and $no_proxy count too";
            return {"EST-740", text};
        case failed_how::not_trusted:
            text.what = "a server is not trusted";
            text.remedy = "name the file of its authority (ca_file), and the server as its certificate does";
            return {"EST-742", text};
        case failed_how::bad_request:
            text.what = "a request cannot be made";
            text.remedy = "correct the address, or the file of authorities";
            return {"EST-744", text};
        default:
            text.what = "a server was reached and gave no whole answer";
            text.remedy = "what was asked for may have happened; look at the server, or give it more time";
            return {"EST-741", text};
    }
}

/// EST-744 for what libcurl would send as it is: a line break in a header begins another header.
inline void require_one_line(http_request const& request) {
    auto refuse = [&](std::string_view name) {
        throw error{"EST-744",
                    {.what = "a request cannot be made",
                     .where = request.method + " " + shown_url(request.url),
                     .why = "the header " + shown(name) + " holds a line break or other control characters",
                     .remedy = "give it on one line"}};
    };
    auto const is_control = [](char c) { return (static_cast<unsigned char>(c) < 32 && c != '\t') || c == 127; };
    auto check = [&](std::string_view name, std::string_view value) {
        if (std::any_of(name.begin(), name.end(), is_control) || std::any_of(value.begin(), value.end(), is_control))
            refuse(name);
    };
    check("method", request.method);
    for (auto const& [name, value] : request.headers) check(name, value);
    for (auto const& [name, value] : request.secret_headers) check(name, value.reveal());
}
}  // namespace detail

/// EST-743 with what the server said.
inline error unwanted_answer(http_request const& request, http_response const& response) {
    error_text text{.what = "a server answered " + std::to_string(response.status),
                    .where = request.method + " " + shown_url(request.url),
                    .why = shown(first_words(response.body))};
    if (response.status >= 300 && response.status < 400) {
        text.why = "it sends to " + shown_url(response.header("location"));
        text.remedy = "give that address, if it is right: nobody is followed with a token";
    }
    return {"EST-743", text};
}

}  // namespace estima::inline v0_1
