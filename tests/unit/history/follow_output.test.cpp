// SPDX-License-Identifier: BSL-1.0
#include <estima/history/follow_output.hpp>

#include <catch2/catch.hpp>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "../../support/temporary_directory.hpp"

namespace {
using found = estima::output_follower::found;

struct run_that_prints {
    estima_test::temporary_directory folder{};
    estima::run_directory run{folder.path()};
    std::ostringstream out{};
    run_that_prints() { std::filesystem::create_directory(run.system_logs()); }

    void print(std::string const& text, int rank = 0) const {
        std::ofstream{run.rank_stdout(rank), std::ios::app | std::ios::binary} << text;
    }
    void complain(std::string const& text, int rank = 0) const {
        std::ofstream{run.rank_stderr(rank), std::ios::app | std::ios::binary} << text;
    }
    std::string taken() {
        std::string text = out.str();
        out.str("");
        return text;
    }
};
}  // namespace

TEST_CASE("output is copied byte for byte as it grows") {
    run_that_prints f;
    estima::output_follower follower{f.run, {0}};
    CHECK(follower.copy(f.out, false) == found::all);  // nothing was started yet
    f.print("one\n");
    CHECK(follower.copy(f.out, false) == found::all);
    CHECK(f.taken() == "one\n");
    std::string const odd{"\xFF\xC3(\0\x1B[0m\r\n", 10};
    f.print(odd);
    f.complain("warning\n");
    CHECK(follower.copy(f.out, false) == found::all);
    CHECK(f.taken() == odd + "warning\n");
    CHECK(follower.copy(f.out, true) == found::all);
    CHECK(f.taken().empty());
    CHECK(follower.bytes_copied() == 4 + odd.size() + 8);
}

TEST_CASE("the begun end of a line is held back until it is whole or asked for") {
    run_that_prints f;
    estima::output_follower follower{f.run, {0}};
    f.print("whole\nbegun");
    f.complain("error\n");
    CHECK(follower.copy(f.out, false) == found::held);
    CHECK(f.taken() == "whole\nerror\n");
    f.print(" and ended\nnext");
    CHECK(follower.copy(f.out, false) == found::held);
    CHECK(f.taken() == "begun and ended\n");
    CHECK(follower.copy(f.out, true) == found::all);
    CHECK(f.taken() == "next");
    f.print(" goes on\n");
    CHECK(follower.copy(f.out, false) == found::all);
    CHECK(f.taken() == " goes on\n");
}

TEST_CASE("the states of a progress bar are shown as they end") {
    run_that_prints f;
    estima::output_follower follower{f.run, {0}};
    f.complain("\r 10%\r 20%\r 30%");
    CHECK(follower.copy(f.out, false) == found::held);
    CHECK(f.taken() == "\r 10%\r 20%\r");
}

TEST_CASE("a begun line that was shown is ended before another process speaks") {
    run_that_prints f;
    estima::output_follower follower{f.run, {0}};
    f.print("begun");
    CHECK(follower.copy(f.out, true) == found::all);
    f.complain("error\n");
    follower.copy(f.out, false);
    CHECK(f.taken() == "begun\nerror\n");
    f.print("x");
    follower.copy(f.out, true);
    follower.end_line(f.out);
    follower.end_line(f.out);
    CHECK(f.taken() == "x\n");
}

TEST_CASE("lines of several ranks carry their rank") {
    run_that_prints f;
    estima::output_follower follower{f.run, {0, 1, 2}, {.name_ranks = true}};
    f.print("a\n\nb\n", 0);
    f.complain("c\nbegun", 2);
    CHECK(follower.copy(f.out, false) == found::held);
    CHECK(f.taken() == "[0] a\n[0] \n[0] b\n[2] c\n");
    CHECK(follower.copy(f.out, true) == found::all);
    f.print("d\n", 1);
    f.complain(" end\n", 2);
    follower.copy(f.out, false);
    CHECK(f.taken() == "[2] begun\n[1] d\n[2]  end\n");
}

TEST_CASE("a line longer than 64 kB passes through in pieces, and so does more than one call takes") {
    run_that_prints f;
    estima::output_follower follower{f.run, {0}};
    std::string const line(10'000'000, 'x');
    f.print(line);
    f.complain("first\n");
    int calls = 0;
    found state = found::more;
    for (; state == found::more; ++calls) state = follower.copy(f.out, false);
    CHECK(state == found::held);  // the rest of the line after the last full piece
    CHECK(calls > 1);
    CHECK(follower.copy(f.out, true) == found::all);
    std::string const all = f.taken();
    auto const other = all.find("\nfirst\n");  // not after ten megabytes
    REQUIRE(other != std::string::npos);
    CHECK(other < 4'000'000);
    CHECK(all.size() == line.size() + 7);
    CHECK(std::count(all.begin(), all.end(), 'x') == 10'000'000);
}
