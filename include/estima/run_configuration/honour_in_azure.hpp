// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <estima/base/inner_path.hpp>
#include <estima/policy/azure_names.hpp>
#include <estima/policy/azure_words.hpp>
#include <estima/requirement/image_reference.hpp>
#include <estima/run_configuration/communicator.hpp>
#include <estima/run_configuration/field_problem.hpp>
#include <estima/run_configuration/run_configuration.hpp>

namespace estima::inline v0_1::detail {

/// What Azure would refuse, some of it hours later, when it prepares the environment, or pass over without a word.
class azure_check : problem_list {
public:
    explicit azure_check(run_configuration const& c) : c_{c} {}

    std::vector<field_problem> problems() {
        all();
        return take();
    }

private:
    void all() {
        problem(c_.framework == native_framework, "framework", "Azure's clusters run Python scripts only",
                "framework Python, and a script that starts the program");
        problem(c_.communicator == multi_worker_communicator, "communicator", "Azure does not know \"MultiWorker\"",
                "ParameterServer, with tensorflow.parameterServerCount 0");
        auto const& docker = c_.environment.docker;
        if (auto const image = parse_image_reference(docker.base_image); !docker.base_image.empty() && !image)
            problem(true, "environment.docker.baseImage",
                    "\"" + docker.base_image + "\" at byte " + std::to_string(image.position) + ": " +
                        std::string{image.reason},
                    "an image reference: registry/name:tag");
        problem(!docker.shm_size.empty() && !is_size(docker.shm_size), "environment.docker.shmSize",
                "\"" + docker.shm_size + "\" is no size", "a number and b, k, m or g: 2g");
        bool const has_login =
            !docker.base_image_registry.username.empty() || !docker.base_image_registry.password.empty();
        problem(has_login && docker.base_image_registry.address.empty(), "environment.docker.baseImageRegistry.address",
                "there is a login, and no registry that it is for", "name the registry");
        std::string const& priority = c_.amlcompute.vm_priority;
        problem(!priority.empty() && !same_word(priority, "dedicated") && !same_word(priority, "lowpriority"),
                "amlcompute.vmPriority", "\"" + priority + "\" is not known", "dedicated or lowpriority");
        names();
        data();
    }
    void names() {
        bool const is_a_name =
            c_.target != "local" && c_.target != "amlcompute";  // of a cluster, or what these words mean
        problem(is_a_name && !is_azure_compute_name(c_.target), "target",
                "no cluster can be called \"" + c_.target + "\"", "2 to 32 letters, digits and '-'");
        std::string const& size = c_.amlcompute.vm_size;
        problem(!size.empty() && !is_azure_vm_size(size), "amlcompute.vmSize", "\"" + size + "\" is none",
                "one like Standard_NC6");
        std::string const& name = c_.environment.name;
        problem(!name.empty() && !is_azure_environment_name(name), "environment.name",
                "\"" + name + "\" is none that Azure takes", "letters, digits, blanks, '-', '_' and '.'");
        python_section const& python = c_.environment.python;
        bool const is_default = python.interpreter_path.empty() || python.interpreter_path == "python";
        problem(!is_default && !python.user_managed_dependencies, "environment.python.interpreterPath",
                "the environment that Azure prepares has a Python of its own",
                "leave it out, or set userManagedDependencies to true");
    }
    void data() {
        for (auto const& [name, reference] : c_.data_references) {
            problem(reference.data_store_name.empty(), "dataReferences." + name + ".dataStoreName", "it is missing",
                    "name the datastore");
            problem(!is_azure_datastore_name(reference.data_store_name), "dataReferences." + name + ".dataStoreName",
                    "no datastore can be called \"" + reference.data_store_name + "\"", "letters, digits and '_'");
            problem(!stays_inside(reference.path_on_data_store), "dataReferences." + name + ".pathOnDataStore",
                    "\"" + reference.path_on_data_store + "\" leads out of the datastore",
                    "a path below it, without a / first");
            problem(!is_known(known_reference_modes, reference.mode), "dataReferences." + name + ".mode",
                    "\"" + reference.mode + "\" is not known", "mount, download or upload");
        }
        for (auto const& [name, input] : c_.data) {
            problem(!input.data_location.dataset && !input.data_location.data_path, "data." + name + ".dataLocation",
                    "it names neither a dataset nor a path on a datastore", "name one of the two");
            problem(!input.mechanism.empty() && !is_known(known_mechanisms, input.mechanism),
                    "data." + name + ".mechanism", "\"" + input.mechanism + "\" is not known",
                    "direct, mount, download or upload");
        }
    }
    /// As Azure's service takes them: digits, and a unit or none.
    static bool is_size(std::string_view text) {
        std::string_view const unit = text.substr(std::min(text.find_first_not_of("0123456789"), text.size()));
        return unit.size() < text.size() && unit.size() <= 1 &&
               std::string_view{"bBkKmMgG"}.find(unit) != std::string_view::npos;
    }

    run_configuration const& c_;
};

}  // namespace estima::inline v0_1::detail
