// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <estima/portal/human.hpp>
#include <estima/portal/markup.hpp>
#include <estima/portal/page_input.hpp>

/// The cards with what was asked for and where it comes from: parameters, configuration, history, source, tags.
namespace estima::inline v0_1::portal {

namespace detail {
/// Rows of a name and a value; nothing for an empty value.
class pair_table {
public:
    static constexpr std::size_t most_rows = 200, value_limit = 1000;

    explicit pair_table(markup& page) : page_{page} { page_.html("<table class=\"pairs\"><tbody>"); }
    pair_table(pair_table const&) = delete;
    pair_table& operator=(pair_table const&) = delete;
    ~pair_table() {
        page_.html("</tbody></table>");
        if (rows_ > most_rows)
            page_.html("<p class=\"note\">").number(rows_ - most_rows).html(" more are not shown.</p>");
    }

    void row(std::string_view name, std::string_view value, bool code = false) {
        if (++rows_ > most_rows) return;
        page_.html("<tr><th scope=\"row\" class=\"v\">").name(name, 160).html("</th><td class=\"v");
        if (code) page_.html(" mono");
        page_.html("\">").text(value, value_limit).html("</td></tr>");
    }
    void row_if(std::string_view name, std::string_view value, bool code = false) {
        if (!value.empty()) row(name, value, code);
    }

private:
    markup& page_;
    std::size_t rows_ = 0;
};

inline void begin_card(markup& page, source_html id, source_html title) {
    page.html("<section class=\"card\" aria-labelledby=\"").html(id).html("\"><h2 id=\"").html(id).html("\">");
    page.html(title).html("</h2>");
}

/// One of the properties by which Azure and MLflow name the state of a git repository.
inline bool is_git_fact(std::pair<std::string const, std::string> const& property) {
    return property.first.starts_with("azureml.git.") || property.first.starts_with("mlflow.source.git.");
}

inline std::string property(run_record const& r, char const* name) {
    auto const found = r.properties.find(name);
    return found == r.properties.end() ? std::string{} : found->second;
}
}  // namespace detail

inline void append_parameters(markup& page, page_input const& in) {
    detail::begin_card(page, "parameters", "Parameters");
    if (!in.configuration_problem.empty()) {
        page.html("<p class=\"message\">The run configuration cannot be shown: ").text(in.configuration_problem, 600);
        page.html("</p></section>");
        return;
    }
    auto const& arguments = in.configuration.arguments;
    if (arguments.empty()) {
        page.html("<p class=\"soft\">The script was given none.</p></section>");
        return;
    }
    {
        detail::pair_table table{page};
        for (auto const& [name, value] : parameters_of(arguments)) {
            if (!value)
                table.row(name, "(flag)");
            else if (value->empty())
                table.row(name, "(empty)");
            else
                table.row(name, *value, true);
        }
    }
    page.html("<details><summary>Arguments, one by one</summary><ol>");
    for (std::size_t i = 0; i < arguments.size() && i < detail::pair_table::most_rows; ++i)
        page.html("<li><code class=\"v\">").text(arguments[i], detail::pair_table::value_limit).html("</code></li>");
    page.html("</ol></details></section>");
}

inline void append_configuration(markup& page, page_input const& in) {
    if (!in.configuration_problem.empty()) return;
    run_configuration const& c = in.configuration;
    detail::begin_card(page, "configuration", "Configuration");
    {
        detail::pair_table table{page};
        table.row_if("Script", c.script, true);
        table.row_if("Framework", c.framework);
        if (c.framework != "Native") table.row_if("Interpreter", c.environment.python.interpreter_path, true);
        table.row_if("Backend", c.communicator == "None" ? "" : c.communicator);
        table.row("Nodes", std::to_string(c.node_count));
        table.row("Processes per node", std::to_string(c.process_count_per_node()));
        if (c.max_run_duration_seconds)
            table.row("Time limit", human_duration(static_cast<double>(*c.max_run_duration_seconds)));
    }
    auto const& variables = c.environment.environment_variables;
    if (!variables.empty()) {
        page.html("<details open><summary>Environment variables</summary>");
        {
            detail::pair_table table{page};
            for (auto const& [name, value] : variables) table.row(name, value.empty() ? "(empty)" : value, true);
        }
        page.html("</details>");
    }
    page.html("</section>");
}

/// The statuses that the run went through, when, and for how long.
inline void append_history(markup& page, page_input const& in) {
    auto const& changes = in.record.status_changes;
    if (changes.empty()) return;
    constexpr std::size_t most = 100;
    detail::begin_card(page, "history", "Status history");
    page.html(
        "<table class=\"history\"><thead><tr><th scope=\"col\">Status</th><th scope=\"col\">Since (UTC)</th>"
        "<th scope=\"col\" class=\"num\">Lasted</th></tr></thead><tbody>");
    for (std::size_t i = changes.size() > most ? changes.size() - most : 0; i < changes.size(); ++i) {
        bool const last = i + 1 == changes.size();
        page.html("<tr><th scope=\"row\">").text(to_string(changes[i].status)).html("</th><td class=\"keep small\">");
        append_time(page, changes[i].time);
        page.html("</td><td class=\"num small\">");
        if (!last)
            page.text(human_duration(changes[i + 1].time - changes[i].time));
        else if (!in.over())
            page.text(human_duration(in.now - changes[i].time));
        page.html("</td></tr>");
    }
    page.html("</tbody></table></section>");
}

/// Attempts that ended early, when the run was tried again: why each ended.
inline void append_attempts(markup& page, page_input const& in) {
    auto const& attempts = in.record.attempts;
    if (attempts.empty()) return;
    constexpr std::size_t most = 100;
    detail::begin_card(page, "attempts", "Attempts");
    page.html(
        "<table class=\"history\"><thead><tr><th scope=\"col\">Attempt</th><th scope=\"col\">Ended (UTC)</th>"
        "<th scope=\"col\" class=\"num\">Took</th><th scope=\"col\">Why</th></tr></thead><tbody>");
    for (std::size_t i = attempts.size() > most ? attempts.size() - most : 0; i < attempts.size(); ++i) {
        attempt_record const& a = attempts[i];
        page.html("<tr><th scope=\"row\">").number(static_cast<std::size_t>(a.number));
        page.html("</th><td class=\"keep small\">");
        append_time(page, a.end_time);
        page.html("</td><td class=\"num small\">").text(human_duration(a.end_time - a.start_time));
        page.html("</td><td class=\"v\">").text(a.error ? a.error->id + ": " + a.error->message : a.cause, 600);
        page.html("</td></tr>");
    }
    page.html("</tbody></table><p class=\"note\">This page shows attempt ").number(attempts.size() + 1);
    page.html("; the logs of the others are in system_logs/attempt_N.</p></section>");
}

inline void append_map(markup& page, source_html id, source_html title, std::map<std::string, std::string> const& all) {
    if (all.empty()) return;
    detail::begin_card(page, id, title);
    {
        detail::pair_table table{page};
        for (auto const& [name, value] : all) table.row(name, value);
    }
    page.html("</section>");
}

/// Where the code comes from: git's facts as Azure names them, the folder and the snapshot.
inline void append_source(markup& page, page_input const& in) {
    run_record const& r = in.record;
    std::string const dirty = detail::property(r, "azureml.git.dirty");
    detail::begin_card(page, "source", "Source");
    {
        detail::pair_table table{page};
        table.row_if("Git repository", detail::property(r, "azureml.git.repository_uri"));
        table.row_if("Branch", detail::property(r, "azureml.git.branch"));
        table.row_if("Commit", detail::property(r, "azureml.git.commit"), true);
        table.row_if("Working tree", dirty == "True"    ? "with changes that are not committed"
                                     : dirty == "False" ? "clean"
                                                        : dirty);
        table.row_if("Folder", r.source_directory, true);
        table.row_if("Snapshot", r.snapshot_id, true);
    }
    if (std::any_of(r.properties.begin(), r.properties.end(), detail::is_git_fact)) {
        page.html("<details><summary>As properties of the run</summary>");
        {
            detail::pair_table table{page};
            for (auto const& property : r.properties)
                if (detail::is_git_fact(property)) table.row(property.first, property.second);
        }
        page.html("</details>");
    }
    page.html("</section>");
}

/// What each host is, and the Python that ran the script there.
inline void append_hosts(markup& page, page_input const& in) {
    if (in.record.hosts.empty()) return;
    constexpr std::size_t most = 50;
    detail::begin_card(page, "hosts", "Hosts");
    for (std::size_t i = 0; i < in.record.hosts.size() && i < most; ++i) {
        host_record const& h = in.record.hosts[i];
        detail::pair_table table{page};
        table.row_if("Name", h.host);
        table.row_if("System", h.distribution + (h.distribution.empty() || h.system.empty() ? "" : ", ") + h.system);
        table.row_if("Processor", h.processor);
        if (h.processors > 0)
            table.row("Cores", std::to_string(h.cores) + ", " + std::to_string(h.processors) + " processors in all");
        if (h.memory_bytes > 0) table.row("Memory", human_bytes(h.memory_bytes));
        for (std::string const& gpu : h.gpus) table.row("GPU", gpu);
        if (h.python_version.empty()) continue;
        table.row("Python", h.python_version + ", " + h.interpreter);
        table.row("Packages", std::to_string(h.packages.size()));
        table.row("Fingerprint", h.environment_fingerprint, true);
    }
    page.html("</section>");
}

/// All properties but those that are shown with the source.
inline void append_properties(markup& page, page_input const& in) {
    std::map<std::string, std::string> others = in.record.properties;
    std::erase_if(others, detail::is_git_fact);
    append_map(page, "properties", "Properties", others);
}

}  // namespace estima::inline v0_1::portal
