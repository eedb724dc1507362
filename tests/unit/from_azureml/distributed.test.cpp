// SPDX-License-Identifier: BSL-1.0
// Examples of docs/from-azureml.md: training on several nodes.
#include <estima/launcher/launch_plan.hpp>

#include "pools.hpp"

using namespace from_azureml;

namespace {
/// What the script of a rank gets as arguments when the job is started.
texts arguments_of_rank(std::size_t rank, es::run_configuration const& c) {
    es::launch_plan const plan =
        es::make_launch_plan(c, es::run_directory{"/w/runs/r"}, {.rendezvous = {"127.0.0.1:4321"}});
    es::process_plan const& p = plan.processes.at(rank);
    return {p.argv.end() - static_cast<std::ptrdiff_t>(c.arguments.size()), p.argv.end()};
}
}  // namespace

TEST_CASE("from Azure ML: Keras on two nodes with MPI and an image") {
    // -8<- keras_mpi
    using keras_job =
        es::estimator<cpu_pool, es::mpi<es::node_count<2>, es::process_count_per_node<1>>,
                      es::environment<es::conda_packages<"tensorflow", "keras">,
                                      es::custom_docker_image<"continuumio/miniconda3:4.8.2">>>;

    keras_job job{{.source_directory = "letters", .entry_script = "fit.py"}};

    static_assert(es::lowered<keras_job>.communicator == "Mpi");
    // -8<-
    es::run_configuration const c = lowered_as("keras_mpi", job);
    CHECK(c.framework == "Python");
    CHECK(c.node_count == 2);
    CHECK(c.mpi.process_count_per_node == 1);
    CHECK(c.environment.docker.base_image == "continuumio/miniconda3:4.8.2");
    CHECK(c.environment.python.conda_dependencies->dependencies.conda == texts{"python=3.6.2", "tensorflow", "keras"});
    CHECK(c.source_directory_data_store == "workspaceblobstore");
    CHECK(c.amlcompute.cluster_max_node_count == 2);
}

TEST_CASE("from Azure ML: PyTorch over gloo") {
    // -8<- pytorch_gloo
    using faces_job = es::estimator<es::pytorch<"1.4">, cpu_pool, es::gloo<es::node_count<2>>>;

    faces_job job{{.source_directory = "faces",
                   .entry_script = "fit.py",
                   .script_params = {{"--init", "$AZ_BATCHAI_PYTORCH_INIT_METHOD"},
                                     {"--rank", "$AZ_BATCHAI_TASK_INDEX"},
                                     {"--world-size", 2}}}};
    // -8<-
    es::run_configuration c = lowered_as("pytorch_gloo", job);
    CHECK(c.framework == "PyTorch");
    CHECK(c.communicator == "Gloo");
    CHECK(c.process_count() == 2);
    CHECK(c.environment.environment_variables.at("NCCL_TREE_THRESHOLD") == "0");
    CHECK(c.arguments[1] == "$AZ_BATCHAI_PYTORCH_INIT_METHOD");
    CHECK(arguments_of_rank(1, c) == texts{"--init", "tcp://127.0.0.1:4321", "--rank", "1", "--world-size", "2"});
}

TEST_CASE("from Azure ML: PyTorch over NCCL, a process for each GPU") {
    // -8<- pytorch_nccl
    using faces_job = es::estimator<es::pytorch<"1.4">, gpu_pool,
                                    es::nccl<es::node_count<2>, es::process_count_per_node<4>>>;

    faces_job job{{.source_directory = "faces",
                   .entry_script = "fit.py",
                   .script_params = {{"--init", "$AZ_BATCHAI_PYTORCH_INIT_METHOD"},
                                     {"--rank", "$AZ_BATCHAI_TASK_INDEX"},
                                     {"--world-size", 8}}}};
    // -8<-
    static_assert(es::lowered<faces_job>.base_image.reference.find("base-gpu:") != std::string_view::npos);
    es::run_configuration const c = lowered_as("pytorch_nccl", job);
    CHECK(c.framework == "PyTorch");
    CHECK(c.communicator == "Nccl");
    CHECK(c.pytorch.communication_backend == "Nccl");
    CHECK(c.pytorch.process_count == 8);
    CHECK(arguments_of_rank(5, c) == texts{"--init", "tcp://127.0.0.1:4321", "--rank", "5", "--world-size", "8"});
}

TEST_CASE("from Azure ML: PyTorch with Horovod") {
    // -8<- pytorch_horovod
    using faces_job = es::estimator<es::pytorch<"1.4">, gpu_pool,
                                    es::mpi<es::node_count<2>, es::process_count_per_node<4>>>;

    faces_job job{{.source_directory = "faces", .entry_script = "fit_horovod.py"}};
    // -8<-
    es::run_configuration const c = lowered_as("pytorch_horovod", job);
    CHECK(c.framework == "Python");
    CHECK(c.communicator == "Mpi");
    CHECK(c.mpi.process_count_per_node == 4);
    texts const& pip = c.environment.python.conda_dependencies->dependencies.pip;
    CHECK(std::count(pip.begin(), pip.end(), "horovod==0.18.1") == 1);
}

