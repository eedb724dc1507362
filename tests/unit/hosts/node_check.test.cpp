// SPDX-License-Identifier: BSL-1.0
#include <estima/hosts/node_check.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <support/temporary_directory.hpp>

namespace {
/// What is wrong with an interpreter that is to have these modules.
std::vector<std::string> problems(std::string const& interpreter, std::vector<std::string> const& modules,
                                  int seconds = 20) {
    estima::run_configuration c;
    c.environment.python.interpreter_path = interpreter;
    std::vector<estima::node_problem> found;
    estima::detail::check_interpreter(c, modules, seconds, found);
    std::vector<std::string> whys;
    for (auto const& p : found) whys.push_back(p.why);
    return whys;
}
bool says(std::vector<std::string> const& all, std::string const& part) {
    return std::any_of(all.begin(), all.end(), [&](auto const& one) { return one.find(part) != std::string::npos; });
}
std::string program_file(std::filesystem::path const& path, std::string const& text) {
    std::ofstream{path} << text;
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    return path.string();
}
}  // namespace

TEST_CASE("each module that an interpreter lacks is told, those with dots and those after them, too") {
    CHECK(problems("python3", {}).empty());
    CHECK(problems("python3", {"json", "json.decoder", "xml.etree.ElementTree"}).empty());
    auto const told = problems("python3", {"no_such.part", "json.no_part", "os", "json.decoder.part", "no_other"});
    REQUIRE(told.size() == 4);
    for (char const* const name :
         {"no module no_such.part", "no module json.no_part", "no module json.decoder.part", "no module no_other"})
        CHECK(says(told, name));
}

TEST_CASE("what a package prints when it is imported is no module that lacks") {
    estima_test::temporary_directory const folder;
    std::filesystem::create_directories(folder / "talks");
    std::ofstream{folder / "talks/__init__.py"} << "print('hello')\n";
    std::ofstream{folder / "talks/part.py"} << "";
    std::ofstream{folder / "talks/bad.py"} << "";
    std::filesystem::create_directories(folder / "broken");
    std::ofstream{folder / "broken/__init__.py"} << "raise OSError('no library of that name')\n";
    std::string const python =
        program_file(folder / "python", "#!/bin/sh\nPYTHONPATH=" + folder.path().string() + " exec python3 \"$@\"\n");
    CHECK(problems(python, {"talks.part"}).empty());
    auto const told = problems(python, {"broken.part", "no_such"});
    CHECK(says(told, "no module broken.part: OSError('no library of that name')"));
    CHECK(says(told, "no module no_such"));
    std::string const greets = program_file(folder / "greets", "#!/bin/sh\nprintf 'welcome'\nexec python3 \"$@\"\n");
    CHECK(problems(greets, {"json"}).empty());
    CHECK(problems(greets, {"no_such"}).size() == 1);
}

TEST_CASE("an interpreter that does not run, or answers late, is told") {
    estima_test::temporary_directory const folder;
    CHECK(says(problems("no_such_python", {}), "no interpreter no_such_python"));
    std::string const fails = program_file(folder / "fails", "#!/bin/sh\necho 'cannot load libpython' >&2\nexit 3\n");
    CHECK(says(problems(fails, {"json"}), "exit code 3: cannot load libpython"));
    CHECK(says(problems(program_file(folder / "killed", "#!/bin/sh\nkill -9 $$\n"), {}), "SIGKILL"));
    std::string const late = program_file(folder / "late", "#!/bin/sh\nsleep 1000\n");
    CHECK(says(problems(late, {"json"}, 1), "did not end within 1 s"));
    CHECK(problems(late, {}, 0).empty());  // it is not asked
    CHECK(says(problems("no_such_python", {}, 0), "no interpreter no_such_python"));
    CHECK(says(problems(program_file(folder / "foreign", "\x7f" "ELF"), {}), "does not say which modules"));
}

TEST_CASE("modules that are asked for stand in place of the framework's") {
    using names = std::vector<std::string>;
    estima::run_configuration c;
    c.framework = "TensorFlow";
    CHECK(estima::detail::modules_of(c, false, {}) == names{"tensorflow"});
    CHECK(estima::detail::modules_of(c, true, {"json"}) == names{"json", "mpi4py"});
}
