// SPDX-License-Identifier: BSL-1.0
// What the running program checks as well.
#include <estima/estimator.hpp>
#include <estima/estimator/explain.hpp>
#include <estima/estimator/validate.hpp>

int main() {
    estima::estimator<estima::generic, estima::mpi<>> const job{{.entry_script = "train.py", .node_count = 1}};
    return static_cast<int>(estima::check(job).size() + estima::explain<estima::native>().size());
}
