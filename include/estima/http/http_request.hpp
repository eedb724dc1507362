// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <estima/base/secret.hpp>

namespace estima::inline v0_1 {

/// A header whose value is shown nowhere: a token, a password.
struct http_secret_header {
    std::string name;
    secret value;
};

/// One request. A `stop` that is requested ends it, and the waiting between its attempts, within a second (EST-741).
struct http_request {
    std::string method = "GET";
    std::string url;
    std::vector<std::pair<std::string, std::string>> headers{};
    std::vector<http_secret_header> secret_headers{};
    std::string body{};
    double seconds = 0;  ///< for one attempt, from the first byte to the last; 0: as the client's settings have it
    double patience_seconds = -1;  ///< for all attempts; less than 0: as the client's settings have it
    std::stop_token stop{};

    /// Whether doing it twice does no more than doing it once: an answer that is lost may then be asked for again.
    bool is_idempotent() const {
        return method == "GET" || method == "HEAD" || method == "PUT" || method == "DELETE" || method == "OPTIONS";
    }
};

/// What a server answered, whatever its status.
struct http_response {
    int status = 0;
    std::vector<std::pair<std::string, std::string>> headers{};  ///< names in lower case
    std::string body{};

    bool is_success() const { return status >= 200 && status < 300; }
    /// Of that name (in lower case), the last one; empty if there is none.
    std::string_view header(std::string_view name) const {
        for (auto one = headers.rbegin(); one != headers.rend(); ++one)
            if (one->first == name) return one->second;
        return {};
    }
};

}  // namespace estima::inline v0_1