TEST_CASE("from Azure ML: TensorFlow with parameter servers") {
    // -8<- tensorflow_parameter_server
    using letters_job = es::estimator<es::tensorflow<"1.13">, cpu_pool,
                                      es::parameter_server<es::worker_count<2>, es::node_count<2>>>;

    letters_job job{{.source_directory = "letters", .entry_script = "fit.py"}};
    // -8<-
    es::run_configuration const c = lowered_as("tensorflow_parameter_server", job);
    CHECK(c.framework == "TensorFlow");
    CHECK(c.communicator == "ParameterServer");
    CHECK(c.node_count == 2);
    CHECK(c.tensorflow == es::tensorflow_section{2, 1});
    // Azure's generic estimator takes TensorflowConfiguration in silence and starts nothing of it.
    static_assert(es::lowered<es::estimator<cpu_pool, es::parameter_server<>>>.communicator == "ParameterServer");
}

TEST_CASE("from Azure ML: TensorFlow with Horovod") {
    // -8<- tensorflow_horovod
    using letters_job = es::estimator<es::tensorflow<"1.13">, gpu_pool,
                                      es::mpi<es::node_count<2>, es::process_count_per_node<4>>>;

    letters_job job{{.source_directory = "letters", .entry_script = "fit_horovod.py"}};
    // -8<-
    es::run_configuration const c = lowered_as("tensorflow_horovod", job);
    CHECK(c.framework == "Python");
    CHECK(c.communicator == "Mpi");
    CHECK(c.environment.python.conda_dependencies->dependencies.pip ==
          texts{"azureml-defaults", "tensorflow-gpu==1.13.1", "horovod==0.16.1"});
}

TEST_CASE("from Azure ML: TensorFlow's workers without servers") {
    // -8<- multi_worker
    using letters_job = es::estimator<es::tensorflow<"2.2">, cpu_pool, es::multi_worker<es::node_count<3>>>;

    letters_job job{{.source_directory = "letters", .entry_script = "fit.py"}};
    // -8<-
    es::run_configuration const c = lowered_as("multi_worker", job);
    CHECK(c.framework == "TensorFlow");
    CHECK(c.communicator == "ParameterServer");  // as in Azure, with no server
    using here =
        es::estimator<es::tensorflow<"2.2">, es::ssh_hosts<es::max_nodes<3>>, es::multi_worker<es::node_count<3>>>;
    CHECK(es::lower(here{}).communicator == "MultiWorker");
    CHECK(es::lower(here{}).tensorflow == c.tensorflow);
    CHECK(c.tensorflow == es::tensorflow_section{3, 0});
}

TEST_CASE("from Azure ML: Chainer with MPI") {
    // -8<- chainer_mpi
    using words_job = es::estimator<es::chainer<"5.1.0">, cpu_pool, es::mpi<es::node_count<2>>>;

    words_job job{{.source_directory = "words",
                   .entry_script = "fit.py",
                   .script_params = {{"--epochs", 10}, {"--output", "./outputs"}}}};
    // -8<-
    es::run_configuration const c = lowered_as("chainer_mpi", job);
    CHECK(c.framework == "Python");
    CHECK(c.communicator == "Mpi");
    CHECK(c.arguments == texts{"--epochs", "10", "--output", "./outputs"});
    CHECK(c.environment.python.conda_dependencies->dependencies.pip ==
          texts{"azureml-defaults", "chainer==5.1.0", "mpi4py==3.0.0"});
}

TEST_CASE("from Azure ML: LightGBM with MPI") {
    // -8<- lightgbm_mpi
    using prices_job = es::estimator<es::lightgbm<"2.2.3">, cpu_pool,
                                     es::mpi<es::node_count<2>, es::process_count_per_node<2>>>;

    prices_job job{{.source_directory = "prices", .entry_script = "fit.py"}};
    // -8<-
    es::run_configuration const c = lowered_as("lightgbm_mpi", job);
    CHECK(c.communicator == "Mpi");
    CHECK(c.process_count() == 4);
    CHECK(c.environment.python.conda_dependencies->dependencies.pip == texts{"azureml-defaults", "lightgbm==2.2.3"});
}

TEST_CASE("from Azure ML: counts that are known when the program runs") {
    int const nodes = 3;
    // -8<- counts
    using faces_job = es::estimator<es::pytorch<"1.4">, cpu_pool, es::mpi<>>;

    faces_job job{{.entry_script = "fit.py", .node_count = nodes, .process_count_per_node = 2}};
    // -8<-
    es::run_configuration const c = es::lower(job);
    CHECK(c.node_count == 3);
    CHECK(c.mpi.process_count_per_node == 2);
    CHECK(broken_by(job).empty());
    job.fields().node_count = 9;
    CHECK(broken_by(job) == texts{"EST-003"});
}

TEST_CASE("from Azure ML: what a dollar sign means in a script parameter") {
    // -8<- dollars
    using pair_job = es::estimator<es::gloo<es::process_count_per_node<2>>>;

    pair_job job{{.entry_script = "fit.py",
                  .script_params = {{"--rank", "$RANK"},              // 0, 1
                                    {"--log", "log-${RANK}.txt"},     // log-0.txt, log-1.txt
                                    {"--home", "$HOME"},              // $HOME: not the backend's
                                    {"--template", "$$RANK"},         // $RANK: the second $ keeps it
                                    {"--price", "5$"}}}};             // 5$
    // -8<-
    CHECK(arguments_of_rank(1, es::lower(job)) ==
          texts{"--rank", "1", "--log", "log-1.txt", "--home", "$HOME", "--template", "$RANK", "--price", "5$"});
    using mpi_job = es::estimator<es::mpi<es::process_count_per_node<2>>>;
    mpi_job over_mpi{{.script_params = {{"--rank", "$OMPI_COMM_WORLD_RANK"}}}};
    CHECK(arguments_of_rank(1, es::lower(over_mpi)) == texts{"--rank", "1"});
}
