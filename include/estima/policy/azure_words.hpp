// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string_view>

namespace estima::inline v0_1 {

/// The words that `communicator` and `framework` of a run configuration can be. "Native" and "MultiWorker" are not
/// Azure's.
inline constexpr std::string_view known_communicators[]{"None",        "Mpi",         "Gloo", "Nccl", "ParameterServer",
                                                        "MultiWorker", "ParallelTask"};
inline constexpr std::string_view known_frameworks[]{"Python", "PySpark", "CNTK", "TensorFlow", "PyTorch", "Native"};

}  // namespace estima::inline v0_1
