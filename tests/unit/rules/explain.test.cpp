// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <boost/hana/for_each.hpp>

#include <cstddef>
#include <map>
#include <string>

#include <estima/estimator.hpp>
#include <estima/estimator/explain.hpp>
#include <estima/rules/rules_for.hpp>

namespace {
using namespace estima;

bool says(std::string const& text, std::string const& part) { return text.find(part) != std::string::npos; }

template <fixed_string... Texts>
using with_pip = environment<pip_packages<Texts...>>;
template <fixed_string... Texts>
using with_conda = environment<conda_packages<Texts...>>;
template <fixed_string Reference>
using image = environment<custom_docker_image<Reference>>;
}  // namespace

TEST_CASE("explain says of policies that break nothing what they are together") {
    std::string const text = explain<pytorch<"1.4">, mpi<node_count<1>>>();
    CHECK(says(text, "framework      pytorch, version 1.4\n"));
    CHECK(says(text, "It is an estimator.\n"));
    CHECK_FALSE(says(text, "[EST-"));
    CHECK(explain<estimator<pytorch<"1.4">, mpi<node_count<1>>>>() == text);
}

TEST_CASE("explain shows a malformed text with a mark below the place") {
    std::string const text = explain<with_pip<"torch", "numpy=1.24">>();
    CHECK(says(text, "It does not compile: 1 broken.\n"
                     "[EST-034] error: a text of pip_packages, or of a file of packages, is no pip requirement\n"
                     "    pip_packages: \"numpy=1.24\" at 5: a single = is conda's; pip compares with ==\n"
                     "                        ^\n"
                     "    write it as PEP 508 has it"));
    CHECK(says(explain<with_conda<"numpy==">>(), "    conda_packages: \"numpy==\" at 7: expected a version after ==\n"
                                            "                            ^\n"));
    CHECK(says(explain<aml_compute<target_name<"pool">>, image<"Team/image">>(),
               "custom_docker_image: \"Team/image\" at 0: "));
    CHECK(says(explain<aml_compute<target_name<"pool">>, image<"ubuntu:-22">>(), "[EST-038] error: "));
}

TEST_CASE("explain names the packages that cannot be installed together") {
    CHECK(says(explain<with_pip<"numpy<1", "numpy>=1">>(), "    pip_packages: \"numpy<1\" and \"numpy>=1\"\n"));
    CHECK(says(explain<with_conda<"numpy<1,>1">>(), "    conda_packages: \"numpy<1,>1\"\n"));
}

TEST_CASE("explain tells warnings, which refuse nothing") {
    std::string const twice = explain<with_pip<"numpy", "numpy>=1">>();
    CHECK(says(twice, "It is an estimator.\n[EST-044] warning: a package is named twice in one list\n"
                      "    pip_packages: \"numpy\" and \"numpy>=1\"\n"));
    CHECK_FALSE(says(explain<with_pip<"numpy", "scipy">>(), "[EST-044]"));

    CHECK(says(explain<aml_compute<target_name<"pool">>, image<"continuumio/miniconda">>(),
               "It is an estimator.\n[EST-047] warning: "));
    CHECK(says(explain<aml_compute<target_name<"pool">>, image<"ubuntu:latest">>(),
               "    custom_docker_image: \"ubuntu:latest\"\n"));
    CHECK_FALSE(says(explain<aml_compute<target_name<"pool">>, image<"ubuntu:22.04">>(), "[EST-047]"));

    CHECK(says(explain<mpi<process_count_per_node<1>>, slurm<gpus_per_node<2>>>(), "[EST-039] warning: "));
    CHECK_FALSE(says(explain<mpi<process_count_per_node<2>>, slurm<gpus_per_node<2>>>(), "[EST-039]"));

    CHECK(
        says(explain<aml_compute<target_name<"pool">, vm_priority<priority::low_priority>>>(), "[EST-043] warning: "));
    CHECK_FALSE(says(explain<aml_compute<vm_priority<priority::low_priority>, vm_size<"Standard_D2">>>(), "[EST-043]"));

    CHECK(says(explain<aml_compute<target_name<"pool">, vm_size<"Standard_D2">>>(),
               "It is an estimator.\n[EST-057] warning: "));
    CHECK_FALSE(says(explain<aml_compute<vm_size<"Standard_D2">>>(), "[EST-057]"));
    CHECK(says(explain<environment<conda_packages<"numpy=1.16">, pip_packages<"numpy==1.17">>>(),
               "conda_packages and pip_packages: \"numpy=1.16\" and \"numpy==1.17\""));
    CHECK(says(explain<aml_compute<target_name<"pool">>,
                       environment<custom_docker_image<"a.io/b:1", registry_address<"b.io">>>>(),
               "custom_docker_image \"a.io/b:1\", registry_address \"b.io\""));

    CHECK(says(explain<pytorch<"1.4">, with_pip<"torch==1.5">>(), "It is an estimator.\n[EST-040] warning: "));
    CHECK_FALSE(says(explain<pytorch<"1.4">, with_pip<"numpy">>(), "[EST-040]"));
    CHECK(says(explain<pytorch<"1.4">, with_pip<"Torch_Vision==0.5", "TORCH">>(), "[EST-040] warning: "));
    CHECK(says(explain<pytorch<"1.4">, environment<conda_packages<"pytorch::torchvision">>>(), "[EST-040] warning: "));
    using pool_of_gpus = aml_compute<target_name<"pool">, gpus_per_node<1>>;
    CHECK(says(explain<tensorflow<"1.13">, pool_of_gpus, with_pip<"tensorflow-gpu==1.13.1">>(), "[EST-040] warning: "));
    using file = environment<conda_dependencies_file<"environment.yml">>;
    CHECK(says(explain<pytorch<"1.4">, file>(), "It is an estimator.\n[EST-050] warning: "));
    CHECK(
        says(explain<pytorch<"1.4">, environment_definition<"mine", pip_packages<"numpy">>>(), "[EST-050] warning: "));
    CHECK_FALSE(says(explain<pytorch<>, file>(), "[EST-050]"));
}

