// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <estima/base/registration.hpp>
#include <estima/environment/asked_packages.hpp>
#include <estima/environment/check_packages.hpp>
#include <estima/estimator/requirements_file.hpp>
#include <estima/policy/facts.hpp>
#include <estima/requirement/requirements_line.hpp>

// What conda_dependencies_file asks for, which only the running program can read, and only with a reader of YAML.
namespace estima::inline v0_1::detail {

/// What a conda file lists. Moved, not copied: facts that it was added to look at its texts.
struct conda_file {
    struct entry {
        std::string text;
        int line = 0;
        bool is_of_pip = false;
    };
    std::string name{};
    std::string fault{};  ///< why it is none, with the place; empty if it is one
    std::vector<entry> packages{};

    /// File and line of a text that stands in it; empty for any other.
    std::string place_of(std::string_view part) const {
        for (entry const& one : packages)
            if (part.data() >= one.text.data() && part.data() < one.text.data() + one.text.size())
                return name + ":" + std::to_string(one.line);
        return {};
    }
};

/// There is one in programs that know <estima/runconfig_file/conda_file.hpp>, which is included with what reads and
/// writes .runconfig files; others cannot have the environment prepared either.
struct conda_file_reader {
    virtual ~conda_file_reader() = default;
    /// Reads the file at `path`, and calls it `name`.
    virtual conda_file read(std::string const& path, std::string const& name) const = 0;
};

/// Reads the file and adds to `f` what is wrong with it, which is valid for as long as the result is there.
inline conda_file add_conda_file(facts& f, std::string const& directory) {
    if (known_of<conda_file_reader>().empty()) return {};
    std::string const name{f.environment.conda_dependencies_file};
    conda_file file = known_of<conda_file_reader>().front()->read(directory + "/" + name, name);
    f.seen.conda_file_can_be_read = file.fault.empty() ? known::yes : known::no;
    text_views const of_conda{file.packages.size() + 1}, of_pip{file.packages.size() + 1};
    environment_facts listed;
    listed.conda_packages.first = of_conda.first();
    listed.pip_packages.first = of_pip.first();
    for (conda_file::entry const& one : file.packages) {
        std::string_view const text = one.is_of_pip ? requirement_of_line(one.text) : one.text;
        if (!one.is_of_pip) of_conda.first()[listed.conda_packages.size++] = text;
        else if (!text.empty()) of_pip.first()[listed.pip_packages.size++] = text;
    }
    requirement_facts& found = f.environment.requirements;
    found.conda = check_packages<requirement_detail::conda_list>(listed.conda_packages);
    found.pip = check_packages<requirement_detail::pip_list>(listed.pip_packages);
    if (!found.pip.unsatisfiable) found.pip.unsatisfiable = asked_in_two_versions(listed);
    if (f.target.is_azure)
        for (conda_file::entry const& one : file.packages)
            if (one.is_of_pip) refuse_file_beside(found.pip, one.text);
    return file;
}

}  // namespace estima::inline v0_1::detail
