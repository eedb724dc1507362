// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string_view>

namespace estima::inline v0_1 {

/// The words that `communicator` and `framework` of a run configuration can be. Native and MultiWorker are not
/// Azure's: for its clusters multi_worker is a ParameterServer without servers.
inline constexpr std::string_view known_communicators[]{"None",        "Mpi",         "Gloo", "Nccl", "ParameterServer",
                                                        "MultiWorker", "ParallelTask"};
inline constexpr std::string_view known_frameworks[]{"Python", "PySpark", "CNTK", "TensorFlow", "PyTorch", "Native"};
/// How data gets to the script: a path on a datastore, and a dataset.
inline constexpr std::string_view known_reference_modes[]{"mount", "download", "upload"};
inline constexpr std::string_view known_mechanisms[]{"direct", "mount", "download", "upload"};
inline constexpr std::string_view native_framework = "Native", multi_worker_communicator = "MultiWorker";

}  // namespace estima::inline v0_1
