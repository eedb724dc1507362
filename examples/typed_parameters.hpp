// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <string_view>

#include <boost/hana/adapt_struct.hpp>

#include <estima/parameters/parameters.hpp>

// The parameters of scikit_learn/train.py as a struct. The build checks that the script takes them (CMakeLists.txt).
namespace clothes {

enum class images { fashion_mnist, digits };

struct params {
    images dataset = images::fashion_mnist;
    double regularization = 0.8;
    int epochs = 16;
    int samples = 8000;
};

}  // namespace clothes

BOOST_HANA_ADAPT_STRUCT(clothes::params, dataset, regularization, epochs, samples);

template <>
inline constexpr auto estima::enum_names<clothes::images> =
    std::array{estima::named{clothes::images::fashion_mnist, "fashion-mnist"},
               estima::named{clothes::images::digits, "digits"}};
template <>
inline constexpr estima::parameter_options estima::parameter_options_of<&clothes::params::regularization>{
    .help = "strength of the L2 penalty, above 0"};
