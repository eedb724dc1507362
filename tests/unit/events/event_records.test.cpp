// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include <estima/events/event_record.hpp>
#include <estima/events/summary_event.hpp>

#include "../../support/event_bytes.hpp"

namespace {
namespace eb = estima_test::event_bytes;
using estima::summary_kind;

std::string from_hex(std::string_view digits) {
    std::string bytes;
    for (std::size_t i = 0; i < digits.size(); i += 2)
        bytes += static_cast<char>(std::stoi(std::string{digits.substr(i, 2)}, nullptr, 16));
    return bytes;
}

/// What one record of a file says, when what stands around it is good.
estima::summary_event event_in(std::string const& record) {
    REQUIRE(estima::event_length(record.substr(0, 12)) == static_cast<std::int64_t>(record.size()) - 16);
    std::string const data = record.substr(12, record.size() - 16);
    REQUIRE(estima::is_event_whole(data, record.substr(record.size() - 4)));
    auto event = estima::summary_reader{}.read(data);
    REQUIRE(event);
    for (auto& value : event->values) value.bytes = {};  // they point into `data`
    return *event;
}
double number_in(std::string const& tensor_message) {
    auto const event = event_in(eb::tensor("x", tensor_message, "scalars", 1));
    REQUIRE(event.values.size() == 1);
    REQUIRE(event.values[0].kind == summary_kind::scalar);
    return event.values[0].number;
}
}  // namespace

TEST_CASE("the check sum of event files is that of the standard, masked") {
    CHECK(eb::masked_crc("123456789") == (0xE3069283U >> 15 | 0xE3069283U << 17) + 0xA282EAD8U);
    CHECK(estima::masked_crc32c("123456789") == eb::masked_crc("123456789"));
    CHECK(estima::masked_crc32c("") == 0xA282EAD8U);
}

TEST_CASE("records that TensorFlow's format prescribes are read byte for byte") {
    auto const version = event_in(from_hex(
        "1800000000000000a37f4b220900000040fc54d9411a0d627261696e2e4576656e743a32eced8f9d"));
    CHECK(version.time == 1700000000.0);
    CHECK(version.values.empty());

    auto const loss = event_in(from_hex(
        "1a00000000000000129bd82d0900006040fc54d94110012a0d0a0b0a046c6f7373150000003f2ee42f0f"));
    CHECK(loss.time == 1700000001.5);
    CHECK(loss.step == 1);
    REQUIRE(loss.values.size() == 1);
    CHECK(loss.values[0].tag == "loss");
    CHECK(loss.values[0].number == 0.5);

    auto const accuracy = event_in(from_hex("2d000000000000003c418afb0900008040fc54d94110ac022a1f0a1d0a096163632f747261696e"
                                            "150000803e4a0b0a090a077363616c617273502d80d2"));
    CHECK(accuracy.step == 300);
    REQUIRE(accuracy.values.size() == 1);
    CHECK(accuracy.values[0].tag == "acc/train");
    CHECK(accuracy.values[0].number == 0.25);
}

TEST_CASE("scalars of TensorFlow 2 are read from every form of tensor") {
    std::string const float32 = eb::field(1, std::int64_t{1}), float64 = eb::field(1, std::int64_t{2});
    CHECK(number_in(float32 + eb::field(4, eb::fixed(0x3F000000, 4))) == 0.5);
    CHECK(number_in(float32 + eb::field(5, 0.25F)) == 0.25);
    CHECK(number_in(float32 + eb::field(5, eb::fixed(0x3E800000, 4))) == 0.25);
    CHECK(number_in(float64 + eb::field(6, 0.1)) == 0.1);
    CHECK(number_in(float64 + eb::field(4, eb::fixed(0x3FB999999999999A, 8))) == 0.1);
    CHECK(number_in(eb::field(1, std::int64_t{3}) + eb::field(7, std::int64_t{-7})) == -7);
    CHECK(number_in(eb::field(1, std::int64_t{3}) + eb::field(4, eb::fixed(0xFFFFFFF9, 4))) == -7);
    CHECK(number_in(eb::field(1, std::int64_t{9}) + eb::field(10, eb::varint(1234567))) == 1234567);
    CHECK(number_in(eb::field(1, std::int64_t{19}) + eb::field(13, std::int64_t{0x3800})) == 0.5);
    CHECK(number_in(eb::field(1, std::int64_t{19}) + eb::field(13, std::int64_t{0x0001})) == std::ldexp(1, -24));
    CHECK(number_in(eb::field(1, std::int64_t{19}) + eb::field(13, std::int64_t{0xFC00})) == -INFINITY);
    CHECK(number_in(eb::field(1, std::int64_t{14}) + eb::field(4, eb::fixed(0x3F00, 2))) == 0.5);
    CHECK(std::isnan(number_in(float32 + eb::field(5, std::numeric_limits<float>::quiet_NaN()))));
}

