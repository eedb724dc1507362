// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string>

namespace estima::inline v0_1 {

/// How servers are reached. All times in seconds.
struct http_settings {
    double connect_seconds = 10;   ///< for one attempt to connect, name look-up and TLS in it
    double request_seconds = 60;   ///< for one attempt as a whole
    double patience_seconds = 60;  ///< for all attempts of a request and the waiting between them; 0: one attempt
    double first_wait = 0.1;       ///< before the second attempt, about; doubled from one to the next
    double longest_wait = 10;      ///< between two attempts, unless the server asks for more (Retry-After)
    std::string ca_file{};         ///< PEM file of the authorities that are trusted; left out: those of the system
    /// "http://proxy:3128"; "none" for no proxy; left out: as $http_proxy, $https_proxy, $all_proxy and $no_proxy say.
    std::string proxy{};
    std::size_t largest_body = 256u * 1024 * 1024;  ///< bytes of an answer that are taken at most
};

}  // namespace estima::inline v0_1
