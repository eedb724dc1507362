// SPDX-License-Identifier: BSL-1.0
// expect-error: member_cannot_be_a_parameter<.*weights.*map<.*use_a_number_text_path_bool_named_enum
#include <map>

#include <boost/hana/adapt_struct.hpp>

#include <estima/parameters/parameters.hpp>

struct params {
    int epochs = 5;
#ifdef POSITIVE_CONTROL
    double weights = 1;
#else
    std::map<int, double> weights;
#endif
};
BOOST_HANA_ADAPT_STRUCT(params, epochs, weights);

auto const list = estima::script_params_of(params{});
