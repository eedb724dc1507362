// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <estima/portal/human.hpp>
#include <estima/run_configuration/json.hpp>
#include <estima/system/clock.hpp>
#include <estima/system/shown.hpp>
#include <estima/terminal/find_run.hpp>
#include <estima/terminal/json_forms.hpp>
#include <estima/terminal/sections.hpp>
#include <estima/terminal/show_metrics.hpp>
#include <estima/terminal/text_table.hpp>
#include <estima/terminal/words.hpp>
#include <estima/workspace/model_log.hpp>
#include <estima/workspace/names.hpp>
#include <estima/workspace/register_model.hpp>
#include <estima/workspace/search_runs.hpp>

namespace estima::inline v0_1::terminal {

struct show_options {
    std::string run;
    bool configuration = false;  ///< print the run configuration as JSON instead
};

namespace detail {
inline void show_error(sections& to, run_details const& d) {
    if (!d.error) return;
    error_text const text = estima::detail::text_of(d.run_id, *d.error, "estima logs " + d.run_id);
    to.begin("Error");
    to.row("id", d.error->id, tone::bad);
    to.told("what", text.what);
    to.row("where", text.where);
    for (std::string const& line : d.error->stderr_tail) to.row("last words", line.empty() ? " " : line);
    to.row("remedy", text.remedy);
}

/// Attempts that ended early, and which one this is.
inline void show_attempts(sections& to, run_details const& d) {
    if (d.attempts.empty()) return;
    to.begin("Attempts");
    for (attempt_record const& a : d.attempts)
        to.told(std::to_string(a.number), "ended after " + portal::human_duration(a.end_time - a.start_time) + " by " +
                                              a.cause + (a.error ? ", " + a.error->id + ": " + a.error->message : ""));
    to.row(std::to_string(d.attempts.size() + 1), std::string{to_string(d.status)}, tone_of(d.status));
}

inline void show_configuration(sections& to, run_configuration const& c) {
    to.begin("Configuration");
    to.row("script", c.script);
    std::string arguments;
    for (std::string const& a : c.arguments) arguments.append(arguments.empty() ? "" : " ").append(a);
    to.row("arguments", arguments);
    to.row("framework", c.framework);
    if (c.framework != "Native") to.row("interpreter", c.environment.python.interpreter_path);
    to.row("backend", c.communicator == "None" ? "" : c.communicator);
    to.row("processes", std::to_string(c.process_count()) +
                            (c.node_count > 1 ? " on " + std::to_string(c.node_count) + " nodes" : ""));
    if (c.max_run_duration_seconds)
        to.row("time limit", portal::human_duration(static_cast<double>(*c.max_run_duration_seconds)));
}

inline void show_ranks(screen const& on, std::vector<rank_record> const& ranks, bool is_over) {
    if (ranks.empty()) return;
    *on.out << '\n';
    text_table table{
        {{"rank", true, true}, {"host"}, {"exit"}, {"took", true, true}, {"CPU", true, true}, {"memory", true, true}}};
    for (rank_record const& r : ranks) {
        bool const good = r.exit_code == 0 || !r.ended;
        // Of one that died with its supervisor nobody told the end.
        std::string const exit = !r.ended      ? (is_over ? "not known" : "running")
                                 : r.exit_code ? std::to_string(*r.exit_code)
                                               : r.signal;
        table.add({{std::to_string(r.rank)},
                   {on.safe(r.host)},
                   {on.safe(exit), good ? tone::plain : tone::bad},
                   {r.ended ? portal::human_duration(r.wall_seconds) : ""},
                   {r.ended ? portal::human_duration(r.user_seconds + r.system_seconds) : ""},
                   {r.peak_memory_bytes > 0 ? portal::human_bytes(r.peak_memory_bytes) : ""}});
    }
    table.print(on);
}

inline void show_hosts(sections& to, std::vector<host_record> const& hosts) {
    for (host_record const& h : hosts) {
        to.begin(hosts.size() == 1 ? "Host" : "Host " + h.host);
        to.row("system", h.distribution + (h.distribution.empty() || h.system.empty() ? "" : ", ") + h.system);
        to.row("processor", h.processor);
        if (h.processors > 0)
            to.row("cores", std::to_string(h.cores) + ", " + std::to_string(h.processors) + " processors in all");
        if (h.memory_bytes > 0) to.row("memory", portal::human_bytes(h.memory_bytes));
        for (std::string const& gpu : h.gpus) to.row("GPU", gpu);
        if (h.python_version.empty()) continue;
        to.row("Python", h.python_version + ", " + h.interpreter);
        to.row("packages",
               std::to_string(h.packages.size()) + ", fingerprint " + h.environment_fingerprint.substr(0, 12));
    }
}

/// The runs that were submitted as parts of this one, the oldest first.
inline std::vector<run_summary> children_of(workspace const& where, std::string const& id) {
    return search_runs(where, run_query{.filter = query::property("parent_run_id") == id,
                                        .order_by = {ascending(query::created_time)},
                                        .max_results = 10'000})
        .runs;
}

/// What became of a model that the run registered; empty if it is there.
inline std::string_view what_became_of(workspace const& where, model_record const& m) {
    std::filesystem::path const models = where.path() / "models";
    if (!estima::detail::is_name(m.name) || estima::detail::model_log{models / m.name}.deleted().contains(m.version))
        return "deleted";
    std::error_code ignored;
    bool const is_there = std::filesystem::exists(models / m.name / std::to_string(m.version), ignored) || ignored;
    return is_there ? "" : "not in this workspace";
}
}  // namespace detail

/// Tells everything about a run.
inline int show_run(workspace const& where, show_options const& options, screen const& on) {
    run const run = find_run(where, options.run, on);
    run_details d = run.get_details();
    if (options.configuration) {
        json const configuration = to_json(read_run_definition(run.directory()));
        if (on.json)
            on.print_json(configuration);
        else
            *on.out << configuration.dump(2, ' ', on.terminal, json::error_handler_t::replace) << '\n';
        return 0;
    }
    run_page const found = search_with_bar(where, {.filter = query::run_id == d.run_id}, on);
    run_summary const summary = found.empty() ? run_summary{} : found.runs[0];
    std::vector<run_summary> const children = detail::children_of(where, d.run_id);
    other_metrics const others = other_metrics_of(run, is_terminal(d.status));
    for_each_metric_warning(run, others.skipped, [&d](std::string const& file, std::string const& what, std::uint64_t) {
        d.warnings.push_back(shown(file) + ": " + what);
    });
    if (on.json) {
        json told = json_form(summary, d);
        told["children"] = json::array();
        for (run_summary const& child : children) told["children"].push_back(child.run_id);
        for (std::size_t i = 0; i < d.models.size(); ++i)
            told["models"][i]["is_there"] = detail::what_became_of(where, d.models[i]).empty();
        told["inputs"] = estima::detail::inputs_of(d.run_definition);
        on.print_json(told);
        return 0;
    }

    *on.out << on.painted(on.safe(d.run_id), tone::title) << '\n';
    detail::sections to{on};
    if (d.display_name != d.run_id) to.row("name", d.display_name);
    to.text("description", d.description);
    to.row("status", to_string(d.status), tone_of(d.status));
    to.row("waits for", d.waits_for);
    to.row("experiment", d.experiment);
    to.row("created", local_time(d.created_time));
    to.row("started", local_time(d.start_time));
    to.row("ended", local_time(d.end_time));
    to.row("took", portal::human_duration(d.duration_seconds(epoch_seconds())));
    to.row("target", d.target);
    to.row("by", summary.user + (summary.host.empty() ? "" : " on " + summary.host));
    to.row("snapshot", summary.snapshot_id.substr(0, 12));
    to.row("folder", run.directory().path.string());
    to.row("page", run.portal_url());
    for (std::string const& warning : d.warnings) to.told("warning", warning, tone::busy);
    detail::show_error(to, d);
    detail::show_attempts(to, d);
    if (d.definition_problem.empty()) detail::show_configuration(to, d.run_definition);
    detail::show_hosts(to, d.hosts);
    to.rows("Inputs", estima::detail::inputs_of(d.run_definition));
    to.rows("Parameters", summary.parameters);
    to.rows("Tags", d.tags);
    std::map<std::string, std::string> properties, git;
    for (auto const& property : d.properties)
        if (!property.first.starts_with("mlflow.source.git."))  // the same again as azureml.git.
            (portal::detail::is_git_fact(property) ? git : properties).insert(property);
    to.rows("Properties", properties);
    if (!git.empty()) to.begin("Git");
    for (auto const& [name, value] : git) to.row(name.substr(name.rfind('.') + 1), value);
    if (!children.empty()) to.begin("Children");
    for (run_summary const& child : children) to.row(to_string(child.status), child.run_id, tone_of(child.status));
    if (!summary.metrics.empty()) *on.out << '\n';
    print_metrics(on, summary.metrics);
    if (!others.named.empty()) *on.out << '\n';
    print_others(on, others);
    detail::show_ranks(on, d.ranks, is_terminal(d.status));
    detail::print_files(on, "output", d.artifacts);
    if (!d.models.empty()) to.begin("Models");
    for (model_record const& m : d.models) {
        std::string_view const now = detail::what_became_of(where, m);
        to.row(m.name + ":" + std::to_string(m.version), now.empty() ? m.path : m.path + " (" + std::string{now} + ")",
               now.empty() ? tone::plain : tone::soft);
    }
    return 0;
}

}  // namespace estima::inline v0_1::terminal
