// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <estima/history/newest_numbers.hpp>
#include <estima/history/run_definition.hpp>
#include <estima/portal/page_input.hpp>
#include <estima/run_configuration/json.hpp>
#include <estima/snapshot/restore.hpp>
#include <estima/system/json.hpp>
#include <estima/workspace/run.hpp>

namespace estima::inline v0_1 {

/// Something that runs do not have in common.
struct run_difference {
    enum class kind { parameter, metric, tag, configuration, environment, hardware, file, property };
    kind is = kind::parameter;
    std::string name;  ///< of a configuration the key with dots, "pytorch.processCount", "arguments.--rate"; of an
                       ///< environment "python" or a package; of hardware "processor", "gpus", ...; of a file its path
    std::vector<std::optional<std::string>> values;  ///< one for each run, nothing where a run has none: of a metric
                                                     ///< its newest number, as JSON has it, or "NaN", "Infinity",
                                                     ///< "-Infinity"; of a file its SHA-256, of a link its target,
                                                     ///< "directory", or, where only that differs, "executable"
                                                     ///< and "not executable"
};

namespace detail {
using named_texts = std::map<std::string, std::string>;

/// The values of a document by their keys with dots. A list counts as one value.
inline void flatten(json const& value, std::string const& name, named_texts& into) {
    if (value.is_object() && !value.empty())
        for (auto item = value.items().begin(); item != value.items().end(); ++item)
            flatten(item.value(), name.empty() ? item.key() : name + "." + item.key(), into);
    else if (!value.is_null())
        into[name] = value.is_string() ? value.get<std::string>() : value.dump();
}

inline named_texts configuration_of(run const& one) {
    named_texts all;
    run_configuration const configuration = read_run_definition(one.directory());
    flatten(to_json(configuration), "", all);
    all.erase("arguments");  // as one text they would hide which of them differ
    for (auto const& [name, value] : portal::parameters_of(configuration.arguments)) {
        std::string& texts = all["arguments." + name];  // a flag may be given twice
        texts.append(texts.empty() ? "" : " ").append(value.value_or("(flag)"));
    }
    return all;
}

inline named_texts newest_metrics_of(run const& one, bool is_over) {
    named_texts all;
    for (auto const& [name, newest] : while_there(one.directory(), [&](auto const& here) {
             return newest_numbers(here.metrics(), is_over);
         }))
        flatten(json_number(newest.value), name, all);
    return all;
}

inline named_texts packages_of(host_record const& host) {
    named_texts all{host.packages};
    if (!host.python_version.empty()) all["python"] = host.python_version;
    return all;
}
inline named_texts hardware_of(host_record const& host) {
    named_texts all;
    auto const add = [&all](char const* name, std::string text) {
        if (!text.empty() && text != "0") all[name] = std::move(text);
    };
    add("system", host.system);
    add("distribution", host.distribution);
    add("processor", host.processor);
    add("processors", std::to_string(host.processors));
    add("cores", std::to_string(host.cores));
    add("memory_bytes", std::to_string(host.memory_bytes));
    std::string gpus;
    for (std::string const& gpu : host.gpus) gpus.append(gpus.empty() ? "" : ", ").append(gpu);
    add("gpus", gpus);
    return all;
}

inline constexpr std::string_view a_directory = "directory";

/// Each with a letter in front: whether it is a file that can be executed.
inline named_texts files_of(run const& one, std::string const& snapshot_id) {
    named_texts all;
    store_layout const layout{one.directory().snapshots()};
    manifest_reader manifest = open_manifest(layout, snapshot_id);
    for (snapshot_entry entry; manifest.next(entry);) {
        bool const is_file = entry.kind == entry_kind::file;
        std::string const what = is_file                          ? entry.digest
                                 : entry.kind == entry_kind::link ? "-> " + entry.target
                                                                  : std::string{a_directory};
        all[entry.path] = (is_file && (entry.mode & 0100U) != 0 ? "x" : "-") + what;
    }
    return all;
}
/// Of files that differ what tells most: what they are, or, where that is the same, whether they can be executed. A
/// folder that only one run has is told by the files in it, if there are any.
inline void shorten_files(std::vector<run_difference>& all) {
    std::set<std::string> filled;
    for (run_difference const& one : all)
        for (std::size_t end = one.name.find('/'); end != std::string::npos; end = one.name.find('/', end + 1))
            filled.insert(one.name.substr(0, end));
    std::erase_if(all, [&](run_difference& one) {
        auto const what = [](std::optional<std::string> const& v) { return v ? v->substr(1) : ""; };
        bool is_same = true, is_folder = true;
        for (auto const& value : one.values) {
            is_same = is_same && what(value) == what(one.values.front());
            is_folder = is_folder && (!value || what(value) == a_directory);
        }
        for (auto& value : one.values)
            if (value) *value = !is_same ? what(value) : value->front() == 'x' ? "executable" : "not executable";
        return is_folder && filled.contains(one.name);
    });
}

/// A run, and what is compared of its journal, which is read once.
struct compared_run {
    explicit compared_run(run const& one) : is{one} {
        run_record record = one.record();
        is_over = is_terminal(record.status);
        parameters = std::move(record.parameters);
        tags = std::move(record.tags);
        properties = std::move(record.properties);
        properties.erase("ContentSnapshotId");  // its files are compared
        snapshot_id = std::move(record.snapshot_id);
        if (!record.hosts.empty()) host = std::move(record.hosts.front());
    }

