// SPDX-License-Identifier: BSL-1.0
// expect-error: assert_there_is<&params::epochs
// expect-error: this member is not adapted with BOOST_HANA_ADAPT_STRUCT
#include <boost/hana/adapt_struct.hpp>

#include <estima/parameters/parameters.hpp>

struct params {
    double rate = 1;
    int epochs = 5;
};
BOOST_HANA_ADAPT_STRUCT(params, rate);

#ifdef POSITIVE_CONTROL
std::string_view const name = estima::parameter_name<&params::rate>;
#else
std::string_view const name = estima::parameter_name<&params::epochs>;
#endif
