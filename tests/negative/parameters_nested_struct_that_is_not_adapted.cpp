// SPDX-License-Identifier: BSL-1.0
// expect-error: member_cannot_be_a_parameter<.*params::optimizer, .*settings
#include <boost/hana/adapt_struct.hpp>

#include <estima/parameters/parameters.hpp>

struct settings {
    double learning_rate = 0.1;
};
struct params {
    settings optimizer;
};
BOOST_HANA_ADAPT_STRUCT(params, optimizer);
#ifdef POSITIVE_CONTROL
BOOST_HANA_ADAPT_STRUCT(settings, learning_rate);
#endif

auto const named = estima::parameters_of(params{});
