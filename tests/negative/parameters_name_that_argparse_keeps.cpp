// SPDX-License-Identifier: BSL-1.0
// expect-error: no_parser_takes_this_name<.*rate.*give_it_another_name
#include <boost/hana/adapt_struct.hpp>

#include <estima/parameters/parameters.hpp>

struct params {
    double rate = 0.1;
};
BOOST_HANA_ADAPT_STRUCT(params, rate);

template <>
#ifdef POSITIVE_CONTROL
inline constexpr estima::parameter_options estima::parameter_options_of<&params::rate>{.name = "--my-rate"};
#else
inline constexpr estima::parameter_options estima::parameter_options_of<&params::rate>{.name = "--help"};
#endif

auto const list = estima::script_params_of(params{});
