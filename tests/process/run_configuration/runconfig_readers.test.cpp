// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <sys/wait.h>

#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

#include <estima/runconfig_file/write_runconfig.hpp>
#include <estima/system/files.hpp>
#include <support/skip.hpp>
#include <support/source_folder.hpp>
#include <support/temporary_directory.hpp>

#include "../../unit/run_configuration/generated_configuration.hpp"

namespace {
using namespace estima;

/// What the system's Python, which has the two readers, makes of it.
int readers(std::string const& arguments, std::filesystem::path const& output) {
    std::string const script = estima_test::source_folder() + "/process/run_configuration/read_runconfig.py";
    int const status = std::system(
        ("/usr/bin/python3 -B '" + script + "' " + arguments + " > '" + output.string() + "' 2>&1").c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// The JSON of what a YAML file of this configuration says: keys that are left out there are left out here.
json expected(run_configuration const& c, std::string const& yaml) {
    json all = to_json(c);
    for (char const* key : {"autoPrepareEnvironment", "datacaches", "outputData", "applicationEndpoints", "services",
                            "displayName", "tags", "retries", "placement"})
        if (("\n" + yaml).find("\n" + std::string{key} + ":") == std::string::npos) all.erase(key);
    auto drop = [](json& section, char const* key) {
        if (section[key].is_null()) section.erase(key);
    };
    drop(all["environment"]["docker"]["baseImageRegistry"], "passwordVariable");
    drop(all["environment"]["python"], "condaDependencies");
    drop(all["environment"]["databricks"], "cluster");
    drop(all["history"], "ambientAuthentication");
    drop(all["mpi"], "nodeCount");
    drop(all["pytorch"], "nodeCount");
    return all;
}
}  // namespace

TEST_CASE("what estima writes is the same data to ruamel.yaml, which Azure's SDK reads with, and to PyYAML") {
    estima_test::temporary_directory const folder;
    estima_test::configuration_generator generator{4};
    auto write = [&](std::string const& name, run_configuration const& c) {
        std::string const yaml = runconfig_text(c).text;
        replace_file(folder.path() / (name + ".yml"), yaml);
        replace_file(folder.path() / (name + ".json"), expected(c, yaml).dump());
    };
    write("defaults", {});
    for (int i = 0; i < 60; ++i) write("generated_" + std::to_string(i), generator.next());
    int const code = readers("'" + folder.path().string() + "'", folder.path() / "output");
    std::string const output = read_file(folder.path() / "output");
    INFO(output);
    if (code == 77) return estima_test::skip("python3-ruamel.yaml or python3-yaml is not installed");
    CHECK(code == 0);
    CHECK(output == "61 files agree\n");
}

TEST_CASE("plain scalars are to estima what they are to ruamel.yaml") {
    std::vector<std::string> const scalars{"a",
                                           "None",
                                           "none",
                                           "null",
                                           "Null",
                                           "NULL",
                                           "~",
                                           "true",
                                           "True",
                                           "TRUE",
                                           "tRUE",
                                           "false",
                                           "no",
                                           "No",
                                           "yes",
                                           "on",
                                           "off",
                                           "y",
                                           "12",
                                           "-12",
                                           "+12",
                                           "012",
                                           "-012",
                                           "0o17",
                                           "0x1F",
                                           "0b101",
                                           "1_000",
                                           "1.5",
                                           "1.50",
                                           "1.",
                                           "-.5",
                                           ".5",
                                           "1e3",
                                           "1E3",
                                           "1e+3",
                                           "1.5e-3",
                                           "e3",
                                           "1e",
                                           ".e3",
                                           "2g",
                                           "1.2.3",
                                           "0b12",
                                           "_1",
                                           "0xg",
                                           "18446744073709551615",
                                           "-9223372036854775808",
                                           "a_b",
                                           "-a",
                                           "+",
                                           ".",
                                           "..."};
    estima_test::temporary_directory const folder;
    std::string list;
    for (std::string const& one : scalars) list += "- " + one + "\n";
    list.erase(list.rfind("- ..."));  // ends a document
    replace_file(folder.path() / "scalars", list);
    int const code = readers("--scalars '" + (folder.path() / "scalars").string() + "'", folder.path() / "output");
    std::istringstream output{read_file(folder.path() / "output")};
    if (code == 77) return estima_test::skip("python3-ruamel.yaml or python3-yaml is not installed");
    std::string line;
    for (std::size_t i = 0; i + 1 < scalars.size(); ++i) {
        INFO(scalars[i]);
        REQUIRE(std::getline(output, line));
        CHECK(detail::yaml_plain_scalar(scalars[i]) == json::parse(line));
    }
}
