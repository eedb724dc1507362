// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cctype>
#include <string>
#include <string_view>
#include <utility>

#include <estima/run_configuration/fields.hpp>
#include <estima/runconfig_file/document.hpp>
#include <estima/runconfig_file/yaml_scalar.hpp>

namespace estima::inline v0_1::detail {

/// Files of the first versions have keys in TitleCase, and no `environment`.
inline bool is_legacy(json const& top) {
    if (!top.is_object() || top.contains("environment")) return false;
    for (auto const& item : top.items())
        if (is_one_of(item.key(),
                      {"ArgumentVector", "Target", "Framework", "Communicator", "CondaDependenciesFile", "TrackedRun",
                       "AutoPrepareEnvironment", "EnvironmentVariables", "SparkDependenciesFile", "NodeCount"}))
            return true;
    return false;
}

/// Moves a value to another place, with what is known of the places within.
inline void move_value(document& d, std::string const& from, std::string const& to) {
    json value = std::move(d.value[json::json_pointer{from}]);
    d.value[json::json_pointer{to}] = std::move(value);
    for (auto it = d.places.lower_bound(from); it != d.places.end() && it->first.starts_with(from);) {
        bool const is_within = it->first.size() == from.size() || it->first[from.size()] == '/';
        if (is_within) d.places.insert_or_assign(to + it->first.substr(from.size()), it->second);
        it = is_within ? d.places.erase(it) : std::next(it);
    }
}

/// EST-104 for `key`, which `given` says as well.
inline void refuse_second_key(document const& d, json const& before, std::string const& key, std::string const& given) {
    if (!before.contains(given)) return;
    std::string pointer;
    append_pointer(pointer, key);
    throw error{"EST-104",
                {.what = "a key is given twice",
                 .where = where_text(d.files[0], d.place(pointer).key, key),
                 .why = "it is given as " + given + " as well",
                 .remedy = "remove one of the two"}};
}

/// A legacy document in today's keys. TrackedRun and SparkDependenciesFile have none: they are kept as unknown keys.
/// EST-109: no script, since ArgumentVector is empty.
inline void modernise(document& d) {
    if (!is_legacy(d.value)) return;
    json const before = d.value;
    for (auto const& item : before.items()) {
        std::string pointer, key = item.key();
        append_pointer(pointer, key);
        key[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(key.empty() ? '\0' : key[0])));
        std::string target = "/" + key;
        if (item.key() == "ArgumentVector" || key == item.key()) continue;
        if (key == "environmentVariables")
            target = "/environment/environmentVariables";
        else if (key == "condaDependenciesFile")
            target = "/environment/python/condaDependenciesFile";
        else if (table_of<run_configuration>().find(key) == nullptr)
            continue;
        refuse_second_key(d, before, item.key(), key);
        move_value(d, pointer, target);
        d.value.erase(item.key());
    }
    if (!before.contains("ArgumentVector")) return;
    for (char const* const given : {"script", "Script", "arguments", "Arguments"})
        refuse_second_key(d, before, "ArgumentVector", given);
    json const& words = before["ArgumentVector"];
    if (!words.is_array() || words.empty())
        throw error{"EST-109",
                    {.what = "this legacy file names no script",
                     .where = where_text(d.files[0], d.place("/ArgumentVector").key, "ArgumentVector"),
                     .why = "ArgumentVector is to be a list: the script, then its arguments",
                     .remedy = "name the script as its first entry"}};
    move_value(d, "/ArgumentVector/0", "/script");
    json arguments = json::array();
    for (std::size_t i = 1; i < words.size(); ++i) {
        std::string const old = "/ArgumentVector/" + std::to_string(i);
        file_place const place = d.place(old);
        d.places.erase(old);
        d.places["/arguments/" + std::to_string(i - 1)] = place;
        arguments.push_back(words[i]);
    }
    d.places["/arguments"] = d.place("/ArgumentVector");
    d.value["arguments"] = std::move(arguments);
    d.value.erase("ArgumentVector");
}

}  // namespace estima::inline v0_1::detail
