// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <estima/estimator/job_fields.hpp>

namespace estima::inline v0_1::detail {

/// All inputs of a job, those that stand as values of parameters first.
inline std::vector<data_input const*> inputs_of(job_fields const& job) {
    std::vector<data_input const*> inputs;
    for (script_param const& p : job.script_params)
        if (p.value.is == script_value::kind::input) inputs.push_back(&p.value.input);
    for (data_input const& one : job.inputs) inputs.push_back(&one);
    return inputs;
}

/// Names that stand for two inputs that are not the same.
inline std::string repeated_inputs(std::vector<data_input const*> const& inputs) {
    std::string found;
    for (std::size_t i = 0; i < inputs.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
            if (inputs[i]->is_dataset == inputs[j]->is_dataset && inputs[i]->name == inputs[j]->name &&
                !(*inputs[i] == *inputs[j]))
                found.append(found.empty() ? "" : ", ").append(inputs[i]->name);
    return found;
}

inline bool can_name_a_variable(std::string_view name) {
    auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
    for (char const c : name)
        if (!is_letter(c) && !(c >= '0' && c <= '9')) return false;
    return !name.empty() && is_letter(name.front());
}

inline std::string unusable_input_names(std::vector<data_input const*> const& inputs) {
    std::string found;
    for (data_input const* const one : inputs)  // a data reference's name comes after AZUREML_DATAREFERENCE_
        if (!can_name_a_variable(one->is_dataset ? one->name : "_" + one->name))
            found.append(found.empty() ? "\"" : ", \"").append(one->name).append("\"");
    return found;
}

}  // namespace estima::inline v0_1::detail
