// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>
#include <string>
#include <utility>

#include <estima/base/given_text.hpp>
#include <estima/base/text_field.hpp>

namespace estima::inline v0_1 {

/// How a script gets at an input, in Azure's words.
enum class data_mode : unsigned char { direct, mount, download, upload };

constexpr char const* to_string(data_mode mode) {
    switch (mode) {
        case data_mode::direct: return "direct";
        case data_mode::mount: return "mount";
        case data_mode::download: return "download";
        case data_mode::upload: return "upload";
    }
    return "";
}

/// A bool that is made of nothing else: in braces of texts a data_input would take the first for true.
struct plain_bool {
    bool value = false;

    constexpr plain_bool() = default;
    constexpr plain_bool(std::same_as<bool> auto is) : value{is} {}  // NOLINT: implicit
    constexpr operator bool() const { return value; }                // NOLINT
};

/// An input of a job, ready to be used as the value of a script parameter or in `inputs`. Made by dataset and
/// datastore.
struct data_input {
    plain_bool is_dataset{};  ///< a registered dataset; otherwise a path on a datastore
    text_field source{};     ///< the dataset's or the datastore's name
    text_field version{};    ///< of the dataset; empty: the newest
    text_field name{};       ///< what the script knows it by
    text_field path{};       ///< on the datastore; empty: all of it
    data_mode mode = data_mode::mount;
    text_field path_on_compute{};
    bool overwrite = false;

    bool operator==(data_input const&) const = default;
};

/// A dataset under the name that the script knows it by. Used as it is, the script gets the dataset's id.
class named_dataset {
public:
    named_dataset(std::string dataset, std::string version, std::string input_name)
        : input_{.is_dataset = true, .source = std::move(dataset), .version = std::move(version),
                 .name = std::move(input_name), .mode = data_mode::direct} {}

    /// The script gets a path where its files can be read (Linux only).
    data_input as_mount(given_text path_on_compute = std::string{}) const {
        return as(data_mode::mount, std::move(path_on_compute.kept));
    }
    /// The script gets a path to a copy of its files.
    data_input as_download(given_text path_on_compute = std::string{}) const {
        return as(data_mode::download, std::move(path_on_compute.kept));
    }
    operator data_input() const { return input_; }  // NOLINT: implicit, as in Azure's SDK

private:
    data_input as(data_mode mode, std::string path_on_compute) const {
        data_input input = input_;
        input.mode = mode;
        input.path_on_compute = std::move(path_on_compute);
        return input;
    }
    data_input input_;
};

/// What a dataset's path would be: no input, and named in what the compiler says of its use as one.
struct a_dataset_has_no_paths_take_one_of_a_datastore {
    a_dataset_has_no_paths_take_one_of_a_datastore as_mount() const { return {}; }
    a_dataset_has_no_paths_take_one_of_a_datastore as_download() const { return {}; }
};

/// A dataset that is registered in an Azure workspace; its version is a text or a number.
class dataset {
public:
    explicit dataset(given_text name, given_text version = std::string{})
        : name_{std::move(name.kept)}, version_{std::move(version.kept)} {}
    template <std::integral Version>
        requires(!std::same_as<Version, bool> && !std::same_as<Version, char>)
    dataset(given_text name, Version version) : dataset{std::move(name), std::to_string(version)} {}

    named_dataset as_named_input(given_text input_name) const { return {name_, version_, std::move(input_name.kept)}; }
    template <class Path>
    a_dataset_has_no_paths_take_one_of_a_datastore path(Path const&) const {
        return {};
    }

private:
    std::string name_, version_;
};

/// A datastore of an Azure workspace, or a path on it. The script gets a path on its node.
class datastore {
public:
    explicit datastore(given_text name, given_text path = std::string{})
        : name_{std::move(name.kept)}, path_{std::move(path.kept)} {}
    /// A path below the one that there is. One from the root takes its place: submit refuses it (EST-068).
    datastore path(given_text sub_path) const {
        std::string& below = sub_path.kept;
        if (below.empty()) return *this;
        if (path_.empty() || below.starts_with('/')) return datastore{name_, std::move(below)};
        return datastore{name_, path_ + (path_.ends_with('/') ? "" : "/") + below};
    }

    data_input as_mount() const { return as(data_mode::mount, {}, false); }
    data_input as_download(given_text path_on_compute = std::string{}, bool overwrite = false) const {
        return as(data_mode::download, std::move(path_on_compute.kept), overwrite);
    }
    /// The script writes there, and it is copied to the datastore after the run.
    data_input as_upload(given_text path_on_compute = std::string{}, bool overwrite = false) const {
        return as(data_mode::upload, std::move(path_on_compute.kept), overwrite);
    }
    operator data_input() const { return as_mount(); }  // NOLINT: implicit, as in Azure's SDK

private:
    data_input as(data_mode mode, std::string path_on_compute, bool overwrite) const {
        return {.source = name_, .name = reference_name(), .path = path_, .mode = mode,
                .path_on_compute = std::move(path_on_compute), .overwrite = overwrite};
    }
    /// Part of the name of an environment variable: letters, digits and '_'.
    std::string reference_name() const {
        std::string name = path_.empty() ? name_ : name_ + "_" + path_;
        for (char& c : name)
            if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))) c = '_';
        return name;
    }
    std::string name_, path_;
};

}  // namespace estima::inline v0_1
