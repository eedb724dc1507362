// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/crc.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <estima/events/wire_reader.hpp>

namespace estima::inline v0_1 {

/// What stands around each record of an event file: its length and the check sum of these eight bytes before it, the
/// check sum of its bytes behind it; all little endian. Source: TensorFlow's "TFRecords Format Details".
inline constexpr std::size_t event_header_bytes = 12;
inline constexpr std::size_t event_footer_bytes = 4;

/// CRC-32C (Castagnoli), rotated and shifted as TensorFlow does, so that the sum of bytes that hold a sum is a good
/// one.
inline std::uint32_t masked_crc32c(std::string_view bytes) {
    boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> sum;
    sum.process_bytes(bytes.data(), bytes.size());
    std::uint32_t const crc = sum.checksum();
    return ((crc >> 15U) | (crc << 17U)) + 0xA282EAD8U;
}

/// How many bytes the record has, from the first 12 bytes of it. -1 if their check sum is wrong: where the next record
/// begins is then not known.
inline std::int64_t event_length(std::string_view header) {
    if (little_endian(header.substr(8, 4)) != masked_crc32c(header.substr(0, 8))) return -1;
    std::uint64_t const length = little_endian(header.substr(0, 8));
    return length > std::uint64_t{1} << 62U ? -1 : static_cast<std::int64_t>(length);
}

/// Whether the record is what was written; `footer` are the four bytes behind it.
inline bool is_event_whole(std::string_view record, std::string_view footer) {
    return little_endian(footer) == masked_crc32c(record);
}

}  // namespace estima::inline v0_1
