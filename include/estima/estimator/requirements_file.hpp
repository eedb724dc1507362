// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include <estima/environment/check_packages.hpp>
#include <estima/policy/facts.hpp>
#include <estima/requirement/requirements_line.hpp>
#include <estima/system/file_descriptor.hpp>

// What pip_requirements_file adds to the packages of an environment, which only the running program can read.
namespace estima::inline v0_1::detail {

/// A regular file's text; empty if it cannot be read, of which a rule (EST-033) tells.
inline std::string text_of_file(std::string const& path) {
    std::string text;
    file_descriptor const fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
    char buffer[4096];
    for (ssize_t n = 0; fd && (n = ::read(fd.get(), buffer, sizeof buffer)) > 0;)
        text.append(buffer, static_cast<std::size_t>(n));
    return text;
}

/// The next line of a text that is not blank.
inline bool next_line(std::string_view& rest, std::string_view& line) {
    line = {};
    while (line.empty() && !rest.empty()) {
        std::size_t const end = rest.find('\n');
        line = rest.substr(0, end);
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
    return !line.empty();
}

/// A text in pip's format without comments, and with one line for those that a '\' joins; each line keeps its number.
inline std::string requirement_text(std::string_view rest) {
    std::string lines, joined;
    std::size_t more_lines = 0;
    lines.reserve(rest.size() + sizeof lines);  // not within the string itself: views of it stay when it is moved
    if (rest.starts_with("\xEF\xBB\xBF")) rest.remove_prefix(3);  // as editors of Windows begin a file
    while (!rest.empty()) {
        std::size_t const end = rest.find('\n');
        std::string_view line = rest.substr(0, end);
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
        // pip: a comment starts at the line's begin or after a blank; URLs have '#' inside.
        for (std::size_t i = 0; i < line.size(); ++i)
            if (line[i] == '#' && (i == 0 || line[i - 1] == ' ' || line[i - 1] == '\t')) line = line.substr(0, i);
        while (!line.empty() && std::string_view{" \t\r"}.find(line.back()) != std::string_view::npos)
            line.remove_suffix(1);
        while (!line.empty() && std::string_view{" \t"}.find(line.front()) != std::string_view::npos)
            line.remove_prefix(1);
        bool const goes_on = !line.empty() && line.back() == '\\' && !rest.empty();
        joined += goes_on ? line.substr(0, line.size() - 1) : line;
        ++more_lines;
        if (goes_on) continue;
        lines += joined;
        lines.append(more_lines, '\n');
        joined.clear();
        more_lines = 0;
    }
    return lines;
}

/// Texts that stay where they are when it is moved. A std::vector would cost each program more to compile.
class text_views {
public:
    text_views() = default;
    explicit text_views(std::size_t most) : first_{new std::string_view[most]} {}
    text_views(text_views&& other) noexcept : first_{std::exchange(other.first_, nullptr)} {}
    text_views& operator=(text_views&& other) noexcept {
        std::swap(first_, other.first_);
        return *this;
    }
    ~text_views() { delete[] first_; }
    std::string_view* first() const { return first_; }

private:
    std::string_view* first_ = nullptr;
};

/// What pip_requirements_file says. Moved, not copied: facts that it was added to look at its texts.
struct requirements_file {
    std::string_view name{};
    std::string text{};
    text_views pip_packages{};  ///< those of the policy, and those that the lines ask for

    /// Where a text of pip_packages stands: the policy's name, or file and line.
    std::string place_of(std::string_view part) const {
        if (part.data() < text.data() || part.data() >= text.data() + text.size()) return "pip_packages";
        int number = 1;
        for (char const* c = text.data(); c != part.data(); ++c) number += *c == '\n';
        return std::string{name} + ":" + std::to_string(number);
    }
};

/// A line that names a file which Azure will not have.
inline void refuse_file_beside(package_list_facts& found, std::string_view line) {
    if (!found.malformed && names_a_file_beside(line))
        found.malformed = {line, requirement_fault::name_malformed, 0,
                           "Azure prepares the environment from these lines, without the files that they name"};
}

/// Reads the file, and adds what it asks for to the packages in `f`, which are valid for as long as the result is
/// there.
inline requirements_file add_requirements_file(facts& f, std::string const& directory) {
    environment_facts& e = f.environment;
    requirements_file file{e.pip_requirements_file,
                           requirement_text(text_of_file(directory + "/" + std::string{e.pip_requirements_file}))};
    std::size_t most = e.pip_packages.size, size = 0;
    for (char const c : file.text) most += c == '\n';
    file.pip_packages = text_views{most + 1};
    std::string_view* const packages = file.pip_packages.first();
    for (std::string_view const text : e.pip_packages) packages[size++] = text;
    std::string_view rest = file.text;
    for (std::string_view line; next_line(rest, line);)
        if (std::string_view const text = requirement_of_line(line); !text.empty()) packages[size++] = text;
    e.pip_packages = {packages, size};
    e.requirements.pip = check_packages<requirement_detail::pip_list>(e.pip_packages);
    rest = file.text;
    for (std::string_view line; f.target.is_azure && next_line(rest, line);)
        refuse_file_beside(e.requirements.pip, line);
    return file;
}

}  // namespace estima::inline v0_1::detail
