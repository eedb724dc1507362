// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <estima/snapshot/snapshot_store.hpp>

#include <support/temporary_directory.hpp>
#include "tree_on_disk.hpp"

using estima_test::temporary_directory;
using estima_test::thrown_by;
using estima_test::write;
namespace fs = std::filesystem;
using Catch::Matchers::Contains;

namespace {

// The lines that the error says to add to .amlignore.
std::vector<std::string> proposed(estima::error const& e) {
    std::vector<std::string> lines;
    std::string const& text = e.text().remedy;
    for (std::size_t at = 0; (at = text.find("\n      /", at)) != text.npos;) {
        at += 7;
        lines.push_back(text.substr(at, text.find('\n', at) - at));
    }
    return lines;
}

// Does what the error says, and takes the snapshot again.
std::string paths_after(estima::snapshot_store& store, fs::path const& source, estima::snapshot_limits const& limits,
                        estima::error const& e) {
    std::string text = estima_test::contents(source / ".amlignore");
    for (auto const& line : proposed(e)) text += line + "\n";
    write(source / ".amlignore", text);
    std::string paths;
    for (auto const& entry : store.entries(store.take(source, limits).id)) paths += entry.path + "|";
    return paths;
}

}  // namespace

TEST_CASE("the defaults are 300 MB and 2000 files", "[snapshot][limits]") {
    estima::snapshot_limits const limits;
    CHECK(limits.max_bytes == 314'572'800);
    CHECK(limits.max_files == 2000);
    temporary_directory temporary;
    for (int i = 0; i < 2000; ++i) write(temporary / "source/many" / std::to_string(i), "");
    fs::create_directories(temporary / "source/a/b/c");  // directories do not count
    estima::snapshot_store store{temporary / "store"};
    CHECK(store.take(temporary / "source").files == 2000);
    fs::create_symlink("many", temporary / "source/link");  // links do
    CHECK(thrown_by([&] { store.take(temporary / "source"); }).id() == "EST-202");
    fs::remove(temporary / "source/link");
    { std::ofstream{temporary / "source/many/0"}; }
    fs::resize_file(temporary / "source/many/0", 314'572'801);  // a hole
    CHECK(thrown_by([&] { store.take(temporary / "source"); }).id() == "EST-201");
}

