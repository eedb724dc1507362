// SPDX-License-Identifier: BSL-1.0
#include <estima/tracking/upload_file.hpp>

#include "../../support/temporary_directory.hpp"

#include <catch2/catch.hpp>

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <support/scoped_variable.hpp>

namespace {
namespace fs = std::filesystem;

/// The folder of a run, as its script sees it.
struct run_for_uploads {
    estima_test::temporary_directory folder{};
    estima_test::scoped_variable id{"ESTIMA_RUN_ID", "digits_1700000000_0badcafe"};
    estima_test::scoped_variable place{"ESTIMA_RUN_DIRECTORY", (folder / "run").string()};

    run_for_uploads() {
        fs::create_directories(folder / "run/uploads");
        fs::create_directories(folder / "run/code/outputs");
        put("run/uploads/requests", "");
    }
    std::string put(std::string const& name, std::string const& text) const {
        fs::create_directories((folder / name).parent_path());
        std::ofstream{folder / name, std::ios::binary} << text;
        return (folder / name).string();
    }
    std::string text_of(std::string const& name) const {
        std::ifstream file{folder / name, std::ios::binary};
        return {std::istreambuf_iterator<char>{file}, {}};
    }
    std::string requests() const { return text_of("run/uploads/requests"); }
    std::ptrdiff_t files_in_uploads() const {
        return std::distance(fs::directory_iterator{folder / "run/uploads"}, {});
    }
};
}  // namespace

TEST_CASE("an output is uploaded by a line with its name") {
    run_for_uploads f;
    auto const run = estima::run_context::current();
    f.put("run/code/outputs/model.pkl", "m");
    f.put("run/code/outputs/a b/c/d", "d");
    CHECK(upload_file(run, "outputs/model.pkl"));
    CHECK(upload_file(run, "a b/./c//d"));
    CHECK(upload_file(run, "outputs"));
    CHECK(f.requests() == "outputs/model.pkl\noutputs/a b/c/d\noutputs\n");
    for (char const* const name : {"../x", "/etc/passwd", "a/../b", "two\nlines", "caf\xE9", "\xFF/a"}) CHECK_FALSE(upload_file(run, name));
    CHECK(f.requests() == "outputs/model.pkl\noutputs/a b/c/d\noutputs\n");
}

TEST_CASE("a file from elsewhere becomes an output as a whole, with its mode, in place of another") {
    run_for_uploads f;
    auto const run = estima::run_context::current();
    std::string const path = f.put("elsewhere/model", std::string(3'000'000, 'm'));
    fs::permissions(path, fs::perms{0700});
    f.put("run/code/outputs/deep/er/model", "old");
    CHECK(upload_file(run, "deep/er/model", path));
    CHECK(f.text_of("run/code/outputs/deep/er/model") == std::string(3'000'000, 'm'));
    CHECK(fs::status(f.folder / "run/code/outputs/deep/er/model").permissions() == fs::perms{0700});
    CHECK(f.requests() == "outputs/deep/er/model\n");
    CHECK_FALSE(upload_file(run, "none", (f.folder / "none").string()));
    CHECK_FALSE(upload_file(run, "folder", (f.folder / "elsewhere").string()));
    CHECK_FALSE(upload_file(run, "deep/er/model/below", path));
    CHECK(f.files_in_uploads() == 1);
    CHECK(f.requests() == "outputs/deep/er/model\n");
}

TEST_CASE("a folder from elsewhere is uploaded with all files below it") {
    run_for_uploads f;
    auto const run = estima::run_context::current();
    f.put("elsewhere/a", "A");
    f.put("elsewhere/sub/b", "B");
    CHECK(upload_folder(run, "net", (f.folder / "elsewhere").string()));
    CHECK(f.text_of("run/code/outputs/net/a") == "A");
    CHECK(f.text_of("run/code/outputs/net/sub/b") == "B");
    CHECK(f.requests() == "outputs/net\n");
    REQUIRE(::mkfifo((f.folder / "elsewhere/pipe").c_str(), 0600) == 0);
    f.put("elsewhere/c", "C");
    CHECK_FALSE(upload_folder(run, "again", (f.folder / "elsewhere").string()));
    CHECK(f.text_of("run/code/outputs/again/c") == "C");
    CHECK_FALSE(upload_folder(run, "none", (f.folder / "none").string()));
}

TEST_CASE("what is not uploaded is counted, and an error where errors are asked for") {
    run_for_uploads f;
    auto const run = estima::run_context::current();
    auto const strict = estima::run_context::current(estima::on_log_error::throw_);
    std::string const pipe = (f.folder / "pipe").string(), none = (f.folder / "none").string();
    REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    auto const refused = Catch::StartsWith("[EST-621] cannot upload \"");
    std::uint64_t count = 0;
    auto const check = [&](auto const& upload, std::string const& why) {
        CHECK_FALSE(upload(run));
        CHECK(run.dropped() == ++count);
        CHECK_THROWS_WITH(upload(strict), refused && Catch::Contains(why) && Catch::Contains("remedy: "));
        CHECK(strict.dropped() == count);
    };
    check([](auto& r) { return upload_file(r, "outputs/none.txt"); }, "outputs/none.txt: No such file");
    check([](auto& r) { return upload_file(r, "../../../esc"); }, "it is no name in UTF-8 of what is below ./outputs");
    check([](auto& r) { return upload_file(r, "caf\xE9"); }, "it is no name in UTF-8");
    check([&](auto& r) { return upload_file(r, "x", none); }, none + ": No such file");
    check([&](auto& r) { return upload_file(r, "x", pipe); }, pipe + " is no regular file");
    check([&](auto& r) { return upload_folder(r, "x", none); }, none + ": No such file");
    CHECK(f.requests() == "outputs/x\noutputs/x\n");  // of the folder: what could be copied
    CHECK(upload_file(strict, "y", f.put("y", "Y")));
    fs::remove(f.folder / "run/uploads/requests");
    check([&](auto& r) { return upload_file(r, "y"); }, "uploads/requests: No such file");
    {
        estima_test::scoped_variable const no_run{"ESTIMA_RUN_ID", ""};
        auto const outside = estima::run_context::current(estima::on_log_error::throw_);
        CHECK_FALSE(upload_file(outside, "outputs/none.txt"));
        CHECK(outside.dropped() == 0);
    }
}

TEST_CASE("without a run nothing is uploaded and nothing is written") {
    run_for_uploads f;
    estima_test::scoped_variable const no_run{"ESTIMA_RUN_ID", ""};
    CHECK_FALSE(upload_file(estima::run_context::current(), "outputs/x", f.put("x", "x")));
    CHECK(f.requests().empty());
    CHECK(fs::is_empty(f.folder / "run/code/outputs"));
}
