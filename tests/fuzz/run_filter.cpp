// SPDX-License-Identifier: BSL-1.0
// Input: a filter or an order in MLflow's language, as people type it. It is understood, or refused with its place.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <estima/base/error.hpp>
#include <estima/index/parse_filter.hpp>

namespace {
void require(bool condition) {
    if (!condition) std::abort();
}
std::size_t conditions_in(estima::run_filter const& filter) {
    std::size_t all = filter.parts.empty() ? 1 : 0;
    for (estima::run_filter const& part : filter.parts) all += conditions_in(part);
    return all;
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string const text{reinterpret_cast<char const*>(data), size};
    try {
        std::size_t const once = conditions_in(estima::detail::filter_parser{text}.parse());
        // What was understood is understood beside itself.
        std::size_t const twice = conditions_in(estima::detail::filter_parser{text + " AND " + text}.parse());
        require(twice == 2 * once || text.find_first_not_of(" \t\r\n") == std::string::npos);
    } catch (estima::error const& refused) {
        require(refused.id().starts_with("EST-61"));
        require(refused.text().where.find("column ") != std::string::npos);
    }
    return 0;
}
