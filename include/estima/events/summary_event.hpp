// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <estima/events/wire_reader.hpp>

namespace estima::inline v0_1 {

enum class summary_kind { scalar, image, text };

/// One value that a program wrote for TensorBoard.
struct summary_value {
    summary_kind kind = summary_kind::scalar;
    std::string tag;
    double number = 0;       ///< of a scalar
    std::string_view bytes;  ///< an encoded image (PNG, JPEG, GIF), or UTF-8 text; points into the record
};

/// One record of an event file. Histograms, graphs, audio and what else there may be are passed over.
struct summary_event {
    double time = 0;  ///< seconds since 1970
    std::int64_t step = 0;
    std::vector<summary_value> values{};
};

namespace detail {

/// A tensor of one number, or of texts. The numbers of the fields and types: TensorFlow's tensor.proto, types.proto.
struct read_tensor {
    std::optional<double> number{};
    std::vector<std::string_view> texts{};

    explicit read_tensor(std::string_view message) {
        std::int64_t type = 0;
        std::string_view content;
        for (wire_reader field{message}; field.next();) {
            switch (field.number()) {
                case 1: type = field.integer(); break;
                case 4: content = field.bytes(); break;
                case 5: take_packed(field, 4); break;               // float_val
                case 6: take_packed(field, 8); break;               // double_val
                case 7:                                             // int_val, also of shorter integers
                case 10:                                            // int64_val
                case 11:                                            // bool_val
                case 16: take_varint<std::int64_t>(field); break;   // uint32_val
                case 17: take_varint<std::uint64_t>(field); break;  // uint64_val
                case 13: take_half(field, type); break;
                case 8:
                    if (field.is_bytes()) texts.push_back(field.bytes());
                    break;
                default: break;
            }
        }
        if (!number) number = number_in(content, type);
    }

private:
    static constexpr std::int64_t brain_half = 14;  // bfloat16

    static double floating(std::string_view bytes) noexcept {
        std::uint64_t const bits = little_endian(bytes);
        if (bytes.size() == 4) return std::bit_cast<float>(static_cast<std::uint32_t>(bits));
        return std::bit_cast<double>(bits);
    }
    static double half(std::uint64_t bits, bool is_brain) noexcept {
        if (is_brain) return std::bit_cast<float>(static_cast<std::uint32_t>(bits << 16U));
        double const sign = (bits & 0x8000U) != 0 ? -1 : 1;
        auto const exponent = static_cast<int>(bits >> 10U & 31U);
        auto const fraction = static_cast<double>(bits & 1023U);
        if (exponent == 31) return fraction != 0 ? std::nan("") : sign * HUGE_VAL;
        return sign * (exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25));
    }
    /// The number that the bytes of a tensor are, if there are as many as its type has.
    static std::optional<double> number_in(std::string_view content, std::int64_t type) noexcept {
        std::uint64_t const bits = content.size() <= 8 ? little_endian(content) : 0;
        auto const of = [&content](std::size_t size, double value) {
            return content.size() == size ? std::optional{value} : std::nullopt;
        };
        auto const whole = [&]<class T>(T) { return of(sizeof(T), static_cast<double>(static_cast<T>(bits))); };
        switch (type) {
            case 1: return of(4, floating(content));
            case 2: return of(8, floating(content));
            case 3: return whole(std::int32_t{});
            case 4: return whole(std::uint8_t{});
            case 5: return whole(std::int16_t{});
            case 6: return whole(std::int8_t{});
            case 9: return whole(std::int64_t{});
            case 10: return whole(bool{});
            case brain_half: return of(2, half(bits, true));
            case 17: return whole(std::uint16_t{});
            case 19: return of(2, half(bits, false));
            case 22: return whole(std::uint32_t{});
            case 23: return whole(std::uint64_t{});
            default: return std::nullopt;
        }
    }
    /// One number alone, or packed: only the first counts, since a scalar has no second.
    void take_packed(wire_reader const& field, std::size_t size) {
        if (number) return;
        if (!field.is_bytes()) number = size == 4 ? double{field.as_float()} : field.as_double();
        else if (field.bytes().size() >= size) number = floating(field.bytes().substr(0, size));
    }
    static std::optional<std::int64_t> first_varint(wire_reader const& field) {
        if (!field.is_bytes()) return field.integer();
        std::string const as_field = '\x08' + std::string{field.bytes().substr(0, 10)};
        wire_reader packed{as_field};
        return packed.next() ? std::optional{packed.integer()} : std::nullopt;
    }
    template <class Whole>
    void take_varint(wire_reader const& field) {
        if (auto const value = first_varint(field); value && !number)
            number = static_cast<double>(static_cast<Whole>(*value));
    }
    void take_half(wire_reader const& field, std::int64_t type) {
        if (auto const value = first_varint(field); value && !number)
            number = half(static_cast<std::uint64_t>(*value), type == brain_half);
    }
};

inline std::string_view plugin_of(std::string_view metadata) {
    for (wire_reader field{metadata}; field.next();)
        if (field.number() == 1)
            for (wire_reader plugin{field.bytes()}; plugin.next();)
                if (plugin.number() == 1) return plugin.bytes();
    return {};
}

}  // namespace detail

