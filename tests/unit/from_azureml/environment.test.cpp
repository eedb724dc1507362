// SPDX-License-Identifier: BSL-1.0
// Examples of docs/from-azureml.md: what the script needs around it.
#include <support/temporary_directory.hpp>

#include "pools.hpp"

using namespace from_azureml;

TEST_CASE("from Azure ML: packages of conda and pip") {
    // -8<- packages
    using faces_job = es::estimator<cpu_pool, es::environment<es::conda_packages<"numpy=1.18", "pillow">,
                                                              es::pip_packages<"tqdm", "horovod[pytorch]>=0.18">>>;
    // -8<-
    es::run_configuration const c = lowered_as("packages", faces_job{{.entry_script = "fit.py"}});
    CHECK(c.environment.python.conda_dependencies->dependencies.conda == texts{"python=3.6.2", "numpy=1.18", "pillow"});
    CHECK(c.environment.python.conda_dependencies->dependencies.pip ==
          texts{"azureml-defaults", "tqdm", "horovod[pytorch]>=0.18"});
}

TEST_CASE("from Azure ML: packages of pip in a file") {
    estima_test::temporary_directory const faces;
    es::replace_file(faces / "requirements.txt", "tqdm==4.46  # bars\npillow\n");
    // -8<- pip_requirements_file
    using faces_job = es::estimator<cpu_pool, es::environment<es::pip_requirements_file<"requirements.txt">,
                                                              es::pip_packages<"numpy==1.18.5">>>;
    // -8<-
    faces_job job{{.source_directory = faces.path(), .entry_script = "fit.py"}};
    es::run_configuration const c = lowered_as("pip_requirements_file", job);
    CHECK(c.environment.python.conda_dependencies->dependencies.pip ==
          texts{"azureml-defaults", "numpy==1.18.5", "tqdm==4.46", "pillow"});
    es::replace_file(faces / "fit.py", "");
    CHECK(es::check(job).empty());
    std::filesystem::remove(faces / "requirements.txt");
    CHECK(broken_by(job) == texts{"EST-033"});
}

TEST_CASE("from Azure ML: an environment in a file of conda") {
    estima_test::temporary_directory const faces;
    es::replace_file(faces / "environment.yml", "dependencies: [numpy]\n");
    // -8<- conda_dependencies_file
    using faces_job = es::estimator<es::pytorch<>, cpu_pool,
                                    es::environment<es::conda_dependencies_file<"environment.yml">>>;
    // -8<-
    faces_job job{{.source_directory = faces.path(), .entry_script = "fit.py"}};
    es::run_configuration const c = lowered_as("conda_dependencies_file", job);
    CHECK(c.environment.python.conda_dependencies_file == "environment.yml");
    CHECK_FALSE(c.environment.python.conda_dependencies);
}

TEST_CASE("from Azure ML: an image in a private registry") {
    // -8<- private_registry
    using faces_job =
        es::estimator<cpu_pool, es::environment<es::custom_docker_image<"vision/train:3",
                                                                        es::registry_address<"team.azurecr.io">,
                                                                        es::registry_username<"reader">,
                                                                        es::registry_password_from<"TEAM_PASSWORD">>>>;
    // -8<-
    es::run_configuration const c = lowered_as("private_registry", faces_job{{.entry_script = "fit.py"}});
    CHECK(c.environment.docker.base_image == "vision/train:3");
    CHECK(c.environment.docker.base_image_registry.address == "team.azurecr.io");
    CHECK(c.environment.docker.base_image_registry.username == "reader");
    CHECK(c.environment.docker.base_image_registry.password_variable == "TEAM_PASSWORD");
}

