// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <memory>

#include <estima/http/http_request.hpp>
#include <estima/http/http_settings.hpp>

namespace estima::inline v0_1 {

/// Speaks HTTP and HTTPS, on libcurl. Connections are kept and used again. For one thread at a time.
///
/// What may be tried again is, with growing waits that vary by chance, until the patience of the settings is over:
/// connections that do not come about; answers 429, 502, 503 and 504 (Retry-After is kept to) and, for idempotent
/// requests, answers that are cut, late or missing. Redirects are not followed: a token would go to whom the server names.
class http_client {
public:
    explicit http_client(http_settings settings = {});
    http_client(http_client&&) noexcept;
    http_client& operator=(http_client&&) noexcept;
    ~http_client();

    /// The last answer, whatever its status. EST-740: no connection. EST-741: connected, and no whole answer; the request
    /// may have had its effect. EST-742: TLS, the server is not who it ought to be. EST-744: such a request cannot be made.
    http_response send(http_request const& request);

    /// The same, and EST-743 with what the server said unless the status is 2xx.
    http_response fetch(http_request const& request);

    /// Connections that were opened, and attempts that were made, so far.
    std::uint64_t connections() const noexcept;
    std::uint64_t attempts() const noexcept;

private:
    struct state;
    std::unique_ptr<state> state_;
};

}  // namespace estima::inline v0_1
