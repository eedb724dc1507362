// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <estima/base/edit_distance.hpp>
#include <estima/base/secret.hpp>
#include <estima/run_configuration/environment_sections.hpp>
#include <estima/run_configuration/json_text.hpp>

namespace estima::inline v0_1::detail {

// The fields of sections as data: one table a section (fields.hpp), and all that reads, writes or lists fields is
// ordinary code over it. Types end here: a field costs one small function, whatever is done with it.

enum class field_kind : unsigned char {
    text,
    boolean,
    integer,
    optional_boolean,
    optional_integer,
    optional_long,
    text_list,
    text_map,
    any,
    password,
    packages,
    section,
    optional_section,
    section_map,
    section_list,
};

/// Whether a file has the key when nothing is set: Azure's own keys, but not those of early versions alone, nor
/// estima's.
enum class field_written : unsigned char { always, when_set, own_when_set };

struct field_table;

/// Where one field is in its section, and what it is. A section within has its own table.
struct field_entry {
    using each_function = std::function<void(std::string const& name, void const* section)>;

    std::string_view key;      ///< as in files
    std::string_view meaning;  ///< a comment line of files
    field_written written;
    field_kind kind;
    void* (*member)(void* section);
    field_table const& (*inner)() = nullptr;
    void* (*add)(void* member, std::string const& name) = nullptr;  ///< a new section of that name, or at the end
    void (*each)(void const* member, each_function const&) = nullptr;

    template <class T>
    T& in(void* section) const {
        return *static_cast<T*>(member(section));
    }
    template <class T>
    T const& in(void const* section) const {
        return *static_cast<T const*>(member(const_cast<void*>(section)));
    }
};

struct field_table {
    field_entry const* first;
    std::size_t count;
    void const* (*defaults)();  ///< a section in which nothing is set
    constexpr field_entry const* begin() const { return first; }
    constexpr field_entry const* end() const { return first + count; }
    field_entry const* find(std::string_view key) const {
        for (field_entry const& field : *this)
            if (field.key == key) return &field;
        return nullptr;
    }
    /// The key that a misspelt one is likely to be; empty if there is none.
    std::string_view nearest(std::string_view misspelt) const {
        std::string_view close;
        std::size_t least = misspelt.size() / 3 + 1;  // one letter of a short key, and more of a long one
        for (field_entry const& field : *this)
            if (std::size_t const distance = edit_distance(field.key, misspelt); distance < least) {
                least = distance;
                close = field.key;
            }
        return close;
    }
};

/// The fields of a section: specialised for each in fields.hpp.
template <class Section>
field_table const& table_of();

template <class Section>
void const* default_of() {
    static Section const section{};
    return &section;
}

template <class Section>
constexpr field_entry with_section(field_entry e, field_kind kind) {
    e.kind = kind;
    e.inner = &table_of<Section>;
    return e;
}

/// One overload for each type that a field may have; another type does not compile.
template <field_kind Kind>
struct of_kind {
    static constexpr field_entry tell(field_entry e) {
        e.kind = Kind;
        return e;
    }
};
template <class T>
struct field_of {  // a section
    static constexpr field_entry tell(field_entry e) { return with_section<T>(e, field_kind::section); }
};
template <>
struct field_of<std::string> : of_kind<field_kind::text> {};
template <>
struct field_of<bool> : of_kind<field_kind::boolean> {};
template <>
struct field_of<int> : of_kind<field_kind::integer> {};
template <>
struct field_of<std::optional<bool>> : of_kind<field_kind::optional_boolean> {};
template <>
struct field_of<std::optional<int>> : of_kind<field_kind::optional_integer> {};
template <>
struct field_of<std::optional<std::int64_t>> : of_kind<field_kind::optional_long> {};
template <>
struct field_of<std::vector<std::string>> : of_kind<field_kind::text_list> {};
template <>
struct field_of<std::map<std::string, std::string>> : of_kind<field_kind::text_map> {};
template <>
struct field_of<json_text> : of_kind<field_kind::any> {};
template <>
struct field_of<secret> : of_kind<field_kind::password> {};
template <>
struct field_of<package_list> : of_kind<field_kind::packages> {};

template <class Section>
struct field_of<std::optional<Section>> {
    static constexpr field_entry tell(field_entry e) {
        e.add = [](void* member, std::string const&) -> void* {
            return &static_cast<std::optional<Section>*>(member)->emplace();
        };
        e.each = [](void const* member, field_entry::each_function const& call) {
            auto const& held = *static_cast<std::optional<Section> const*>(member);
            if (held) call({}, &*held);
        };
        return with_section<Section>(e, field_kind::optional_section);
    }
};
template <class Section>
struct field_of<std::map<std::string, Section>> {
    static constexpr field_entry tell(field_entry e) {
        e.add = [](void* member, std::string const& name) -> void* {
            return &(*static_cast<std::map<std::string, Section>*>(member))[name];
        };
        e.each = [](void const* member, field_entry::each_function const& call) {
            for (auto const& [name, section] : *static_cast<std::map<std::string, Section> const*>(member))
                call(name, &section);
        };
        return with_section<Section>(e, field_kind::section_map);
    }
};
template <class Section>
struct field_of<std::vector<Section>> {
    static constexpr field_entry tell(field_entry e) {
        e.add = [](void* member, std::string const&) -> void* {
            return &static_cast<std::vector<Section>*>(member)->emplace_back();
        };
        e.each = [](void const* member, field_entry::each_function const& call) {
            for (auto const& section : *static_cast<std::vector<Section> const*>(member)) call({}, &section);
        };
        return with_section<Section>(e, field_kind::section_list);
    }
};

template <class Member>
struct member_parts;
template <class Section, class T>
struct member_parts<T Section::*> {
    using section = Section;
    using type = T;
};

template <auto Member>
constexpr field_entry field(std::string_view key, std::string_view meaning,
                            field_written written = field_written::always) {
    using parts = member_parts<decltype(Member)>;
    return field_of<typename parts::type>::tell(
        {.key = key,
         .meaning = meaning,
         .written = written,
         .kind = field_kind::section,
         .member = [](void* section) -> void* { return &(static_cast<typename parts::section*>(section)->*Member); }});
}

}  // namespace estima::inline v0_1::detail
