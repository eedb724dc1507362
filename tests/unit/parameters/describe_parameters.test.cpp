// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <optional>
#include <string>
#include <vector>

#include "example_params.hpp"

namespace {

struct needs_arguments {
    explicit needs_arguments(int n) : count{n} {}
    int count;
};

}  // namespace

BOOST_HANA_ADAPT_STRUCT(needs_arguments, count);

TEST_CASE("the description has name, kind, help and default of each parameter") {
    CHECK(estima::describe_parameters<estima_test::all_kinds>() ==
          "  --reg REAL                    strength of the penalty (default: 0.8)\n"
          "  --epochs INTEGER              (default: 5)\n"
          "  --shuffle                     (default: true)\n"
          "  --verbose                     (default: false)\n"
          "  --mixed-precision, --no-mixed-precision\n"
          "                                half the memory (default: false)\n"
          "  --cache {true,false}          (default: true)\n"
          "  --note TEXT                   (left out by default)\n"
          "  --hidden-sizes INTEGER [INTEGER ...]\n"
          "                                (default: 64 32)\n"
          "  --betas REAL REAL             (default: 0.9 0.999)\n"
          "  --tag TEXT [--tag ...]        (default: a b)\n"
          "  --data-folder PATH            (default: data)\n"
          "  --learning-schedule {constant,cosine}\n"
          "                                (default: cosine)\n"
          "  --device NAME                 (default: gpu)\n"
          "  --optimizer.learning-rate REAL\n"
          "                                (default: 0.1)\n"
          "  --optimizer.weight-decay REAL\n"
          "                                (left out by default)\n"
          "  --optimizer.nesterov          (default: true)\n"
          "  --stopping.patience INTEGER   (left out by default)\n"
          "  --stopping.monitor TEXT       (left out by default)\n"
          "  --separator TEXT              (default: ,)\n");
}

TEST_CASE("a description is a value that programs can go through") {
    std::vector<estima::parameter_description> const all = estima::parameter_descriptions<estima_test::all_kinds>();
    REQUIRE(all.size() == 19);
    CHECK(all[8].name == "--betas");
    CHECK(all[8].is_list);
    CHECK(all[8].exactly == 2);
    CHECK(all[9].is_repeated);
    CHECK(all[9].member == "tags");
    CHECK(all[11].choices == std::vector<std::string>{"constant", "cosine"});
    CHECK(all[12].kind == estima::parameter_kind::choice);
    CHECK(all[12].choices.empty());
    CHECK(all[14].is_optional);
    CHECK(all[16].is_optional);
    CHECK(all[16].member == "stopping.patience");
    CHECK_FALSE(all[16].defaults);
}

TEST_CASE("a struct that cannot be default-constructed is described without defaults, or with given ones") {
    CHECK(estima::describe_parameters<needs_arguments>() == "  --count INTEGER               (left out by default)\n");
    CHECK(estima::describe_parameters(estima::parameter_descriptions(needs_arguments{7})) ==
          "  --count INTEGER               (default: 7)\n");
}
