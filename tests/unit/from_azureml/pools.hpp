// SPDX-License-Identifier: BSL-1.0
// What the examples of docs/from-azureml.md stand on. Everything between two lines with -8<- is shown there.
#pragma once

#include <catch2/catch.hpp>

#include <cstdlib>
#include <string>
#include <vector>

#include <estima/estimator/validate.hpp>
#include <estima/run_configuration/json.hpp>
#include <estima/run_configuration/lower.hpp>
#include <estima/system/files.hpp>

#include <support/source_folder.hpp>

// -8<- pools
#include <estima/estima.hpp>

namespace es = estima;
using namespace estima::literals;  // 90_min, 4_GiB

using cpu_pool = es::aml_compute<es::target_name<"cpu-pool">, es::max_nodes<8>>;
using gpu_pool = es::aml_compute<es::target_name<"gpu-pool">, es::max_nodes<8>, es::gpus_per_node<4>>;
using plain_job = es::estimator<cpu_pool>;  // for examples that are about fields
// -8<-

namespace from_azureml {
using texts = std::vector<std::string>;

/// Ids of the rules that a job breaks, warnings included, without those about files: the examples have no folders.
template <class Job>
texts broken_by(Job const& job) {
    texts ids;
    for (es::broken_rule const& rule : es::check(job))
        if (rule.id < "EST-020" || rule.id > "EST-023") ids.emplace_back(rule.id);
    return ids;
}

/// Holds all of what an example is lowered to against tests/golden/from_azureml/NAME.json. Set ESTIMA_WRITE_GOLDEN to
/// write it anew, then read the difference. Returns it, for closer looks.
template <class Job>
es::run_configuration lowered_as(std::string const& name, Job const& job) {
    es::run_configuration const c = es::lower(job);
    std::string const path = estima_test::source_folder() + "/golden/from_azureml/" + name + ".json";
    std::string const text = es::to_sparse_json(c).dump(2) + "\n";
    if (std::getenv("ESTIMA_WRITE_GOLDEN") != nullptr) es::replace_file(path, text);
    CHECK(es::read_file(path) == text);
    CHECK(broken_by(job).empty());
    return c;
}
}  // namespace from_azureml
