// SPDX-License-Identifier: BSL-1.0
// What compare_runs tells of links, repeated arguments, hosts and packages, and compare_code of permissions.
#include <catch2/catch.hpp>

#include <filesystem>
#include <string>
#include <vector>

#include <estima/workspace/compare_code.hpp>
#include <estima/workspace/compare_runs.hpp>
#include <estima/workspace/workspace.hpp>

#include "../../support/compared_runs.hpp"

namespace {
struct detailed_runs : estima_test::compared_runs {
    /// One whose script is the same in all, with a link beside it.
    estima::run const& add(std::vector<std::string> const& arguments = {}, std::string const& target = "train.py",
                           bool is_executable = false) {
        std::filesystem::remove_all(folder / "source");
        estima_test::write_file(folder / "source/train.py", "x");
        if (is_executable)
            std::filesystem::permissions(folder / "source/train.py", std::filesystem::perms::owner_all);
        std::filesystem::create_symlink(target, folder / "source/link");
        return add_run({.script = "train.py", .arguments = arguments});
    }
    void tell(estima::json const& event) const { estima::journal{runs.back().directory().journal()}.append(event); }
    void tell_host(std::string const& name, int cores, std::string const& numpy) const {
        tell({{"event", "host"}, {"host", name}, {"cores", cores}, {"gpus", {"A", "B"}}});
        if (!numpy.empty())
            tell({{"event", "environment"}, {"host", name}, {"python_version", "3.11"}, {"packages", {{"numpy", numpy}}}});
    }
};
using texts = std::vector<std::string>;
}  // namespace

TEST_CASE("where a link of a snapshot leads, and how often an argument was given, is compared") {
    detailed_runs f;
    f.add({"--layer", "3", "--layer", "4", "--fast"});
    f.add({"--layer", "5", "--layer", "4"}, "nowhere");
    CHECK(f.differences() == texts{"3 arguments.--fast: (flag) none", "3 arguments.--layer: 3 4 5 4",
                                   "6 link: -> train.py -> nowhere"});
}

TEST_CASE("a script that may be executed from now on has changed, though its text has not") {
    detailed_runs f;
    f.add();
    auto const changed = [&f] {
        std::vector<std::string> paths;
        for (auto const& one : estima::compare_code(f.runs.front(), f.runs.back())) {
            paths.push_back(one.path);
            CHECK(one.unified.empty());
        }
        return paths;
    };
    f.add();
    CHECK(changed().empty());
    f.add({}, "train.py", true);
    CHECK(changed() == texts{"train.py"});
    f.runs.erase(f.runs.begin());
    CHECK(f.differences() == texts{"6 train.py: not executable executable"});
}

TEST_CASE("of permissions only that of who may execute a file is compared, and empty folders are") {
    detailed_runs f;
    auto const source = f.folder / "source";
    f.add();
    std::filesystem::permissions(source / "train.py", std::filesystem::perms::owner_read);
    std::filesystem::create_directories(source / "empty/below");
    std::filesystem::create_directories(source / "full/below");
    estima_test::write_file(source / "full/below/a", "a");
    f.add_run({.script = "train.py"});
    std::string const a = estima::sha256_hex("a");
    CHECK(f.differences() == texts{"6 empty/below: none directory", "6 full/below/a: none " + a});
    std::filesystem::remove(source / "full/below/a");
    f.runs.erase(f.runs.begin());
    f.add_run({.script = "train.py"});
    CHECK(f.differences() == texts{"6 full/below/a: " + a + " none"});
}

TEST_CASE("packages and hardware of the first host are compared, where all runs know theirs") {
    detailed_runs f;
    f.add();
    f.tell_host("first", 4, "1.0");
    f.tell_host("second", 16, "9.0");
    f.add();
    f.tell_host("first", 8, "1.1");
    CHECK(f.differences() == texts{"4 numpy: 1.0 1.1", "5 cores: 4 8"});
    f.add();
    f.tell_host("first", 8, "");  // it was over before its packages were looked at
    CHECK(f.differences() == texts{"5 cores: 4 8 8"});
    f.add();
    CHECK(f.differences().empty());
}
