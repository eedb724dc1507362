// SPDX-License-Identifier: BSL-1.0
// expect-error: there_is_no_negated_flag<.*shuffle.*give_it_a_name_that_starts_with_two_dashes
#include <boost/hana/adapt_struct.hpp>

#include <estima/parameters/parameters.hpp>

struct params {
    bool shuffle = false;
};
BOOST_HANA_ADAPT_STRUCT(params, shuffle);

#ifdef POSITIVE_CONTROL
template <>
inline constexpr estima::parameter_options estima::parameter_options_of<&params::shuffle>{
    .name = "--shuffle", .booleans = estima::bool_as::on_off_flag};
#else
template <>
inline constexpr estima::parameter_options estima::parameter_options_of<&params::shuffle>{
    .name = "-s", .booleans = estima::bool_as::on_off_flag};
#endif

auto const list = estima::script_params_of(params{});
