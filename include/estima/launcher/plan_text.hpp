// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ostream>
#include <sstream>
#include <string>
#include <string_view>

#include <estima/launcher/launch_plan.hpp>
#include <estima/system/shell_quoted.hpp>

namespace estima::inline v0_1 {

namespace detail {
inline void print_command(std::ostream& out, std::string const& directory, environment_list const& environment,
                          std::vector<std::string> const& argv) {
    if (!directory.empty()) out << "cd " << shell_quoted(directory) << " &&\n";
    out << "env";
    for (auto const& [name, value] : environment) out << ' ' << shell_quoted(name + "=" + value) << " \\\n   ";
    for (std::string const& argument : argv) out << ' ' << shell_quoted(argument);
    out << '\n';
}
}  // namespace detail

/// The commands of a plan, as they can be pasted into a shell: mpirun, where there is one, and each process of the
/// script with what its environment gets.
inline void print_plan(std::ostream& out, launch_plan const& plan) {
    if (!plan.removed_variables.empty()) {
        out << "# taken out of the inherited environment:";
        for (std::string const& name : plan.removed_variables) out << ' ' << name;
        out << '\n';
    }
    if (!plan.mpirun_argv.empty()) {
        out << "# the processes below are started by this, which adds variables of its own (OMPI_*, PMIX_*)\n";
        detail::print_command(out, "", plan.mpirun_environment, plan.mpirun_argv);
    }
    for (std::size_t rank = 0; rank < plan.processes.size(); ++rank) {
        process_plan const p = plan.processes[rank];
        out << "# rank " << p.rank << " of " << plan.processes.size() << '\n';
        detail::print_command(out, plan.directory, p.environment, p.argv);
    }
}

inline std::string to_text(launch_plan const& plan) {
    std::ostringstream text;
    print_plan(text, plan);
    return text.str();
}

}  // namespace estima::inline v0_1
