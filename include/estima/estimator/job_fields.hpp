// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <utility>

#include <estima/base/duration.hpp>
#include <estima/base/list_of.hpp>
#include <estima/base/optional_of.hpp>
#include <estima/estimator/named_text.hpp>
#include <estima/estimator/script_param.hpp>
#include <estima/policy/count.hpp>

namespace estima::inline v0_1 {

/// What is known when the program runs, with Azure ML's names. Given by designated initialisers:
/// `job{{.source_directory = "digits", .entry_script = "train.py"}}`.
struct job_fields {
    /// The folder that is copied for the run and that the script runs in. Relative to the program's own.
    std::string source_directory = ".";
    /// The file to run, relative to source_directory: a Python script, or for `native` an executable.
    std::string entry_script{};
    /// The script's command line, in this order.
    list_of<script_param> script_params{};
    /// Set for each process of the script.
    list_of<std::pair<std::string, std::string>> environment_variables{};
    /// The run is ended, and fails, when it takes longer. Left out: no limit. Whole seconds; a part is rounded up.
    duration max_run_duration{};
    std::string display_name{};
    list_of<std::pair<std::string, std::string>> tags{};
    /// Where the policy leaves them open.
    count node_count{};
    count process_count_per_node{};
    /// The Python that runs the script, where the policy leaves it open: a path, or a name looked up in PATH.
    std::string interpreter_path{};
    /// Inputs that no script parameter names; the script finds them by their environment variables.
    list_of<data_input> inputs{};
    /// A checkpoint of an earlier run: the script gets it as `--resume-from <path>`.
    optional_of<datastore> resume_from{};
    /// Workers and parameter servers, where a TensorFlow backend leaves them open.
    count worker_count{};
    count parameter_server_count{};
    /// Azure's: jobs of a higher one are started first.
    optional_of<int> priority{};
    /// Azure's: the datastore through which the nodes share the source directory.
    std::string source_directory_data_store{};

    /// The fields of an estimator, which has these as its base.
    job_fields const& fields() const { return *this; }
    job_fields& fields() { return *this; }
};

}  // namespace estima::inline v0_1
