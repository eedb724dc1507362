// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <estima/estimator/job_fields.hpp>
#include <estima/policy/facts.hpp>
#include <estima/policy/reserved_variables.hpp>

namespace estima::inline v0_1::detail {

/// All inputs of a job, those that stand as values of parameters first, and what it resumes from under Azure's name.
inline std::vector<data_input> inputs_of(job_fields const& job) {
    std::vector<data_input> inputs;
    for (script_param const& p : job.script_params)
        if (p.value.is == script_value::kind::input) inputs.push_back(p.value.input);
    inputs.insert(inputs.end(), job.inputs.begin(), job.inputs.end());
    if (job.resume_from) inputs.emplace_back(*job.resume_from).name = "MODEL_LOCATION";
    return inputs;
}

/// Names that stand for two inputs that are not the same.
inline std::string repeated_inputs(std::vector<data_input> const& inputs) {
    std::string found;
    for (std::size_t i = 0; i < inputs.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
            if (inputs[i].is_dataset == inputs[j].is_dataset && inputs[i].name == inputs[j].name && !(inputs[i] == inputs[j]))
                found.append(found.empty() ? "" : ", ").append(inputs[i].name);
    return found;
}

inline bool can_name_a_variable(std::string_view name) {
    auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
    for (char const c : name)
        if (!is_letter(c) && !(c >= '0' && c <= '9')) return false;
    return !name.empty() && is_letter(name.front());
}

/// Inputs without a source, and those whose environment variable cannot have its name, or has another meaning.
inline std::string unusable_inputs(std::vector<data_input> const& inputs, facts const& policies, job_fields const& job) {
    auto is_taken = [&](std::string_view name) {
        for (named_value const& one : policies.environment.variables)
            if (one.name == name) return true;
        for (auto const& one : job.environment_variables)
            if (one.first == name) return true;
        for (std::string_view const one : {"PATH", "HOME", "LD_LIBRARY_PATH", "PYTHONPATH"})  // without which no script starts
            if (one == name) return true;
        return is_reserved_variable(name);
    };
    std::string found;
    for (data_input const& one : inputs) {
        // a data reference's name comes after AZUREML_DATAREFERENCE_
        bool const has_name = one.is_dataset ? can_name_a_variable(one.name) && !is_taken(one.name)
                                             : can_name_a_variable("_" + one.name);
        if (!has_name || one.source.empty())
            found.append(found.empty() ? "\"" : ", \"").append(one.name).append(one.source.empty() ? "\", without a source" : "\"");
    }
    return found;
}

}  // namespace estima::inline v0_1::detail
