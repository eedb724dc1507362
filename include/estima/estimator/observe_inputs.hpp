// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <estima/base/inner_path.hpp>
#include <estima/estimator/job_fields.hpp>
#include <estima/policy/azure_names.hpp>
#include <estima/policy/facts.hpp>
#include <estima/policy/reserved_variables.hpp>

namespace estima::inline v0_1::detail {

/// An input, and the field that it stands in.
struct placed_input {
    data_input input;
    std::string place;

    std::string text() const { return place == "resume_from" ? place : place + " \"" + input.name + "\""; }
};

/// All inputs of a job, those that stand as values of parameters first, and what it resumes from under Azure's name.
inline std::vector<placed_input> inputs_of(job_fields const& job) {
    std::vector<placed_input> inputs;
    for (script_param const& p : job.script_params)
        if (p.value.is == script_value::kind::input)
            inputs.push_back({p.value.input, "script_params" + (p.name.empty() ? "" : " " + p.name)});
    for (data_input const& one : job.inputs) inputs.push_back({one, "inputs"});
    if (job.resume_from) {
        inputs.push_back({*job.resume_from, "resume_from"});
        inputs.back().input.name = "MODEL_LOCATION";
    }
    return inputs;
}

/// Pairs that have one name and are not the same.
inline std::string repeated_inputs(std::vector<placed_input> const& inputs) {
    std::string found;
    for (std::size_t i = 0; i < inputs.size(); ++i)
        for (std::size_t j = 0; j < i; ++j) {
            data_input const &one = inputs[i].input, &other = inputs[j].input;
            if (one.is_dataset != other.is_dataset || one.name != other.name || one == other) continue;
            found.append(found.empty() ? "" : "; ").append(inputs[j].text()).append(" and ").append(inputs[i].text());
            if (inputs[i].place == "resume_from") found.append(", which has that name in Azure");
        }
    return found;
}

/// Of each path that leads out of where it begins: on a datastore, or, unless it is one from the root, on the node.
inline std::string paths_that_lead_out(std::vector<placed_input> const& inputs) {
    std::string found;
    auto note = [&found](placed_input const& one, std::string_view what, std::string const& path) {
        found.append(found.empty() ? "" : "; ").append(one.text()).append(what).append("\"" + path + "\"");
    };
    for (placed_input const& one : inputs) {
        std::string const& on_compute = one.input.path_on_compute;
        if (!stays_inside(one.input.path)) note(one, " on the datastore: ", one.input.path);
        if (!on_compute.starts_with('/') && !stays_inside(on_compute)) note(one, " on the node: ", on_compute);
    }
    return found;
}

/// Of datastores that have names.
inline std::string datastores_without_azure_names(std::vector<placed_input> const& inputs,
                                                  std::string const& of_source) {
    std::string found;
    auto note = [&found](std::string const& place, std::string const& name) {
        if (!is_azure_datastore_name(name)) found.append(found.empty() ? "" : ", ").append(place + " \"" + name + "\"");
    };
    for (placed_input const& one : inputs)
        if (!one.input.is_dataset) note("the datastore of " + one.place, one.input.source);
    note("source_directory_data_store", of_source);
    return found;
}

inline bool can_name_a_variable(std::string_view name) {
    auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
    for (char const c : name)
        if (!is_letter(c) && !(c >= '0' && c <= '9')) return false;
    return !name.empty() && is_letter(name.front());
}

/// Inputs without a source, and those whose environment variable cannot have its name, or has another meaning.
inline std::string unusable_inputs(std::vector<placed_input> const& inputs, facts const& policies,
                                   job_fields const& job) {
    auto is_taken = [&](std::string_view name) {
        for (named_value const& one : policies.environment.variables)
            if (one.name == name) return true;
        for (auto const& one : job.environment_variables)
            if (one.first == name) return true;
        for (std::string_view const one :
             {"PATH", "HOME", "LD_LIBRARY_PATH", "PYTHONPATH"})  // without which no script starts
            if (one == name) return true;
        return is_reserved_variable(name);
    };
    std::string found;
    for (placed_input const& placed : inputs) {
        data_input const& one = placed.input;
        // a data reference's name comes after AZUREML_DATAREFERENCE_
        bool const has_name = one.is_dataset ? can_name_a_variable(one.name) && !is_taken(one.name)
                                             : can_name_a_variable("_" + one.name);
        if (has_name && !one.source.empty()) continue;
        found.append(found.empty() ? "" : ", ")
            .append(placed.text())
            .append(one.source.empty() ? " without a source" : "");
    }
    return found;
}

}  // namespace estima::inline v0_1::detail
