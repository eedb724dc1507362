// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <charconv>
#include <concepts>
#include <string>

#include <estima/estimator/script_param.hpp>

namespace estima::inline v0_1::detail {

/// A number as the shortest text that reads back to the same value. A negative real has no exponent: Python's argparse
/// takes "-1e-05" for the name of an option.
template <class Number>
std::string number_text(Number number) {
    char text[512];  // the smallest double has 324 digits behind the point
    char* end = std::to_chars(text, text + sizeof text, number).ptr;
    if constexpr (std::floating_point<Number>)
        if (number < 0 && number - number == 0 && std::find(text, end, 'e') != end)
            end = std::to_chars(text, text + sizeof text, number, std::chars_format::fixed).ptr;
    return {text, end};
}

/// What stands for an input on a command line until Azure puts its path there.
inline std::string value_text(data_input const& input) {
    return (input.is_dataset ? "DatasetConsumptionConfig:" : "$AZUREML_DATAREFERENCE_") + input.name;
}

/// The text that a script sees.
inline std::string value_text(script_value const& value) {
    switch (value.is) {
        case script_value::kind::integer: return number_text(value.integer);
        case script_value::kind::natural: return number_text(value.natural);
        case script_value::kind::real: return number_text(value.real);
        case script_value::kind::single_precision: return number_text(static_cast<float>(value.real));
        case script_value::kind::input: return value_text(value.input);
        case script_value::kind::name_only:
        case script_value::kind::text: break;
    }
    return value.text;
}

}  // namespace estima::inline v0_1::detail
