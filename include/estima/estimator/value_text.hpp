// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <charconv>
#include <string>

#include <estima/estimator/script_param.hpp>

namespace estima::inline v0_1::detail {

/// A number as the shortest text that reads back to the same value.
template <class Number>
std::string number_text(Number number) {
    char text[64];
    return {text, std::to_chars(text, text + sizeof text, number).ptr};
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
