// SPDX-License-Identifier: BSL-1.0
#include <estima/history/run_details.hpp>

#include <catch2/catch.hpp>

TEST_CASE("how long a run took is told by its journal, and by its processes where a clock was set back") {
    estima::run_details d;
    d.created_time = 1000;
    CHECK(d.duration_seconds(1010) == 10);  // it goes on
    CHECK(d.duration_seconds(990) == 0);
    d.start_time = 1004;
    d.end_time = 1006;
    CHECK(d.duration_seconds(1e6) == 6);
    d.ranks = {{.rank = 0, .wall_seconds = 3}, {.rank = 1, .wall_seconds = 7}};
    CHECK(d.duration_seconds(1e6) == 7);
    d.end_time = 900;
    CHECK(d.duration_seconds(1e6) == 7);
}
