// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string_view>

namespace estima::inline v0_1 {

/// How the members of a struct become names of script parameters.
enum class naming : unsigned char {
    kebab_case,  ///< learning_rate is --learning-rate; a trailing '_' is dropped, so that class_ is --class
    verbatim,    ///< learning_rate is --learning_rate
};

/// How a bool is given to the script.
enum class bool_as : unsigned char {
    on_flag,      ///< --shuffle for true, left out for false (argparse: action="store_true")
    on_off_flag,  ///< --shuffle or --no-shuffle (argparse: action=BooleanOptionalAction)
    text,         ///< --shuffle true or --shuffle false
};

/// How a vector or array is given to the script.
enum class list_as : unsigned char {
    values,    ///< --sizes 1 2 3 (argparse: nargs="+", or nargs="*" where the list may be empty)
    repeated,  ///< --sizes 1 --sizes 2 --sizes 3 (argparse: action="append"); an empty list is left out
};

/// What a member says beside its type and its name.
struct parameter_options {
    /// Instead of the member's own name. One that starts with '-' stands as it is; in a nested struct any other is put
    /// behind the outer names.
    std::string_view name{};
    std::string_view help{};
    bool_as booleans = bool_as::on_flag;
    list_as lists = list_as::values;
    /// For a nested struct: its members are named as if they stood in the outer one.
    bool flatten = false;
};

/// To be specialised for a struct whose names are not to be changed:
/// `template <> inline constexpr auto estima::parameter_naming<params> = estima::naming::verbatim;`
template <class Params>
inline constexpr naming parameter_naming = naming::kebab_case;

/// To be specialised for a member, before the struct is first used:
///
///     template <>
///     inline constexpr estima::parameter_options estima::parameter_options_of<&params::learning_rate>{
///         .name = "--lr", .help = "step size of the optimiser"};
template <auto Member>
inline constexpr parameter_options parameter_options_of{};

/// An enumerator and what the script calls it.
template <class Enum>
struct named {
    Enum value;
    std::string_view name;
};
template <class Enum>
named(Enum, std::string_view) -> named<Enum>;

struct no_enum_names {};

/// To be specialised for an enum, so that its names are passed, listed in the description and compared with the
/// script's choices:
///
///     template <>
///     inline constexpr auto estima::enum_names<schedule> =
///         std::array{estima::named{schedule::constant, "constant"}, estima::named{schedule::cosine, "cosine"}};
///
/// An enum without it can have a function `std::string_view to_string(schedule)` in its own namespace: names are
/// passed, but they are not known before the value is.
template <class Enum>
inline constexpr no_enum_names enum_names{};

}  // namespace estima::inline v0_1
