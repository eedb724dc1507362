// SPDX-License-Identifier: BSL-1.0
// expect-error: enumerators_have_no_names<.*when.*schedule.*specialise_estima_enum_names_or_write_to_string
#include <array>

#include <boost/hana/adapt_struct.hpp>

#include <estima/parameters/parameters.hpp>

enum class schedule { constant, cosine };

struct params {
    schedule when = schedule::constant;
};
BOOST_HANA_ADAPT_STRUCT(params, when);

#ifdef POSITIVE_CONTROL
template <>
inline constexpr auto estima::enum_names<schedule> =
    std::array{estima::named{schedule::constant, "constant"}, estima::named{schedule::cosine, "cosine"}};
#endif

auto const list = estima::script_params_of(params{});
