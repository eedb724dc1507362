// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>

#include <estima/base/error.hpp>
#include <estima/base/registration.hpp>
#include <estima/estimator/conda_file.hpp>
#include <estima/runconfig_file/document.hpp>
#include <estima/runconfig_file/parse_file_text.hpp>

namespace estima::inline v0_1::detail {

/// Goes through what a conda file says; throws a syntax error, with the place, if conda could not read it.
class conda_document {
public:
    conda_document(std::string const& text, std::string const& name) : document_{parse_file_text(text, name)} {}

    void add_to(conda_file& file) const {
        json const& all = document_.value;
        if (!all.is_object() || !all.contains("dependencies"))
            refuse("", "a map with a list `dependencies` is expected");
        json const& listed = all["dependencies"];
        if (!listed.is_array()) refuse("/dependencies", "a list of packages is expected");
        for (std::size_t i = 0; i < listed.size(); ++i) {
            std::string const at = "/dependencies/" + std::to_string(i);
            if (!listed[i].is_object()) {
                file.packages.push_back(package(listed[i], at, false));
                continue;
            }
            if (listed[i].size() != 1 || !listed[i].contains("pip"))
                refuse(at, "a package is expected, or a map with the one key \"pip\"");
            json const& of_pip = listed[i]["pip"];
            if (of_pip.is_null()) continue;
            if (!of_pip.is_array()) refuse(at + "/pip", "a list of pip's packages is expected");
            for (std::size_t j = 0; j < of_pip.size(); ++j)
                file.packages.push_back(package(of_pip[j], at + "/pip/" + std::to_string(j), true));
        }
    }

private:
    [[noreturn]] void refuse(std::string const& pointer, std::string why) const {
        throw syntax_error(document_.files[0], document_.place(pointer).value, std::move(why));
    }
    conda_file::entry package(json const& value, std::string const& pointer, bool is_of_pip) const {
        file_place const& place = document_.place(pointer);
        if (value.is_string()) return {value.get<std::string>(), place.value.line, is_of_pip};
        if (value.is_structured() || value.is_null()) refuse(pointer, "a package is expected, as text");
        return {place.written.empty() ? value.dump() : place.written, place.value.line, is_of_pip};
    }

    document document_;
};

struct yaml_conda_file_reader final : conda_file_reader {
    conda_file read(std::string const& path, std::string const& name) const override {
        conda_file file{.name = name};
        try {
            conda_document{text_of_file(path), name}.add_to(file);
        } catch (error const& e) {
            error_text const& told = e.text();
            file.fault = told.where + ": " + (told.why.empty() ? told.what : told.why);
        }
        return file;
    }
};
inline registration<conda_file_reader, yaml_conda_file_reader> const conda_files_can_be_read{};

}  // namespace estima::inline v0_1::detail
