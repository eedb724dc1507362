// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <exception>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <estima/base/duration.hpp>
#include <estima/base/error.hpp>
#include <estima/history/artifacts.hpp>
#include <estima/history/journal.hpp>
#include <estima/history/known_record.hpp>
#include <estima/history/metric_history.hpp>
#include <estima/history/metrics.hpp>
#include <estima/history/read_details.hpp>
#include <estima/history/run_definition.hpp>
#include <estima/history/run_details.hpp>
#include <estima/history/run_id.hpp>
#include <estima/history/run_directory.hpp>
#include <estima/launcher/bury.hpp>
#include <estima/transport/transport.hpp>
#include <estima/workspace/file_url.hpp>
#include <estima/workspace/known_journal.hpp>
#include <estima/workspace/names.hpp>
#include <estima/workspace/refresh_page.hpp>
#include <estima/workspace/register_model.hpp>
#include <estima/workspace/summary.hpp>
#include <estima/workspace/wait.hpp>

namespace estima::inline v0_1 {

/// How to cancel a run.
struct cancel_options {
    duration grace = seconds(10);  ///< between asking the script to end (SIGTERM) and ending it (SIGKILL)
};

/// A run, seen from any program at any time: everything is read from its folder, and no file is kept open in between.
/// Copies mean the same run. May be used by several threads, programs and handles at once. EST-307: it was deleted.
class run {
public:
    /// The run in that folder; EST-647 if it has no journal. Usually made by experiment::submit or workspace::run.
    explicit run(run_directory directory) : directory_{std::move(directory)} { (void)open_journal(directory_); }

    std::string id() const { return directory_.run_id(); }
    run_directory const& directory() const { return directory_; }

    /// The address of the run's page, for a browser on this machine.
    std::string portal_url() const {
        known_->bring_to_page();
        return file_url(absolute_path(directory_.page()));
    }

    /// All that its journal tells as of now, read once; what is only asked for one thing has a call of its own.
    run_record record() const {
        journal events = open_journal(directory_);
        return newest(events);
    }

    /// NotResponding if its supervisor died and the run cannot be ended from here: the workspace is read-only.
    run_status status() const { return record().status; }

    /// Everything that is recorded. EST-647: the journal is lost; EST-301.
    run_details get_details() const {
        journal events = open_journal(directory_);
        run_record const record = newest(events);
        return while_there(directory_, [&](run_directory const& here) {
            return detail::details_from(here, record, events.has_torn_end());
        });
    }

    /// Waits until the run is over. Throws run_failed if it failed (and `raise_on_error`); EST-511 after the time
    /// limit; EST-647: the journal is lost.
    run_details wait_for_completion(wait_options const& options = {}) const {
        require_journal(directory_);
        run_details details = while_there(directory_, [&](run_directory const& here) {
            int const processes =
                options.show_output && options.all_ranks ? read_run_definition(here).process_count() : 1;
            detail::run_waiter waiter{directory_, here, options, processes};
            journal& events = waiter.until_over();
            return detail::details_from(here, events.record(), events.has_torn_end());
        });
        bool const throws = details.status == run_status::failed && options.raise_on_error;
        if (options.show_output && options.show_status)
            detail::print_summary(*options.output, details, directory_, throws);
        if (throws) throw run_failed{std::move(details), directory_.system_logs().string()};
        return details;
    }

    /// Asks for the end of the run and returns at once; wait_for_completion tells when it has ended. True if the run is
    /// being cancelled, by this call or an earlier one, whose grace a shorter one replaces; false if it is over
    /// already. EST-301.
    bool cancel(cancel_options const& options = {}) const {
        journal events = open_journal(directory_);
        if (events.record().is_known())
            newest(events);  // its supervisor ends it also when the script emptied the journal
        double const grace = std::clamp(options.grace.seconds(), 0.0, 1e6);
        if (!events.append_status(run_status::cancel_requested, {{"grace_seconds", grace}})) {
            if (events.record().status != run_status::cancel_requested) return false;
            if (grace < events.record().cancel_grace_seconds)
                events.append({{"event", "grace"}, {"grace_seconds", grace}});
        }
        transport_of(directory_).cancel(directory_);
        detail::refresh_page_if_over(directory_);
        return true;
    }

