// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace estima::inline v0_1 {

/// The number that up to eight bytes stand for, the lowest first.
inline std::uint64_t little_endian(std::string_view bytes) noexcept {
    std::uint64_t value = 0;
    for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8U | static_cast<unsigned char>(bytes[i]);
    return value;
}

/// Goes through the fields of a message in Protocol Buffers' binary form, whatever fields there are:
///
///     for (wire_reader fields{bytes}; fields.next();)
///         if (fields.number() == 2) step = fields.integer();
///
/// The bytes need not be a message: what cannot be read ends the walk, and is_broken() tells. A field of another wire
/// type than the caller expects reads as 0 or empty, as unknown fields are passed over. Source of the encoding:
/// protobuf.dev/programming-guides/encoding.
class wire_reader {
public:
    explicit wire_reader(std::string_view message) noexcept : rest_{message} {}

    /// Goes to the next field; false at the end, or where the bytes make no sense.
    bool next() noexcept {
        scalar_ = 0;
        bytes_ = {};
        kind_ = wire_kind::none;
        if (rest_.empty()) return false;
        std::uint64_t key = 0, size = 0;
        if (!varint(key)) return fail();
        number_ = key >> 3U;
        switch (key & 7U) {
            case 0: kind_ = wire_kind::varint; return varint(scalar_) || fail();
            case 1: kind_ = wire_kind::fixed64; return fixed(8) || fail();
            case 2:
                kind_ = wire_kind::bytes;
                if (!varint(size) || size > rest_.size()) return fail();
                bytes_ = rest_.substr(0, static_cast<std::size_t>(size));
                rest_.remove_prefix(static_cast<std::size_t>(size));
                return true;
            case 5: kind_ = wire_kind::fixed32; return fixed(4) || fail();
            default: return fail();  // groups, which nobody writes any more
        }
    }

    std::uint64_t number() const noexcept { return number_; }
    bool is_broken() const noexcept { return is_broken_; }

    std::int64_t integer() const noexcept {
        return kind_ == wire_kind::varint ? static_cast<std::int64_t>(scalar_) : 0;
    }
    double as_double() const noexcept { return kind_ == wire_kind::fixed64 ? std::bit_cast<double>(scalar_) : 0; }
    float as_float() const noexcept {
        return kind_ == wire_kind::fixed32 ? std::bit_cast<float>(static_cast<std::uint32_t>(scalar_)) : 0;
    }
    /// Text, bytes, a message inside, or packed numbers. Points into what was given to the constructor.
    std::string_view bytes() const noexcept { return bytes_; }
    bool is_bytes() const noexcept { return kind_ == wire_kind::bytes; }

private:
    enum class wire_kind { none, varint, fixed64, bytes, fixed32 };

    bool fail() noexcept {
        is_broken_ = true;
        rest_ = {};
        return false;
    }
    bool varint(std::uint64_t& value) noexcept {
        value = 0;
        for (unsigned shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
            auto const byte = static_cast<unsigned char>(rest_.front());
            rest_.remove_prefix(1);
            value |= std::uint64_t{byte & 0x7FU} << shift;
            if (byte < 0x80) return true;
        }
        return false;
    }
    bool fixed(std::size_t size) noexcept {
        if (rest_.size() < size) return false;
        scalar_ = little_endian(rest_.substr(0, size));
        rest_.remove_prefix(size);
        return true;
    }

    std::string_view rest_, bytes_{};
    std::uint64_t number_ = 0, scalar_ = 0;
    wire_kind kind_ = wire_kind::none;
    bool is_broken_ = false;
};

}  // namespace estima::inline v0_1
