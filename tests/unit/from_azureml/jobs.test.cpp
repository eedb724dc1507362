// SPDX-License-Identifier: BSL-1.0
// Examples of docs/from-azureml.md: a job as a whole, and what is done with it.
#include "pools.hpp"

using namespace from_azureml;

TEST_CASE("from Azure ML: limits, names and priority") {
    // -8<- limits_and_names
    plain_job job{{.entry_script = "fit.py",
                   .max_run_duration = 90_min,
                   .display_name = "faces, second try",
                   .tags = {{"team", "vision"}},
                   .priority = 3}};
    // -8<-
    es::run_configuration const c = lowered_as("limits_and_names", job);
    CHECK(c.max_run_duration_seconds == 5400);
    CHECK(c.display_name == "faces, second try");
    CHECK(c.tags.at("team") == "vision");
    CHECK(c.priority == 3);
}

TEST_CASE("from Azure ML: a cluster that is made for the run") {
    // -8<- vm_size
    using own_cluster = es::aml_compute<es::vm_size<"Standard_NC6">, es::vm_priority<es::priority::low_priority>,
                                        es::gpus_per_node<1>>;
    using faces_job = es::estimator<es::pytorch<"1.4">, own_cluster, es::nccl<es::node_count<4>>>;
    // -8<-
    es::run_configuration const c = lowered_as("vm_size", faces_job{{.entry_script = "fit.py"}});
    CHECK(c.target == "amlcompute");
    CHECK(c.amlcompute.vm_size == "Standard_NC6");
    CHECK(c.amlcompute.vm_priority == "lowpriority");
    CHECK(c.amlcompute.cluster_max_node_count == 4);
}

TEST_CASE("from Azure ML: a job with other parameters, and one changed after it was lowered") {
    using faces_job = es::estimator<cpu_pool>;
    faces_job job{{.entry_script = "fit.py", .script_params = {{"--epochs", 10}, {"--rate", 0.1}}}};
    // -8<- overrides
    faces_job longer = job;  // a value: the first job stays as it is
    longer.fields().script_params = {{"--epochs", 40}, {"--rate", 0.1}};
    // -8<-
    CHECK(es::lower(longer).arguments == texts{"--epochs", "40", "--rate", "0.1"});
    CHECK(es::lower(job).arguments == texts{"--epochs", "10", "--rate", "0.1"});

    // -8<- run_config
    es::run_configuration changed = es::lower(job);
    changed.environment.docker.arguments = {"--ulimit", "nofile=65536"};
    changed.environment.version = "3";
    // -8<-
    CHECK(es::to_json(changed)["environment"]["docker"]["arguments"] == es::json{"--ulimit", "nofile=65536"});
    CHECK(es::to_json(changed)["environment"]["version"] == "3");
}

namespace {
using plain_digits_job = es::estimator<es::scikit_learn<>, es::environment<es::user_managed>>;

/// Compiled only: tests/process runs such programs.
[[maybe_unused]] void submit_and_look(plain_digits_job const& job) {
    // -8<- submit
    es::run run = es::workspace::open().experiment("digits").submit(job);
    run.wait_for_completion({.show_output = true});

    es::model model = run.register_model({.name = "digits", .path = "outputs/digits.pkl"});
    // -8<-
    (void)model;

    // -8<- look_back
    run.tag("quality", "good");
    bool const is_dirty = run.get_properties()["azureml.git.dirty"] == "True";  // text, as in Azure
    double const loss = run.get_metrics().last("loss").value();
    run.download_file("outputs/digits.pkl", "digits.pkl");
    // -8<-
    (void)is_dirty;
    (void)loss;
}
}  // namespace
