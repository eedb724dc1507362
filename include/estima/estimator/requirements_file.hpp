// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <estima/environment/check_packages.hpp>
#include <estima/policy/facts.hpp>
#include <estima/requirement/requirements_line.hpp>
#include <estima/system/file_descriptor.hpp>

// What pip_requirements_file adds to the packages of an environment, which only the running program can read.
namespace estima::inline v0_1::detail {

/// A line without its comment; lines that a '\' joins are one, with the number of the first.
struct requirement_line {
    std::string text;
    int number = 0;
};

/// A regular file's text; empty if it cannot be read, of which a rule (EST-033) tells.
inline std::string text_of_file(std::string const& path) {
    std::string text;
    file_descriptor const fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
    char buffer[4096];
    for (ssize_t n = 0; fd && (n = ::read(fd.get(), buffer, sizeof buffer)) > 0;)
        text.append(buffer, static_cast<std::size_t>(n));
    return text;
}

/// The lines of a file in pip's format that are not blank and hold more than a comment.
inline std::vector<requirement_line> requirement_lines(std::string const& path) {
    std::string const text = text_of_file(path);
    std::vector<requirement_line> lines;
    std::string_view rest = text;
    if (rest.starts_with("\xEF\xBB\xBF")) rest.remove_prefix(3);  // as editors of Windows begin a file
    requirement_line joined;
    for (int number = 1; !rest.empty(); ++number) {
        std::size_t const end = rest.find('\n');
        std::string_view line = rest.substr(0, end);
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
        // pip: a comment starts at the line's begin or after a blank; URLs have '#' inside.
        for (std::size_t i = 0; i < line.size(); ++i)
            if (line[i] == '#' && (i == 0 || line[i - 1] == ' ' || line[i - 1] == '\t')) line = line.substr(0, i);
        while (!line.empty() && std::string_view{" \t\r"}.find(line.back()) != std::string_view::npos) line.remove_suffix(1);
        while (!line.empty() && std::string_view{" \t"}.find(line.front()) != std::string_view::npos) line.remove_prefix(1);
        bool const goes_on = !line.empty() && line.back() == '\\' && !rest.empty();
        if (joined.text.empty()) joined.number = number;
        joined.text += goes_on ? line.substr(0, line.size() - 1) : line;
        if (goes_on) continue;
        if (!joined.text.empty()) lines.push_back(std::move(joined));
        joined = {};
    }
    return lines;
}

struct requirements_file {
    std::string_view name;
    std::vector<requirement_line> lines;
    std::vector<std::string_view> pip_packages;  ///< those of the policy, and those that the lines ask for

    /// Where a text of pip_packages stands: the policy's name, or file and line.
    std::string place_of(std::string_view text) const {
        for (requirement_line const& line : lines)
            if (text.data() >= line.text.data() && text.data() < line.text.data() + line.text.size())
                return std::string{name} + ":" + std::to_string(line.number);
        return "pip_packages";
    }

    /// Lines that name files beside this one: `needs.txt:3: "-r more.txt"`.
    std::string files_beside() const {
        std::string found;
        for (requirement_line const& line : lines)
            if (names_a_file_beside(line.text))
                found.append(found.empty() ? "" : ", ").append(place_of(line.text)).append(": \"").append(line.text).append("\"");
        return found;
    }
};

/// Reads the file, and adds what it asks for to the packages of `e`, which is valid for as long as the result is there.
inline std::unique_ptr<requirements_file const> add_requirements_file(environment_facts& e, std::string const& directory) {
    auto file = std::make_unique<requirements_file>();
    file->name = e.pip_requirements_file;
    file->lines = requirement_lines(directory + "/" + std::string{e.pip_requirements_file});
    file->pip_packages.assign(e.pip_packages.begin(), e.pip_packages.end());
    for (requirement_line const& line : file->lines)
        if (std::string_view const text = requirement_of_line(line.text); !text.empty()) file->pip_packages.push_back(text);
    e.pip_packages = {file->pip_packages.data(), file->pip_packages.size()};
    using list = requirement_detail::pip_list;
    std::vector<decltype(list::parse({}))> read;
    for (std::string_view const text : file->pip_packages) read.push_back(list::parse(text));
    e.requirements.pip =
        check_packages<list>(file->pip_packages.data(), read.size(), [&read](std::size_t i) -> auto const& { return read[i]; });
    return file;
}

}  // namespace estima::inline v0_1::detail
