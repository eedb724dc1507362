// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <estima/index/sqlite.hpp>
#include <estima/system/checksum.hpp>

namespace estima::inline v0_1::detail {

/// Builds the bytes of a blob: little-endian as the machine writes them, for an index does not leave it.
class byte_writer {
public:
    template <class Number>
        requires std::is_arithmetic_v<Number>
    void put(Number value) {
        char raw[sizeof value];
        std::memcpy(raw, &value, sizeof value);
        bytes_.append(raw, sizeof value);
    }
    /// Small numbers take one byte.
    void put_size(std::uint64_t value) {
        for (; value >= 0x80; value >>= 7U) bytes_ += static_cast<char>((value & 0x7FU) | 0x80U);
        bytes_ += static_cast<char>(value);
    }
    void put_text(std::string_view text) {
        put_size(text.size());
        bytes_.append(text);
    }
    void put_raw(std::string_view raw) { bytes_.append(raw); }

    void reserve(std::size_t size) { bytes_.reserve(size); }
    std::string const& bytes() const { return bytes_; }
    std::string take() { return std::move(bytes_); }

private:
    std::string bytes_;
};

/// Reads them back. What is read past the end is damage.
class byte_reader {
public:
    explicit byte_reader(std::string_view bytes) : rest_{bytes} {}

    template <class Number>
        requires std::is_arithmetic_v<Number>
    Number get() {
        Number value{};
        std::memcpy(&value, raw(sizeof value).data(), sizeof value);
        return value;
    }
    std::uint64_t get_size() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            auto const byte = static_cast<unsigned char>(raw(1)[0]);
            value |= std::uint64_t{byte & 0x7FU} << shift;
            if (byte < 0x80) return value;
        }
        throw_damaged("a number of the index is too long");
    }
    std::string_view get_text() { return raw(get_size()); }
    std::string_view raw(std::uint64_t size) {
        if (size > rest_.size()) throw_damaged("a record of the index is too short");
        std::string_view const part = rest_.substr(0, static_cast<std::size_t>(size));
        rest_.remove_prefix(part.size());
        return part;
    }
    bool is_at_end() const { return rest_.empty(); }

private:
    std::string_view rest_;
};

/// Bytes with their checksum in front.
inline std::string sealed_bytes(std::string_view bytes) {
    std::uint64_t const sum = checksum_of(bytes);
    std::string all(sizeof sum, '\0');
    std::memcpy(all.data(), &sum, sizeof sum);
    return all.append(bytes);
}
inline std::string_view unsealed_bytes(std::string_view all) {
    std::uint64_t sum = 0;
    if (all.size() < sizeof sum) throw_damaged("a record of the index is too short");
    std::memcpy(&sum, all.data(), sizeof sum);
    all.remove_prefix(sizeof sum);
    if (checksum_of(all) != sum) throw_damaged("a record of the index is not what was written");
    return all;
}

}  // namespace estima::inline v0_1::detail
