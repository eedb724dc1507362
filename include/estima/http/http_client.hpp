// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <string>
#include <string_view>
#include <utility>

#include <estima/http/back_off.hpp>
#include <estima/http/curl.hpp>
#include <estima/http/http_error.hpp>
#include <estima/http/http_request.hpp>
#include <estima/http/http_settings.hpp>

namespace estima::inline v0_1 {

/// Speaks HTTP and HTTPS, on libcurl. Connections are kept and used again. For one thread at a time.
///
/// What may be tried again is, with growing waits that vary by chance, until the patience of the settings is over:
/// connections that do not come about; answers 429 and 503 (Retry-After is kept to); and for idempotent requests
/// answers 502 and 504, and those that are cut, late or missing. Redirects are not followed: a token would go to whom
/// the server names.
class http_client {
public:
    explicit http_client(http_settings settings = {}) : settings_{std::move(settings)} {}

    http_settings const& settings() const noexcept { return settings_; }

    /// The last answer, whatever its status. EST-740: no connection. EST-741: connected, and no whole answer; the
    /// request may have had its effect. EST-742: TLS, the server is not who it ought to be. EST-744: such a request
    /// cannot be made.
    http_response send(http_request const& request) {
        detail::require_one_line(request);
        double const patience = request.patience_seconds < 0 ? settings_.patience_seconds : request.patience_seconds;
        back_off waits{settings_.first_wait, settings_.longest_wait, patience};
        for (int attempts = 1;; ++attempts) {
            outcome made = attempt(request);
            if (made.code == CURLE_OK) {
                double const wait =
                    is_turned_away(request, made.response.status) ? waits.next(asked_to_wait(made.response)) : -1;
                if (wait < 0 || !pause_for(wait, request.stop)) return std::move(made.response);
                continue;
            }
            auto const how = detail::how_failed(made.code, made.was_connected);
            bool const again = !made.is_final && (how == detail::failed_how::no_connection ||
                                                  (how == detail::failed_how::no_answer && request.is_idempotent()));
            double const wait = again ? waits.next() : -1;
            if (wait < 0 || !pause_for(wait, request.stop))
                throw detail::http_failure(request, how, std::move(made.said), attempts);
        }
    }

    /// The same, and EST-743 with what the server said unless the status is 2xx.
    http_response fetch(http_request const& request) {
        http_response response = send(request);
        if (!response.is_success()) throw unwanted_answer(request, response);
        return response;
    }

    /// Connections that were opened, and attempts that were made, so far.
    std::uint64_t connections() const noexcept { return connections_; }
    std::uint64_t attempts() const noexcept { return attempts_; }

private:
    struct outcome {
        CURLcode code = CURLE_OK;
        http_response response{};
        std::string said{};
        bool was_connected = false;
        bool is_final = false;  ///< it would go the same way again
    };

    static bool is_turned_away(http_request const& request, int status) {
        return status == 429 || status == 503 || ((status == 502 || status == 504) && request.is_idempotent());
    }

    /// Seconds: what Retry-After says, as a number or a date.
    static double asked_to_wait(http_response const& response) {
        std::string const text{response.header("retry-after")};
        if (text.empty()) return 0;
        if (text.find_first_not_of("0123456789") == std::string::npos) return std::strtod(text.c_str(), nullptr);
        std::time_t const until = detail::http_date(text);
        return until < 0 ? 0 : std::max(0.0, std::difftime(until, std::time(nullptr)));
    }

