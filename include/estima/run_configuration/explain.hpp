// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <estima/run_configuration/json.hpp>
#include <estima/run_configuration/provenance.hpp>

namespace estima::inline v0_1 {

/// One field of a run configuration, its value as JSON, and who set it.
struct explained_field {
    std::string key, value, set_by;
};

enum class explain_defaults : bool { no, yes };

namespace detail {
/// Calls action(key, value, default) for each field, in the order of files; names of maps are below their field.
template <class Action>
void each_leaf(field_table const& table, json const& object, std::string const& prefix, Action const& action) {
    for (field_entry const& field : table) {
        std::string const name{field.key}, key = prefix + name;
        auto const found = object.find(name);
        if (found == object.end()) continue;
        bool const is_map = field.kind == field_kind::section_map;
        json const usual = written_field(field, table.defaults(), table.defaults());
        if (found->is_null() || (is_map && found->empty()))
            action(key, *found, usual);
        else if (field.kind == field_kind::section || field.kind == field_kind::optional_section)
            each_leaf(field.inner(), *found, key + ".", action);
        else if (is_map)
            for (auto const& item : found->items())
                each_leaf(field.inner(), item.value(), key + "." + item.key() + ".", action);
        else if (field.kind == field_kind::text_map && !found->empty())
            for (auto const& item : found->items()) action(key + "." + item.key(), item.value(), json());
        else
            action(key, *found, usual);
    }
}
}  // namespace detail

/// Every field with its value and which policy, argument, file or default set it. Without defaults, only those that
/// were set or differ from their default.
inline std::vector<explained_field> explained(run_configuration const& c, provenance const& origin,
                                              explain_defaults defaults = explain_defaults::yes) {
    std::vector<explained_field> fields;
    json const all = to_json(c);
    detail::each_leaf(
        detail::table_of<run_configuration>(), all, "",
        [&](std::string const& key, json const& value, json const& usual) {
            std::string by{origin.of(key)};
            bool const is_default = value == usual || (usual.is_null() && value.empty());
            if (is_default && defaults == explain_defaults::no && !origin.set_by.contains(key)) return;
            if (by.empty()) by = is_default ? "default" : "the program";
            fields.push_back({key, value.dump(-1, ' ', false, json::error_handler_t::replace), std::move(by)});
        });
    json const unknown = detail::parsed(c.unknown, "unknown");
    for (auto item = unknown.begin(); item != unknown.end(); ++item)
        fields.push_back(
            {item.key(), item->dump(-1, ' ', false, json::error_handler_t::replace), "not known to estima: kept"});
    return fields;
}

/// The same as a table of text, a field a line. Values that are long are cut; the full ones are in explained().
inline std::string explain(run_configuration const& c, provenance const& origin = {},
                           explain_defaults defaults = explain_defaults::yes) {
    static constexpr std::size_t widest = 40;
    std::vector<explained_field> fields = explained(c, origin, defaults);
    std::size_t key_width = 0, value_width = 0;
    for (explained_field& field : fields) {
        if (field.value.size() > widest) {
            std::size_t end = widest - 3;
            while (end > 0 && (static_cast<unsigned char>(field.value[end]) & 0xC0) == 0x80)
                --end;  // inside a character
            field.value = field.value.substr(0, end) + "...";
        }
        key_width = std::max(key_width, field.key.size());
        value_width = std::max(value_width, field.value.size());
    }
    std::string table;
    auto pad = [&table](std::string const& text, std::size_t width) {
        table.append(text).append(width + 2 - text.size(), ' ');
    };
    for (explained_field const& field : fields) {
        pad(field.key, key_width);
        pad(field.value, value_width);
        table.append(field.set_by).append("\n");
    }
    return table;
}

}  // namespace estima::inline v0_1