TEST_CASE("too many bytes: the error names the largest and the lines that help", "[snapshot][limits]") {
    temporary_directory temporary;
    fs::path const source = temporary / "source";
    write(source / "src/train.py", std::string(3000, 'p'));
    write(source / "src/data/one.bin", std::string(90'000, '1'));
    write(source / "models/a [1]*.ckpt", std::string(60'000, '2'));
    write(source / "models/b ", std::string(50'000, '2'));
    write(source / "README", "r");
    estima::snapshot_limits const limits{.max_bytes = 100'000};
    estima::snapshot_store store{temporary / "store"};
    auto const e = thrown_by([&] { store.take(source, limits); });
    CHECK(e.id() == "EST-201");
    CHECK_THAT(e.text().what, Contains("198.2 KB in 5 files") && Contains("the limit of 97.7 KB"));
    CHECK_THAT(e.text().why,
               Contains("87.9 KB  src/data/one.bin") && Contains("107.4 KB  models/") && Contains("90.8 KB  src/"));
    CHECK_THAT(e.text().remedy,
               Contains(".amlignore") && Contains("snapshot_limits::max_bytes") && !Contains(".gitignore"));
    CHECK(proposed(e) == std::vector<std::string>{"/models/"});
    CHECK(paths_after(store, source, limits, e) == ".amlignore|README|src|src/data|src/data/one.bin|src/train.py|");
    CHECK(store.take(source, {.max_bytes = 200'000}).files == 4);
}

TEST_CASE("a folder that is wanted but for one thing in it is not proposed itself", "[snapshot][limits]") {
    temporary_directory temporary;
    fs::path const source = temporary / "source";
    write(source / "src/train.py", std::string(3000, 'p'));
    write(source / "src/odd *[x]\\ name ", std::string(90'000, '1'));
    write(source / ".gitignore", "nothing\n");
    estima::snapshot_limits const limits{.max_bytes = 10'000};
    estima::snapshot_store store{temporary / "store"};
    auto const e = thrown_by([&] { store.take(source, limits); });
    CHECK(proposed(e) == std::vector<std::string>{"/src/odd \\*\\[x]\\\\ name\\ "});
    CHECK_THAT(e.text().remedy, Contains(".gitignore is no longer read"));
    CHECK(paths_after(store, source, limits, e) == ".amlignore|.gitignore|src|src/train.py|");
}

TEST_CASE("too many files: the error names the folders with most and the lines that help", "[snapshot][limits]") {
    temporary_directory temporary;
    fs::path const source = temporary / "source";
    for (int i = 0; i < 40; ++i) write(source / "data/images/train" / (std::to_string(i) + ".png"), "");
    for (int i = 0; i < 30; ++i) write(source / "data/images/test" / (std::to_string(i) + ".png"), "");
    for (int i = 0; i < 25; ++i) write(source / (std::to_string(i) + ".jpg"), "");
    for (int i = 0; i < 5; ++i) write(source / "src" / (std::to_string(i) + ".py"), "");
    estima::snapshot_limits const limits{.max_files = 10};
    estima::snapshot_store store{temporary / "store"};
    auto const e = thrown_by([&] { store.take(source, limits); });
    CHECK(e.id() == "EST-202");
    CHECK_THAT(e.text().what, Contains("100 files") && Contains("10 files"));
    CHECK_THAT(e.text().why, Contains("70 files  data/images/") && Contains("40 files  data/images/train/"));
    CHECK(proposed(e) == std::vector<std::string>{"/data/images/", "/*.jpg"});
    CHECK(paths_after(store, source, limits, e) == ".amlignore|data|src|src/0.py|src/1.py|src/2.py|src/3.py|src/4.py|");
}

TEST_CASE("too many files without an ending in the top folder: the line has what their names share", "[snapshot][limits]") {
    temporary_directory temporary;
    fs::path const source = temporary / "source";
    for (int i = 0; i < 30; ++i) write(source / ("part*" + std::to_string(i)), "");
    for (int i = 0; i < 20; ++i) write(source / std::to_string(i), "");
    write(source / "Makefile", "");
    estima::snapshot_limits const limits{.max_files = 10};
    estima::snapshot_store store{temporary / "store"};
    auto const e = thrown_by([&] { store.take(source, limits); });
    CHECK(proposed(e) == std::vector<std::string>{"/part\\**", "/[0-9]*"});
    CHECK(paths_after(store, source, limits, e) == ".amlignore|Makefile|");
}

TEST_CASE("what is ignored does not count, and a refused tree leaves nothing in the store", "[snapshot][limits]") {
    temporary_directory temporary;
    fs::path const source = temporary / "source";
    write(source / "big", std::string(5000, 'x'));
    write(source / "small", "x");
    estima::snapshot_store store{temporary / "store"};
    CHECK(thrown_by([&] { store.take(source, {.max_bytes = 1000}); }).id() == "EST-201");
    CHECK_FALSE(fs::exists(temporary / "store"));
    write(source / ".amlignore", "big\n");
    CHECK(store.take(source, {.max_bytes = 1000}).bytes == 5);
}

TEST_CASE("sizes that are almost the same are told so that they differ", "[snapshot][limits]") {
    temporary_directory temporary;
    write(temporary / "source/f", std::string(2'000'001, 'x'));
    estima::snapshot_store store{temporary / "store"};
    auto const e = thrown_by([&] { store.take(temporary / "source", {.max_bytes = 2'000'000}); });
    CHECK_THAT(e.text().what, Contains("2000001 bytes") && Contains("2000000 bytes"));
}
