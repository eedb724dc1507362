// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <estima/base/error.hpp>
#include <estima/terminal/candidates.hpp>
#include <estima/terminal/command_line.hpp>

namespace estima::inline v0_1::terminal {

namespace detail {
/// Bash tells words as they are typed: "latest", and of one that is begun "metrics.lo. What is offered goes behind the
/// opening quote.
inline void take_off_quotes(std::string& word) {
    if (word.empty() || (word.front() != '"' && word.front() != '\'')) return;
    if (word.size() > 1 && word.back() == word.front()) word.pop_back();
    word.erase(0, 1);
}
}  // namespace detail

/// What a shell offers for the last of these words, which is begun (perhaps empty). `open` gives the workspace in the
/// folder that the words name, and may throw: then there is nothing of runs to offer.
inline std::vector<std::string> completions(command_line const& known, std::vector<std::string> words,
                                            std::function<workspace(std::string const&)> const& open) {
    if (words.empty()) words.emplace_back();
    for (std::string& word : words) detail::take_off_quotes(word);
    std::string begun = std::move(words.back());
    words.pop_back();
    std::erase(words, "=");  // a word of its own to bash
    if (begun == "=") begun.clear();
    // So are the signs in NAME:VERSION, latest:EXPERIMENT and NAME@ALIAS: what is offered stands behind them.
    auto const is_sign = [](std::string const& word) { return word == ":" || word == "@"; };
    std::string stem;
    if (is_sign(begun) && !words.empty()) {
        stem = words.back() + begun;
        words.pop_back();
        begun.clear();
    } else if (words.size() > 1 && is_sign(words.back())) {
        stem = words[words.size() - 2] + words.back();
        words.resize(words.size() - 2);
    }

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
            CLI::Option const* option = command->get_option_no_throw(word);
            if (option == nullptr) option = known.app().get_option_no_throw(word);
            if (option != nullptr && option->get_items_expected_max() > 0) awaits_value = option;
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
    // Of a list only what stands after the last comma is begun, of a filter what stands after the last blank.
    word_kind const kind = known.kind_of(of);
    std::size_t const blank = kind == word_kind::filter ? begun.rfind(' ') + 1 : 0;
    std::size_t const part = awaits_value != nullptr ? begun.rfind(',') + 1 : blank;
    try {
        if (kind != word_kind::other)
            for (std::string const& word : candidates(open(folder), kind, stem + begun.substr(part), of_run))
                offered.push_back(begun.substr(0, part) + word.substr(stem.size()));
    } catch (error const&) {
        return {};
    }
    return offered;
}

}  // namespace estima::inline v0_1::terminal
