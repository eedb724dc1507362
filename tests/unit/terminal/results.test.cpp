// SPDX-License-Identifier: BSL-1.0
// Commands of the program `estima` that tell what runs and models are, and copy their files.
#include <catch2/catch.hpp>

#include <filesystem>
#include <sstream>
#include <string>

#include <estima/terminal/download_files.hpp>
#include <estima/terminal/list_models.hpp>
#include <estima/terminal/show_run.hpp>

#include "../../support/error_of.hpp"
#include "../../support/fake_run.hpp"
#include "seen.hpp"

namespace {
namespace fs = std::filesystem;
namespace terminal = estima::terminal;
using Catch::Contains;
using estima::json;
using estima_test::seen;

struct run_of_three_files : estima_test::fake_run {
    run_of_three_files() {
        start();
        for (char const* name : {"a", "b", "c"}) output(std::string{"outputs/"} + name, "text");
        complete();
    }
};
}  // namespace

TEST_CASE("files that cannot be copied are told, and all others are there") {
    run_of_three_files fake;
    estima_test::write_file(fake.directory().code() / "outputs/a", "t3xt");
    fs::remove(fake.directory().code() / "outputs/c");
    std::string const to = (fake / "there").string();
    seen s;
    CHECK(terminal::download_files(fake.workspace(), {.run = "latest", .directory = to}, s.anew()) == 1);
    CHECK(s.out.str() == "1 file, 4 B, in " + to + "\n");
    CHECK(s.err.str() ==
          "not copied: outputs/a: [EST-504] a file is no longer what was recorded\n"
          "not copied: outputs/c: [EST-504] a file that was recorded is not there any more\n");
    CHECK(estima::read_file(fake / "there/outputs/b") == "text");
    CHECK(terminal::download_files(fake.workspace(), {.run = "latest", .directory = to}, s.anew(true)) == 1);
    json const told = json::parse(s.out.str());
    CHECK(told["files"] == 1);
    CHECK(told["failed"] == json{{{"path", "outputs/a"}, {"id", "EST-504"}, {"why", told["failed"][0]["why"]}},
                                 {{"path", "outputs/c"}, {"id", "EST-504"}, {"why", told["failed"][1]["why"]}}});
    CHECK_THAT(estima_test::error_of([&] {
                   terminal::download_files(fake.workspace(),
                                            {.run = "latest", .paths = {"outputs/c"}, .directory = to}, s.anew());
               }),
               Catch::StartsWith("[EST-504]") && Contains(fake.directory().run_id() + "/code/outputs/c\n"));
}
