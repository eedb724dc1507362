// SPDX-License-Identifier: BSL-1.0
// expect-error: include_estima_transport_slurm_hpp_and_link_estima_slurm
#include <estima/estimator.hpp>
#include <estima/workspace/experiment.hpp>

#ifdef POSITIVE_CONTROL
using target = estima::ssh_hosts<>;
#else
using target = estima::slurm<estima::partition<"main">>;
#endif

estima::run submitted() {
    estima::estimator<estima::native, target> const job{{.entry_script = "train"}};
    return estima::experiment{"workspace", "name"}.submit(job);
}
