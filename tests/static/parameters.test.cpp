// SPDX-License-Identifier: BSL-1.0
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include <boost/hana/adapt_struct.hpp>

#include <estima/parameters/parameters.hpp>

namespace {

enum class named_here { a };
enum class without_names { a };
[[maybe_unused]] constexpr std::string_view to_string(named_here) { return "a"; }

template <class Type>
struct with {
    int first = 0;
    Type member;
};

struct not_adapted {};
struct inner {
    double learning_rate = 0;
};
struct outer : inner {
    inner optimizer;
    bool shuffle = false;
};

}  // namespace

namespace boost::hana {
template <class Type>
struct accessors_impl<with<Type>> {
    static constexpr auto apply() {
        return make_tuple(
            make_pair(string_c<'f'>, struct_detail::member_ptr<int with<Type>::*, &with<Type>::first>{}),
            make_pair(string_c<'m'>, struct_detail::member_ptr<Type with<Type>::*, &with<Type>::member>{}));
    }
};
}  // namespace boost::hana
BOOST_HANA_ADAPT_STRUCT(inner, learning_rate);
BOOST_HANA_ADAPT_STRUCT(outer, learning_rate, optimizer, shuffle);

template <>
inline constexpr estima::parameter_options estima::parameter_options_of<&outer::shuffle>{
    .booleans = estima::bool_as::on_off_flag};

// What can be a member, and what cannot.
template <class Type>
concept possible = estima::script_parameters<with<Type>>;

static_assert(possible<bool> && possible<char> && possible<short> && possible<unsigned long> && possible<float> &&
              possible<long double>);
static_assert(!possible<wchar_t> && !possible<char8_t> && !possible<char16_t> && !possible<char32_t>);
static_assert(possible<std::string> && possible<char const*> && possible<std::string_view> && possible<char[8]>);
static_assert(possible<std::optional<double>> && possible<std::vector<double>> &&
              possible<std::optional<std::set<int>>>);
static_assert(possible<std::vector<bool>> && possible<std::span<int const>> && possible<int[4]>);
static_assert(possible<named_here> && possible<std::vector<named_here>> && !possible<without_names>);
static_assert(possible<inner> && possible<std::optional<inner>> && !possible<std::vector<inner>>);
static_assert(!possible<not_adapted> && !possible<std::map<int, int>> && !possible<std::vector<std::vector<int>>>);
static_assert(!possible<std::optional<bool>> && !possible<std::optional<std::optional<int>>>);
static_assert(!possible<std::vector<std::optional<int>>> && !possible<std::variant<int, double>>);
static_assert(!possible<int*> && !possible<void (*)()> && !possible<std::nullptr_t>);
static_assert(possible<estima::script_value>);
static_assert(estima::script_parameters<inner> && !estima::script_parameters<not_adapted> &&
              !estima::script_parameters<int>);

// Names are known to the compiler, those of inherited members within their own struct.
static_assert(estima::parameter_name<&inner::learning_rate> == "--learning-rate");
static_assert(estima::parameter_name<&outer::optimizer, &inner::learning_rate> == "--optimizer.learning-rate");
static_assert(estima::script_parameters<outer>);

// Which options clash.
struct clashing {
    bool no_shuffle = false;
    bool shuffle = false;
};
BOOST_HANA_ADAPT_STRUCT(clashing, no_shuffle, shuffle);
static_assert(estima::script_parameters<clashing>);

struct clashing_with_negation {
    bool no_shuffle = false;
    bool shuffle = false;
};
BOOST_HANA_ADAPT_STRUCT(clashing_with_negation, no_shuffle, shuffle);
template <>
inline constexpr estima::parameter_options estima::parameter_options_of<&clashing_with_negation::shuffle>{
    .booleans = estima::bool_as::on_off_flag};
static_assert(!estima::script_parameters<clashing_with_negation>);
