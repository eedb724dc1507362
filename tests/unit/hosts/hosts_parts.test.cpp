// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <cstdlib>

#include <estima/hosts/clock_comparison.hpp>
#include <estima/hosts/reach.hpp>

TEST_CASE("the quickest answer tells how far a clock is ahead") {
    estima::clock_comparison clock;
    CHECK(clock.offset() == 0);
    clock.take(100, 3700.9, 102);  // one way took much longer than the other
    clock.take(200, 3800.05, 200.1);
    CHECK_FALSE(clock.is_enough());
    clock.take(300, 3904, 301);
    clock.take(400, 4001, 399);  // somebody set the clock in between
    CHECK(clock.is_enough());
    CHECK(clock.offset() == Approx(3600).margin(0.001));
}

TEST_CASE("a difference that the way there and back may have made is none") {
    estima::clock_comparison clock;
    clock.take(100, 100.004, 100.01);
    CHECK(clock.offset() == 0);
    clock.take(200, 200.004, 200.002);
    CHECK(clock.offset() == Approx(0.003));
}

TEST_CASE("a port that answers is reached, and one that does not is told with its reason") {
    std::uint32_t const here = *estima::ipv4_from("127.0.0.1");
    std::string closed;
    {
        estima::reachable_port const open{here}, gone{here};
        REQUIRE(open.port() > 0);
        closed = "127.0.0.1:" + std::to_string(gone.port());
        CHECK(estima::unreached({"127.0.0.1:" + std::to_string(open.port()), closed}, 5).empty());
    }
    auto const told = estima::problems_with_reaching({{closed, "n7"}});
    REQUIRE(told.size() == 1);
    CHECK(told[0].find("does not reach n7 at " + closed + ": Connection refused") != std::string::npos);
}
