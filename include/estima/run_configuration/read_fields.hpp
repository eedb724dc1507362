// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <charconv>
#include <cmath>
#include <limits>
#include <string>
#include <string_view>

#include <estima/base/error.hpp>
#include <estima/run_configuration/communicator.hpp>
#include <estima/run_configuration/field_path.hpp>
#include <estima/run_configuration/field_table.hpp>
#include <estima/run_configuration/fields.hpp>
#include <estima/run_configuration/refused_values.hpp>
#include <estima/run_configuration/write_fields.hpp>
#include <estima/system/json.hpp>

namespace estima::inline v0_1::detail {

/// Reads JSON into sections. What a fault leads to, and whether values are cast as Azure's loader does, is the
/// derived class's: estima's own JSON is read strictly, a file that people write with places and warnings.
class field_reader {
public:
    run_configuration read(json const& document) {
        run_configuration c;
        unknown_ = json::object();
        refused_ = {};
        unless_refused([&] { read_section(table_of<run_configuration>(), document, &c); });
        c.communicator = canonical_communicator(c.communicator);
        c.framework = canonical_framework(c.framework);
        if (!unknown_.empty()) c.unknown.text = unknown_.dump();
        at("nodeCount", [&] {  // estima's own JSON can also hold what breaks the rules
            if (casts_ && c.node_count < 1) refuse("a number above 0");
        });
        check(c);
        refused_.throw_if_any();
        return c;
    }

protected:
    explicit field_reader(bool casts) : casts_{casts} {}
    ~field_reader() = default;
    field_path const& path() const { return path_; }

    virtual error refusal(std::string_view expected) const = 0;
    /// Line and column of the value, if there are such.
    virtual refused_values::place place() const { return {}; }
    /// What is to hold across keys. It refuses by refused().
    virtual void check(run_configuration& c) { (void)c; }
    /// `close` is the known key that is most like it; empty if none is.
    virtual void note_unknown(std::string_view close) { (void)close; }
    virtual void note_null(json const& taken_instead) { (void)taken_instead; }
    virtual void note_password() {}
    /// A secret below a key that is not known: it is not kept.
    virtual void note_dropped_secret() {}
    virtual void note_conda_package(std::string const& text) { (void)text; }
    virtual void note_pip_package(std::string const& text) { (void)text; }
    virtual void note_set() {}
    /// A number or word that stands where text is expected, as it is written there.
    virtual std::string scalar_text(json const& value) const { return value.dump(); }

    /// Wrong values: reading goes on with the next key, so that all are told at once.
    refused_values& refused() { return refused_; }

private:
    struct value_is_refused {};

    static constexpr int deepest = 64;

    [[noreturn]] void refuse(std::string_view expected) const {
        refused_.add(dotted(path_), place(), refusal(expected));
        throw value_is_refused{};
    }
    template <class Action>
    static void unless_refused(Action const& action) {
        try {
            action();
        } catch (value_is_refused const&) {
        }
    }

    template <class Action>
    void at(std::string key, Action const& action) {
        path_.push_back(std::move(key));
        unless_refused(action);
        path_.pop_back();
    }
    /// Of a list, the keys are "0", "1", ...
    template <class Action>
    void each(json const& value, Action const& action) {
        for (auto item = value.items().begin(); item != value.items().end(); ++item)
            at(item.key(), [&] { action(path_.back(), item.value()); });
    }

    void read_section(field_table const& table, json const& object, void* section) {
        if (!object.is_object()) refuse("a map of keys");
        each(object, [&](std::string const& key, json const& value) {
            if (field_entry const* const field = table.find(key))
                read_field(*field, value, section, table.defaults());
            else
                keep(value, table.nearest(key));
        });
    }

    void read_field(field_entry const& field, json const& value, void* section, void const* defaults) {
        if (value.is_null() && field.kind != field_kind::any) {  // keeps its default
            json const standard = written_field(field, defaults, defaults);
            if (!standard.is_null() && !standard.empty() && !standard.is_object()) note_null(standard);
            return;
        }
        switch (field.kind) {
            case field_kind::text:
                field.in<std::string>(section) = text(value);
                break;
            case field_kind::boolean:
                field.in<bool>(section) = boolean(value);
                break;
            case field_kind::integer:
                field.in<int>(section) = integer<int>(value);
                break;
            case field_kind::optional_boolean:
                field.in<std::optional<bool>>(section) = boolean(value);
                break;
            case field_kind::optional_integer:
                field.in<std::optional<int>>(section) = integer<int>(value);
                break;
            case field_kind::optional_long:
                field.in<std::optional<std::int64_t>>(section) = integer<std::int64_t>(value);
                break;
            case field_kind::text_list:
                field.in<std::vector<std::string>>(section) = texts(value);
                break;
            case field_kind::text_map:
                read_map(value, field.in<std::map<std::string, std::string>>(section));
                return;
            case field_kind::any:
                field.in<json_text>(section).text = value.is_null() ? "" : kept(value);
                break;
            case field_kind::packages:
                read_packages(value, field.in<package_list>(section));
                break;
            case field_kind::section:
                return read_section(field.inner(), value, field.member(section));
            case field_kind::optional_section:
                return read_section(field.inner(), value, field.add(field.member(section), {}));
            case field_kind::section_map:
                return read_sections(field, value, field.member(section));
            case field_kind::section_list:
                read_sections(field, value, field.member(section));
                break;
            case field_kind::password:
                field.in<secret>(section) = secret{text(value)};
                note_password();
                break;
        }
        note_set();
    }