TEST_CASE("scalars of TensorFlow 2 are read from every type of whole numbers, and bool") {
    auto const type = [](std::int64_t number) { return eb::field(1, number); };
    auto const bytes = [](std::uint64_t value, int count) { return eb::field(4, eb::fixed(value, count)); };
    CHECK(number_in(type(10) + bytes(1, 1)) == 1);
    CHECK(number_in(type(10) + bytes(0, 1)) == 0);
    CHECK(number_in(type(10) + eb::field(11, std::int64_t{1})) == 1);
    CHECK(number_in(type(10) + eb::field(11, eb::varint(1))) == 1);
    CHECK(number_in(type(4) + bytes(200, 1)) == 200);
    CHECK(number_in(type(4) + eb::field(7, std::int64_t{200})) == 200);
    CHECK(number_in(type(6) + bytes(0xF9, 1)) == -7);
    CHECK(number_in(type(5) + bytes(0xFFF9, 2)) == -7);
    CHECK(number_in(type(17) + bytes(0xFFF9, 2)) == 65529);
    CHECK(number_in(type(22) + bytes(0xFFFFFFF9, 4)) == 4294967289);
    CHECK(number_in(type(22) + eb::field(16, eb::varint(4294967289))) == 4294967289);
    CHECK(number_in(type(9) + bytes(0xFFFFFFFFFFFFFFF9, 8)) == -7);
    CHECK(number_in(type(23) + bytes(std::uint64_t{1} << 63U, 8)) == std::ldexp(1, 63));
    CHECK(number_in(type(23) + eb::field(17, eb::varint(std::uint64_t{1} << 63U))) == std::ldexp(1, 63));
}

TEST_CASE("a tensor without numbers, or with bytes that are none of its type, is no point") {
    std::string const no_numbers = eb::field(2, eb::field(2, eb::field(1, std::int64_t{0})));  // its shape
    for (std::int64_t const type : {1, 2, 3, 4, 5, 6, 9, 10, 14, 17, 19, 22, 23})
        for (std::string const& rest : {no_numbers, eb::field(4, ""), eb::field(4, "123"), eb::field(5, ""),
                                        eb::field(7, ""), eb::field(11, ""), eb::field(17, "")})
            CHECK(event_in(eb::tensor("x", eb::field(1, type) + rest, "scalars", 1)).values.empty());
}

TEST_CASE("images and texts are read in the forms of TensorFlow 1 and 2") {
    std::string const tf1 = eb::field(1, 1.5) + eb::field(5, eb::field(1, eb::field(1, "a") + eb::field(4, eb::field(1, std::int64_t{2}) + eb::field(4, "PNG1"))));
    std::string const text_type = eb::field(1, std::int64_t{7});
    auto const value_of = [](std::string_view tag, std::string const& tensor_message, std::string const& metadata) {
        return eb::field(5, eb::field(1, eb::field(1, tag) + eb::field(8, tensor_message) + metadata));
    };
    std::string const tf2 = value_of("b", text_type + eb::field(8, "4") + eb::field(8, "4") + eb::field(8, "PNG2") + eb::field(8, "PNG3"),
                                     eb::plugin("images"));
    std::string const text = value_of("t", text_type + eb::field(8, "hello"), eb::plugin("text"));
    std::string const later = value_of("t", text_type + eb::field(8, "again"), "");
    std::string const other = value_of("h", text_type + eb::field(8, "bars"), eb::plugin("histograms"));

    estima::summary_reader reader;
    std::vector<std::string> seen;
    for (std::string const& record : {tf1, tf2, text, later, other}) {
        auto const event = reader.read(record);
        REQUIRE(event);
        for (auto const& value : event->values)
            seen.push_back((value.kind == summary_kind::image ? "image " : "text ") + value.tag + " " + std::string{value.bytes});
    }
    CHECK(seen == std::vector<std::string>{"image a PNG1", "image b PNG2", "image b PNG3", "text t hello", "text t again"});
}

TEST_CASE("no bytes make the reader of events read what is not there") {
    std::string const good = eb::tensor("loss", eb::field(1, std::int64_t{1}) + eb::field(5, 0.5F), "scalars", 12);
    std::string const data = good.substr(12, good.size() - 16);
    for (std::size_t size = 0; size < data.size(); ++size) {
        std::string const cut = data.substr(0, size);
        auto const event = estima::summary_reader{}.read(cut);
        if (event)
            for (auto const& value : event->values) CHECK(value.tag == "loss");
    }
    std::mt19937 random{1};
    for (int i = 0; i < 20'000; ++i) {
        std::string bytes = data;
        for (int n = 0; n < 3; ++n) bytes[random() % bytes.size()] = static_cast<char>(random());
        (void)estima::summary_reader{}.read(bytes);
    }
    CHECK(estima::event_length(std::string(12, '\xFF')) == -1);
}
