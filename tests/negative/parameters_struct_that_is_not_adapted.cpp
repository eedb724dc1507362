// SPDX-License-Identifier: BSL-1.0
// expect-error: struct_is_not_adapted<params, .*adapt_it_with_BOOST_HANA_ADAPT_STRUCT
#include <boost/hana/adapt_struct.hpp>

#include <estima/parameters/parameters.hpp>

struct params {
    int epochs = 5;
};
#ifdef POSITIVE_CONTROL
BOOST_HANA_ADAPT_STRUCT(params, epochs);
#endif

auto const text = estima::describe_parameters<params>();
