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
    run_record record() const { return newest().record; }

    /// NotResponding if its supervisor died and the run cannot be ended from here: the workspace is read-only.
    run_status status() const { return record().status; }

    /// Everything that is recorded. EST-647: the journal is lost; EST-301.
    run_details get_details() const {
        told const now = newest();
        return while_there(directory_, [&](run_directory const& here) {
            return detail::details_from(here, now.record, now.has_torn_end);
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
            (void)newest();  // its supervisor ends it also when the script emptied the journal
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

    /// The name that people read, which need not be unique; "" is the id. EST-102: it is not UTF-8; EST-301.
    void set_display_name(std::string const& text) const {
        require_text("a display name", text);
        append({{"event", "display_name"}, {"value", text.empty() ? id() : text}});
    }
    /// What the run is about, in any number of lines. EST-102: it is not UTF-8; EST-301.
    void set_description(std::string const& text) const {
        require_text("a description", text);
        append({{"event", "description"}, {"value", text}});
    }

    /// Lets the run belong to another experiment; its id stays. EST-305: no name of an experiment; EST-301.
    void move_to_experiment(std::string const& name) const {
        detail::require_name("an experiment", name);
        append({{"event", "experiment"}, {"value", name}});
    }

    /// Sets a tag, or changes it. EST-512: it has no name; EST-102: it is not UTF-8; EST-301.
    void tag(std::string const& name, std::string const& value = "") const {
        detail::require_key("a tag", "run " + id(), name);
        require_text("a tag", value);
        append({{"event", "tag"}, {"name", name}, {"value", value}});
    }
    /// Takes a tag away; does nothing if there is none of that name. EST-301.
    void remove_tag(std::string const& name) const {
        known_->change([&](journal& events) {
            events.append_made([&](run_record const& now) {
                return std::vector<json>(now.tags.count(name), {{"event", "untag"}, {"name", name}});
            });
        });
    }
    std::map<std::string, std::string> get_tags() const { return record().tags; }

    /// Sets a property, which stays: EST-501 if it has another value already; EST-512: it has no name; EST-102: it is
    /// not UTF-8; EST-301.
    void add_property(std::string const& name, std::string const& value) const {
        add_properties({{name, value}});
    }
    /// The same of several, of which none is set if one of them cannot be.
    void add_properties(std::map<std::string, std::string> const& properties) const {
        set_once("property", &run_record::properties, properties);
    }
    std::map<std::string, std::string> get_properties() const { return record().properties; }

    /// Records a parameter of the run, which stays: EST-501 if it has another value already; EST-512: it has no name;
    /// EST-102: it is not UTF-8; EST-301.
    void log_parameter(std::string const& name, std::string const& value) const {
        set_once("parameter", &run_record::parameters, {{name, value}});
    }
    std::map<std::string, std::string> get_parameters() const { return record().parameters; }

private:
    using texts = std::map<std::string, std::string>;

    /// What the journal told, and whether it ends in a line without an end.
    struct told {
        run_record record;
        bool has_torn_end = false;
    };
    told read() const {
        told now;
        known_->look([&](journal& events) {
            now.record = known_record(directory_, events);
            now.has_torn_end = events.has_torn_end();
        });
        return now;
    }
    /// The newest of it; a run whose supervisor died is ended first, so that nobody sees it running for ever. EST-647.
    told newest() const {
        told now = read();
        if (is_terminal(now.record.status)) return now;
        bool is_changed = false, is_seen = true;
        try {
            is_changed = transport_of(directory_).look(directory_);
            if (is_changed) detail::refresh_page_if_over(directory_);
        } catch (error const&) {  // it is dead, and this user may not write so
            is_seen = false;
        }
        now = read();
        bool const is_lost = !is_seen || (!is_changed && detail::is_seen_stopped(now.record));
        if (is_lost && !is_terminal(now.record.status)) now.record.status = run_status::not_responding;
        return now;
    }

    void set_once(std::string const& kind, texts run_record::*all, texts const& wanted) const {
        for (auto const& [name, value] : wanted) {
            detail::require_key("a " + kind, "run " + id(), name);
            require_text("a " + kind, value);
        }
        known_->change([&](journal& events) {
            auto const missing_in = [&](run_record const& now) {
                std::vector<json> lines;
                for (auto const& [name, value] : wanted)
                    if (auto const is = (now.*all).find(name); is == (now.*all).end())
                        lines.push_back({{"event", kind}, {"name", name}, {"value", value}});
                    else detail::require_same(kind, "run " + id(), name, is->second, value);
                return lines;
            };
            events.append_made(missing_in);
            (void)missing_in(events.record());  // where no lock is held, the first of two in the journal is right
        });
    }

    void require_text(std::string_view what, std::string const& text) const {
        detail::require_utf8(what, "run " + id(), text);
    }

    void append(json event) const {
        known_->change([&event](journal& events) { events.append(std::move(event)); });
    }

    run_directory directory_;
    std::shared_ptr<detail::known_journal> known_ = std::make_shared<detail::known_journal>(directory_);
};

}  // namespace estima::inline v0_1
