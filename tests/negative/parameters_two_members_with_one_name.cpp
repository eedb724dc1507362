// SPDX-License-Identifier: BSL-1.0
// expect-error: two_members_have_one_name<.*rate.*learning_rate.*rename_one_in_its_parameter_options
#include <boost/hana/adapt_struct.hpp>

#include <estima/parameters/parameters.hpp>

struct params {
    double rate = 1;
    int epochs = 5;
    double learning_rate = 0.1;
};
BOOST_HANA_ADAPT_STRUCT(params, rate, epochs, learning_rate);

#ifndef POSITIVE_CONTROL
template <>
inline constexpr estima::parameter_options estima::parameter_options_of<&params::rate>{.name = "learning-rate"};
#endif

auto const list = estima::script_params_of(params{});
