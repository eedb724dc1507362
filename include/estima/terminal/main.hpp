// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <signal.h>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <iostream>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>

#include <estima/system/shown.hpp>
#include <estima/terminal/command_line.hpp>
#include <estima/terminal/complete.hpp>
#include <estima/terminal/interruption.hpp>
#include <estima/terminal/print_error.hpp>
#include <estima/terminal/safe_log.hpp>
#include <estima/terminal/screen.hpp>
#include <estima/terminal/workspace_to_see.hpp>

namespace estima::inline v0_1::terminal {

namespace detail {
/// What was made for a command that failed, and holds nothing.
inline void remove_if_empty(std::filesystem::path const& folder, bool was_there) {
    std::error_code code;
    for (std::string const& name : names_in(folder))
        if (name != "workspace.json" && !std::filesystem::is_empty(folder / name, code)) return;
    for (std::string const& name : names_in(folder)) std::filesystem::remove(folder / name, code);
    if (!was_there) std::filesystem::remove(folder, code);
}

/// As workspace::open, and away again if `work` fails and the workspace is new.
template <class Work>
int in_made_workspace(std::string const& named, Work const& work) {
    std::filesystem::path const folder = named.empty() ? workspace::default_path() : std::filesystem::path{named};
    std::error_code ignored;
    bool const was_there = std::filesystem::exists(folder, ignored),
               is_new = !std::filesystem::exists(folder / "workspace.json", ignored);
    workspace const made = workspace::open(folder);
    try {
        int const code = work(made);
        if (code != 0 && is_new) remove_if_empty(made.path(), was_there);
        return code;
    } catch (...) {
        if (is_new) remove_if_empty(made.path(), was_there);
        throw;
    }
}

/// The exit code, if all that was printed could be. EST-654.
inline int exit_code(screen const& on, int code) {
    if (on.out->flush()) return code;
    throw error{"EST-654",
                {.what = "what was asked for cannot be written",
                 .where = "standard output",
                 .remedy = "is the disk full?"}};
}

/// The command line is wrong: as text with the words of CLI11, or as JSON. EST-657.
inline int refuse(screen const& on, CLI::App const& app, CLI::ParseError const& e) {
    if (on.json) {
        print_error(on, error{"EST-657",
                              {.what = "the command line is wrong",
                               .why = shown(e.what()),
                               .remedy = "estima --help lists the commands, estima COMMAND --help their options"}});
        return 2;
    }
    std::ostringstream text;
    app.exit(e, text, text);
    *on.err << (on.live ? safe_log(text.str()) : text.str());
    return 2;
}
}  // namespace detail

/// All that the program `estima` does. The exit code: 0 done; 1 what was asked for failed, which is told on standard
/// error; 2 the command line is wrong. A closed pipe ends it at once, as any program that only looks, and so does
/// Ctrl-C; what makes a file or folder removes first what it has made of it.
inline int main(int argc, char** argv) {
    ::signal(SIGPIPE, SIG_DFL);
    std::ios::sync_with_stdio(false);
    screen on = screen::of_this_program();
    try {
        command_line words;
        if (argc > 1 && std::string_view{argv[1]} == "__complete") {  // what tools/estima_completion.bash asks for
            for (std::string const& word :
                 completions(words, {argv + std::min(argc, 3), argv + argc}, detail::workspace_to_see))
                *on.out << word << '\n';
            return detail::exit_code(on, 0);
        }
        on.json = std::find(argv, argv + argc, std::string_view{"--json"}) != argv + argc;  // also if the rest is wrong
        try {
            words.app().parse(argc, argv);
        } catch (CLI::ParseError const& e) {
            if (e.get_exit_code() == 0)  // help and version
                return detail::exit_code(on, words.app().exit(e, *on.out, *on.err));
            return detail::refuse(on, words.app(), e);
        }
        if (!words.names_a_command()) {
            if (on.json) return detail::refuse(on, words.app(), CLI::RequiredError{"a command"});
            *on.err << words.app().help();
            return 2;
        }
        on.json = words.json();
        std::string const& folder = words.workspace_folder();
        auto const obey = [&](workspace const& where) { return words.run(where, on); };
        int const code = words.makes_workspace() ? detail::in_made_workspace(folder, obey)
                                                 : obey(detail::workspace_to_see(folder));
        return detail::exit_code(on, code);
    } catch (interrupted const& by) {
        by.end_program();
    } catch (error const& e) {
        print_error(on, e);
    } catch (std::exception const& e) {
        print_error(on, error{"EST-658", {.what = "the command failed", .why = shown(e.what())}});
    }
    return 1;
}

}  // namespace estima::inline v0_1::terminal
