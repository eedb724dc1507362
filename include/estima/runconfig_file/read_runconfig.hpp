// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <estima/policy/azure_words.hpp>
#include <estima/requirement/conda_spec.hpp>
#include <estima/requirement/pip_requirement.hpp>
#include <estima/requirement/requirements_line.hpp>
#include <estima/run_configuration/provenance.hpp>
#include <estima/run_configuration/read_fields.hpp>
#include <estima/run_configuration/run_configuration.hpp>
#include <estima/runconfig_file/comments.hpp>
#include <estima/runconfig_file/document.hpp>
#include <estima/runconfig_file/legacy.hpp>
#include <estima/runconfig_file/parse_file_text.hpp>

namespace estima::inline v0_1 {

/// Something in a file, or in what is written, that its author should know.
struct file_warning {
    std::string_view id;  ///< EST-120 to EST-126
    std::string where;    ///< "train.runconfig:12:3 (environment.r)"
    std::string text;
};

/// A run configuration with what its files told beside it.
struct loaded_runconfig {
    run_configuration configuration{};
    provenance origin{};  ///< "file train.runconfig:12" for each field that was given
    std::vector<file_warning> warnings{};
    file_comments comments{};
    std::vector<std::string> files{};  ///< all that were read, the run configuration itself first
};

namespace detail {
/// Makes of a word, in any case, the one that is known. False if none is.
template <std::size_t Size>
bool make_known(std::string& word, std::string_view const (&known)[Size]) {
    for (std::string_view const one : known) {
        if (!same_word(one, word)) continue;
        word = one;
        return true;
    }
    return false;
}

class file_field_reader final : public field_reader {
public:
    file_field_reader(document const& d, loaded_runconfig& into) : field_reader{true}, document_{d}, into_{into} {}

private:
    file_place const& here() const { return document_.place(pointer(path())); }
    std::string where(position at) const { return where_text(document_.files[here().file], at, dotted(path())); }
    json const* value() const {
        json const* found = &document_.value;
        for (std::string const& key : path()) {
            if (found->is_array())
                found = &(*found)[std::stoul(key)];
            else if (found->is_object() && found->contains(key))
                found = &(*found)[key];
            else
                return nullptr;
        }
        return found;
    }

    refused_values::place place() const override { return {here().value.line, here().value.column}; }
    error refusal(std::string_view expected) const override {
        json const* const found = value();
        std::string shown = found == nullptr     ? "nothing"
                            : found->is_object() ? "a map"
                            : found->is_array()  ? "a list"
                                                 : found->dump();
        if (!path().empty() && path().back() == "password") shown = "something else";
        if (shown.size() > 60) shown = "a long text";
        return wrong_value(where(here().value), "expected " + std::string{expected} + ", found " + shown);
    }
    static error wrong_value(std::string where, std::string why) {
        return {"EST-105",
                {.what = "a value in this file is not what its key needs",
                 .where = std::move(where),
                 .why = std::move(why),
                 .remedy = "compare it with docs/run_configuration.md"}};
    }

    /// What Azure's loader checks across keys, and how data is brought, which it finds wrong on the cluster.
    void check(run_configuration& c) override {
        for (auto& [name, reference] : c.data_references) {
            if (reference.data_store_name.empty())
                wrong_in_entry("dataReferences", name, "dataStoreName", "dataStoreName is missing");
            if (!make_known(reference.mode, known_reference_modes))
                wrong_in_entry("dataReferences", name, "mode",
                               "mode is to be mount, download or upload, and is \"" + reference.mode + "\"");
        }
        for (auto& [name, input] : c.data)
            if (!input.mechanism.empty() && !make_known(input.mechanism, known_mechanisms))
                wrong_in_entry(
                    "data", name, "mechanism",
                    "mechanism is to be direct, mount, download or upload, and is \"" + input.mechanism + "\"");
    }
    /// Of an entry of `dataReferences` or `data`, unless it was refused already.
    void wrong_in_entry(std::string const& section, std::string const& name, std::string const& key, std::string why) {
        field_path const entry{section, name}, value{section, name, key};
        if (refused().has(dotted(entry)) || refused().has(dotted(value))) return;
        file_place const& at = document_.place(pointer(value));
        refused().add(dotted(value), {at.key.line, at.key.column},
                      wrong_value(where_text(document_.files[at.file], at.key, dotted(value)), std::move(why)));
    }
    void note_unknown(std::string_view close) override {
        std::string const meant = close.empty() ? "" : " (did you mean " + std::string{close} + "?)";
        warn("EST-120", here().key, "this key is not known" + meant + "; it is kept, and means nothing to estima");
    }
    void note_null(json const& taken) override {
        warn("EST-121", here().key, "nothing is set here; " + taken.dump() + " is taken");
    }
    void note_password() override {
        warn("EST-122", here().key, "a password stands in this file; it is used, and never written anywhere");
    }
    void note_dropped_secret() override {
        warn("EST-122", here().key,
             "a password stands in this file, below a key that is not known; it is neither used nor written anywhere");
    }
    void note_conda_package(std::string const& text) override {
        warn_of_package("a package for conda", text, parse_conda_spec(text));
    }
    /// Options (`-r file`), paths and URLs are pip's as well, and are left to it.
    void note_pip_package(std::string const& text) override {
        std::string_view const plain = requirement_of_line(text);
        if (!plain.empty() || text.empty())
            warn_of_package("a requirement of pip", plain, parse_pip_requirement(plain));
    }
    template <class Parsed>
    void warn_of_package(std::string_view what, std::string_view text, Parsed const& found) {
        if (found) return;
        warn("EST-125", here().value,
             "\"" + std::string{text} + "\" is not " + std::string{what} + ": " + std::string{found.reason} +
                 " at character " + std::to_string(found.position + 1) + "; it is kept as it stands");
    }
    void note_set() override {
        file_place const& place = here();
        into_.origin.set(dotted(path()), "file " + document_.files[place.file] + ":" + std::to_string(place.key.line));
    }
    std::string scalar_text(json const& found) const override {
        auto const place = document_.places.find(pointer(path()));
        return place == document_.places.end() || place->second.written.empty() ? found.dump() : place->second.written;
    }
    void warn(std::string_view id, position at, std::string text) {
        into_.warnings.push_back({id, where(at), std::move(text)});
    }

    document const& document_;
    loaded_runconfig& into_;
};

inline void read_into(loaded_runconfig& loaded, document& d) {
    loaded.configuration = file_field_reader{d, loaded}.read(d.value);
    loaded.files = d.files;
}
}  // namespace detail

/// The run configuration that a text in YAML or JSON is, in the keys of today or of the first versions. `file` is what
/// errors call it. Keys that are missing, or null, keep their defaults; numbers and words are cast as Azure's loader
/// does, unless that would make another value of them silently.
/// EST-103 no YAML and no JSON; EST-104 a key twice; EST-105 values of the wrong kind; EST-106 too large or too
/// complicated; EST-109 a legacy file without a script.
inline loaded_runconfig parse_runconfig(std::string_view text, std::string const& file = "the text") {
    loaded_runconfig loaded;
    detail::document d = detail::parse_file_text(text, file);
    loaded.comments = detail::comments_of(text, d);
    detail::modernise(d);
    detail::read_into(loaded, d);
    return loaded;
}

}  // namespace estima::inline v0_1
