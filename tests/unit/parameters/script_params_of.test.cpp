// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <cstdlib>
#include <limits>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <estima/estimator.hpp>
#include <estima/run_configuration/lower.hpp>

#include "example_params.hpp"

namespace {

using texts = std::vector<std::string>;

/// The command line as the script gets it.
template <class Params>
texts arguments(Params const& params, std::vector<estima::script_param> given = {}) {
    return lower(estima::estimator<>{{.script_params = estima::script_params_of(params, std::move(given))}}).arguments;
}

struct numbers {
    signed char tiny = -128;
    unsigned char byte = 255;
    unsigned long long big = std::numeric_limits<unsigned long long>::max();
    long long small = std::numeric_limits<long long>::min();
    float single = 0.1f;
    double real = 1e-300;
    long double wide = 0.1L;
};

struct texts_of_all_types {
    std::string owned = "a b";
    std::string_view viewed = "";
    char const* literal = "text";
    char const* nothing = nullptr;
    char fixed[8] = "fixed";
};

struct dangerous {
    double exponent = -1e-5;
    double plain = -0.5;
    double endless = -std::numeric_limits<double>::infinity();
    int whole = -7;
    std::string option = "--verbose";
    std::string dash = "-";
};

struct reals {
    std::vector<double> values;
};
struct names {
    std::vector<std::string> values;
};

struct other_lists {
    std::set<int> sorted{3, 1, 2};
    std::vector<bool> bits{true, false};
    int plain_array[3]{4, 5, 6};
    std::optional<std::vector<int>> maybe;
    std::vector<estima_test::device> devices{estima_test::device::cpu};
};

struct verbatim {
    int batch_size = 32;
    bool no_cuda = true;
};

struct custom_inner {
    int depth_limit = 1;
    int seed = 2;
};
struct custom_outer {
    custom_inner tree;
    custom_inner flat;
    int class_ = 3;
};

struct nothing_at_all {};

}  // namespace

BOOST_HANA_ADAPT_STRUCT(numbers, tiny, byte, big, small, single, real, wide);
BOOST_HANA_ADAPT_STRUCT(texts_of_all_types, owned, viewed, literal, nothing, fixed);
BOOST_HANA_ADAPT_STRUCT(dangerous, exponent, plain, endless, whole, option, dash);
BOOST_HANA_ADAPT_STRUCT(reals, values);
BOOST_HANA_ADAPT_STRUCT(names, values);
BOOST_HANA_ADAPT_STRUCT(other_lists, sorted, bits, plain_array, maybe, devices);
BOOST_HANA_ADAPT_STRUCT(verbatim, batch_size, no_cuda);
BOOST_HANA_ADAPT_STRUCT(custom_inner, depth_limit, seed);
BOOST_HANA_ADAPT_STRUCT(custom_outer, tree, flat, class_);
BOOST_HANA_ADAPT_STRUCT(nothing_at_all);

template <>
inline constexpr auto estima::parameter_naming<verbatim> = estima::naming::verbatim;
template <>
inline constexpr estima::parameter_options estima::parameter_options_of<&custom_outer::tree>{.name = "t"};
template <>
inline constexpr estima::parameter_options estima::parameter_options_of<&custom_outer::flat>{.flatten = true};

TEST_CASE("a struct with a member of each kind becomes the script's command line") {
    CHECK(arguments(estima_test::all_kinds{}) == texts{"--reg",
                                                       "0.8",
                                                       "--epochs",
                                                       "5",
                                                       "--shuffle",
                                                       "--no-mixed-precision",
                                                       "--cache",
                                                       "true",
                                                       "--hidden-sizes",
                                                       "64",
                                                       "32",
                                                       "--betas",
                                                       "0.9",
                                                       "0.999",
                                                       "--tag",
                                                       "a",
                                                       "--tag",
                                                       "b",
                                                       "--data-folder",
                                                       "data",
                                                       "--learning-schedule",
                                                       "cosine",
                                                       "--device",
                                                       "gpu",
                                                       "--optimizer.learning-rate",
                                                       "0.1",
                                                       "--optimizer.nesterov",
                                                       "--separator",
                                                       ","});
}

TEST_CASE("optionals, nested structs and bools follow their values") {
    estima_test::all_kinds params;
    params.shuffle = false;
    params.verbose = true;
    params.mixed_precision = true;
    params.cache = false;
    params.note = "";
    params.hidden_sizes.clear();
    params.tags.clear();
    params.optimizer = {.learning_rate = 2, .weight_decay = 0.5, .nesterov = false};
    params.stopping.emplace();
    CHECK(arguments(params) == texts{"--reg",
                                     "0.8",
                                     "--epochs",
                                     "5",
                                     "--verbose",
                                     "--mixed-precision",
                                     "--cache",
                                     "false",
                                     "--note",
                                     "",
                                     "--hidden-sizes",
                                     "--betas",
                                     "0.9",
                                     "0.999",
                                     "--data-folder",
                                     "data",
                                     "--learning-schedule",
                                     "cosine",
                                     "--device",
                                     "gpu",
                                     "--optimizer.learning-rate",
                                     "2",
                                     "--optimizer.weight-decay",
                                     "0.5",
                                     "--stopping.patience",
                                     "3",
                                     "--stopping.monitor",
                                     "loss",
                                     "--separator",
                                     ","});
}

