// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

namespace estima_test {

/// Writes TensorBoard's event files, bit by bit and without anything of what reads them.
namespace event_bytes {

inline std::string fixed(std::uint64_t value, int bytes) {
    std::string out;
    for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xFF);
    return out;
}
inline std::string varint(std::uint64_t value) {
    std::string out;
    for (; value >= 0x80; value >>= 7) out += static_cast<char>((value & 0x7F) | 0x80);
    return out + static_cast<char>(value);
}
inline std::string field(int number, std::string_view bytes) {
    return varint(static_cast<std::uint64_t>(number) << 3 | 2) + varint(bytes.size()) + std::string{bytes};
}
inline std::string field(int number, std::int64_t value) {
    return varint(static_cast<std::uint64_t>(number) << 3) + varint(static_cast<std::uint64_t>(value));
}
inline std::string field(int number, double value) {
    return varint(static_cast<std::uint64_t>(number) << 3 | 1) + fixed(std::bit_cast<std::uint64_t>(value), 8);
}
inline std::string field(int number, float value) {
    return varint(static_cast<std::uint64_t>(number) << 3 | 5) + fixed(std::bit_cast<std::uint32_t>(value), 4);
}

/// Bit by bit, as the polynomial is written down.
inline std::uint32_t masked_crc(std::string_view bytes) {
    std::uint32_t crc = 0xFFFFFFFF;
    for (char const c : bytes) {
        crc ^= static_cast<unsigned char>(c);
        for (int i = 0; i < 8; ++i) crc = crc >> 1 ^ ((crc & 1) != 0 ? 0x82F63B78 : 0);
    }
    crc ^= 0xFFFFFFFF;
    return (crc >> 15 | crc << 17) + 0xA282EAD8;
}
inline std::string record(std::string_view data) {
    std::string const length = fixed(data.size(), 8);
    return length + fixed(masked_crc(length), 4) + std::string{data} + fixed(masked_crc(data), 4);
}
inline std::string event(double time, std::int64_t step, std::string_view value) {
    return record(field(1, time) + field(2, step) + field(5, field(1, value)));
}

inline std::string plugin(std::string_view name) { return field(9, field(1, field(1, name))); }
/// As TensorFlow 1 writes it.
inline std::string scalar(std::string_view tag, float value, std::int64_t step, double time = 1.7e9) {
    return event(time, step, field(1, tag) + field(2, value));
}
/// As TensorFlow 2 and PyTorch write it: a tensor, and metadata that says what it is.
inline std::string tensor(std::string_view tag, std::string_view tensor_message, std::string_view plugin_name,
                          std::int64_t step, double time = 1.7e9) {
    std::string const metadata = plugin_name.empty() ? "" : plugin(plugin_name);
    return event(time, step, field(1, tag) + field(8, tensor_message) + metadata);
}

}  // namespace event_bytes
}  // namespace estima_test
