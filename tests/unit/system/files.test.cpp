// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <sys/stat.h>

#include <filesystem>

#include <estima/system/files.hpp>

#include "../../support/temporary_directory.hpp"
#include "../../support/umask_here.hpp"

namespace {
namespace fs = std::filesystem;
unsigned mode_of(fs::path const& path) {
    return static_cast<unsigned>(fs::status(path).permissions() & fs::perms::all);
}
}  // namespace

TEST_CASE("a file that is replaced keeps its mode, and a new one has that by umask") {
    estima_test::temporary_directory folder;
    mode_t const mask = GENERATE(mode_t{077}, mode_t{022}, mode_t{002});
    estima_test::umask_here const set{mask};
    fs::path const file = folder / "file";
    estima::replace_file(file, "one");
    CHECK(mode_of(file) == (0666 & ~mask));
    for (unsigned const mode : {0600U, 0664U, 0444U}) {
        fs::permissions(file, fs::perms{mode});
        estima::replace_file(file, "two", estima::durable::yes);
        CHECK(mode_of(file) == mode);
        CHECK(estima::read_file(file) == "two");
    }
    fs::rename(file, folder / "elsewhere");
    fs::create_symlink("elsewhere", file);
    estima::replace_file(file, "three");  // the link, not what it leads to
    CHECK(mode_of(file) == (0666 & ~mask));
    CHECK(mode_of(folder / "elsewhere") == 0444);
    CHECK(estima::names_in(folder.path()).size() == 2);
}

TEST_CASE("temporary files have names of their own, however many there are") {
    estima_test::temporary_directory folder;
    for (std::size_t i = 1; i <= 300; ++i) {
        std::string name = folder / "file.XXXXXX";
        REQUIRE(estima::make_temporary(name));
        REQUIRE(fs::exists(name));
        REQUIRE(estima::names_in(folder.path()).size() == i);
    }
    std::string nowhere = folder / "none/file.XXXXXX";
    CHECK_FALSE(estima::make_temporary(nowhere));
    CHECK(errno == ENOENT);
}
