// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/base/find_in.hpp>
#include <estima/rules/facts_of.hpp>
#include <estima/rules/rule.hpp>
#include <estima/rules/told_text.hpp>

namespace estima::inline v0_1 {

struct correct_source_directory;
struct name_a_file_inside_the_source_directory;
struct make_it_executable;
struct give_a_positive_duration;
struct remove_the_bytes_that_cannot_be_passed;
struct pass_such_bytes_in_a_file;
struct give_each_name_once;
struct shorten_or_drop_what_the_service_would_refuse;

struct the_source_directory_does_not_exist {
    using id = est<20>;
    using remedy = correct_source_directory;
    static constexpr bool needs_the_running_program = true;
    static constexpr std::string_view sentence = "source_directory is not a directory";
    static constexpr std::string_view advice = "correct the path; it is taken relative to where the program runs";
    static constexpr bool broken(facts const& f) { return f.seen.source_directory_exists == known::no; }
};

struct the_entry_script_is_not_inside_the_source_directory {
    using id = est<21>;
    using remedy = name_a_file_inside_the_source_directory;
    static constexpr bool needs_the_running_program = true;
    static constexpr std::string_view sentence = "entry_script is not a file inside source_directory";
    static constexpr std::string_view advice = "give the path of a file relative to source_directory";
    static constexpr bool broken(facts const& f) { return f.seen.entry_is_inside == known::no; }
};

struct the_native_entry_is_not_executable {
    using id = est<22>;
    using remedy = make_it_executable;
    static constexpr bool needs_the_running_program = true;
    static constexpr std::string_view sentence = "the entry of a native estimator cannot be executed";
    static constexpr std::string_view advice =
        "build it, or chmod +x it; a script needs a #! line with an interpreter that is there";
    static constexpr bool broken(facts const& f) { return f.seen.entry_is_executable == known::no; }
};

struct the_maximal_run_duration_makes_no_sense {
    using id = est<24>;
    using remedy = give_a_positive_duration;
    static constexpr bool needs_the_running_program = true;
    static constexpr std::string_view sentence = "max_run_duration is negative, or longer than thirty years";
    static constexpr std::string_view advice =
        "give at least one second (1_s, 90_min, 2_h), or leave it out, or 0_s, for no limit";
    static constexpr bool broken(facts const& f) { return f.seen.max_run_duration_makes_sense == known::no; }
};

namespace detail {
/// The first variable of the types that no process can have.
struct impossible_variable {
    constexpr found_text operator()(facts const& f) const {
        for (named_value const& one : f.environment.variables)
            if (one.name.empty() || find_in(one.name, '=') != std::string_view::npos)
                return {one.name, true};
        return {};
    }
};
/// The first whose name another one has.
struct repeated_variable {
    constexpr found_text operator()(facts const& f) const {
        static_list<named_value> const& variables = f.environment.variables;
        for (named_value const& one : variables)
            for (named_value const& other : variables)
                if (&one < &other && one.name == other.name) return {one.name, true};
        return {};
    }
};
}  // namespace detail

struct a_text_that_cannot_be_passed_to_a_process {
    using id = est<25>;
    using remedy = remove_the_bytes_that_cannot_be_passed;
    static constexpr std::string_view sentence =
        "a script parameter or environment variable holds what no process can be given";
    static constexpr std::string_view advice =
        "no NUL bytes, no text above 128 KiB, no '=' in a variable's name: pass such data in a file of the source "
        "directory";
    static constexpr bool broken(facts const& f) {
        return detail::impossible_variable{}(f).is_found || f.seen.texts_can_be_passed == known::no;
    }
    template <class... Policies>
    using details = typename detail::shown_text<detail::impossible_variable, detail::told_by<Policies...>>::type;
};

struct a_text_that_is_not_utf8 {
    using id = est<52>;
    using remedy = pass_such_bytes_in_a_file;
    static constexpr bool needs_the_running_program = true;
    static constexpr std::string_view sentence = "a text of the job is not UTF-8";
    static constexpr std::string_view advice =
        "write it in UTF-8, or pass such bytes in a file of the source directory";
    static constexpr bool broken(facts const& f) { return f.seen.texts_are_utf8 == known::no; }
};

struct a_name_is_given_twice {
    using id = est<26>;
    using remedy = give_each_name_once;
    static constexpr std::string_view sentence = "an environment variable or a tag is given twice";
    static constexpr std::string_view advice = "give each name once: nobody could tell which value wins";
    static constexpr bool broken(facts const& f) {
        return detail::repeated_variable{}(f).is_found || f.seen.names_are_given_once == known::no;
    }
    template <class... Policies>
    using details = typename detail::shown_text<detail::repeated_variable, detail::told_by<Policies...>>::type;
};

struct a_script_parameter_is_given_twice {
    using id = est<31>;
    using remedy = give_each_name_once;
    static constexpr bool needs_the_running_program = true;
    static constexpr rule_level level = rule_level::warning;
    static constexpr std::string_view sentence = "a script parameter is given twice";
    static constexpr std::string_view advice = "give it once, unless the script collects several values of it";
    static constexpr bool broken(facts const& f) { return f.seen.parameters_are_given_once == known::no; }
};

struct more_than_the_service_takes {
    using id = est<32>;
    using remedy = shorten_or_drop_what_the_service_would_refuse;
    static constexpr bool needs_the_running_program = true;
    static constexpr std::string_view sentence = "the job exceeds a limit of Azure Machine Learning";
    static constexpr std::string_view advice =
        "at most 50 tags with names of 100 and values of 1,000 characters, a display name of 256, 200 datasets";
    static constexpr bool broken(facts const& f) {
        return f.target.is_azure && f.seen.service_limits_are_kept == known::no;
    }
};

}  // namespace estima::inline v0_1
