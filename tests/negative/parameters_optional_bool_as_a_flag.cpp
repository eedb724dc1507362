// SPDX-License-Identifier: BSL-1.0
// expect-error: false_cannot_be_told_from_left_out<.*shuffle.*set_booleans_to_text_or_on_off_flag
#include <optional>

#include <boost/hana/adapt_struct.hpp>

#include <estima/parameters/parameters.hpp>

struct params {
    std::optional<bool> shuffle;
};
BOOST_HANA_ADAPT_STRUCT(params, shuffle);

#ifdef POSITIVE_CONTROL
template <>
inline constexpr estima::parameter_options estima::parameter_options_of<&params::shuffle>{
    .booleans = estima::bool_as::on_off_flag};
#endif

auto const list = estima::script_params_of(params{});