/// Reads records of one event file, one after the other, each without what stands around it. Values of TensorFlow 1
/// (simple_value, image) and of 2 (tensors, with the name of a plugin that says what they are: some writers say it only
/// once for each tag, so it is kept). Source: TensorFlow's event.proto and summary.proto.
class summary_reader {
public:
    /// Nothing if it is no event.
    std::optional<summary_event> read(std::string_view record) {
        summary_event event;
        wire_reader field{record};
        while (field.next()) {
            if (field.number() == 1) event.time = field.as_double();
            if (field.number() == 2) event.step = field.integer();
            if (field.number() != 5) continue;
            wire_reader summary{field.bytes()};
            while (summary.next())
                if (summary.number() == 1) read_value(summary.bytes(), event.values);
            if (summary.is_broken()) return std::nullopt;
        }
        return field.is_broken() ? std::nullopt : std::optional{std::move(event)};
    }

private:
    void read_value(std::string_view message, std::vector<summary_value>& out) {
        summary_value value;
        std::string_view plugin, tensor, image;
        std::optional<double> simple;
        for (wire_reader field{message}; field.next();) {
            switch (field.number()) {
                case 1: value.tag = field.bytes(); break;
                case 2: simple = field.as_float(); break;
                case 4: image = field.bytes(); break;
                case 8: tensor = field.bytes(); break;
                case 9: plugin = detail::plugin_of(field.bytes()); break;
                default: break;
            }
        }
        auto const add = [&](summary_kind kind, std::string_view bytes) {
            value.kind = kind;
            value.bytes = bytes;
            out.push_back(value);
        };
        if (simple) {
            value.number = *simple;
            return add(summary_kind::scalar, {});
        }
        for (wire_reader field{image}; field.next();)
            if (field.number() == 4) return add(summary_kind::image, field.bytes());
        if (tensor.empty()) return;
        if (!plugin.empty()) plugins_.insert_or_assign(value.tag, plugin);
        else if (auto const said = plugins_.find(value.tag); said != plugins_.end()) plugin = said->second;
        detail::read_tensor const read{tensor};
        if (plugin == "images") {  // width, height, then the images
            for (std::size_t i = 2; i < read.texts.size(); ++i) add(summary_kind::image, read.texts[i]);
        } else if (plugin == "text") {
            for (std::string_view const text : read.texts) add(summary_kind::text, text);
        } else if (plugin == "scalars" && read.number) {
            value.number = *read.number;
            add(summary_kind::scalar, {});
        }
    }

    std::map<std::string, std::string> plugins_{};
};

}  // namespace estima::inline v0_1
