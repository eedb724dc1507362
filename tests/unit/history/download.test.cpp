// SPDX-License-Identifier: BSL-1.0
#include <estima/history/artifacts.hpp>

#include <catch2/catch.hpp>

#include <sys/file.h>
#include <sys/resource.h>

#include <csignal>
#include <fstream>
#include <iterator>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "../../support/error_of.hpp"
#include "../../support/temporary_directory.hpp"

namespace {
namespace fs = std::filesystem;

struct run_to_download {
    estima_test::temporary_directory folder{};
    estima::run_directory run{folder / "runs/digits_1_0"};
    estima::run_record record{};
    std::string const large = std::string(30'000'000, 'L') + "end";

    void output(std::string const& name, std::string const& text) {
        fs::create_directories((run.code() / name).parent_path());
        std::ofstream{run.code() / name, std::ios::binary} << text;
        std::string const hash = estima::sha256_hex(text);
        record.apply({{"event", "artifact"}, {"path", name}, {"bytes", text.size()}, {"sha256", hash}});
    }
    fs::path target() const { return folder / "there/large"; }
    fs::path part() const { return folder / ("there/large." + estima::sha256_hex(large).substr(0, 12) + ".part"); }
    std::string text() const { return estima::read_file(target()); }
    void get(estima::download_options const& options = {}) const {
        estima::copy_out(run, record, "outputs/large", target(), options);
    }
    void interrupt() const {
        auto const stop = [](estima::download_progress const&) { throw std::runtime_error{"enough"}; };
        CHECK_THROWS_WITH(get({.on_progress = stop}), "enough");
    }
    void write_part(std::string const& bytes) const {
        fs::create_directories(part().parent_path());
        std::ofstream{part(), std::ios::binary} << bytes;
    }
    std::size_t files_there() const {
        return static_cast<std::size_t>(std::distance(fs::directory_iterator{folder / "there"}, {}));
    }
};
}  // namespace

TEST_CASE("an interrupted download is kept aside and resumed") {
    run_to_download f;
    f.output("outputs/large", f.large);
    f.interrupt();
    CHECK_FALSE(fs::exists(f.target()));
    REQUIRE(fs::exists(f.part()));
    auto const there = fs::file_size(f.part());
    CHECK(there > 0);
    CHECK(there < f.large.size());
    std::vector<std::uint64_t> told;
    f.get({.on_progress = [&](estima::download_progress const& p) {
        told.push_back(p.bytes);
        CHECK(p.total_bytes == f.large.size());
        CHECK(p.file == "outputs/large");
    }});
    CHECK(f.text() == f.large);
    CHECK(f.files_there() == 1);
    REQUIRE_FALSE(told.empty());
    CHECK(told.front() > there);
    CHECK(told.back() == f.large.size());
    CHECK(std::is_sorted(told.begin(), told.end()));
}

TEST_CASE("a kept part that is wrong, too long or complete does not matter") {
    run_to_download f;
    f.output("outputs/large", f.large);
    for (std::string const& part : {std::string(20'000'000, 'x'), f.large + "more", f.large, std::string{}}) {
        CAPTURE(part.size());
        f.write_part(part);
        f.get();
        CHECK(f.text() == f.large);
        CHECK(f.files_there() == 1);
        fs::remove(f.target());
    }
}

TEST_CASE("what does not fit its checksum is refused, and neither a file nor a part is left") {
    run_to_download f;
    f.output("outputs/large", f.large);
    f.interrupt();
    std::ofstream{f.run.code() / "outputs/large", std::ios::binary} << std::string(f.large.size(), 'Z');
    CHECK(estima_test::error_of([&] { f.get(); }).starts_with("[EST-504]"));
    CHECK(f.files_there() == 0);
}

TEST_CASE("a file with the longest name that there is is downloaded under it") {
    run_to_download r;
    for (char const last : {'a', 'b'}) {
        std::string const name = std::string(254, 'n') + last;
        r.output("outputs/" + name, std::string{last});
        estima::copy_out(r.run, r.record, "outputs/" + name, r.folder / "there" / name, {});
        CHECK(estima::read_file(r.folder / "there" / name) == std::string{last});
    }
    CHECK(std::distance(fs::directory_iterator{r.folder / "there"}, {}) == 2);
}

TEST_CASE("a part that another process is working on is left alone") {
    run_to_download f;
    f.output("outputs/large", f.large);
    f.write_part("half");
    auto const other = estima::open_file(f.part(), O_RDWR);
    REQUIRE(::flock(other.get(), LOCK_EX | LOCK_NB) == 0);
    f.get();
    CHECK(f.text() == f.large);
    CHECK(estima::read_file(f.part()) == "half");
    fs::remove(f.part());
    fs::create_symlink("/etc/passwd", f.part());  // nor one that is no file
    f.get();
    CHECK(f.text() == f.large);
}