TEST_CASE("explain names the arguments, values and texts that a broken rule is about") {
    CHECK(says(explain<generic, node_count<2>>(), "an argument of estimator<...> is not a policy\n    node_count<"));
    CHECK(says(explain<mpi<>, gloo<>>(), "two policies for one slot\n    mpi<>, gloo<>\n"));
    CHECK(says(explain<environment<int>>(), "is none that it takes\n    int\n"));
    CHECK(says(explain<slurm<with_containers, without_containers>>(), "    with_containers, without_containers\n"));
    CHECK(says(explain<environment<user_managed, pip_packages<"a">, pip_packages<"a">>>(),
               "two parts of one kind\n    environment<"));
    CHECK(says(explain<environment<environment_variables<variable<"A", "1">, variable<"RANK", "1">>>>(),
               "    environment_variables \"RANK\"\n"));
    CHECK(says(explain<environment<environment_variables<variable<"A", "1">, variable<"A", "2">>>>(),
               "    environment_variables \"A\"\n"));
    CHECK(says(explain<mpi<node_count<2>>>(),
               "    node_count is 2, process_count_per_node is 1; framework generic, backend mpi, target local with 1 "
               "node\n"));
    CHECK(says(explain<aml_compute<target_name<"gpu pool">>>(), "[EST-063] error: "));
    CHECK(says(explain<aml_compute<target_name<"gpu pool">>>(), "    \"gpu pool\"\n"));
    CHECK(says(explain<pytorch<"1.4">, with_pip<"torch==1.5">>(),
               "    pip_packages: \"torch==1.5\", and pytorch 1.4 brings \"torch==1.4.0\"\n"));
}

TEST_CASE("explain tells of each rule how it stands: broken, it holds, or it is asked at submit") {
    auto const count = [](std::string const& text) {
        std::map<std::string, int> ids;
        for (std::size_t at = 0; (at = text.find("EST-", at)) != text.npos; at += 7) ++ids[text.substr(at, 7)];
        return ids;
    };
    std::string const text = explain<scikit_learn<>, mpi<node_count<2>>, with_pip<"numpy", "numpy">>();
    auto const ids = count(text);
    std::size_t rules_asked = 0;
    boost::hana::for_each(all_rules, [&](auto type) {
        using rule_type = typename decltype(type)::type;
        ++rules_asked;
        INFO(rule_type::id::text);
        CHECK(ids.contains(rule_type::id::text));
    });
    CHECK(ids.size() == rules_asked);
    for (auto const& [id, times] : ids) CHECK(times == 1);
    for (char const* const id : {"EST-002", "EST-003", "EST-005"}) CHECK(says(text, "[" + std::string{id} + "] error"));
    CHECK(says(text, "[EST-044] warning"));
    std::size_t const hold = text.find("Rules that hold ("), left = text.find("Rules that are asked at submit");
    REQUIRE(hold < left);
    CHECK(text.find("EST-007") > hold);
    CHECK(text.find("EST-007") < left);
    CHECK(text.find("EST-021") > left);
}
