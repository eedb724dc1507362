// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <CLI/CLI.hpp>

#include <charconv>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <estima/system/shown.hpp>
#include <estima/terminal/archive_runs.hpp>
#include <estima/terminal/cancel_run.hpp>
#include <estima/terminal/candidates.hpp>
#include <estima/terminal/download_files.hpp>
#include <estima/terminal/keep_house.hpp>
#include <estima/terminal/list_experiments.hpp>
#include <estima/terminal/list_models.hpp>
#include <estima/terminal/list_runs.hpp>
#include <estima/terminal/quoted_list.hpp>
#include <estima/terminal/show_differences.hpp>
#include <estima/terminal/show_logs.hpp>
#include <estima/terminal/show_metrics.hpp>
#include <estima/terminal/show_run.hpp>
#include <estima/terminal/tag_run.hpp>
#include <estima/version.hpp>

namespace estima::inline v0_1::terminal {

/// The words that the program `estima` understands, and what they call. Each command is a function that takes a
/// workspace, its own options and a screen.
class command_line {
public:
    command_line() {
        app_.set_version_flag("--version", std::string{"estima "} + library_version, "print the version");
        app_.set_help_flag("-h,--help", "print this");
        app_.add_option("-w,--workspace", workspace_, "the folder of the workspace")
            ->type_name("DIR")
            ->check(not_empty());
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
        add_metrics();
        add_download();
        add_cancel();
        add_models();
        add_experiments();
        add_compare();
        add_archives();
        add_house_keeping();
    }
    command_line(command_line const&) = delete;
    command_line& operator=(command_line const&) = delete;

    CLI::App& app() { return app_; }
    CLI::App const& app() const { return app_; }
    std::string const& workspace_folder() const { return workspace_; }
    bool json() const { return json_; }
    /// Whether the command needs no workspace that is there already.
    bool makes_workspace() const { return makes_workspace_->parsed(); }
    bool names_a_command() const { return !app_.get_subcommands().empty(); }
    word_kind kind_of(CLI::Option const* option) const {
        auto const known = kinds_.find(option);
        return known == kinds_.end() ? word_kind::other : known->second;
    }

    /// Does what the parsed words say; they name a command.
    int run(workspace const& where, screen const& on) const {
        for (auto const& [command, work] : commands_)
            if (command->parsed()) return work(where, on);
        return 0;
    }

private:
    /// A command, and its options, which are kept as long as this object.
    template <class Options>
    std::pair<CLI::App*, Options*> add(char const* name, char const* text,
                                       int (*work)(workspace const&, Options const&, screen const&)) {
        auto options = std::make_shared<Options>();
        CLI::App* const command = app_.add_subcommand(name, text);
        command->set_help_flag("-h,--help", "print this");
        commands_.emplace_back(
            command, [options, work](workspace const& where, screen const& on) { return work(where, *options, on); });
        return {command, options.get()};
    }

