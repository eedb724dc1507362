// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <estima/base/edit_distance.hpp>
#include <estima/estimator/observe.hpp>
#include <estima/estimator/requirement_where.hpp>
#include <estima/estimator/retry_words.hpp>
#include <estima/estimator/value_text.hpp>
#include <estima/policy/capacity.hpp>
#include <estima/rules/azure_rules.hpp>
#include <estima/rules/environment_rules.hpp>
#include <estima/rules/job_rules.hpp>
#include <estima/rules/told_text.hpp>

// The values that a rule of the library is about, in words: what stands after "where" when submit refuses a job.
namespace estima::inline v0_1::detail {

template <class List>
std::string causes_text(List const& causes) {
    std::string text;
    for (retry_cause const& one : causes) text += (text.empty() ? "" : ", ") + cause_text(one);
    return text;
}

/// Of each value that is given in two places: what stands in each.
inline std::string disagreements_where(observation const& o, job_fields const& job) {
    facts const& f = o.seen;
    std::string text;
    auto note = [&text](std::string_view name, std::string const& field, std::string const& policy) {
        text.append(text.empty() ? "" : "; ").append(name).append(" = " + field + ", and in the policy " + policy);
    };
    auto note_number = [&note](std::string_view name, count const& all, count const& field) {
        if (!all.is_contradicted) return;
        int const policy = field.value == all.value ? all.elsewhere : all.value;
        note(name, std::to_string(field.value), std::to_string(policy));
    };
    note_number("node_count", f.node_count, job.node_count);
    note_number("process_count_per_node", f.process_count_per_node, job.process_count_per_node);
    note_number("worker_count", f.backend.worker_count, job.worker_count);
    if (f.backend.has_servers())
        note_number("parameter_server_count", f.backend.parameter_server_count, job.parameter_server_count);
    note_number("retries.at_most", f.retries.at_most, job.retries.at_most);
    if (f.retries.causes_are_contradicted)
        note("retries.after", causes_text(job.retries.after), causes_text(f.retries.after));
    if (f.environment.interpreter_is_contradicted)
        note("interpreter_path", between_quotes(job.interpreter_path), between_quotes(f.environment.interpreter_path));
    return text;
}

inline std::string counts_where(observation const& o, job_fields const&) {
    facts const& f = o.seen;
    auto number = [](std::string_view name, count const& c) {
        bool const is_more = c.value == std::numeric_limits<int>::max();  // count holds no larger one
        return std::string{name} + " is " + std::to_string(c.value) + (is_more ? " or more" : "");
    };
    std::string text = number("node_count", f.node_count) + ", ";
    text += f.backend.has_roles ? number("worker_count", f.backend.worker_count) + ", " +
                                      number("parameter_server_count", f.backend.parameter_server_count)
                                : number("process_count_per_node", f.process_count_per_node);
    auto add_if_given = [&](std::string_view name, count const& c) {  // which the backend does not use
        if (c.is_given) text += ", " + number(name, c);
    };
    if (f.backend.has_roles) {
        add_if_given("process_count_per_node", f.process_count_per_node);
    } else {
        add_if_given("worker_count", f.backend.worker_count);
        add_if_given("parameter_server_count", f.backend.parameter_server_count);
    }
    text.append("; framework ").append(f.framework.name).append(", backend ").append(f.backend.name);
    text.append(", target ").append(f.target.name);
    std::string has;
    auto note = [&has](int value, std::string_view one, std::string_view several) {
        has.append(has.empty() ? " with " : ", ").append(std::to_string(value)).append(value == 1 ? one : several);
    };
    if (f.target.max_nodes != no_limit) note(f.target.max_nodes, " node", " nodes");
    if (f.target.slots_per_node.is_given) note(f.target.slots_per_node.value, " slot on each", " slots on each");
    if (f.target.gpus_per_node.is_given) note(f.target.gpus_per_node.value, " GPU on each", " GPUs on each");
    return text + has;
}

inline std::string versions_where(observation const& o, job_fields const&) {
    framework_facts const& f = o.seen.framework;
    std::string text{f.name};
    text.append(" ").append(f.version.empty() ? "without a version" : f.version).append("; known:");
    for (framework_version const& one : f.versions) text.append(" ").append(one.version);
    return text;
}

/// A variable of the types, if there is one, before what is found in the fields.
inline std::string with_variable(found_text const& variable, std::string const& in_fields) {
    if (!variable.is_found) return in_fields;
    return "environment_variables " + between_quotes(variable.text) + (in_fields.empty() ? "" : ", ") + in_fields;
}

inline std::string placement_where(observation const& o, job_fields const&) {
    backend_facts const& b = o.seen.backend;
    std::string text = b.bind_to.empty() ? "" : "bind_to = " + between_quotes(b.bind_to);
    if (!b.map_by.empty()) text += (text.empty() ? "" : ", ") + ("map_by = " + between_quotes(b.map_by));
    return text;
}

/// The folder as it was given and, where that is relative, where it was looked for.
inline std::string source_where(observation const&, job_fields const& job) {
    std::string text = "source_directory = " + between_quotes(job.source_directory);
    if (job.source_directory.starts_with('/')) return text;
    std::string const here = real_path(".");
    return text + (here.empty() ? ", and the current directory was deleted" : ", from " + here);
}

inline bool is_directory(std::string const& path) {
    struct stat status{};
    return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

/// Of the files beside the entry those whose names are nearly its own, or are but for the ending: three at most.
inline std::string names_close_to(std::string const& source, std::string const& entry) {
    std::size_t const slash = entry.rfind('/');
    std::string const folder = slash == std::string::npos ? "" : entry.substr(0, slash + 1);
    std::string_view const wanted = std::string_view{entry}.substr(folder.size());
    std::vector<std::string> close;
    if (DIR* const entries = ::opendir((source + "/" + folder).c_str())) {
        while (dirent const* const one = ::readdir(entries)) {
            std::string_view const name = one->d_name;
            bool const is_close = name.starts_with(std::string{wanted} + ".") || edit_distance(name, wanted) <= 2;
            std::string path = folder + std::string{name};
            if (is_close && !is_directory(source + "/" + path)) close.push_back(std::move(path));
        }
        ::closedir(entries);
    }
    std::sort(close.begin(), close.end());
    std::string text;
    for (std::size_t i = 0; i < close.size() && i < 3; ++i) text += (i == 0 ? "" : ", ") + between_quotes(close[i]);
    return text;
}

inline std::string entry_where(observation const& o, job_fields const& job) {
    if (job.entry_script.empty()) return "entry_script is not given";
    std::string text = "entry_script = " + between_quotes(job.entry_script);
    if (job.entry_script.starts_with('/')) return text + ", which is not relative";
    if (!stays_inside(job.entry_script)) return text + ", which leads out of it";
    if (is_directory(job.source_directory + "/" + job.entry_script)) text += ", which is a folder";
    bool const is_inside = o.seen.seen.entry_is_inside != known::no;
    std::string const close = is_inside ? "" : names_close_to(job.source_directory, job.entry_script);
    text += "; " + source_where(o, job);
    if (!close.empty()) text += "; did you mean " + close + "?";
    if (!o.why_not_startable.empty()) text += "; " + o.why_not_startable;
    return text;
}

inline std::string interpreter_where(observation const& o, job_fields const& job) {
    return "interpreter_path = " + between_quotes(interpreter_of(o.seen, job));
}

inline std::string looked_up_interpreter_where(observation const& o, job_fields const& job) {
    std::string const path = interpreter_of(o.seen, job);
    if (path.find('/') == std::string::npos) return interpreter_where(o, job) + ", PATH = " + path_of(o.seen, job);
    bool const is_there = ::access(path.c_str(), F_OK) == 0;
    return interpreter_where(o, job) + (is_directory(path) ? ", which is a folder"
                                        : is_there         ? ", which may not be executed (chmod +x)"
                                                           : ", which is not there");
}

inline std::string refused_name_where(observation const& o, job_fields const&) {
    found_text const in_types = name_that_azure_refuses{}(o.seen);
    if (!in_types.is_found) return o.refused_datastores;
    return between_quotes(in_types.text) + (o.refused_datastores.empty() ? "" : ", " + o.refused_datastores);
}

/// What tells the values of one rule.
struct where_of_rule {
    std::string_view id;
    std::string (*where)(observation const&, job_fields const&);
};

inline std::string broken_where(std::string_view id, observation const& o, job_fields const& job) {
    using seen = observation const&;
    using fields = job_fields const&;
    static constexpr where_of_rule tellers[]{
        {"EST-002", counts_where},
        {"EST-003", counts_where},
        {"EST-004", counts_where},
        {"EST-005", counts_where},
        {"EST-006", disagreements_where},
        {"EST-007", counts_where},
        {"EST-008", counts_where},
        {"EST-009", versions_where},
        {"EST-010", interpreter_where},
        {"EST-011", [](seen s, fields) { return with_variable(reserved_variable{}(s.seen), s.reserved_variables); }},
        {"EST-013", versions_where},
        {"EST-018", counts_where},
        {"EST-019", counts_where},
        {"EST-020", source_where},
        {"EST-021", entry_where},
        {"EST-022", entry_where},
        {"EST-023", looked_up_interpreter_where},
        {"EST-024",
         [](seen, fields f) { return "max_run_duration = " + number_text(f.max_run_duration.seconds()) + " s"; }},
        {"EST-025", [](seen s, fields) { return with_variable(impossible_variable{}(s.seen), s.unpassable_text); }},
        {"EST-026", [](seen s, fields) { return with_variable(repeated_variable{}(s.seen), s.names_given_twice); }},
        {"EST-027", counts_where},
        {"EST-028", counts_where},
        {"EST-029", counts_where},
        {"EST-030", counts_where},
        {"EST-031", [](seen s, fields) { return "script_params: " + s.parameters_given_twice; }},
        {"EST-032", [](seen s, fields) { return s.over_limits; }},
        {"EST-033", [](seen s, fields) { return s.missing_files; }},
        {"EST-039", counts_where},
        {"EST-041", [](seen s, fields) { return s.repeated_inputs; }},
        {"EST-042", [](seen s, fields) { return s.unusable_input_names; }},
        {"EST-045", [](seen, fields f) { return "entry_script = " + between_quotes(f.entry_script); }},
        {"EST-046", counts_where},
        {"EST-055", counts_where},
        {"EST-060", [](seen s, fields) { return "retries.at_most is " + number_text(s.seen.retries.at_most.value); }},
        {"EST-061", placement_where},
        {"EST-062", interpreter_where},
        {"EST-063", refused_name_where},
        {"EST-064",
         [](seen s, fields) { return "environment_definition " + between_quotes(s.seen.environment.named); }},
        {"EST-065", [](seen s, fields) { return s.conda_file.fault; }},
        {"EST-068", [](seen s, fields) { return s.paths_that_lead_out; }},
        {"EST-070",
         [](seen s, fields) {
             count const& c = s.seen.retries.at_most;
             return c.is_given ? "retries.at_most is " + number_text(c.value) : "retries.at_most is not given";
         }},
        {"EST-071",
         [](seen s, fields f) {
             return "retries: " + causes_text(f.retries.after) + causes_text(s.seen.retries.after);
         }},
        {"EST-073", placement_where},
        {"EST-072", [](seen, fields f) { return "retries.resume_from = " + between_quotes(f.retries.resume_from); }},
        {"EST-052", [](seen s, fields) { return s.texts_without_utf8; }},
    };
    for (where_of_rule const& one : tellers)
        if (one.id == id) return one.where(o, job);
    return requirement_where(id, o.seen, o.requirements, o.conda_file);
}

}  // namespace estima::inline v0_1::detail
