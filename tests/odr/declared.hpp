// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/fwd.hpp>

using declared_job = estima::basic_estimator<estima::pytorch<"1.4">, estima::local,
                                             estima::gloo<estima::node_count<1>, estima::process_count_per_node<2>>,
                                             estima::environment<estima::pip_packages<"numpy", "pandas>=1">>>;

declared_job const& a_job();
int processes_of(declared_job const&);
estima::job_fields const& fields_of(declared_job const&);
estima::run_configuration const& lowered_from(declared_job const&);
char script_of(estima::job_fields const&);
char script_of(estima::run_configuration const&);
estima::error const& an_error();
int code_of(estima::error const&);
