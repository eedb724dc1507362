// SPDX-License-Identifier: BSL-1.0
// A program that only describes a job: needs estima::core.
#include <estima/estimator.hpp>

#include <cstdio>

using job_type = estima::estimator<estima::scikit_learn<>, estima::local>;

// The compiler refuses what cannot run.
static_assert(!estima::estimable<estima::scikit_learn<>, estima::mpi<estima::node_count<2>>>);

int main() {
    job_type const job{{.source_directory = "project", .entry_script = "train.py", .script_params = {{"--rate", 0.8}}}};
    std::printf("%s with %zu parameters\n", job.fields().entry_script.c_str(), job.fields().script_params.size());
}