TEST_CASE("from Azure ML: an environment of one's own, for several jobs") {
    // -8<- environment_definition
    using vision = es::environment_definition<"vision", es::conda_packages<"numpy=1.18">, es::pip_packages<"tqdm">,
                                              es::custom_docker_image<"team.azurecr.io/vision/base:3">>;

    using faces_job = es::estimator<es::pytorch<>, gpu_pool, vision>;
    using letters_job = es::estimator<cpu_pool, vision>;
    // -8<-
    es::run_configuration const c = lowered_as("environment_definition", faces_job{{.entry_script = "fit.py"}});
    CHECK(c.environment.name == "vision");
    CHECK(c.environment.python.conda_dependencies->dependencies.pip == texts{"azureml-defaults", "tqdm"});
    CHECK(es::lower(letters_job{{}}).environment.python == c.environment.python);
    static_assert(!es::estimable<cpu_pool, vision, es::environment<es::pip_packages<"pillow">>>, "EST-012");
}

TEST_CASE("from Azure ML: an environment that the workspace has") {
    // -8<- registered_environment
    using faces_job = es::estimator<gpu_pool, es::environment_definition<"AzureML-PyTorch-1.4-GPU">>;
    // -8<-
    es::run_configuration const c = lowered_as("registered_environment", faces_job{{.entry_script = "fit.py"}});
    CHECK(c.environment.name == "AzureML-PyTorch-1.4-GPU");
    CHECK_FALSE(c.environment.python.conda_dependencies);
    CHECK(c.environment.docker.base_image.empty());
    CHECK_FALSE(c.environment.python.user_managed_dependencies);
    CHECK(c.environment.spark.precache_packages);
}

TEST_CASE("from Azure ML: a Python that the image has already") {
    // -8<- user_managed
    using faces_job = es::estimator<es::pytorch<>, gpu_pool,
                                    es::environment<es::user_managed, es::interpreter_path<"/opt/conda/bin/python">,
                                                    es::custom_docker_image<"team.azurecr.io/vision/torch:3">>>;
    // -8<-
    es::run_configuration const c = lowered_as("user_managed", faces_job{{.entry_script = "fit.py"}});
    CHECK(c.environment.python.user_managed_dependencies);
    CHECK(c.environment.python.interpreter_path == "/opt/conda/bin/python");
    CHECK_FALSE(c.environment.python.conda_dependencies);
    CHECK(c.environment.environment_variables.at("NCCL_TREE_THRESHOLD") == "0");  // PyTorch's on every run
}

TEST_CASE("from Azure ML: variables, in the type and when the program runs") {
    // -8<- environment_variables
    using faces_job = es::estimator<
        cpu_pool, es::environment<es::environment_variables<es::variable<"OMP_NUM_THREADS", "4">>>>;

    faces_job job{{.entry_script = "fit.py", .environment_variables = {{"RUN_LABEL", "evening"}}}};
    // -8<-
    es::run_configuration const c = lowered_as("environment_variables", job);
    CHECK(c.environment.environment_variables ==
          std::map<std::string, std::string>{{"OMP_NUM_THREADS", "4"}, {"RUN_LABEL", "evening"}});
}

TEST_CASE("from Azure ML: shared memory, GPUs, and no container") {
    // -8<- shm_size
    using faces_job = es::estimator<es::pytorch<"1.4">, gpu_pool, es::environment<es::shm_size<8_GiB>>>;
    // -8<-
    es::run_configuration const c = lowered_as("shm_size", faces_job{{.entry_script = "fit.py"}});
    CHECK(c.environment.docker.shm_size == "8g");

    // -8<- use_gpu
    static_assert(es::lowered<es::estimator<gpu_pool>>.base_image != es::lowered<es::estimator<cpu_pool>>.base_image);
    // -8<-

    // -8<- without_containers
    using bare_pool = es::aml_compute<es::target_name<"bare-pool">, es::without_containers>;
    using bare_job = es::estimator<es::pytorch<"1.4">, bare_pool>;
    // -8<-
    es::run_configuration const bare = lowered_as("without_containers", bare_job{{.entry_script = "fit.py"}});
    CHECK_FALSE(bare.environment.docker.enabled);
}
