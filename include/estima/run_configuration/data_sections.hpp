// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <optional>
#include <string>

#include <estima/run_configuration/json_text.hpp>

namespace estima::inline v0_1 {

// What a job reads and writes outside its own folder. Both are kept by name in the run configuration.

/// An entry of `dataReferences`: a path on a datastore. The script finds it through $AZUREML_DATAREFERENCE_<name>.
struct data_reference_section {
    std::string data_store_name{};  ///< required
    std::string path_on_data_store{};
    std::string mode = "mount";  ///< "mount", "download" or "upload"
    bool overwrite = false;
    std::string path_on_compute{};
    bool operator==(data_reference_section const&) const = default;
};

struct dataset_section {
    std::string id{}, name{}, version{};
    bool operator==(dataset_section const&) const = default;
};

struct data_path_section {
    std::string datastore_name{}, relative_path{};
    bool operator==(data_path_section const&) const = default;
};

/// One of the two.
struct data_location_section {
    std::optional<dataset_section> dataset{};
    std::optional<data_path_section> data_path{};
    bool operator==(data_location_section const&) const = default;
};

/// An entry of `data`: a named input.
struct data_section {
    data_location_section data_location{};
    bool create_output_directories = false;
    std::string mechanism{};                  ///< "direct", "mount", "download" or "upload"
    std::string environment_variable_name{};  ///< holds the path, or for "direct" the dataset's id
    std::string path_on_compute{};
    bool overwrite = false;
    json_text options{};
    bool operator==(data_section const&) const = default;
};

}  // namespace estima::inline v0_1
