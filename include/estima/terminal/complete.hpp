// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <estima/base/error.hpp>
#include <estima/history/status.hpp>
#include <estima/terminal/candidates.hpp>
#include <estima/terminal/command_line.hpp>
#include <estima/terminal/shell_words.hpp>

namespace estima::inline v0_1::terminal {

namespace detail {
/// Where in a filter the word begins that is begun at its end: a key, or a value with its quote.
inline std::size_t begun_in_filter(std::string_view filter) {
    std::size_t begin = 0;
    for (std::size_t i = 0; i < filter.size(); ++i) {
        char const c = filter[i];
        if (std::string_view{" \t<>=!(),"}.find(c) != std::string_view::npos) begin = i + 1;
        if (c != '\'' && c != '"' && c != '`') continue;
        std::size_t const end = filter.find(c, i + 1);
        if (end == std::string_view::npos) return begin;
        i = end;
    }
    return begin;
}

/// Whether a value that follows this part of a filter is compared with a status: `status = `, `status IN ('Failed', `.
inline bool asks_for_status(std::string_view before) {
    auto const take_off = [&](std::string_view any) {
        std::size_t const size = before.size();
        before = before.substr(0, before.find_last_not_of(any) + 1);
        return before.size() < size;
    };
    auto const last_word = [&] { return before.substr(before.find_last_of(" \t(") + 1); };
    take_off(" \t");
    if (!take_off("<>=!")) {
        before = before.substr(0, std::min(before.rfind('('), before.size()));
        for (std::string_view const word : {"IN", "in", "NOT", "not"}) {
            take_off(" \t");
            if (last_word() == word) before.remove_suffix(word.size());
        }
    }
    take_off(" \t");
    return last_word() == "status" || last_word() == "attributes.status" || last_word() == "attribute.status";
}
}  // namespace detail

/// What a shell offers for the last of these words, which is begun (perhaps empty), in the quotes that stand there, or
/// as bash takes it. The words are those of bash: as they are typed, cut at `:`, `@` and most often `=`. `open` gives
/// the workspace in the folder that the words name, and may throw: then there is nothing of runs to offer.
inline std::vector<std::string> completions(command_line const& known, std::vector<std::string> typed,
                                            std::function<workspace(std::string const&)> const& open) {
    if (typed.empty()) typed.emplace_back();
    typed_word last{typed.back()};
    bool const is_cut = typed.back() == "=" || typed.back() == ":" || typed.back() == "@";
    if (!is_cut) typed.pop_back();
    std::string begun = is_cut ? std::string{} : last.text;
    std::erase(typed, "=");  // a word of its own to bash
    // So are the signs in NAME:VERSION, latest:EXPERIMENT and NAME@ALIAS: what is offered stands behind them, but a @
    // is a part of what it takes the place of.
    auto const is_sign = [](std::string const& word) { return word == ":" || word == "@"; };
    std::size_t kept = 0;
    bool const is_behind_at = !typed.empty() && typed.back() == "@";
    while (typed.size() > 1 && is_sign(typed.back())) {
        std::string const stem = typed_word{typed[typed.size() - 2]}.text + typed.back();
        kept += stem.size();
        begun.insert(0, stem);
        typed.resize(typed.size() - 2);
    }
    if (is_behind_at && kept > 0) --kept;
    kept += last.before;
    std::vector<std::string> words;
    for (std::string const& word : typed) words.push_back(is_sign(word) ? word : typed_word{word}.text);
    // Where = does not cut (COMP_WORDBREAKS), an option and its value are one word.
    std::size_t const value = begun.starts_with("--") ? begun.find('=') + 1 : 0;
    if (value > 0) words.push_back(begun.substr(0, value - 1));

    // Where the last word stands: in which command, as the value of which option, or as its how manieth word.
    CLI::App const* command = &known.app();
    CLI::Option const* awaits_value = nullptr;
    std::string folder, of_run;
    std::size_t place = 0;
    for (std::size_t i = 0; i < words.size(); ++i) {
        std::string word = words[i];
        for (; i + 2 < words.size() && is_sign(words[i + 1]); i += 2) word += words[i + 1] + words[i + 2];
        if (awaits_value != nullptr) {
            if (awaits_value->check_lname("workspace")) folder = word;
            awaits_value = nullptr;
        } else if (word.starts_with("-")) {
            std::string const name = word.substr(0, word.find('='));
            CLI::Option const* option = command->get_option_no_throw(name);
            if (option == nullptr) option = known.app().get_option_no_throw(name);
            if (option == nullptr || option->get_items_expected_max() == 0) continue;
            if (name == word) awaits_value = option;
            else if (option->check_lname("workspace")) folder = word.substr(name.size() + 1);
        } else if (command == &known.app()) {
            auto const found = known.app().get_subcommands([&](CLI::App const* c) { return c->get_name() == word; });
            if (found.empty()) return {};
            command = found.front();
        } else if (++place == 1) {
            of_run = std::move(word);
        }
    }

    std::vector<std::string> offered;
    if (awaits_value == nullptr && begun.starts_with("-")) {
        for (CLI::App const* of : {command, &known.app()})
            for (CLI::Option const* option : of->get_options())
                for (std::string const& name : option->get_lnames()) offered.push_back("--" + name);
        std::erase_if(offered,
                      [&](std::string const& word) { return !word.starts_with(begun) || word == "--version"; });
        std::sort(offered.begin(), offered.end());
        offered.erase(std::unique(offered.begin(), offered.end()), offered.end());
        return offered;
    }
    if (awaits_value == nullptr && command == &known.app()) {
        for (CLI::App const* one : command->get_subcommands({}))
            if (one->get_name().starts_with(begun)) offered.push_back(one->get_name());
        return offered;
    }

    CLI::Option const* of = awaits_value;
    for (CLI::Option const* option : command->get_options()) {
        if (of != nullptr || !option->get_positional()) continue;
        if (place == 0 || option->get_items_expected_max() > 1)
            of = option;  // the last word of a command may be repeated
        else
            --place;
    }
    // Of a list only what stands after the last comma is begun, of a filter its last word.
    word_kind const kind = known.kind_of(of);
    bool const is_list = awaits_value != nullptr;
    std::size_t const part = kind == word_kind::filter ? detail::begun_in_filter(begun)
                             : is_list                 ? std::max(begun.rfind(',') + 1, value)
                                                       : 0;
    std::string const before = begun.substr(0, part);
    begun.erase(0, part);
    auto const offer = [&](std::string const& word) {
        if (word.starts_with(begun))
            offered.push_back(quoted_for_shell((before + word).substr(std::min(kept, before.size() + word.size())),
                                               last.quote));
    };
    if (kind == word_kind::filter && (begun.starts_with('\'') || begun.starts_with('"'))) {
        if (detail::asks_for_status(before))
            for (std::string_view const status : estima::detail::run_status_names)
                offer(begun[0] + std::string{status} + begun[0]);
        return offered;
    }
    try {
        if (kind != word_kind::other)
            for (std::string const& word : candidates(open(folder), kind, begun, of_run))
                if (!is_list || word.find(',') == std::string::npos) offer(word);
    } catch (error const&) {
        return {};
    }
    return offered;
}

}  // namespace estima::inline v0_1::terminal
