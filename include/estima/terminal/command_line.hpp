// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <CLI/CLI.hpp>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <estima/terminal/list_runs.hpp>
#include <estima/terminal/show_logs.hpp>
#include <estima/terminal/show_run.hpp>
#include <estima/version.hpp>

namespace estima::inline v0_1::terminal {

/// The words that the program `estima` understands, and what they call. Each command is a function that takes a
/// workspace, its own options and a screen.
class command_line {
public:
    command_line() {
        app_.set_version_flag("--version", std::string{"estima "} + library_version);
        app_.add_option("-w,--workspace", workspace_, "the folder of the workspace")->type_name("DIR");
        app_.add_flag("--json", json_, "print JSON, for programs");
        app_.require_subcommand(0, 1);  // none: the help, which main prints
        app_.fallthrough();
        app_.get_formatter()->column_width(28);
        app_.footer(
            "RUN is a run's id, the beginning or the end of one, `latest` or\n"
            "`latest:EXPERIMENT`. Exit code: 0 done, 1 it failed, 2 wrong command line.");
        add_runs();
        add_show();
        add_logs();
    }

    CLI::App& app() { return app_; }
    std::string const& workspace_folder() const { return workspace_; }
    bool json() const { return json_; }
    bool names_a_command() const { return !app_.get_subcommands().empty(); }

    /// Does what the parsed words say; they name a command.
    int run(workspace const& where, screen const& on) const {
        for (auto const& [command, work] : commands_)
            if (command->parsed()) return work(where, on);
        return 0;
    }

private:
    /// A command whose options are kept as long as this object.
    template <class Options>
    std::pair<CLI::App*, std::shared_ptr<Options>> add(char const* name, char const* text,
                                                       int (*work)(workspace const&, Options const&, screen const&)) {
        CLI::App* const command = app_.add_subcommand(name, text);
        auto options = std::make_shared<Options>();
        commands_.emplace_back(command, [options, work](workspace const& where, screen const& on) {
            return work(where, *options, on);
        });
        return {command, options};
    }

    static void add_run(CLI::App* command, std::string& run) {
        command->add_option("RUN", run, "which run")->required()->type_name("");
    }

    void add_runs() {
        auto [command, o] = add("runs", "list runs, the newest first", list_runs);
        command->add_option("FILTER", o->filter, "\"metrics.loss < 0.1 and tags.team = 'x'\"")->type_name("");
        command->add_option("-e,--experiment", o->experiments, "only of this one")->type_name("NAME")->delimiter(',')->take_all();
        command->add_option("-o,--order-by", o->order_by, "\"metrics.loss DESC\"")->type_name("KEY")->delimiter(',')->take_all();
        command->add_option("-n,--max", o->max, "how many; 0: all [20]")->type_name("N");
        command->add_option("-c,--columns", o->columns, "id,status,params.lr,...")->type_name("LIST")->delimiter(',');
        command->add_option("-m,--metrics", o->metrics, "these metrics as well")->type_name("LIST")->delimiter(',');
        command->add_option("-p,--params", o->parameters, "these parameters as well")->type_name("LIST")->delimiter(',');
        for (char const* list : {"-e", "-o", "-c", "-m", "-p"}) command->get_option(list)->expected(1, 1000)->allow_extra_args(false);
    }

    void add_show() {
        auto [command, o] = add("show", "everything about a run", show_run);
        add_run(command, o->run);
        command->add_flag("--config", o->configuration, "print its run configuration");
    }

    void add_logs() {
        auto [command, o] = add("logs", "what a run's processes wrote", show_logs);
        add_run(command, o->run);
        command->add_flag("-f,--follow", o->follow, "until the run is over");
        CLI::Option* const all = command->add_flag("-a,--all-ranks", o->all_ranks, "of all processes");
        command->add_option("-r,--rank", o->ranks, "of this process [0]")->type_name("N")->delimiter(',')
            ->check(CLI::NonNegativeNumber)->allow_extra_args(false)->excludes(all);
    }

    CLI::App app_{"Looks at the runs and models of an estima workspace.", "estima"};
    std::string workspace_;
    bool json_ = false;
    std::vector<std::pair<CLI::App*, std::function<int(workspace const&, screen const&)>>> commands_;
};

}  // namespace estima::inline v0_1::terminal
