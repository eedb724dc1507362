// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>

namespace estima::inline v0_1::detail {

/// A JSON string. JSON proper is a component of its own, and slow to compile.
inline std::string json_string(std::string_view text) {
    constexpr char digits[] = "0123456789abcdef";
    std::string json = "\"";
    for (char const c : text) {
        auto const byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\')
            json.append({'\\', c});
        else if (byte < 0x20)
            json.append({'\\', 'u', '0', '0', digits[byte / 16], digits[byte % 16]});
        else
            json += c;
    }
    return json += '"';
}

}  // namespace estima::inline v0_1::detail
