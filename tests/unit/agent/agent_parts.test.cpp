// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <set>

#include <estima/agent/broadcast_shape.hpp>
#include <estima/agent/object_stream.hpp>

using estima::broadcast_shape;
using estima::lacking_object;
using estima::object_set;

namespace {
std::vector<lacking_object> objects(std::initializer_list<std::uint64_t> sizes) {
    std::vector<lacking_object> all;
    for (std::uint64_t const size : sizes) all.push_back({"digest " + std::to_string(all.size()), size});
    return all;
}

/// What is picked out of "0123..." when it comes in pieces of that size.
std::string picked(std::vector<lacking_object> const& sent, std::vector<lacking_object> const& wanted,
                   std::size_t piece) {
    std::string stream, found;
    for (std::size_t i = 0; i < sent.size(); ++i) stream += std::string(sent[i].size, static_cast<char>('0' + i));
    estima::wanted_bytes bytes{sent, wanted};
    for (std::size_t at = 0; at < stream.size(); at += piece)
        bytes.next(std::string_view{stream}.substr(at, piece), [&](std::string_view part) { found += part; });
    return found;
}
}  // namespace

TEST_CASE("a broadcast reaches each rank once, from a rank that has it before") {
    for (int fan_out : {1, 2, 3})
        for (int ranks : {1, 2, 3, 4, 5, 8, 100}) {
            broadcast_shape const shape{ranks, fan_out};
            std::set<int> reached{0};
            for (int rank = 0; rank < ranks; ++rank)
                for (int const child : shape.children(rank)) {
                    CHECK(reached.contains(rank));
                    CHECK(reached.insert(child).second);
                    CHECK(shape.parent(child) == rank);
                }
            CHECK(static_cast<int>(reached.size()) == ranks);
        }
    CHECK(broadcast_shape{5, 1}.children(0) == std::vector<int>{1});
    CHECK(broadcast_shape{5, 1}.depth() == 4);
    CHECK(broadcast_shape{8, 2}.depth() == 3);
    CHECK(broadcast_shape{1, 1}.depth() == 0);
}

TEST_CASE("few nodes make a chain; so many that its filling would take longest make a tree") {
    std::uint64_t const chunk = 1 << 18;
    CHECK(broadcast_shape::cheapest(5, 500'000'000, chunk).fan_out == 1);
    CHECK(broadcast_shape::cheapest(1000, 500'000'000, chunk).fan_out == 1);
    CHECK(broadcast_shape::cheapest(10'001, 500'000'000, chunk).fan_out == 2);
    CHECK(broadcast_shape::cheapest(1, 0, chunk).fan_out == 1);
}

TEST_CASE("what nodes lack is united, object by object") {
    auto const all = objects({5, 0, 7, 100, 3});
    object_set first{all, {all[0], all[3]}}, second{all, {all[3], all[4]}};
    REQUIRE(first.word_count() == 1);
    first.data()[0] |= second.data()[0];
    auto const sent = first.of(all);
    REQUIRE(sent.size() == 3);
    CHECK(sent[1].digest == all[3].digest);
    CHECK(estima::bytes_of(sent) == 108);
    CHECK(object_set{all, {}}.of(all).empty());
    CHECK(object_set::words(64) == 1);
    CHECK(object_set::words(65) == 2);
}

TEST_CASE("each node takes its own out of the one stream, wherever it is cut") {
    auto const sent = objects({3, 1, 4, 2});
    for (std::size_t const piece : {1U, 2U, 3U, 7U, 100U}) {
        CHECK(picked(sent, {sent[0], sent[2]}, piece) == "0002222");
        CHECK(picked(sent, sent, piece) == "0001222233");
        CHECK(picked(sent, {}, piece).empty());
        CHECK(picked(sent, {sent[3]}, piece) == "33");
    }
}
