// SPDX-License-Identifier: BSL-1.0
#include "declared.hpp"

bool declared_and_defined_agree() {
    return processes_of(a_job()) == 2 && script_of(fields_of(a_job())) == script_of(lowered_from(a_job())) &&
           code_of(an_error()) == 13;
}