TEST_CASE("a file system that is full interrupts a download, which goes on when there is room again") {
    run_to_download f;
    f.output("outputs/large", f.large);
    auto const before = ::signal(SIGXFSZ, SIG_IGN);
    rlimit limit{};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &limit) == 0);
    rlimit const less{10'000'000, limit.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &less) == 0);
    std::string const told = estima_test::error_of([&] { f.get(); });
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &limit) == 0);
    ::signal(SIGXFSZ, before);
    CHECK(told.starts_with("[EST-301] cannot write " + f.target().string()));
    CHECK_FALSE(fs::exists(f.target()));
    CHECK(fs::file_size(f.part()) == 10'000'000);
    f.get();
    CHECK(f.text() == f.large);
}

TEST_CASE("many files are downloaded at once, each told when it is complete") {
    run_to_download f;
    std::uint64_t total = 0;
    for (int i = 0; i < 200; ++i) {
        std::string const text(static_cast<std::size_t>(i), 'x');
        f.output("outputs/" + std::to_string(i % 7) + "/" + std::to_string(i), text);
        total += static_cast<std::uint64_t>(i);
    }
    std::set<std::string> complete;
    std::size_t files = 0;
    estima::download_options const options{.on_progress =
                                               [&](estima::download_progress const& p) {
                                                   complete.insert(p.file);
                                                   files = p.files;
                                                   CHECK(p.total_bytes == total);
                                                   CHECK(p.total_files == 200);
                                               },
                                           .at_once = 8};
    CHECK(estima::copy_all_out(f.run, f.record, {"outputs"}, f.folder / "there", options) == 200);
    CHECK(complete.size() == 200);
    CHECK(files == 200);
    CHECK(estima::read_file(f.folder / "there/outputs/3/199").size() == 199);
}

TEST_CASE("files that are not as they were recorded are named, and all others are copied") {
    run_to_download f;
    for (int i = 100; i < 300; ++i) f.output("outputs/" + std::to_string(i), "four");
    std::ofstream{f.run.code() / "outputs/105"} << "f0ur";
    fs::remove(f.run.code() / "outputs/299");
    for (int const at_once : {-1, 1, 4}) {
        fs::remove_all(f.folder / "there");
        std::uint64_t bytes = 0;
        try {
            estima::copy_all_out(f.run, f.record, {""}, f.folder / "there",
                                 {.on_progress = [&](auto const& p) { bytes = p.bytes; }, .at_once = at_once});
            FAIL("it has to tell that files are not there");
        } catch (estima::not_downloaded const& e) {
            CHECK(std::string{e.what()}.starts_with("[EST-504] 2 of 200 files cannot be copied; the others were\n"
                                                    "  why: outputs/105: a file is no longer what was recorded; "
                                                    "outputs/299: a file that was recorded is not there any more\n"));
            REQUIRE(e.files.size() == 2);
            CHECK(e.files[0].name == "outputs/105");
            CHECK(e.files[1].id == "EST-504");
            CHECK(e.copied.files == 198);
            CHECK(e.copied.bytes == 198 * 4);
        }
        CHECK(bytes == 198 * 4);
        CHECK_FALSE(fs::exists(f.folder / "there/outputs/105"));
        CHECK(std::distance(fs::directory_iterator{f.folder / "there/outputs"}, {}) == 198);
    }
    // The only one that is asked for is told as it is; what its program throws ends all.
    CHECK(estima_test::error_of([&] {
              estima::copy_all_out(f.run, f.record, {"outputs/299"}, f.folder / "there");
          }).starts_with("[EST-504] a file that was recorded is not there any more\n  where: "));
    fs::remove_all(f.folder / "there");
    CHECK_THROWS_AS(estima::copy_all_out(f.run, f.record, {""}, f.folder / "there",
                                         {.on_progress = [](auto const&) { throw estima::error{"EST-504", {"stop"}}; },
                                          .at_once = 1}),
                    estima::error);
    CHECK(std::distance(fs::directory_iterator{f.folder / "there/outputs"}, {}) == 1);
}

TEST_CASE("where files cannot be written, the first error ends a download of many") {
    run_to_download f;
    for (int i = 100; i < 300; ++i) f.output("outputs/" + std::to_string(i), "x");
    std::ofstream{f.folder / "there"} << "a file";
    CHECK(estima_test::error_of([&] {
              estima::copy_all_out(f.run, f.record, {""}, f.folder / "there");
          }).starts_with("[EST-301] cannot create directory"));
}
