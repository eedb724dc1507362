// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/rules/rule.hpp>

namespace estima::inline v0_1 {

struct drop_the_version_or_let_estima_manage_the_environment;
struct drop_interpreter_path_or_choose_a_python_framework;
struct let_the_distribution_backend_set_it;
struct check_the_interpreter_path;

struct a_framework_version_in_an_environment_that_the_user_manages {
    using id = est<9>;
    using remedy = drop_the_version_or_let_estima_manage_the_environment;
    static constexpr std::string_view sentence =
        "a framework version is asked for in a user_managed environment, where the interpreter decides it";
    static constexpr std::string_view advice = "drop the version; the environment's own one is used";
    static constexpr bool broken(facts const& f) { return f.environment.user_managed && !f.framework.version.empty(); }
};

struct an_interpreter_for_a_native_executable {
    using id = est<10>;
    using remedy = drop_interpreter_path_or_choose_a_python_framework;
    static constexpr std::string_view sentence = "an interpreter is given for a native executable, which needs none";
    static constexpr std::string_view advice = "drop interpreter_path, or choose a framework whose entry is a Python script";
    static constexpr bool broken(facts const& f) {
        return f.framework.is_executable && f.seen.interpreter_is_given == known::yes;
    }
};

struct a_reserved_environment_variable_is_set {
    using id = est<11>;
    using remedy = let_the_distribution_backend_set_it;
    static constexpr std::string_view sentence =
        "environment_variables sets one that the launcher, MPI or the backend sets for each process";
    static constexpr std::string_view advice = "leave it out: every process gets its own value";
    static constexpr bool broken(facts const& f) { return f.seen.sets_reserved_variable == known::yes; }
};

struct the_interpreter_is_not_found {
    using id = est<23>;
    using remedy = check_the_interpreter_path;
    static constexpr std::string_view sentence = "the Python interpreter is not found";
    static constexpr std::string_view advice =
        "install it (Debian: apt-get install python3), or name another with interpreter_path";
    static constexpr bool broken(facts const& f) { return f.seen.interpreter_is_found == known::no; }
};

}  // namespace estima::inline v0_1
