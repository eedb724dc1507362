// SPDX-License-Identifier: BSL-1.0
// expect-error: no value of an entry.*a_dataset_has_no_paths_take_one_of_a_datastore
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
using input = estima::datastore;
#else
using input = estima::dataset;
#endif
estima::estimator<> const job{{.script_params = {{"--faces", input{"faces"}.path("train").as_mount()}}}};
