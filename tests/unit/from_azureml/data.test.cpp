// SPDX-License-Identifier: BSL-1.0
// Examples of docs/from-azureml.md: what the script reads and writes.
#include "pools.hpp"

using namespace from_azureml;

TEST_CASE("from Azure ML: datasets") {
    // -8<- datasets
    es::dataset const faces{"faces"}, ages{"ages", "3"};  // by name, or by name and version

    plain_job job{{.entry_script = "fit.py",
                   .script_params = {{"--images", faces.as_named_input("images").as_mount()},
                                     {"--copies", faces.as_named_input("copies").as_download("/tmp/faces")},
                                     {"--table", ages.as_named_input("ages")}}}};  // its id
    // -8<-
    es::run_configuration const c = lowered_as("datasets", job);
    CHECK(c.data.at("images").mechanism == "mount");
    CHECK(c.data.at("images").environment_variable_name == "images");
    CHECK(c.data.at("copies").mechanism == "download");
    CHECK(c.data.at("copies").path_on_compute == "/tmp/faces");
    CHECK(c.data.at("ages").mechanism == "direct");
    CHECK(c.data.at("ages").data_location.dataset == es::dataset_section{"", "ages", "3"});
}

TEST_CASE("from Azure ML: datastores") {
    // -8<- datastores
    es::datastore const blobs{"workspaceblobstore"};

    plain_job job{{.entry_script = "fit.py",
                   .script_params = {{"--all", blobs},  // mounted
                                     {"--faces", blobs.path("faces/train").as_mount()},
                                     {"--cache", blobs.path("cache").as_download("/tmp/cache")},
                                     {"--results", blobs.path("results").as_upload("./results")}}}};
    // -8<-
    es::run_configuration const c = lowered_as("datastores", job);
    CHECK(c.arguments == texts{"--all", "$AZUREML_DATAREFERENCE_workspaceblobstore",                //
                               "--faces", "$AZUREML_DATAREFERENCE_workspaceblobstore_faces_train",  //
                               "--cache", "$AZUREML_DATAREFERENCE_workspaceblobstore_cache",        //
                               "--results", "$AZUREML_DATAREFERENCE_workspaceblobstore_results"});
    using reference = es::data_reference_section;
    CHECK(c.data_references.at("workspaceblobstore") == reference{"workspaceblobstore", "", "mount", false, ""});
    CHECK(c.data_references.at("workspaceblobstore_cache") ==
          reference{"workspaceblobstore", "cache", "download", false, "/tmp/cache"});
    CHECK(c.data_references.at("workspaceblobstore_results") ==
          reference{"workspaceblobstore", "results", "upload", false, "./results"});
}

TEST_CASE("from Azure ML: inputs that are not on the command line") {
    // -8<- inputs
    plain_job job{{.entry_script = "fit.py",
                   .inputs = {es::dataset{"faces"}.as_named_input("faces").as_mount(),
                              es::datastore{"workspaceblobstore", "cache"}.as_mount(),
                              {.source = "workspaceblobstore", .name = "truth", .path = "labels"}}}};
    // -8<-
    es::run_configuration const c = lowered_as("inputs", job);
    CHECK(c.arguments.empty());
    CHECK(c.data.contains("faces"));
    CHECK(c.data_references.contains("workspaceblobstore_cache"));
    CHECK(c.data_references.at("truth") ==
          es::data_reference_section{"workspaceblobstore", "labels", "mount", false, ""});
}

TEST_CASE("from Azure ML: going on from a checkpoint") {
    // -8<- resume_from
    plain_job job{{.entry_script = "fit.py",
                   .script_params = {{"--epochs", 20}},
                   .resume_from = es::datastore{"workspaceblobstore", "runs/7/checkpoint"}}};
    // -8<-
    es::run_configuration const c = lowered_as("resume_from", job);
    CHECK(c.arguments == texts{"--epochs", "20", "--resume-from", "$AZUREML_DATAREFERENCE_MODEL_LOCATION"});
    CHECK(c.data_references.at("MODEL_LOCATION") ==
          es::data_reference_section{"workspaceblobstore", "runs/7/checkpoint", "mount", false, ""});
}

TEST_CASE("from Azure ML: where the nodes find the source directory") {
    // -8<- source_directory_data_store
    using faces_job = es::estimator<cpu_pool, es::mpi<es::node_count<2>>>;

    faces_job job{{.entry_script = "fit.py", .source_directory_data_store = "fast_share"}};
    // -8<-
    CHECK(lowered_as("source_directory_data_store", job).source_directory_data_store == "fast_share");
    CHECK(es::lower(faces_job{{.entry_script = "fit.py"}}).source_directory_data_store == "workspaceblobstore");
    CHECK(es::lower(es::estimator<cpu_pool>{{.entry_script = "fit.py"}}).source_directory_data_store.empty());
}
