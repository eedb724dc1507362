// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <vector>

#include <estima/estimator/job_fields.hpp>
#include <estima/estimator/value_text.hpp>
#include <estima/run_configuration/run_configuration.hpp>

namespace estima::inline v0_1::detail {

/// Puts an input where the service looks for it, by its name.
inline void add_input(run_configuration& c, data_input const& input) {
    if (!input.is_dataset) {
        c.data_references.insert_or_assign(
            input.name, data_reference_section{.data_store_name = input.source,
                                               .path_on_data_store = input.path,
                                               .mode = to_string(input.mode),
                                               .overwrite = input.overwrite,
                                               .path_on_compute = input.path_on_compute});
        return;
    }
    data_section data{.mechanism = to_string(input.mode),
                      .environment_variable_name = input.name,
                      .path_on_compute = input.path_on_compute,
                      .overwrite = input.overwrite};
    data.data_location.dataset = dataset_section{.name = input.source, .version = input.version};
    c.data.insert_or_assign(input.name, std::move(data));
}

inline void add_arguments(run_configuration& c, std::vector<script_param> const& params) {
    c.arguments.reserve(2 * params.size() + 2);
    for (script_param const& p : params) {
        if (!p.name.empty()) c.arguments.push_back(p.name);
        if (p.value.is != script_value::kind::name_only) c.arguments.push_back(value_text(p.value));
        if (p.value.is == script_value::kind::input) add_input(c, p.value.input);
    }
}

/// Azure's way to go on from a checkpoint: a mounted path with a fixed name, and a parameter of the script.
inline void add_resume_from(run_configuration& c, datastore const& checkpoint) {
    data_input input = checkpoint.as_mount();
    input.name = "MODEL_LOCATION";
    c.arguments.insert(c.arguments.end(), {"--resume-from", value_text(input)});
    add_input(c, input);
}

}  // namespace estima::inline v0_1::detail
