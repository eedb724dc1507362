// SPDX-License-Identifier: BSL-1.0
// Each slot with much in it, and the part of the run configuration that the type decides.
#include <estima/estimator.hpp>
#include <estima/run_configuration/lowered.hpp>

using namespace estima;

using everything =
    estimator<pytorch<"1.4">,
              aml_compute<target_name<"pool">, max_nodes<8>, gpus_per_node<4>, vm_size<"Standard_NC24">>,
              nccl<node_count<2>, process_count_per_node<4>>,
              environment<conda_packages<"mkl=2019">, pip_packages<"tqdm", "nltk>=3">, shm_size<8_GiB>,
                          custom_docker_image<"team.azurecr.io/image:1", registry_address<"team.azurecr.io">>,
                          environment_variables<variable<"OMP_NUM_THREADS", "4">>>>;
static_assert(lowered<everything>.communicator == "Nccl");
static_assert(estimable<tensorflow<>, aml_compute<target_name<"pool">>, parameter_server<worker_count<2>>>);
static_assert(!estimable<scikit_learn<>, mpi<node_count<4>>>);
