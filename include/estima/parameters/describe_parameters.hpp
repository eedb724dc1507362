// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <estima/parameters/faults.hpp>

namespace estima::inline v0_1 {

/// What is known of a parameter before the script runs.
struct parameter_description {
    std::string name;    ///< "--optimizer.learning-rate"
    std::string member;  ///< "optimizer.learning_rate"
    parameter_kind kind = parameter_kind::none;
    bool is_optional = false;            ///< it can be left out
    bool is_list = false;                ///< it can have several values
    bool is_repeated = false;            ///< the name stands before each value
    std::size_t exactly = 0;             ///< how many values an array has; 0: any number
    std::vector<std::string> choices{};  ///< an enum's names; empty if it has only a to_string
    /// The values of a default-constructed struct; none if it is left out there or cannot be constructed so.
    std::optional<std::vector<std::string>> defaults{};
    std::string help{};
};

namespace detail {
inline std::vector<parameter_description> described(std::vector<parameter_values> const& all) {
    std::vector<parameter_description> found;
    for (auto const& [p, values] : all) {
        found.push_back({.name = std::string{p->flag},
                         .member = std::string{p->member},
                         .kind = p->is.kind,
                         .is_optional = p->is_optional,
                         .is_list = p->is.is_list,
                         .is_repeated = p->is_repeated,
                         .exactly = p->is.exactly,
                         .choices = {p->choices.begin(), p->choices.end()},
                         .help = std::string{p->help}});
        if (!values) continue;
        found.back().defaults.emplace();
        for (script_value const& value : *values) found.back().defaults->push_back(value_text(value));
    }
    return found;
}

/// As argparse writes it: "--sizes INTEGER [INTEGER ...]".
inline std::string usage_of(parameter_description const& p) {
    std::string value;
    switch (p.kind) {
        case parameter_kind::none:
        case parameter_kind::on_flag:
            return p.name;
        case parameter_kind::on_off_flag:
            return p.name + ", --no-" + p.name.substr(2);
        case parameter_kind::boolean:
            value = "{true,false}";
            break;
        case parameter_kind::integer:
            value = "INTEGER";
            break;
        case parameter_kind::real:
            value = "REAL";
            break;
        case parameter_kind::text:
            value = "TEXT";
            break;
        case parameter_kind::path:
            value = "PATH";
            break;
        case parameter_kind::choice:
            for (std::string const& choice : p.choices) value.append(value.empty() ? "{" : ",").append(choice);
            value += value.empty() ? "NAME" : "}";
            break;
    }
    std::string usage = p.name + " " + value;
    if (!p.is_list) return usage;
    if (p.is_repeated) return usage + " [" + p.name + " ...]";
    if (p.exactly == 0) return usage + " [" + value + " ...]";
    for (std::size_t i = 1; i < p.exactly; ++i) usage += " " + value;
    return usage;
}

inline std::string default_of(parameter_description const& p) {
    if (!p.defaults) return "left out by default";
    std::string text;
    for (std::string const& value : *p.defaults) {
        if (!text.empty()) text += ' ';
        text += value.empty() ? "\"\"" : value;
    }
    return "default: " + (text.empty() ? std::string{"no values"} : text);
}
}  // namespace detail

/// All parameters of a struct, in the order of its members, with the values of `defaults`.
/// Throws EST-603 when one of its enumerators has no name.
template <class Params>
std::vector<parameter_description> parameter_descriptions(Params const& defaults) {
    static_cast<void>(sizeof(detail::assert_there_are_no<parameter_faults<Params>>));
    return detail::described(detail::read_all(detail::parameters_to_read<Params>{}, defaults));
}

/// The same, with the values of a default-constructed struct where there is one.
template <class Params>
std::vector<parameter_description> parameter_descriptions() {
    static_cast<void>(sizeof(detail::assert_there_are_no<parameter_faults<Params>>));
    if constexpr (std::default_initializable<Params>)
        return parameter_descriptions(Params{});
    else
        return detail::described(detail::read_none(detail::parameters_to_read<Params>{}));
}

/// A line for each parameter as `--help` would have it: name, kind, help text, default.
inline std::string describe_parameters(std::vector<parameter_description> const& all) {
    constexpr std::size_t column = 32;
    std::string text;
    for (parameter_description const& p : all) {
        std::string line = "  " + detail::usage_of(p);
        if (line.size() + 2 > column)
            line += "\n" + std::string(column, ' ');
        else
            line.resize(column, ' ');
        text += line + p.help + (p.help.empty() ? "(" : " (") + detail::default_of(p) + ")\n";
    }
    return text;
}

template <class Params>
std::string describe_parameters() {
    static_cast<void>(sizeof(detail::assert_there_are_no<parameter_faults<Params>>));
    return describe_parameters(parameter_descriptions<Params>());
}

}  // namespace estima::inline v0_1
