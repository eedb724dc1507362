// SPDX-License-Identifier: BSL-1.0
#include <estima/estimator.hpp>

estima::estimator<estima::scikit_learn<>, estima::local> const job{{
    .source_directory = "project",
    .entry_script = "train.py",
    .script_params = {{"--regularization", 0.8}, {"--verbose", estima::flag}},
}};
