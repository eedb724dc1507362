// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <estima/base/error.hpp>
#include <estima/system/json.hpp>

namespace estima::inline v0_1 {

/// How far a version of a model has come, in MLflow's words.
enum class model_stage { none, staging, production, archived };

/// "None", "Staging", "Production", "Archived".
constexpr std::string_view to_string(model_stage stage) {
    constexpr std::string_view words[] = {"None", "Staging", "Production", "Archived"};
    return words[static_cast<int>(stage)];
}

/// Data that has to do with a model.
struct model_dataset {
    std::string relation;  ///< Azure's are "training", "validation", "inferencing"
    std::string dataset;   ///< its name, id or path
    bool operator==(model_dataset const&) const = default;
};

/// What it takes to serve a model; 0 is "not said".
struct model_resources {
    double cpu = 0;           ///< cores
    double memory_in_gb = 0;  ///< GB
    int gpu = 0;              ///< GPUs
    bool operator==(model_resources const&) const = default;
};

/// What to register as a model.
struct model_options {
    std::string name;    ///< a new name, or one to add a version to
    std::string path{};  ///< of a run: an output, "outputs/model.pkl", or a folder of them; of a workspace: on the disk
    std::map<std::string, std::string> tags{};
    std::map<std::string, std::string> properties{};
    std::string description{};
    std::string framework{};          ///< Azure's are "TensorFlow", "ScikitLearn", "Onnx", "Custom", "Multi"
    std::string framework_version{};  ///< "2.3"
    std::vector<model_dataset> datasets{};
    std::string sample_input{};   ///< name, id or path of data to try it with
    std::string sample_output{};  ///< and of what it gives for that
    model_resources resources{};
    std::vector<std::string> child_paths{};  ///< of a folder: only these files and folders in it; none: all
    model_stage stage = model_stage::none;
    std::vector<std::string> aliases{};  ///< set to this version when it is there
};

namespace detail {
inline model_stage stage_from(std::string const& text) {
    for (model_stage const s : {model_stage::staging, model_stage::production, model_stage::archived})
        if (text == to_string(s)) return s;
    return model_stage::none;
}

/// EST-643: framework, resources or datasets do not make sense.
inline void check_facts(model_options const& o) {
    auto const refuse = [&](std::string what, std::string remedy) {
        std::string where = "model \"" + o.name + "\"";
        throw error{"EST-643", {.what = std::move(what), .where = std::move(where), .remedy = std::move(remedy)}};
    };
    if (o.framework.empty() && !o.framework_version.empty())
        refuse("a framework's version is given, and no framework", "give .framework, too");
    auto const is_amount = [](double number) { return std::isfinite(number) && number >= 0; };
    if (!is_amount(o.resources.cpu) || !is_amount(o.resources.memory_in_gb) || o.resources.gpu < 0)
        refuse("resources are less than nothing, or endless", "leave out what is not known");
    for (model_dataset const& one : o.datasets)
        if (one.dataset.empty()) refuse("a dataset has no name", "give its name, id or path");
}
}  // namespace detail

}  // namespace estima::inline v0_1