TEST_CASE("numbers of all types keep their values") {
    CHECK(arguments(numbers{}) == texts{"--tiny", "-128", "--byte", "255", "--big", "18446744073709551615", "--small",
                                        "-9223372036854775808", "--single", "0.1", "--real", "1e-300", "--wide",
                                        "0.1"});
}

TEST_CASE("texts of all types are passed as they are, a null pointer is left out") {
    CHECK(arguments(texts_of_all_types{}) ==
          texts{"--owned", "a b", "--viewed", "", "--literal", "text", "--fixed", "fixed"});
}

TEST_CASE("a value that argparse would take for an option is joined to its name") {
    CHECK(arguments(dangerous{}) == texts{"--exponent", "-0.00001", "--plain", "-0.5", "--endless=-inf", "--whole",
                                          "-7", "--option=--verbose", "--dash", "-"});
}

TEST_CASE("negative reals of a list are written without an exponent") {
    CHECK(arguments(reals{{-1e-5, 1e-5, -2}}) == texts{"--values", "-0.00001", "1e-05", "-2"});
    texts const smallest = arguments(reals{{-std::numeric_limits<double>::denorm_min()}});
    REQUIRE(smallest.size() == 2);
    CHECK(std::strtod(smallest[1].c_str(), nullptr) == -std::numeric_limits<double>::denorm_min());
}

TEST_CASE("a text of a list that would read as an option is refused") {
    CHECK_THROWS_WITH(estima::script_params_of(names{{"a", "-b"}}), Catch::StartsWith("[EST-602]") &&
                                                                        Catch::Contains("values has \"-b\"") &&
                                                                        Catch::Contains("list_as::repeated"));
    CHECK_THROWS_WITH(estima::script_params_of(reals{{-std::numeric_limits<double>::infinity()}}),
                      Catch::StartsWith("[EST-602]"));
}

TEST_CASE("sets, arrays, lists of bools and of enums are lists") {
    other_lists lists;
    CHECK(arguments(lists) == texts{"--sorted", "1", "2", "3", "--bits", "true", "false", "--plain-array", "4", "5",
                                    "6", "--devices", "cpu"});
    lists.maybe.emplace();
    CHECK(arguments(lists)[11] == "--maybe");
}

TEST_CASE("names can be kept verbatim, shortened, flattened, and freed of a trailing underscore") {
    CHECK(arguments(verbatim{}) == texts{"--batch_size", "32", "--no_cuda"});
    CHECK(arguments(custom_outer{}) ==
          texts{"--t.depth-limit", "1", "--t.seed", "2", "--depth-limit", "1", "--seed", "2", "--class", "3"});
    CHECK(arguments(nothing_at_all{}).empty());
}

TEST_CASE("an enumerator without a name is an error that names the member") {
    estima_test::all_kinds params;
    params.learning_schedule = estima_test::schedule::step;
    CHECK_THROWS_WITH(estima::script_params_of(params),
                      Catch::StartsWith("[EST-603]") && Catch::Contains("learning_schedule is 2"));
}

TEST_CASE("parameters given by hand stand before the typed ones") {
    CHECK(arguments(verbatim{}, {{"", "positional"}, {"--quiet", estima::flag}}) ==
          texts{"positional", "--quiet", "--batch_size", "32", "--no_cuda"});
}

TEST_CASE("a parameter given by hand and by the struct is refused, also where the struct leaves it out") {
    std::vector<estima::script_param> const given{{"--batch_size=3", estima::flag}, {"--no_cuda", true}, {"--x", 1}};
    CHECK_THROWS_WITH(estima::script_params_of(verbatim{}, given),
                      Catch::StartsWith("[EST-601]") &&
                          Catch::Contains("--batch_size (member batch_size), --no_cuda (member no_cuda)"));
    CHECK_THROWS_WITH(estima::script_params_of(estima_test::all_kinds{}, {{"--note", "by hand"}}),
                      Catch::Contains("--note (member note)"));
    CHECK_THROWS_WITH(estima::script_params_of(estima_test::all_kinds{}, {{"--no-mixed-precision", estima::flag}}),
                      Catch::Contains("--no-mixed-precision (member mixed_precision)"));
}

TEST_CASE("the history gets every member that has a value, under the name that C++ has for it") {
    using pairs = std::vector<std::pair<std::string, std::string>>;
    estima_test::all_kinds params;
    params.tags = {"with space", "quote\" \\ \n"};
    CHECK(estima::parameters_of(params) == pairs{{"regularization", "0.8"},
                                                 {"epochs", "5"},
                                                 {"shuffle", "true"},
                                                 {"verbose", "false"},
                                                 {"mixed_precision", "false"},
                                                 {"cache", "true"},
                                                 {"hidden_sizes", "[64, 32]"},
                                                 {"betas", "[0.9, 0.999]"},
                                                 {"tags", R"(["with space", "quote\" \\ \u000a"])"},
                                                 {"data_folder", "data"},
                                                 {"learning_schedule", "cosine"},
                                                 {"device", "gpu"},
                                                 {"optimizer.learning_rate", "0.1"},
                                                 {"optimizer.nesterov", "true"},
                                                 {"separator", ","}});
    CHECK(estima::parameters_of(other_lists{}) == pairs{{"sorted", "[1, 2, 3]"},
                                                        {"bits", "[true, false]"},
                                                        {"plain_array", "[4, 5, 6]"},
                                                        {"devices", "[\"cpu\"]"}});
    CHECK(estima::parameters_of(reals{}) == pairs{{"values", "[]"}});
}
