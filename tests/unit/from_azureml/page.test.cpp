// SPDX-License-Identifier: BSL-1.0
// docs/from-azureml.md shows the examples of this folder as they are compiled, and names no rules that are not there.
#include <stdio.h>

#include <catch2/catch.hpp>

#include <boost/hana/for_each.hpp>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include <estima/launcher/launch_plan.hpp>
#include <estima/rules/rules_for.hpp>
#include <estima/system/files.hpp>
#include <support/page_examples.hpp>
#include <support/source_folder.hpp>

namespace {
std::filesystem::path const tests_folder{estima_test::source_folder()};
std::filesystem::path const page = tests_folder.parent_path() / "docs/from-azureml.md";

using estima_test::fill;
using estima_test::lines_of;
}  // namespace

TEST_CASE("docs/from-azureml.md lists the variables that stand behind a dollar sign, for each backend") {
    std::string const text = estima::read_file(page);
    for (auto const& [communicator, backend] : {std::pair{"Mpi", "mpi"},
                                                {"Gloo", "gloo"},
                                                {"Nccl", "nccl"},
                                                {"ParameterServer", "parameter_server"},
                                                {"MultiWorker", "multi_worker"}}) {
        estima::run_configuration const c{.script = "a.py", .communicator = communicator};
        estima::process_plan const p{};
        auto const set = estima::detail::backend_environment(c, p, {.gpus = 0}, {"127.0.0.1:1", "127.0.0.1:2"});
        std::string row;
        for (std::string const& line : lines_of(text))
            if (line.starts_with("| `") &&
                line.substr(0, line.find('|', 1)).find("`" + std::string{backend} + "`") != line.npos &&
                line.find("example") == line.npos && row.empty())
                row = line;
        INFO(backend << ": " << row);
        auto const variables = estima::detail::expandable_variables(c, p, set);
        CHECK_FALSE(variables.empty());
        for (auto const& [name, value] : variables)
            if (!name.ends_with("_SOCKET_IFNAME")) CHECK(row.find("`" + name + "`") != row.npos);
    }
}

TEST_CASE("docs/from-azureml.md shows the examples that are compiled, each once") {
    std::map<std::string, std::string> const compiled = estima_test::examples_in(tests_folder / "unit/from_azureml");
    CHECK(compiled.size() > 30);
    std::string const text = estima::read_file(page);
    estima_test::filled_page const filled = fill(text, compiled);
    if (std::getenv("ESTIMA_WRITE_GOLDEN") != nullptr) estima::replace_file(page, filled.text);
    CHECK(estima::read_file(page) == filled.text);
    CHECK(filled.unknown.empty());
    CHECK(filled.other_cpp_blocks == 0);
    std::map<std::string, int> shown;
    for (std::string const& name : filled.names) ++shown[name];
    for (auto const& [name, example] : compiled) {
        INFO("example " << name);
        CHECK(shown[name] == 1);
        for (std::string const& line : lines_of(example)) CHECK(line.size() <= 120);
    }
}

TEST_CASE("an example that changed on either side is noticed") {
    std::map<std::string, std::string> const compiled{{"a", "int i;\n"}};
    std::string const shown = "x\n<!-- example: a -->\n```cpp\nint i;\n```\ny\n";
    CHECK(fill(shown, compiled).text == shown);
    CHECK(fill(shown, {{"a", "int j;\n"}}).text == "x\n<!-- example: a -->\n```cpp\nint j;\n```\ny\n");
    CHECK(fill("x\n<!-- example: a -->\ny\n", compiled).text == shown);
    CHECK(fill(shown, {}).unknown == std::vector<std::string>{"a"});
    CHECK(fill("```cpp\nint k;\n```\n", compiled).other_cpp_blocks == 1);
}

TEST_CASE("the Python in docs/from-azureml.md is what Azure's estimators take") {
    std::string const script = (tests_folder / "unit/from_azureml/check_calls.py").string();
    FILE* const out = ::popen(("python3 -B '" + script + "' '" + page.string() + "' 2>&1").c_str(), "r");
    REQUIRE(out != nullptr);
    std::string said;
    for (char part[512]; std::fgets(part, sizeof part, out) != nullptr;) said += part;
    CHECK(::pclose(out) == 0);
    CHECK(std::regex_match(said, std::regex{"[2-9][0-9] estimators\n"}));
    INFO(said);
    CHECK(lines_of(said).size() == 1);
}

TEST_CASE("every rule that docs/from-azureml.md names is one") {
    std::set<std::string> rules;
    boost::hana::for_each(estima::all_rules, [&rules](auto type) { rules.insert(decltype(type)::type::id::text); });
    std::string const text = estima::read_file(page);
    std::regex const id{"EST-0[0-9][0-9]"};
    std::set<std::string> const named{std::sregex_token_iterator{text.begin(), text.end(), id},
                                      std::sregex_token_iterator{}};
    CHECK(named.size() > 20);
    for (std::string const& one : named) {
        INFO(one);
        CHECK(rules.contains(one));
    }
}

TEST_CASE("docs/from-azureml.md says of every parameter of Azure's estimators where it is") {
    std::string const text = estima::read_file(page);
    for (char const* const parameter :
         {"source_directory", "compute_target", "vm_size", "vm_priority", "entry_script", "script_params", "node_count",
          "process_count_per_node", "distributed_backend", "distributed_training", "use_gpu", "use_docker",
          "custom_docker_base_image", "custom_docker_image", "image_registry_details", "user_managed", "conda_packages",
          "pip_packages", "conda_dependencies_file_path", "pip_requirements_file_path", "conda_dependencies_file",
          "pip_requirements_file", "environment_variables", "environment_definition", "inputs",
          "source_directory_data_store", "shm_size", "resume_from", "max_run_duration_seconds", "framework_version",
          "worker_count", "parameter_server_count"}) {
        INFO(parameter);
        std::regex const row{"\n\\|[^|\n]*`" + std::string{parameter} + "`[^|\n]*\\|[^|\n]+\\|"};
        CHECK(std::regex_search(text, row));
    }
}
