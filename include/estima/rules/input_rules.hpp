// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/rules/rule.hpp>

namespace estima::inline v0_1 {

struct give_each_input_a_name_of_its_own;
struct name_inputs_with_letters_digits_and_underscores;
struct convert_the_notebook_to_a_script;

struct two_inputs_with_one_name {
    using id = est<41>;
    using remedy = give_each_input_a_name_of_its_own;
    static constexpr bool needs_the_running_program = true;
    static constexpr std::string_view sentence = "two different inputs have one name";
    static constexpr std::string_view advice = "give each a name of its own: dataset{...}.as_named_input(\"name\")";
    static constexpr bool broken(facts const& f) { return f.seen.input_names_are_distinct == known::no; }
};

struct an_input_s_name_that_no_variable_can_have {
    using id = est<42>;
    using remedy = name_inputs_with_letters_digits_and_underscores;
    static constexpr bool needs_the_running_program = true;
    static constexpr std::string_view sentence = "an input has no source, or a name that its environment variable cannot have";
    static constexpr std::string_view advice = "use letters, digits and '_', no digit first, and no name that another variable has: the script finds the input by it";
    static constexpr bool broken(facts const& f) { return f.seen.input_names_can_be_variables == known::no; }
};

struct a_notebook_is_no_script {
    using id = est<45>;
    using remedy = convert_the_notebook_to_a_script;
    static constexpr bool needs_the_running_program = true;
    static constexpr std::string_view sentence = "entry_script is a notebook, which Python cannot run";
    static constexpr std::string_view advice = "convert it: jupyter nbconvert --to script NOTEBOOK";
    static constexpr bool broken(facts const& f) { return f.seen.entry_is_a_notebook == known::yes; }
};

}  // namespace estima::inline v0_1
