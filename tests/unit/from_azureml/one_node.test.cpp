// SPDX-License-Identifier: BSL-1.0
// Examples of docs/from-azureml.md: training on one node.
#include "pools.hpp"

using namespace from_azureml;

TEST_CASE("from Azure ML: a script on one node of a cluster") {
    // -8<- one_node
    using digits_job = es::estimator<cpu_pool, es::environment<es::conda_packages<"scikit-learn">>>;

    digits_job job{{.source_directory = "digits",
                    .entry_script = "fit.py",
                    .script_params = {{"--images", es::dataset{"digits"}.as_named_input("images").as_mount()},
                                      {"--alpha", 0.5}}}};
    // -8<-
    static_assert(es::lowered<digits_job>.communicator == "None" && es::lowered<digits_job>.framework == "Python");
    es::run_configuration const c = lowered_as("one_node", job);
    CHECK(c.target == "cpu-pool");
    CHECK(c.script == "fit.py");
    CHECK(c.arguments == texts{"--images", "DatasetConsumptionConfig:images", "--alpha", "0.5"});
    CHECK(c.data.at("images").mechanism == "mount");
    CHECK(c.environment.python.conda_dependencies->dependencies.conda == texts{"python=3.6.2", "scikit-learn"});
    CHECK(c.environment.python.conda_dependencies->dependencies.pip == texts{"azureml-defaults"});
    CHECK(c.environment.docker.enabled);
    CHECK_FALSE(c.environment.python.user_managed_dependencies);
}

TEST_CASE("from Azure ML: the same script on this machine") {
    // -8<- this_machine
    using digits_job = es::estimator<es::scikit_learn<>, es::local,
                                     es::environment<es::user_managed, es::interpreter_path<"/usr/bin/python3">>>;

    digits_job job{{.source_directory = "digits",
                    .entry_script = "fit.py",
                    .script_params = {{"--images", "/data/digits"}, {"--alpha", 0.5}}}};
    // -8<-
    es::run_configuration const c = lowered_as("this_machine", job);
    CHECK(c.target == "local");
    CHECK(c.environment.python.user_managed_dependencies);
    CHECK_FALSE(c.environment.docker.enabled);
    CHECK(es::what_cannot_be_honoured(c, "local").empty());
}

TEST_CASE("from Azure ML: the estimator for scikit-learn") {
    // -8<- scikit_learn
    using digits_job = es::estimator<es::scikit_learn<"0.20.3">, cpu_pool, es::environment<es::pip_packages<"pandas">>>;

    digits_job job{{.source_directory = "digits", .entry_script = "fit.py", .script_params = {{"--alpha", 0.5}}}};
    // -8<-
    constexpr std::string_view pip[]{"azureml-defaults", "scikit-learn==0.20.3", "scipy==1.2.1", "numpy==1.16.2",
                                     "joblib==0.13.2",   "pandas"};
    static_assert(es::lowered<digits_job>.pip_packages == es::name_list{pip});
    static_assert(es::lowered<digits_job>.base_image.reference.ends_with("openmpi3.1.2-ubuntu16.04"));
    CHECK(lowered_as("scikit_learn", job).arguments == texts{"--alpha", "0.5"});
    // It trains on processors also where a node has GPUs.
    static_assert(es::lowered<es::estimator<es::scikit_learn<>, gpu_pool>>.base_image ==
                  es::lowered<es::estimator<es::scikit_learn<>, cpu_pool>>.base_image);
}

TEST_CASE("from Azure ML: flags, and what values look like to the script") {
    // -8<- verbose_flag
    plain_job job{{.entry_script = "fit.py", .script_params = {{"--v", es::flag}, {"--epochs", 10}}}};
    // -8<-
    CHECK(lowered_as("verbose_flag", job).arguments == texts{"--v", "--epochs", "10"});

    // -8<- values
    job.fields().script_params = {{"--rate", 0.1},       // 0.1
                                  {"--scale", 2.0},      // 2, where Python writes 2.0
                                  {"--shuffle", true},   // true, where Python writes True
                                  {"--note", ""},        // an empty argument
                                  {"--quiet", es::flag}, // no argument
                                  {"", "train.csv"}};    // no name: positional
    // -8<-
    CHECK(es::lower(job).arguments ==
          texts{"--rate", "0.1", "--scale", "2", "--shuffle", "true", "--note", "", "--quiet", "train.csv"});
}