    /// What the script logged so far, or only what it logged under one name.
    run_metrics get_metrics(std::string_view name = {}) const {
        bool const is_over = is_terminal(record().status);
        return while_there(directory_, [&](auto const& here) { return read_metrics(here.metrics(), name, is_over); });
    }

    /// The numbers logged under one name, or a range of them, thinned to 1,000 points that keep the extremes.
    std::vector<metric_point> get_metric_history(std::string const& name, history_options const& options = {}) const {
        bool const is_over = is_terminal(record().status);
        return while_there(directory_,
                           [&](auto const& here) { return read_history(here.metrics(), name, options, is_over); });
    }

    /// The outputs below `prefix` ("outputs/checkpoints"; left out: all) with size, SHA-256 and media type: those that
    /// the script uploaded so far, and all when it has ended. Sorted.
    std::vector<artifact_record> artifacts(std::string_view prefix = {}) const {
        return artifacts_below(record(), prefix);
    }

    /// Names of the run's files: outputs (once the script has ended), logs, and system_logs.
    std::vector<std::string> get_file_names() const {
        transport_of(directory_).fetch(directory_);
        run_record const known = record();
        return while_there(directory_, [&](auto const& here) { return file_names(here, known); });
    }

    /// Copies a file of the run to `output_path`: a file name, or an existing directory; left out, the current one.
    /// Returns where it is. Outputs are verified; of one whose copying is interrupted the part is kept, and the next
    /// download goes on from there. EST-502: the run has no such file; EST-503, EST-504, EST-301: see copy_verified.
    std::filesystem::path download_file(std::string const& name, std::filesystem::path output_path = ".",
                                        download_options const& options = {}) const {
        std::error_code ignored;
        transport_of(directory_).fetch(directory_);
        if (output_path.empty()) output_path = ".";
        if (std::filesystem::is_directory(output_path, ignored)) output_path /= std::filesystem::path{name}.filename();
        run_record const known = record();
        while_there(directory_, [&](auto const& here) { copy_out(here, known, name, output_path, options); });
        return output_path;
    }

    /// Copies all files below `prefix` ("outputs/checkpoints"; empty: all) into a directory, with their names as paths.
    /// Returns how many. EST-502 if there is none; further as download_file.
    std::size_t download_files(std::string const& prefix, std::filesystem::path const& output_directory,
                               download_options const& options = {}) const {
        return download_files(std::vector{prefix}, output_directory, options);
    }
    /// The same of several files or folders, each file once. Nothing is copied if there is none below one of them.
    std::size_t download_files(std::vector<std::string> const& prefixes, std::filesystem::path const& output_directory,
                               download_options const& options = {}) const {
        transport_of(directory_).fetch(directory_);
        run_record const known = record();
        return while_there(directory_, [&](auto const& here) {
            return copy_all_out(here, known, prefixes, output_directory, options);
        });
    }

    /// Stores outputs as the next version of a model. EST-505: the run is not over; EST-506: the path is left out or
    /// matches no output, with a list of those; EST-305: a name; EST-504: an output was changed; EST-642: an alias;
    /// EST-643: framework or resources; EST-301.
    model register_model(model_options const& options) const {
        run_record const known = record();
        model m = while_there(directory_, [&](auto const& here) {
            run_configuration configuration;
            try {
                configuration = read_run_definition(here);
            } catch (std::exception const&) {  // damaged: then the model does not know its inputs
            }
            return detail::register_outputs(here, known, configuration, options);
        });
        append({{"event", "model"}, {"name", m.name}, {"version", m.version}, {"path", m.path}});
        return m;
    }

