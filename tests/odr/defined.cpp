// SPDX-License-Identifier: BSL-1.0
#include <estima/base/error.hpp>
#include <estima/estimator.hpp>
#include <estima/run_configuration/lower.hpp>

#include <concepts>

#include "declared.hpp"

using namespace estima;
using job = estimator<environment<pip_packages<"numpy", "pandas>=1">>, gloo<node_count<1>, process_count_per_node<2>>, pytorch<"1.4">>;
static_assert(std::same_as<job, declared_job>);

job const& a_job() {
    static job const one{{.entry_script = "train.py"}};
    return one;
}
int processes_of(job const&) { return job::policy_facts.process_count_per_node.value; }
job_fields const& fields_of(job const& j) { return j.fields(); }
run_configuration const& lowered_from(job const& j) {
    static run_configuration const c = lower(j);
    return c;
}
char script_of(job_fields const& fields) { return fields.entry_script.front(); }
char script_of(run_configuration const& c) { return c.script.front(); }
error const& an_error() {
    static error const e{"EST-013", {.what = "it is what it is"}};
    return e;
}
int code_of(error const& e) { return std::stoi(e.id().substr(4)); }
