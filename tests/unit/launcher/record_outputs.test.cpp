// SPDX-License-Identifier: BSL-1.0
#include <estima/launcher/record_outputs.hpp>
#include <estima/launcher/upload_watch.hpp>

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "../../support/temporary_directory.hpp"

namespace {
namespace fs = std::filesystem;

struct recorded_outputs {
    estima_test::temporary_directory folder{};
    estima::run_directory run{folder / "runs/digits_1_0"};

    recorded_outputs() {
        fs::create_directories(run.outputs());
        estima::journal::create(run.journal(), {{"event", "created"}, {"run_id", run.run_id()}});
    }
    void put(std::string const& name, std::string const& text) const {
        fs::create_directories((run.outputs() / name).parent_path());
        std::ofstream{run.outputs() / name, std::ios::binary} << text;
    }
    /// The lines that it adds to the journal.
    std::vector<estima::json> record(std::string const& name = "outputs") const {
        std::size_t const before = estima::read_file(run.journal()).size();
        estima::journal log{run.journal()};
        estima::record_outputs(run, {}, log, name);
        std::ifstream file{run.journal()};
        file.seekg(static_cast<std::streamoff>(before));
        std::vector<estima::json> added;
        for (std::string line; std::getline(file, line);) added.push_back(estima::json::parse(line));
        return added;
    }
    std::vector<std::string> names() const {
        estima::journal log{run.journal()};
        std::vector<std::string> all;
        for (auto const& a : log.record().artifacts) all.push_back(a.path);
        return all;
    }
};
}  // namespace

TEST_CASE("what is recorded as it is gets no line; what changed says what it replaces; what went is said") {
    recorded_outputs f;
    f.put("a", "1");
    f.put("b/c", "2");
    f.put("b.txt", "3");
    CHECK(f.record().size() == 3);
    CHECK(f.record().empty());
    CHECK(f.names() == std::vector<std::string>{"outputs/a", "outputs/b/c", "outputs/b.txt"});
    f.put("a", "one");
    fs::remove(f.run.outputs() / "b/c");
    auto const added = f.record();
    REQUIRE(added.size() == 3);
    CHECK(added[0]["replaces"] == estima::sha256_hex("1"));
    CHECK(added[0]["sha256"] == estima::sha256_hex("one"));
    CHECK(added[1]["event"] == "artifact_gone");
    CHECK(added[1]["path"] == "outputs/b/c");
    CHECK(added[2]["event"] == "warning");
    CHECK(f.names() == std::vector<std::string>{"outputs/a", "outputs/b.txt"});
}

TEST_CASE("one output or folder is recorded by its name, and the others stay as they were") {
    recorded_outputs f;
    f.put("a", "1");
    f.put("b/c/d", "2");
    f.put("b/e", "3");
    f.put("bc", "4");
    CHECK(f.record("outputs/b/c").size() == 1);
    CHECK(f.names() == std::vector<std::string>{"outputs/b/c/d"});
    CHECK(f.record("outputs/b").size() == 1);
    CHECK(f.record("outputs/a").size() == 1);
    CHECK(f.names() == std::vector<std::string>{"outputs/a", "outputs/b/c/d", "outputs/b/e"});
    fs::create_directory_symlink("b", f.run.outputs() / "link");
    CHECK(f.record("outputs/link/e").front()["message"] == "outputs/link is no artifact: it is not a directory");
    CHECK(f.record("outputs/a/x").front()["message"] == "outputs/a is no artifact: it is not a directory");
}

TEST_CASE("what is no artifact is told once, also when it was uploaded before") {
    recorded_outputs f;
    f.put("caf\xE9", "x");
    f.put("good", "x");
    auto const told = f.record("outputs/caf\xE9");
    REQUIRE(told.size() == 1);
    CHECK(told[0]["event"] == "warning");
    auto const later = f.record();
    REQUIRE(later.size() == 1);
    CHECK(later[0]["path"] == "outputs/good");
}

TEST_CASE("many outputs are recorded, and none is lost between two writes") {
    recorded_outputs f;
    std::vector<std::string> expected;
    for (int i = 1000; i < 1600; ++i) {
        f.put(std::to_string(i), "x");
        expected.push_back("outputs/" + std::to_string(i));
    }
    CHECK(f.record().size() == 600);
    CHECK(f.names() == expected);
}

TEST_CASE("a request names what is below ./outputs, in several ways") {
    estima::run_directory const run{"/w/runs/r_1"};
    auto const name = [&](char const* line) { return estima::detail::requested_output(line, run); };
    CHECK(name("outputs/a b") == "outputs/a b");
    CHECK(name("./outputs//x/\r") == "outputs/x");
    CHECK(name("outputs") == "outputs");
    CHECK(name("/w/runs/r_1/code/outputs/x") == "outputs/x");
    for (char const* const line : {"", "x", "outputs/../x", "../outputs/x", "/etc/passwd", "outputsx", "/"})
        CHECK(name(line).empty());
    CHECK(estima::detail::requested_output({"outputs/a\0b", 11}, run).empty());
}

TEST_CASE("the media type is told by the extension, in any case") {
    CHECK(estima::media_type_of("outputs/a.PNG") == "image/png");
    CHECK(estima::media_type_of("a.tar.gz") == "application/gzip");
    CHECK(estima::media_type_of("outputs.csv/a") == "application/octet-stream");
    CHECK(estima::media_type_of("a.") == "application/octet-stream");
    CHECK(estima::media_type_of(".json") == "application/json");
    CHECK(estima::artifact_record{"outputs/x.csv", 0, ""}.media_type() == "text/csv");
}
