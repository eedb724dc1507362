// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include <estima/base/inner_path.hpp>
#include <estima/estimator/conda_file.hpp>
#include <estima/estimator/job_fields.hpp>
#include <estima/estimator/observe_inputs.hpp>
#include <estima/estimator/requirements_file.hpp>
#include <estima/policy/facts.hpp>
#include <estima/policy/reserved_variables.hpp>
#include <estima/system/find_program.hpp>
#include <estima/system/first_line.hpp>
#include <estima/system/utf8.hpp>

namespace estima::inline v0_1 {

/// The facts of a job with all that the running program can see, and for the rules that look at a text, which text.
struct observation {
    facts seen;
    std::string reserved_variables{}, unpassable_text{}, names_given_twice{}, parameters_given_twice{}, over_limits{},
        missing_files{}, why_not_startable{}, repeated_inputs{}, unusable_input_names{},
        paths_that_lead_out{}, refused_datastores{}, texts_without_utf8{};
    detail::requirements_file requirements{};  ///< has the pip_packages of `seen`, if there is such a file
    detail::conda_file conda_file{};           ///< has the texts of the requirements of `seen`, if there is such a file
};

namespace detail {
constexpr std::size_t longest_argument = 128 * 1024 - 1;  // Linux: MAX_ARG_STRLEN, with the final NUL
constexpr double longest_run_duration = 1e9;              // seconds: thirty years

inline known to_known(bool yes) { return yes ? known::yes : known::no; }

inline std::string real_path(std::string const& path) {
    char* const resolved = ::realpath(path.c_str(), nullptr);
    std::string text = resolved != nullptr ? resolved : "";
    std::free(resolved);
    return text;
}

/// Of the entry's path: inside the directory, as it is written and after every link was followed, and a file.
inline bool is_file_inside(std::string const& directory, std::string const& entry) {
    if (entry.empty() || !stays_inside(entry)) return false;
    std::string const root = real_path(directory), file = real_path(directory + "/" + entry);
    struct stat status{};
    std::string const prefix = root == "/" ? root : root + "/";
    return !root.empty() && file.compare(0, prefix.size(), prefix) == 0 && ::stat(file.c_str(), &status) == 0 &&
           S_ISREG(status.st_mode);
}

inline bool can_be_passed(std::string const& text) {
    return text.size() <= longest_argument && text.find('\0') == std::string::npos;
}

inline std::string unpassable_text(job_fields const& job) {
    std::string found;
    auto note = [&found](std::string const& what) { found += (found.empty() ? "" : ", ") + what; };
    for (script_param const& p : job.script_params) {
        bool const has_name = can_be_passed(p.name);
        if (!has_name || !can_be_passed(p.value.text))
            note(has_name ? "script_params " + p.name : "the name of a script parameter");
    }
    for (auto const& [name, value] : job.environment_variables) {
        bool const is_name =
            !name.empty() && name.find('=') == std::string::npos && name.find('\0') == std::string::npos;
        if (!is_name || !can_be_passed(name + "=" + value))
            note("environment_variables " + (is_name ? name : "\"" + name.substr(0, name.find('\0')) + "\""));
    }
    return found;
}

inline std::string all_text_of(data_input const& input) {
    std::string text;
    for (std::string const* const one :
         {&input.source, &input.version, &input.name, &input.path, &input.path_on_compute})
        text.append(*one) += '\n';
    return text;
}

/// What of a job cannot stand in its run configuration, which is JSON.
inline std::string texts_without_utf8(job_fields const& job) {
    std::string found;
    auto hold = [&found](std::string const& what, std::string_view text) {
        if (!is_utf8(text)) found += (found.empty() ? "" : ", ") + what;
    };
    auto hold_pair = [&](std::string const& list, std::string const& one, std::string const& name,
                         std::string_view value) {
        hold("the name of " + one + " \"" + valid_utf8(name) + "\"", name);
        hold(list + " " + valid_utf8(name), value);
    };
    for (script_param const& p : job.script_params) {
        hold_pair("script_params", "script parameter", p.name, p.value.text);
        hold("the input of script_params " + valid_utf8(p.name), all_text_of(p.value.input));
    }
    for (auto const& [name, value] : job.environment_variables)
        hold_pair("environment_variables", "environment variable", name, value);
    for (auto const& [name, value] : job.tags) hold_pair("tags", "tag", name, value);
    for (data_input const& one : job.inputs) hold("inputs " + valid_utf8(one.name), all_text_of(one));
    if (job.resume_from) hold("resume_from", all_text_of(*job.resume_from));
    hold("entry_script", job.entry_script);
    hold("interpreter_path", job.interpreter_path);
    hold("display_name", job.display_name);
    hold("source_directory_data_store", job.source_directory_data_store);
    hold("retries.resume_from", job.retries.resume_from);
    return found;
}

inline void note_repeated(std::string& found, std::string_view list,
                          std::vector<std::pair<std::string, std::string>> const& pairs) {
    for (std::size_t i = 0; i < pairs.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
            if (pairs[i].first == pairs[j].first)
                found.append(found.empty() ? "" : ", ").append(list).append(" ").append(pairs[i].first);
}
}  // namespace detail

namespace detail {
inline std::string repeated_parameters(job_fields const& job) {
    std::string found;
    auto const name = [](script_param const& p) { return p.name.substr(0, p.name.find('=')); };  // "--rate=0.1", a flag
    std::vector<script_param> params = job.script_params;
    if (job.resume_from) params.push_back({"--resume-from", *job.resume_from});
    if (!job.retries.resume_from.empty()) params.push_back({"--resume-from", flag});
    for (std::size_t i = 0; i < params.size(); ++i)
        for (std::size_t j = 0; j < i; ++j) {
            if (params[i].name.empty() || name(params[i]) != name(params[j])) continue;
            if (i < job.script_params.size()) {
                found.append(found.empty() ? "" : ", ").append(name(params[i]));
            } else if (j < job.script_params.size()) {  // a checkpoint of an earlier run gives way to the attempt's own
                bool const is_of_fields = job.resume_from && i == job.script_params.size();
                found.append(found.empty() ? "" : ", ").append(name(params[i])).append(", which the field ");
                found.append(is_of_fields ? "resume_from" : "retries.resume_from").append(" gives as well");
                break;
            }
        }
    return found;
}

/// Of UTF-8 text: every byte that does not go on with a character begins one.
inline std::size_t character_count(std::string_view text) {
    std::size_t count = 0;
    for (char const c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    return count;
}

/// Limits of Azure's service (resource-limits-quotas-capacity, 2020-12-21), in characters.
inline std::string over_service_limits(job_fields const& job) {
    std::string found;
    auto hold = [&found](std::string const& what, std::size_t size, std::size_t limit) {
        if (size > limit)
            found +=
                (found.empty() ? "" : ", ") + what + ": " + std::to_string(size) + ", at most " + std::to_string(limit);
    };
    hold("tags", job.tags.size(), 50);
    for (auto const& [name, value] : job.tags) {
        if (name.empty()) found += (found.empty() ? "" : ", ") + std::string{"a tag without a name"};
        std::string const shown = valid_utf8(name.substr(0, 20));
        hold("the name of tag " + shown, character_count(name), 100);
        hold("the value of tag " + shown, character_count(value), 1000);
    }
    hold("display_name", character_count(job.display_name), 256);
    std::size_t datasets = 0;
    for (placed_input const& one : inputs_of(job)) datasets += one.input.is_dataset;
    hold("datasets", datasets, 200);
    return found;
}

inline bool is_notebook(std::string_view entry) {
    if (entry.size() < 6) return false;
    std::string ending{entry.substr(entry.size() - 6)};
    for (char& c : ending) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    return ending == ".ipynb";
}

inline std::string missing_environment_files(environment_facts const& e, job_fields const& job) {
    std::string found;
    for (std::string_view const file : {e.conda_dependencies_file, e.pip_requirements_file})
        if (!file.empty() && !is_file_inside(job.source_directory, std::string{file}))
            found.append(found.empty() ? "" : ", ").append(file);
    return found;
}
}  // namespace detail

namespace detail {
/// Adds what the fields say of retries to what the target says.
inline void observe_retries(facts& f, retry_fields const& retries) {
    retry_facts& r = f.retries;
    r.at_most.also(retries.at_most);
    for (retry_cause const& one : retries.after) r.has_impossible_cause |= !one.is_possible();
    auto const same = std::equal(r.after.begin(), r.after.end(), retries.after.begin(), retries.after.end());
    r.causes_are_contradicted |= !retries.after.empty() && !r.after.empty() && !same;
    bool const asks = !retries.after.empty() || !retries.resume_from.empty();
    f.seen.retries_say_how_often = to_known(!asks || r.at_most.is_given);
    f.seen.checkpoint_is_an_output = to_known(retries.resume_from.empty() || is_output_path(retries.resume_from));
}
}  // namespace detail

/// The interpreter of a job: its field, else its policy's, else Debian's name for it.
inline std::string interpreter_of(facts const& policies, job_fields const& job) {
    if (!job.interpreter_path.empty()) return job.interpreter_path;
    std::string_view const policy = policies.environment.interpreter_path;
    return std::string{policy.empty() ? "python3" : policy};
}

/// The PATH in which a worker looks for the interpreter: that of the job, else this process's, which it inherits.
inline std::string path_of(facts const& policies, job_fields const& job) {
    std::string path = program_path();
    for (named_value const& one : policies.environment.variables)
        if (one.name == "PATH") path = one.value;
    for (auto const& [name, value] : job.environment_variables)
        if (name == "PATH") path = value;
    return path;
}

/// Whether a driver of NVIDIA's or AMD's has brought its devices into that folder.
inline bool has_gpu_devices(std::string const& devices = "/dev") {
    for (char const* const name : {"/nvidiactl", "/nvidia0", "/kfd", "/dxg"})
        if (::access((devices + name).c_str(), F_OK) == 0) return true;
    return false;
}

/// Adds to what the policies say what the fields say and what is found on the disk.
inline observation observe(facts const& policies, job_fields const& job) {
    observation o{policies};
    facts& f = o.seen;
    f.node_count.also(job.node_count);
    f.process_count_per_node.also(job.process_count_per_node);
    f.backend.worker_count.also(job.worker_count);
    f.backend.parameter_server_count.also(job.parameter_server_count);

    struct stat status{};
    bool const has_source = ::stat(job.source_directory.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
    f.seen.source_directory_exists = detail::to_known(has_source);
    if (has_source) {
        bool const inside = detail::is_file_inside(job.source_directory, job.entry_script);
        f.seen.entry_is_inside = detail::to_known(inside);
        o.missing_files = detail::missing_environment_files(f.environment, job);
        f.seen.environment_files_are_inside = detail::to_known(o.missing_files.empty());
        if (o.missing_files.empty() && !f.environment.pip_requirements_file.empty())
            o.requirements = detail::add_requirements_file(f, job.source_directory);
        if (o.missing_files.empty() && !f.environment.conda_dependencies_file.empty())
            o.conda_file = detail::add_conda_file(f, job.source_directory);
        if (inside && f.framework.is_executable) {
            std::string const entry = job.source_directory + "/" + job.entry_script;
            if (!is_executable_file(entry)) o.why_not_startable = "no permission to execute it";
            else if (f.target.kind == "local") o.why_not_startable = why_not_startable(entry);
            f.seen.entry_is_executable = detail::to_known(o.why_not_startable.empty());
        }
    }
    if (!job.interpreter_path.empty()) {
        f.seen.interpreter_is_given = known::yes;
        if (!f.environment.interpreter_path.empty() && f.environment.interpreter_path != job.interpreter_path)
            f.environment.interpreter_is_contradicted = true;
    }
    if (!f.framework.is_executable && f.target.kind == "local" && !f.environment.is_prepared())
        f.seen.interpreter_is_found = detail::to_known(
            !find_program(interpreter_of(policies, job), path_of(policies, job), job.source_directory).empty());
    if (f.backend.needs_gpus && f.target.kind == "local")
        f.seen.this_machine_has_gpus = detail::to_known(has_gpu_devices());
    for (auto const& [name, value] : job.environment_variables)
        if (is_reserved_variable(name))
            o.reserved_variables += (o.reserved_variables.empty() ? "environment_variables " : ", ") + name;
    f.seen.sets_reserved_variable = detail::to_known(!o.reserved_variables.empty());
    o.unpassable_text = detail::unpassable_text(job);
    f.seen.texts_can_be_passed = detail::to_known(o.unpassable_text.empty());
    o.texts_without_utf8 = detail::texts_without_utf8(job);
    f.seen.texts_are_utf8 = detail::to_known(o.texts_without_utf8.empty());
    detail::note_repeated(o.names_given_twice, "environment_variables", job.environment_variables);
    detail::note_repeated(o.names_given_twice, "tags", job.tags);
    f.seen.names_are_given_once = detail::to_known(o.names_given_twice.empty());
    o.parameters_given_twice = detail::repeated_parameters(job);
    f.seen.parameters_are_given_once = detail::to_known(o.parameters_given_twice.empty());
    o.over_limits = detail::over_service_limits(job);
    f.seen.service_limits_are_kept = detail::to_known(o.over_limits.empty());
    std::vector<detail::placed_input> const inputs = detail::inputs_of(job);
    o.repeated_inputs = detail::repeated_inputs(inputs);
    f.seen.input_names_are_distinct = detail::to_known(o.repeated_inputs.empty());
    o.unusable_input_names = detail::unusable_inputs(inputs, policies, job);
    f.seen.input_names_can_be_variables = detail::to_known(o.unusable_input_names.empty());
    o.paths_that_lead_out = detail::paths_that_lead_out(inputs);
    f.seen.input_paths_stay_inside = detail::to_known(o.paths_that_lead_out.empty());
    o.refused_datastores = detail::datastores_without_azure_names(inputs, job.source_directory_data_store);
    f.seen.datastores_have_azure_names = detail::to_known(o.refused_datastores.empty());
    f.seen.entry_is_a_notebook = detail::to_known(!f.framework.is_executable && detail::is_notebook(job.entry_script));
    detail::observe_retries(f, job.retries);
    double const limit = job.max_run_duration.seconds();
    f.seen.max_run_duration_makes_sense = detail::to_known(limit >= 0 && limit <= detail::longest_run_duration);
    return o;
}

}  // namespace estima::inline v0_1