    /// The name that people read, which need not be unique; "" is the id. EST-301.
    void set_display_name(std::string const& text) const {
        append({{"event", "display_name"}, {"value", text.empty() ? id() : text}});
    }
    /// What the run is about, in any number of lines. EST-301.
    void set_description(std::string const& text) const { append({{"event", "description"}, {"value", text}}); }

    /// Lets the run belong to another experiment; its id stays. EST-305: no name of an experiment; EST-301.
    void move_to_experiment(std::string const& name) const {
        detail::require_name("an experiment", name);
        append({{"event", "experiment"}, {"value", name}});
    }

    /// Sets a tag, or changes it. EST-512: it has no name; EST-301.
    void tag(std::string const& name, std::string const& value = "") const {
        require_a_name("a tag", name);
        append({{"event", "tag"}, {"name", name}, {"value", value}});
    }
    std::map<std::string, std::string> get_tags() const { return record().tags; }

    /// Sets a property, which stays: EST-501 if it has another value already; EST-512: it has no name; EST-301.
    void add_property(std::string const& name, std::string const& value) const {
        add_properties({{name, value}});
    }
    void add_properties(std::map<std::string, std::string> const& properties) const {
        for (auto const& [name, value] : properties) require_a_name("a property", name);
        known_->change([&](journal& events) {
            for (auto const& [name, value] : properties)
                set_once(events, "property", &run_record::properties, name, value);
        });
    }
    std::map<std::string, std::string> get_properties() const { return record().properties; }

    /// Records a parameter of the run, which stays: EST-501 if it has another value already; EST-512: it has no name;
    /// EST-301.
    void log_parameter(std::string const& name, std::string const& value) const {
        require_a_name("a parameter", name);
        known_->change([&](journal& events) {
            set_once(events, "parameter", &run_record::parameters, name, value);
        });
    }
    std::map<std::string, std::string> get_parameters() const { return record().parameters; }

private:
    /// The newest record; a run whose supervisor died is ended first, so that nobody sees it running for ever. EST-647.
    run_record newest(journal& events) const {
        if (is_terminal(known_record(directory_, events).status)) return events.record();
        try {
            if (transport_of(directory_).look(directory_)) detail::refresh_page_if_over(directory_);
            else if (!is_terminal(events.record().status) && detail::is_seen_stopped(events.record())) {
                run_record record = events.record();
                record.status = run_status::not_responding;
                return record;
            }
        } catch (error const&) {  // it is dead, and this user may not write so
            run_record record = events.record();
            if (!is_terminal(record.status)) record.status = run_status::not_responding;
            return record;
        }
        return events.record();
    }
    void set_once(journal& events, std::string const& kind, std::map<std::string, std::string> run_record::*all,
                  std::string const& name, std::string const& value) const {
        if (!(events.record().*all).contains(name)) events.append({{"event", kind}, {"name", name}, {"value", value}});
        // Of two that set it at the same time the journal has one as the first: that one is right for everybody.
        if (std::string const& now = (events.record().*all).at(name); now != value)
            throw error{"EST-501",
                        {.what = "a " + kind + " cannot be changed",
                         .where = kind + " \"" + name + "\" of run " + id(),
                         .why = "it is \"" + now + "\" and was to become \"" + value + "\"",
                         .remedy = "use a tag for what changes"}};
    }

    void require_a_name(std::string_view what, std::string const& name) const {
        if (name.empty())
            throw error{"EST-512",
                        {.what = std::string{what} + " needs a name",
                         .where = "run " + id(),
                         .why = "the name is empty",
                         .remedy = "give it one"}};
    }

    void append(json event) const {
        known_->change([&event](journal& events) { events.append(std::move(event)); });
    }

    run_directory directory_;
    std::shared_ptr<detail::known_journal> known_ = std::make_shared<detail::known_journal>(directory_);
};

}  // namespace estima::inline v0_1
