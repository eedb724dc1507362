// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <system_error>
#include <vector>

#include <estima/base/error.hpp>
#include <estima/portal/human.hpp>
#include <estima/system/shown.hpp>
#include <estima/terminal/download_files.hpp>
#include <estima/terminal/print_error.hpp>
#include <estima/terminal/screen.hpp>
#include <estima/terminal/show_model.hpp>
#include <estima/terminal/text_table.hpp>
#include <estima/terminal/words.hpp>
#include <estima/workspace/workspace.hpp>

namespace estima::inline v0_1::terminal {

struct models_options {
    std::string name;         ///< its versions; NAME:3, NAME:latest or NAME@ALIAS: that one; empty: the newest of each
    std::string directory{};  ///< where its files are copied to; empty: it is listed
    bool overwrite = false;   ///< also what is there already
};

namespace detail {
/// The version that "NAME", "NAME:3", "NAME:latest" or "NAME@ALIAS" means. EST-507.
inline model find_model(workspace const& where, std::string const& words) {
    if (std::size_t const at = words.find('@'); at != std::string::npos)
        return where.model(words.substr(0, at), words.substr(at + 1));
    std::size_t const colon = words.find(':');
    std::string const name = words.substr(0, colon),
                      text = colon == std::string::npos ? "latest" : words.substr(colon + 1);
    int version = 0;
    auto const [end, code] = std::from_chars(text.data(), text.data() + text.size(), version);
    bool const is_version = code == std::errc{} && end == text.data() + text.size() && version > 0;
    if (text != "latest" && !is_version) {
        where.model(name);  // or what there is
        throw error{"EST-507",
                    {.what = "\"" + shown(text) + "\" is no version of a model",
                     .where = "model " + shown(name),
                     .remedy = "write " + name + ":3, " + name + ":latest or " + name + "@ALIAS"}};
    }
    return where.model(name, text == "latest" ? 0 : version);
}

inline int download_model(model const& m, models_options const& options, screen const& on) {
    return download_with_bar(on, {{"name", m.name}, {"version", m.version}}, on.safe(m.id()) + ": ", options.directory,
                             [&](download_options const& how) {
                                 m.download(options.directory, options.overwrite, how);
                             });
}
}  // namespace detail

/// Lists registered models, tells everything about one version, or copies the files of one, checked against their
/// checksums. Returns 1 if the description of one that is listed is damaged, or a file cannot be copied, which is told
/// beside the others. EST-507: there is none of that name, version or alias; EST-508: something is where it is to be
/// copied; EST-504, EST-301.
inline int list_models(workspace const& where, models_options const& options, screen const& on) {
    if (!options.directory.empty()) return detail::download_model(detail::find_model(where, options.name), options, on);
    bool const is_one = options.name.find_first_of(":@") != std::string::npos;
    bool is_whole = true;
    auto const warn = [&](error const& e) {
        print_error(on, e);
        is_whole = false;
    };
    std::vector<model> const models =
        is_one ? std::vector{detail::find_model(where, options.name)}
               : where.models({.name = options.name, .all_versions = !options.name.empty(), .on_damage = warn});
    if (models.empty() && is_whole && !options.name.empty()) where.model(options.name);  // says what there is
    int const code = is_whole ? 0 : 1;
    if (on.json) {
        for (model const& m : models) on.print_json(to_json(m));
        return code;
    }
    if (models.empty() && is_whole) {
        *on.err << "No model is registered yet.\n";
        return 0;
    }
    if (is_one) {
        show_model(on, models.front());
        return code;
    }
    text_table table{{{"model"},
                      {"version", true, true},
                      {"stage"},
                      {"aliases"},
                      {"created", false, true},
                      {"size", true, true},
                      {"run", false, true, least_of_id},
                      {"description"}}};
    for (model const& m : models) {
        std::uint64_t bytes = 0;
        for (artifact_record const& file : m.files) bytes += file.bytes;
        std::string aliases;
        for (std::string const& alias : m.aliases) aliases.append(aliases.empty() ? "" : ", ").append(alias);
        table.add({{on.safe(m.name)},
                   {std::to_string(m.version)},
                   {std::string{to_string(m.stage)}},
                   {on.safe(aliases)},
                   {local_time(m.created_time).substr(0, 16)},
                   {portal::human_bytes(bytes)},
                   {on.safe(m.run_id)},
                   {on.safe(m.description)}});
    }
    if (!models.empty()) table.print(on);
    return code;
}

}  // namespace estima::inline v0_1::terminal
