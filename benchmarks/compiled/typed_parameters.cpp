// SPDX-License-Identifier: BSL-1.0
#include <boost/hana/adapt_struct.hpp>

#include <string>

#include <estima/parameters/parameters.hpp>

struct params {
    double learning_rate = 0.1;
    int epochs = 10;
    bool verbose = false;
    std::string optimizer = "sgd";
};
BOOST_HANA_ADAPT_STRUCT(params, learning_rate, epochs, verbose, optimizer);

auto const given = estima::script_params_of(params{});
