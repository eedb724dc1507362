// SPDX-License-Identifier: BSL-1.0
#include <estima/hosts/ssh_target.hpp>
#include <estima/transport/targets.hpp>

#include <catch2/catch.hpp>

#include <fstream>
#include <string>

#include <support/error_of.hpp>
#include <support/temporary_directory.hpp>

namespace {
using estima_test::error_of;

/// The error with which the settings of "lab" are read from a file with that text.
std::string refused_target(std::string const& text, std::string_view kind = "ssh_hosts") {
    estima_test::temporary_directory const folder;
    std::ofstream{folder / "targets.json"} << text;
    return error_of([&] {
        estima::targets_file const file{folder.path(), {}};
        (void)file.kind_of("lab");
        if (estima::json const* const settings = file.find("lab", kind))
            (void)estima::ssh_target_from_json(*settings, file.place_of("lab"));
    });
}
bool is_refused(std::string const& text, std::string const& place, std::string_view kind = "ssh_hosts") {
    std::string const said = refused_target(text, kind);
    INFO(text << " -> " << said);
    return said.find("EST-721") != std::string::npos && said.find("targets.json" + place) != std::string::npos;
}
}  // namespace

TEST_CASE("what is wrong in a targets file is told with its line and column") {
    CHECK(refused_target(R"({"lab": {"kind": "ssh_hosts", "hosts": ["n1"]}})").empty());
    CHECK(is_refused("{\n  \"lab\": {\n", ":3:1"));
    CHECK(is_refused("{\"lab\": 3}", ":1:2, lab"));
    CHECK(is_refused("[]", ""));
    CHECK(is_refused("{\n  \"lab\": {\"kind\": 3}\n}", ":2:11, lab, kind"));
    CHECK(is_refused("{\n  \"lab\": {\"kind\": \"slurm\"}\n}", ":2:11, lab, kind"));
    CHECK(is_refused("{\"lab\": {\"hosts\": [\"n1\"],\n \"port\": -1}}", ":2:2, lab, port"));
    CHECK(is_refused("{\n\n\"lab\": {}}", ":3:1, lab, hosts"));
    CHECK(is_refused("{\"lab\": {\"hosts\": [\"n1\"],\n\"hosts\": [\"n2\"]}}", ":2:1"));
    CHECK(is_refused("{// the lab\n /* its\n hosts */ \"lab\": {\"hosts\": [\"n1\"], // one\n  \"prot\": 3}}",
                     ":4:3, lab, prot"));
    CHECK(refused_target("{\"lab\": {\"hosts\": [\"n1\"], \"port\": -1}}").find("-1 is less than 0") !=
          std::string::npos);
    CHECK(refused_target(R"({"lab": {"hosts": ["n1", "n2", {"name": "n1"}]}})").find("twice") != std::string::npos);
}

TEST_CASE("a target with a kind that is no word does not hide the others") {
    estima_test::temporary_directory const folder;
    std::ofstream{folder / "targets.json"}
        << R"({"a": {"kind": 3}, "b": {"kind": "slurm"}, "c": 4, "d": {"hosts": []}})";
    estima::targets_file const file{folder.path(), {}};
    CHECK(file.only_one_of("slurm") == "b");
    CHECK(file.only_one_of("ssh_hosts") == "d");
}
