// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <estima/tracking/run_context.hpp>

namespace estima::inline v0_1 {

/// Logs, once for all processes of a communicator, the mean, the smallest and the largest of their numbers, as
/// `name/mean`, `name/min` and `name/max`:
///
///     boost::mpi::communicator world;
///     estima::log_reduced(world, run, "loss", loss, step);
///
/// All processes of `comm` have to call it: it is a gather to rank 0, which logs. Any communicator will do for which
/// `gather(comm, double, std::vector<double>&, int root)` is found, as Boost.MPI's is by including
/// <boost/mpi/collectives.hpp>. A number that is not-a-number makes the mean one, and is neither the smallest nor the
/// largest, unless all are. Throws what the communicator throws.
template <class Communicator>
void log_reduced(Communicator const& comm, run_context const& run, std::string_view name, double value,
                 std::optional<std::int64_t> step = {}) {
    std::vector<double> all;
    gather(comm, value, all, 0);
    if (comm.rank() != 0 || all.empty()) return;
    double sum = 0, low = all.front(), high = all.front();
    for (double const one : all) {
        sum += one;
        low = std::fmin(low, one);
        high = std::fmax(high, one);
    }
    double const count = static_cast<double>(all.size());
    double mean = sum / count;
    if (!std::isfinite(mean)) {  // no double holds the sum, or one of them is not finite, as the mean is then
        mean = 0;
        for (double const one : all) mean += one / count;
    }
    std::string const prefix = std::string{name} + '/';
    run.log(prefix + "mean", mean, step);
    run.log(prefix + "min", low, step);
    run.log(prefix + "max", high, step);
}

}  // namespace estima::inline v0_1