    /// What the words of an option have to be.
    static CLI::Validator not_empty() {
        return {[](std::string& text) { return std::string{text.empty() ? "it is empty" : ""}; }, ""};
    }
    static CLI::Validator whole_number(std::uint64_t least) {
        return {[least](std::string& text) {
                    std::uint64_t value = 0;
                    auto const [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
                    bool const fits = code == std::errc{} && end == text.data() + text.size() && value >= least &&
                                      value <= 2'000'000'000;
                    return fits ? ""
                                : "\"" + shown(text) + "\" is no whole number of at least " + std::to_string(least);
                },
                ""};
    }
    static CLI::Validator number_up_to_a_million() {
        return {[](std::string& text) {
                    double value = 0;
                    auto const [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
                    bool const fits =
                        code == std::errc{} && end == text.data() + text.size() && value >= 0 && value <= 1e6;
                    return fits ? "" : "\"" + shown(text) + "\" is no number from 0 to 1000000";
                },
                ""};
    }

    /// A word without a name.
    template <class Value>
    CLI::Option* add_word(CLI::App* command, char const* name, Value& value, char const* text, word_kind kind) {
        CLI::Option* const option = command->add_option(name, value, text)->type_name("");
        if (kind != word_kind::filter) option->check(not_empty());
        kinds_[option] = kind;
        return option;
    }
    void add_run_word(CLI::App* command, std::string& value) {
        add_word(command, "RUN", value, "which run", word_kind::run)->required();
    }
    /// An option that takes values with commas between, and may be repeated. A name in quotes may have commas, too.
    CLI::Option* add_list(CLI::App* command, char const* name, char const* type, std::vector<std::string>& values,
                          char const* text, word_kind kind) {
        auto const take = [&values](std::vector<std::string> const& given) {
            values.clear();
            for (std::string const& list : given)
                for (std::string& part : parts_of_list(list)) values.push_back(std::move(part));
        };
        auto const has_all = [](std::string& list) {
            for (std::string const& part : parts_of_list(list))
                if (part.empty()) return std::string{"it is empty"};
            return std::string{};
        };
        CLI::Option* const option = command->add_option_function<std::vector<std::string>>(name, take, text);
        option->type_name(type)->take_all()->allow_extra_args(false)->check(CLI::Validator{has_all, ""});
        kinds_[option] = kind;
        return option;
    }
    /// The same for whole numbers.
    template <class Number>
    CLI::Option* add_list(CLI::App* command, char const* name, char const* type, std::vector<Number>& values,
                          char const* text, word_kind kind) {
        CLI::Option* const option = command->add_option(name, values, text)->type_name(type)->delimiter(',');
        option->take_all()->allow_extra_args(false)->check(whole_number(0));
        kinds_[option] = kind;
        return option;
    }

    void add_runs() {
        auto const [command, o] = add("runs", "list runs, the newest first", list_runs);
        add_word(command, "FILTER", o->filter, "\"metrics.loss < 0.1 and tags.team = 'x'\"", word_kind::filter);
        add_list(command, "-e,--experiment", "NAME", o->experiments, "only of this one", word_kind::experiment);
        add_list(command, "-o,--order-by", "KEY", o->order_by, "\"metrics.loss DESC\"", word_kind::order);
        command->add_option("-n,--max", o->max, "how many; 0: all [20]")->type_name("N")->check(whole_number(0));
        CLI::Option* const follow = command->add_flag("-f,--follow", o->follow, "again whenever something changes");
        command->add_flag("--deleted", o->deleted, "those that can be restored")->excludes(follow);
        add_list(command, "-c,--columns", "LIST", o->columns, "id,status,params.lr,...", word_kind::column);
        add_list(command, "-m,--metrics", "LIST", o->metrics, "these metrics as well", word_kind::metric);
        add_list(command, "-p,--params", "LIST", o->parameters, "these parameters as well", word_kind::parameter);
    }

    void add_show() {
        auto const [command, o] = add("show", "everything about a run", show_run);
        add_run_word(command, o->run);
        command->add_flag("--config", o->configuration, "print its run configuration");
    }

    void add_logs() {
        auto const [command, o] = add("logs", "what a run's processes wrote", show_logs);
        add_run_word(command, o->run);
        command->add_flag("-f,--follow", o->follow, "until the run is over");
        CLI::Option* const all = command->add_flag("-a,--all-ranks", o->all_ranks, "of all processes");
        add_list(command, "-r,--rank", "N", o->ranks, "of this process [0]", word_kind::other)->excludes(all);
        CLI::Option* const out = command->add_flag("--stdout", o->only_output, "only what was written there");
        command->add_flag("--stderr", o->only_error, "only what was written there")->excludes(out);
        command->add_option("--attempt", o->attempt, "of this one, of a run tried again [newest]")
            ->type_name("N")
            ->check(whole_number(1));
    }

    void add_metrics() {
        auto const [command, o] = add("metrics", "what a run logged, in numbers or as a plot", show_metrics);
        add_run_word(command, o->run);
        add_word(command, "NAME", o->names, "these metrics, point by point", word_kind::metric_of_run);
        CLI::Option* const plot = command->add_flag("--plot", o->plot, "draw them");
        CLI::Option* const max =
            command->add_option("-n,--max", o->max, "points of each; 0: all [20; plot, JSON: 1000]")
                ->type_name("N")
                ->check(whole_number(0));
        command->add_flag("-f,--follow", o->follow, "all that comes, until the run is over")
            ->excludes(plot)
            ->excludes(max);
    }

    void add_download() {
        auto const [command, o] = add("download", "copy files of a run", download_files);
        add_run_word(command, o->run);
        add_word(command, "PATH", o->paths, "files or folders of the run [all]", word_kind::file_of_run);
        command->add_option("-o,--output", o->directory, "where to [./<run id>]")->type_name("DIR")->check(not_empty());
    }

    void add_cancel() {
        auto const [command, o] = add("cancel", "end a run", cancel_run);
        add_run_word(command, o->run);
        command->add_option("--grace", o->grace_seconds, "between asking its script and ending it [10]")
            ->type_name("SECONDS")
            ->check(number_up_to_a_million());
        command->add_flag("--wait", o->wait, "until it has ended");
    }

    void add_models() {
        auto const [command, o] = add("models", "list registered models, or copy the files of one", list_models);
        CLI::Option* const name =
            add_word(command, "NAME", o->name, "its versions; NAME:3 or NAME@ALIAS: that one", word_kind::model);
        CLI::Option* const to = command->add_option("--download", o->directory, "copy its files there")
                                    ->type_name("DIR")
                                    ->check(not_empty())
                                    ->needs(name);
        command->add_flag("--overwrite", o->overwrite, "what is there already")->needs(to);
    }

    void add_experiments() {
        auto const [command, o] =
            add("experiments", "list experiments; rename, delete or restore one", list_experiments);
        CLI::Option* const name = add_word(command, "NAME", o->name, "only this one", word_kind::experiment);
        CLI::Option* const to = command->add_option("--rename", o->rename, "give its runs to this one")
                                    ->type_name("NEW")
                                    ->check(not_empty())
                                    ->needs(name);
        CLI::Option* const remove =
            command->add_flag("--delete", o->remove, "delete its runs")->needs(name)->excludes(to);
        command->add_flag("--restore", o->restore, "bring its deleted runs back")
            ->needs(name)
            ->excludes(to)
            ->excludes(remove);
    }

    void add_compare() {
        auto const [command, o] = add("compare", "what runs do not have in common", show_differences);
        add_word(command, "RUN", o->runs, "two runs or more", word_kind::run)
            ->required()
            ->expected(2, CLI::detail::expected_max_vector_size);
        command->add_flag("--code", o->code, "how the files of their snapshots changed, as a diff");
    }

    void add_archives() {
        auto const [out, e] = add("export", "write a run to one file", export_to_archive);
        add_run_word(out, e->run);
        add_word(out, "FILE", e->file, "run.tar.zst, .tar.gz or .tar", word_kind::other)->required();
        out->add_flag("--overwrite", e->overwrite, "in the place of a file of that name");
        auto const [in, i] = add("import", "take in runs that were exported", import_archives);
        add_word(in, "FILE", i->files, "what `estima export` wrote", word_kind::other)->required();
        makes_workspace_ = in;
        auto const [copy, c] = add("copy", "copy the whole workspace while it is in use", copy_all);
        add_word(copy, "DIR", c->folder, "a folder that is not there yet", word_kind::other)->required();
    }

    void add_house_keeping() {
        auto const [remove, d] = add("delete", "take runs out of sight, until gc", delete_runs);
        add_word(remove, "RUN", d->runs, "runs that are over", word_kind::run)->required();
        auto const [restore, r] = add("restore", "bring deleted runs back, or list them", restore_runs);
        add_word(restore, "RUN", r->runs, "deleted runs [lists them]", word_kind::deleted_run);
        auto const [tag, t] = add("tag", "set or remove tags of a run, or list them", tag_run);
        add_run_word(tag, t->run);
        add_word(tag, "TAG", t->tags, "NAME=VALUE [lists them]", word_kind::other);
        tag->add_option("-r,--remove", t->removed, "this one")->type_name("NAME")->take_all()->allow_extra_args(false);
        auto const [gc, g] = add("gc", "remove for good what was deleted", free_space);
        gc->add_flag("--dry-run", g->dry_run, "only tell what would go");
        gc->add_option("--older-than", g->older_than, "what was deleted so long ago [30]")
            ->type_name("DAYS")
            ->check(number_up_to_a_million());
        auto const [verify, v] = add("verify", "hold everything against its checksums", verify_workspace);
        verify->add_flag("--mend", v->mend, "mend what can be mended");
    }

    CLI::App app_{"Looks at the runs and models of an estima workspace.", "estima"};
    std::string workspace_;
    bool json_ = false;
    CLI::App const* makes_workspace_ = nullptr;
    std::map<CLI::Option const*, word_kind> kinds_;
    std::vector<std::pair<CLI::App*, std::function<int(workspace const&, screen const&)>>> commands_;
};

}  // namespace estima::inline v0_1::terminal