    void read_sections(field_entry const& field, json const& value, void* member) {
        bool const is_list = field.kind == field_kind::section_list;
        if (is_list ? !value.is_array() : !value.is_object()) refuse(is_list ? "a list" : "a map of names");
        each(value, [&](std::string const& name, json const& one) {
            read_section(field.inner(), one, field.add(member, name));
        });
    }

    void read_map(json const& value, std::map<std::string, std::string>& map) {
        if (!value.is_object()) refuse("a map of texts");
        map.clear();
        each(value, [&](std::string const& name, json const& one) {
            if (one.is_null() && casts_) note_null("");
            map[name] = one.is_null() && casts_ ? "" : text(one);
            note_set();
        });
    }

    void read_packages(json const& value, package_list& packages) {
        if (!value.is_array()) refuse("a list of packages, with pip's in one map \"pip\"");
        each(value, [&](std::string const&, json const& one) {
            if (!one.is_object()) {
                packages.conda.push_back(text(one));
                return note_conda_package(packages.conda.back());
            }
            if (one.size() != 1 || !one.contains("pip")) refuse("a package, or a map with the one key \"pip\"");
            at("pip", [&] {
                if (one["pip"].is_null()) return;
                if (!one["pip"].is_array()) refuse("a list of texts");
                each(one["pip"], [&](std::string const&, json const& requirement) {
                    packages.pip.push_back(text(requirement));
                    note_pip_package(packages.pip.back());
                });
            });
        });
    }

    std::vector<std::string> texts(json const& value) {
        if (!value.is_array()) refuse("a list of texts");
        std::vector<std::string> list;
        each(value, [&](std::string const&, json const& one) { list.push_back(text(one)); });
        return list;
    }

    std::string text(json const& value) const {
        if (value.is_string()) return value.get<std::string>();
        if (!casts_ || !(value.is_number() || value.is_boolean())) refuse("a text");
        return scalar_text(value);
    }

    /// Python's bool() of any text but "" is True, so that "false" would silently be true: refused.
    bool boolean(json const& value) const {
        if (value.is_boolean()) return value.get<bool>();
        if (casts_ && (value == 0 || value == 1)) return value == 1;
        if (casts_ && value.is_string() && same_word(value.get_ref<std::string const&>(), "true")) return true;
        refuse(casts_ && value.is_string() ? "true or false, not text, which Azure takes for true whatever it says"
                                           : "true or false");
    }

    template <class Integer>
    Integer integer(json const& value) const {
        if (value.is_number_unsigned() && value.get<std::uint64_t>() > std::numeric_limits<std::int64_t>::max())
            refuse("a number of this size");
        std::int64_t wide = 0;
        if (value.is_number_integer())
            wide = value.get<std::int64_t>();
        else if (casts_ && value.is_number_float())
            wide = whole(value.get<double>());
        else if (casts_ && value.is_string())
            wide = whole(value.get_ref<std::string const&>());
        else
            refuse("a whole number");
        if (static_cast<Integer>(wide) != wide) refuse("a number of this size");
        return static_cast<Integer>(wide);
    }
    /// Azure would cut 2.7 to 2.
    std::int64_t whole(double number) const {
        if (std::floor(number) != number || std::abs(number) > 9e15) refuse("a whole number");
        return static_cast<std::int64_t>(number);
    }
    std::int64_t whole(std::string_view digits) const {
        auto const is_space = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
        while (!digits.empty() && is_space(digits.front())) digits.remove_prefix(1);
        while (!digits.empty() && is_space(digits.back())) digits.remove_suffix(1);
        if (digits.size() > 1 && digits[0] == '+' && digits[1] != '-') digits.remove_prefix(1);
        std::int64_t number = 0;
        auto const [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
        if (failed != std::errc{} || end != digits.data() + digits.size()) refuse("a whole number");
        return number;
    }

    static bool is_deeper(json const& value, int levels) {
        if (!value.is_structured()) return false;
        if (levels == 0) return true;
        for (json const& one : value)
            if (is_deeper(one, levels - 1)) return true;
        return false;
    }
    std::string kept(json const& value) const {
        if (is_deeper(value, deepest)) refuse("a value that is not nested so deeply");
        try {
            return value.dump();
        } catch (json::exception const&) {
            refuse("text in UTF-8");
        }
    }
    void keep(json const& value, std::string_view close = {}) {
        (void)kept(value);
        json* place = &unknown_;
        for (std::string const& key : path_) place = &(*place)[key];
        *place = value;
        note_unknown(close);
        drop_secrets(*place);
    }
    /// Null stands in the place of each: secrets are never written anywhere.
    void drop_secrets(json& value) {
        if (!path_.empty() && is_secret(path_.back(), value)) {
            value = nullptr;
            return note_dropped_secret();
        }
        if (!value.is_structured()) return;
        for (auto item = value.items().begin(); item != value.items().end(); ++item)
            at(item.key(), [&] { drop_secrets(item.value()); });
    }
    static bool is_secret(std::string const& key, json const& value) {
        if (!value.is_string() || value.get_ref<std::string const&>().empty()) return false;
        for (std::string_view const word : {"password", "secret", "token"})
            if (key.size() >= word.size() && same_word(std::string_view{key}.substr(key.size() - word.size()), word))
                return true;
        return false;
    }

    bool casts_;
    field_path path_{};
    json unknown_{};
    mutable refused_values refused_{};  // which functions that only read add to
};

}  // namespace estima::inline v0_1::detail
