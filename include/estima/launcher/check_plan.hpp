// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string>
#include <utility>

#include <estima/base/error.hpp>
#include <estima/launcher/launch_plan.hpp>

namespace estima::inline v0_1 {

namespace detail {
inline constexpr std::size_t longest_word =
    128 * 1024;  ///< bytes of one argument or variable with the 0 at its end (Linux, MAX_ARG_STRLEN)
inline constexpr std::size_t most_words =
    1536 * 1024;  ///< bytes of all of them: what Linux takes, with room for others'

/// What is too long of a command and its variables, with the name of it; empty if nothing is.
inline std::string too_long(std::vector<std::string> const& argv, environment_list const& environment) {
    std::size_t all = 0, longest = 0;
    std::string name;
    auto const see = [&](std::size_t size, auto const& named) {
        all += size + sizeof(char*);
        if (size > longest) longest = size, name = named();
    };
    for (std::string const& word : argv) see(word.size() + 1, [&] { return "the argument " + word.substr(0, 40); });
    for (auto const& [variable, value] : environment)
        see(variable.size() + value.size() + 2, [&v = variable] { return "the variable " + v; });
    if (longest > longest_word)
        return name + " has " + std::to_string(longest) + " bytes (Linux takes 131072, 128 KiB)";
    if (all > most_words)
        return "arguments and variables have " + std::to_string(all) + " bytes, " + std::to_string(most_words) +
               " can be passed; the longest is " + name;
    return "";
}
}  // namespace detail

/// The plan, if what it says can be started. EST-412 if it holds more than can be passed to a process: that would come
/// out on each host by itself, when others run already.
inline launch_plan checked(launch_plan plan) {
    auto const refuse = [](std::string what, std::string why) {
        throw error{
            "EST-412",
            {.what = std::move(what) + " cannot be started with what it has to be told",
             .why = std::move(why),
             .remedy =
                 "fewer processes (TF_CONFIG names all of them), or such data in a file of the source directory"}};
    };
    if (std::string why = detail::too_long(plan.mpirun_argv, plan.mpirun_environment); !why.empty())
        refuse("mpirun", std::move(why));
    for (std::size_t rank = 0; rank < plan.processes.size(); ++rank) {
        process_plan const p = plan.processes[rank];
        if (std::string why = detail::too_long(p.argv, p.environment); !why.empty())
            refuse("the process of rank " + std::to_string(rank), std::move(why));
    }
    return plan;
}

}  // namespace estima::inline v0_1
