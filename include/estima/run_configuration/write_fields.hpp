// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <optional>
#include <string>
#include <utility>

#include <estima/base/error.hpp>
#include <estima/run_configuration/field_table.hpp>
#include <estima/system/json.hpp>

namespace estima::inline v0_1::detail {

enum class with_defaults : bool { no, yes };

inline json parsed(json_text const& kept, std::string_view key) {
    if (kept.empty()) return nullptr;
    json value = json::parse(kept.text, nullptr, false);
    if (value.is_discarded())
        throw error{"EST-111",
                    {.what = "a kept part of the run configuration is not JSON",
                     .where = std::string{key},
                     .remedy = "set its text to JSON, or to nothing"}};
    return value;
}

template <class T>
json or_null(std::optional<T> const& value) {
    return value ? json(*value) : json();
}

inline json written_section(field_table const& table, void const* section, with_defaults defaults);

/// Text that is empty is null, unless null would be read as another default.
inline json written_text(std::string const& text, std::string const& default_text) {
    return text.empty() && default_text.empty() ? json() : json(text);
}

inline json written_packages(package_list const& packages) {
    json list = packages.conda;
    if (!packages.pip.empty()) list.push_back({{"pip", packages.pip}});
    return list;
}

inline json written_field(field_entry const& field, void const* section, void const* default_section) {
    auto sections = [&field, section](json all, auto const& put) {
        field.each(field.member(const_cast<void*>(section)), [&](std::string const& name, void const* one) {
            put(all, name, written_section(field.inner(), one, with_defaults::yes));
        });
        return all;
    };
    switch (field.kind) {
        case field_kind::text:
            return written_text(field.in<std::string>(section), field.in<std::string>(default_section));
        case field_kind::boolean:
            return field.in<bool>(section);
        case field_kind::integer:
            return field.in<int>(section);
        case field_kind::optional_boolean:
            return or_null(field.in<std::optional<bool>>(section));
        case field_kind::optional_integer:
            return or_null(field.in<std::optional<int>>(section));
        case field_kind::optional_long:
            return or_null(field.in<std::optional<std::int64_t>>(section));
        case field_kind::text_list:
            return field.in<std::vector<std::string>>(section);
        case field_kind::text_map:
            return field.in<std::map<std::string, std::string>>(section);
        case field_kind::any:
            return parsed(field.in<json_text>(section), field.key);
        case field_kind::packages:
            return written_packages(field.in<package_list>(section));
        case field_kind::section:
            return written_section(field.inner(), &field.in<char>(section), with_defaults::yes);
        case field_kind::optional_section:
            return sections(nullptr, [](json& all, std::string const&, json one) { all = std::move(one); });
        case field_kind::section_map:
            return sections(json::object(),
                            [](json& all, std::string const& name, json one) { all[name] = std::move(one); });
        case field_kind::section_list:
            return sections(json::array(),
                            [](json& all, std::string const&, json one) { all.push_back(std::move(one)); });
        case field_kind::password:
            break;
    }
    return nullptr;
}

/// The section as a JSON object. Without defaults: what differs from a section in which nothing is set.
inline json written_section(field_table const& table, void const* section, with_defaults defaults) {
    json object = json::object();
    void const* const default_section = table.defaults();
    for (field_entry const& field : table) {
        if (defaults == with_defaults::no && field.kind == field_kind::section) {
            json inner = written_section(field.inner(), &field.in<char>(section), with_defaults::no);
            if (!inner.empty()) object[std::string{field.key}] = std::move(inner);
            continue;
        }
        json value = written_field(field, section, default_section);
        if (defaults == with_defaults::yes || value != written_field(field, default_section, default_section))
            object[std::string{field.key}] = std::move(value);
    }
    return object;
}

/// Puts kept keys back where they stood. What is known wins.
inline void merge_unknown(json& into, json const& unknown) {
    for (auto const& [key, value] : unknown.items()) {
        json* place = nullptr;
        if (into.is_array()) {
            std::size_t const index = std::strtoul(key.c_str(), nullptr, 10);
            if (index < into.size()) place = &into[index];
        } else if (into.is_object()) {
            auto const found = into.find(key);
            if (found == into.end())
                into[key] = value;
            else
                place = &*found;
        }
        if (place != nullptr && value.is_object()) merge_unknown(*place, value);
    }
}

}  // namespace estima::inline v0_1::detail
