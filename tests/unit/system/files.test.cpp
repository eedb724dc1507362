// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <string>

#include <estima/system/files.hpp>

#include "../../support/error_of.hpp"
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

TEST_CASE("what is to be done about a file that is refused is said of that file") {
    estima_test::temporary_directory folder;
    fs::create_directories(folder / "w/runs");
    estima::replace_file(folder / "w/workspace.json", "{}");
    auto const remedy = [&](char const* doing, fs::path const& path, int code) {
        std::string const told = estima_test::error_of([&] { estima::throw_file_error(doing, path, code); });
        std::size_t const at = told.find("remedy: ");
        return at == std::string::npos ? "" : told.substr(at + 8);
    };
    char const* const access = "make it accessible for this user";
    std::string const elsewhere = ", or choose another place",
                      other_workspace = ", or choose another workspace ($ESTIMA_WORKSPACE)";
    fs::path const inside = folder / "w/runs/a/events.jsonl", outside = folder / "v/model.pkl";
    CHECK(remedy("cannot write", inside, EACCES) == access + other_workspace);
    CHECK(remedy("cannot create directory", folder / "w", EROFS) == access + other_workspace);
    CHECK(remedy("cannot write", inside, ENOSPC) == "free space on that file system" + other_workspace);
    CHECK(remedy("cannot write", folder / "new/workspace.json", EACCES) == access + other_workspace);
    CHECK(remedy("cannot write", outside, EACCES) == access + elsewhere);
    CHECK(remedy("cannot write", outside, EDQUOT) == "free space on that file system" + elsewhere);
    CHECK(remedy("cannot write", "model.pkl", ENOTDIR) == "a part of that path is a file: remove it" + elsewhere);
    CHECK(remedy("cannot read", inside, EACCES) == access);  // it is where it is
    CHECK(remedy("cannot read", outside, EACCES) == access);
    CHECK(remedy("cannot read", outside, ENOENT) == "check its path");
    CHECK(remedy("cannot read", inside, ENOENT) == "restore it from a copy of the workspace");
    CHECK(remedy("cannot write", outside, ENOENT) == "make the folder that it is to be in" + elsewhere);
    CHECK(remedy("cannot read", outside, EISDIR) == "that is a folder: name a file");
    CHECK(remedy("cannot read", outside, EIO) == "see to what the system says there, and try again");
    CHECK(remedy("cannot delete", inside, EBUSY) == "see to what the system says there, and try again");
    CHECK(remedy("cannot move", inside, EXDEV).starts_with("runs, deleted and snapshots of a workspace have to be on"));
    CHECK(remedy("cannot write", outside, EXDEV) == "both have to be on one file system");
}