    run const& is;
    bool is_over = false;
    named_texts parameters{}, tags{}, properties{};
    std::string snapshot_id{};
    std::optional<host_record> host{};  ///< the first one; nothing if the run was too short, or is older
};

inline void add_differences(run_difference::kind is, std::vector<named_texts> const& all,
                            std::vector<run_difference>& into) {
    std::map<std::string, std::vector<std::optional<std::string>>> by_name;
    for (std::size_t i = 0; i < all.size(); ++i)
        for (auto const& [name, text] : all[i]) {
            auto& values = by_name[name];
            values.resize(all.size());
            values[i] = text;
        }
    for (auto& [name, values] : by_name) {
        bool differs = false;
        for (auto const& value : values) differs = differs || value != values.front();
        if (differs) into.push_back({is, name, std::move(values)});
    }
}
}  // namespace detail

/// What these runs do not have in common: parameters, tags, properties, the newest numbers of metrics, run
/// configurations field by field, the Python packages and the hardware of their first hosts, as far as each run knows
/// its own, and the files of their snapshots; in that order, and each sorted by name. EST-207, EST-208: a snapshot
/// cannot be read; EST-101 and others: a run configuration cannot; EST-301. With `on_unknown` that is called with what
/// of which run cannot be read, and the error, and all but that is compared. `progress` is told how many of all looks
/// are done.
inline std::vector<run_difference> compare_runs(
    std::vector<run> const& runs, std::function<void(std::uint64_t looks, std::uint64_t all)> const& progress = {},
    std::function<void(run_difference::kind, run const&, error const&)> const& on_unknown = {}) {
    using kind = run_difference::kind;
    using detail::compared_run;
    std::vector<run_difference> differences;
    std::vector<compared_run> known{runs.begin(), runs.end()};
    std::uint64_t looks = 0;
    // A kind of which one run does not know its own is not compared: it would differ in everything.
    auto const add = [&](kind is, auto const& texts_of) {
        std::vector<detail::named_texts> all;
        for (compared_run const& one : known) {
            try {
                if (std::optional<detail::named_texts> texts = texts_of(one)) all.push_back(std::move(*texts));
            } catch (no_such_run const&) {
                throw;
            } catch (error const& e) {
                if (!on_unknown) throw;
                on_unknown(is, one.is, e);
            }
            if (progress) progress(++looks, runs.size() * 8);
        }
        if (all.size() == runs.size()) detail::add_differences(is, all, differences);
    };
    auto const of_first_host = [](auto const& texts_of) {
        return [&texts_of](compared_run const& one) -> std::optional<detail::named_texts> {
            if (!one.host) return std::nullopt;
            detail::named_texts texts = texts_of(*one.host);
            return texts.empty() ? std::nullopt : std::optional{std::move(texts)};
        };
    };
    add(kind::parameter, [](compared_run const& one) { return one.parameters; });
    add(kind::tag, [](compared_run const& one) { return one.tags; });
    add(kind::property, [](compared_run const& one) { return one.properties; });
    add(kind::metric, [](compared_run const& one) { return detail::newest_metrics_of(one.is, one.is_over); });
    add(kind::configuration, [](compared_run const& one) { return detail::configuration_of(one.is); });
    add(kind::environment, of_first_host(detail::packages_of));
    add(kind::hardware, of_first_host(detail::hardware_of));
    std::vector<run_difference> files = std::exchange(differences, {});
    add(kind::file, [](compared_run const& one) { return detail::files_of(one.is, one.snapshot_id); });
    std::swap(files, differences);
    detail::shorten_files(files);
    std::move(files.begin(), files.end(), std::back_inserter(differences));
    return differences;
}

}  // namespace estima::inline v0_1
