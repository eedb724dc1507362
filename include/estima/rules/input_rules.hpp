// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/rules/rule.hpp>

namespace estima::inline v0_1 {

struct give_each_input_a_name_of_its_own;
struct name_inputs_with_letters_digits_and_underscores;
struct give_a_path_below_the_datastore_or_the_run_s_folder;
struct convert_the_notebook_to_a_script;

struct two_inputs_with_one_name {
    using id = est<41>;
    using remedy = give_each_input_a_name_of_its_own;
    static constexpr bool needs_the_running_program = true;
    static constexpr std::string_view sentence = "two different inputs have one name";
    static constexpr std::string_view advice =
        "give each a name of its own: a dataset by as_named_input(\"name\"), a path of a datastore by `name` of "
        "data_input{...}";
    static constexpr bool broken(facts const& f) { return f.seen.input_names_are_distinct == known::no; }
};

struct an_input_s_name_that_no_variable_can_have {
    using id = est<42>;
    using remedy = name_inputs_with_letters_digits_and_underscores;
    static constexpr bool needs_the_running_program = true;
    static constexpr std::string_view sentence =
        "an input has no source, or a name that its environment variable cannot have";
    static constexpr std::string_view advice =
        "name the dataset or datastore; in an input's own name use letters, digits and '_', no digit first, and none "
        "that another variable has: the script finds the input by it";
    static constexpr bool broken(facts const& f) { return f.seen.input_names_can_be_variables == known::no; }
};

struct an_input_s_path_that_leads_out {
    using id = est<68>;
    using remedy = give_a_path_below_the_datastore_or_the_run_s_folder;
    static constexpr bool needs_the_running_program = true;
    static constexpr std::string_view sentence =
        "a path of an input leads out of its datastore, or of the run's folder";
    static constexpr std::string_view advice =
        "give a path below it, \"runs/7\", without a .. that leads out; only a path on the node may begin with a /";
    static constexpr bool broken(facts const& f) { return f.seen.input_paths_stay_inside == known::no; }
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
