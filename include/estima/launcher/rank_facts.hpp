// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdlib>
#include <string>

#include <estima/base/error.hpp>
#include <estima/run_configuration/run_configuration.hpp>

namespace estima::inline v0_1 {

namespace detail {
inline int number_from_mpirun(char const* name) {
    char const* const text = std::getenv(name);
    char* end = nullptr;
    long const value = text != nullptr ? std::strtol(text, &end, 10) : -1;
    if (text == nullptr || end == text || *end != '\0' || value < 0 || value > 1'000'000)
        throw error{"EST-405",
                    {.what = "a worker was started without mpirun",
                     .where = name,
                     .why = text != nullptr ? std::string{"it is \""} + text + "\"" : "it is not set",
                     .remedy = "workers are started by `estima-launch supervise`, through Open MPI's mpirun"}};
    return static_cast<int>(value);
}
}  // namespace detail

/// The rank that mpirun gave to this process. EST-405 if there is none, or if it is not one of this run's.
inline int rank_from_mpirun(run_configuration const& c) {
    int const rank = detail::number_from_mpirun("OMPI_COMM_WORLD_RANK");
    int const size = detail::number_from_mpirun("OMPI_COMM_WORLD_SIZE");
    if (size != c.process_count() || rank >= size)
        throw error{"EST-405",
                    {.what = "mpirun started another number of processes than the run has",
                     .why = std::to_string(size) + " instead of " + std::to_string(c.process_count())}};
    return rank;
}

}  // namespace estima::inline v0_1