    outcome attempt(http_request const& request) {
        if (handle_ == nullptr) handle_ = detail::make_curl_handle();
        if (handle_ == nullptr) return {.code = CURLE_FAILED_INIT, .said = "libcurl does not start", .is_final = true};
        CURL* const h = handle_.get();
        ::curl_easy_reset(h);  // connections are kept

        detail::exchange e{.request = &request, .largest_body = settings_.largest_body};
        char said[CURL_ERROR_SIZE] = "";
        auto const milliseconds = [](double seconds) { return std::lround(std::clamp(seconds, 0.001, 1e6) * 1000); };
        ::curl_easy_setopt(h, CURLOPT_ERRORBUFFER, said);
        ::curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
        ::curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "http,https");
        ::curl_easy_setopt(h, CURLOPT_URL, request.url.c_str());
        ::curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT_MS, milliseconds(settings_.connect_seconds));
        ::curl_easy_setopt(h, CURLOPT_TIMEOUT_MS,
                           milliseconds(request.seconds > 0 ? request.seconds : settings_.request_seconds));
        ::curl_easy_setopt(h, CURLOPT_ACCEPT_ENCODING, "");  // all that libcurl can decode
        ::curl_easy_setopt(h, CURLOPT_OPENSOCKETFUNCTION, &detail::open_socket);
        if (!settings_.ca_file.empty()) ::curl_easy_setopt(h, CURLOPT_CAINFO, settings_.ca_file.c_str());
        if (!settings_.proxy.empty())
            ::curl_easy_setopt(h, CURLOPT_PROXY, settings_.proxy == "none" ? "" : settings_.proxy.c_str());
        ::curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, &detail::take_body);
        ::curl_easy_setopt(h, CURLOPT_WRITEDATA, &e);
        ::curl_easy_setopt(h, CURLOPT_HEADERFUNCTION, &detail::take_header);
        ::curl_easy_setopt(h, CURLOPT_HEADERDATA, &e);
        ::curl_easy_setopt(h, CURLOPT_NOPROGRESS, 0L);
        ::curl_easy_setopt(h, CURLOPT_XFERINFOFUNCTION, &detail::is_stopped);
        ::curl_easy_setopt(h, CURLOPT_XFERINFODATA, &e);

        detail::header_lines lines;
        for (auto const& [name, value] : request.headers) lines.add(name, value);
        for (auto const& [name, value] : request.secret_headers) lines.add(name, value.reveal());
        if (request.method == "HEAD") {
            ::curl_easy_setopt(h, CURLOPT_NOBODY, 1L);
        } else if (!request.body.empty() || request.method == "POST" || request.method == "PUT") {
            ::curl_easy_setopt(h, CURLOPT_POST, 1L);
            ::curl_easy_setopt(h, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
            // libcurl sends a request again by itself when a connection that was kept turns out to be closed. It cannot
            // when the body is read from here and cannot be had twice: for what must not happen twice, that is wanted.
            if (request.is_idempotent()) {
                ::curl_easy_setopt(h, CURLOPT_POSTFIELDS, request.body.c_str());
            } else {
                ::curl_easy_setopt(h, CURLOPT_READFUNCTION, &detail::give_body);
                ::curl_easy_setopt(h, CURLOPT_READDATA, &e);
            }
            lines.add("Expect", "");
        }
        ::curl_easy_setopt(h, CURLOPT_CUSTOMREQUEST, request.method.c_str());
        ::curl_easy_setopt(h, CURLOPT_HTTPHEADER, lines.get());

        outcome made;
        {
            detail::sigpipe_held const held;
            made.code = ::curl_easy_perform(h);
        }
        ++attempts_;
        long status = 0, opened = 0;
        curl_off_t connected = 0;
        ::curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, &status);
        ::curl_easy_getinfo(h, CURLINFO_NUM_CONNECTS, &opened);
        ::curl_easy_getinfo(h, CURLINFO_PRETRANSFER_TIME_T, &connected);
        connections_ += static_cast<std::uint64_t>(opened);
        made.was_connected = connected > 0;
        made.response = std::move(e.response);
        made.response.status = static_cast<int>(status);
        made.said = *said != '\0' ? said : ::curl_easy_strerror(made.code);
        if (e.is_too_large) made.said = "the answer has more than " + shown_size(settings_.largest_body);
        if (made.code == CURLE_ABORTED_BY_CALLBACK) made.said = "it was stopped";
        made.is_final = e.is_too_large || made.code == CURLE_ABORTED_BY_CALLBACK;
        ::curl_easy_setopt(h, CURLOPT_HTTPHEADER, nullptr);
        ::curl_easy_setopt(h, CURLOPT_ERRORBUFFER, nullptr);
        return made;
    }

    http_settings settings_;
    detail::curl_handle handle_{};
    std::uint64_t connections_ = 0, attempts_ = 0;
};

}  // namespace estima::inline v0_1
