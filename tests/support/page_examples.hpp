// SPDX-License-Identifier: BSL-1.0
// Pages of docs/ that show code as it is compiled.
#pragma once

#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <estima/system/files.hpp>

namespace estima_test {

inline std::vector<std::string> lines_of(std::string const& text) {
    std::vector<std::string> lines;
    std::istringstream stream{text};
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

/// What stands in the files of a folder between "// -8<- name" and "// -8<-", without the indentation of the first of
/// the two. page.test.cpp, which reads them, has none.
inline std::map<std::string, std::string> examples_in(std::filesystem::path const& folder) {
    std::string const mark = "// -8<-";
    std::map<std::string, std::string> found;
    for (auto const& file : std::filesystem::directory_iterator{folder}) {
        if (file.path().filename() == "page.test.cpp") continue;
        std::string name;
        std::size_t indentation = 0;
        for (std::string const& line : lines_of(estima::read_file(file.path()))) {
            if (std::size_t const at = line.find(mark); at != std::string::npos && line.find_first_not_of(' ') == at) {
                bool const begins = line.size() > at + mark.size();
                INFO(file.path() << ": " << line);
                REQUIRE(begins == name.empty());
                name = begins ? line.substr(at + mark.size() + 1) : "";
                REQUIRE((!begins || found.emplace(name, "").second));
                indentation = at;
            } else if (!name.empty()) {
                found[name] += line.substr(std::min(indentation, line.size())) + "\n";
            }
        }
        REQUIRE(name.empty());
    }
    return found;
}

/// The page with the examples put in after each "<!-- example: name -->", and the names in their order.
struct filled_page {
    std::string text{};
    std::vector<std::string> names{}, unknown{};
    int other_cpp_blocks = 0;
};
inline filled_page fill(std::string const& text, std::map<std::string, std::string> const& with) {
    std::string const begin = "<!-- example: ", end = " -->";
    filled_page result;
    bool is_awaited = false, is_skipped = false;
    for (std::string const& line : lines_of(text)) {
        if (line.starts_with(begin)) {
            result.names.push_back(line.substr(begin.size(), line.size() - begin.size() - end.size()));
            auto const found = with.find(result.names.back());
            if (found == with.end()) result.unknown.push_back(result.names.back());
            result.text += line + "\n```cpp\n" + (found == with.end() ? "" : found->second) + "```\n";
            is_awaited = true;
        } else if (is_awaited && line == "```cpp") {
            is_awaited = false;
            is_skipped = true;
        } else if (is_skipped) {
            is_skipped = line != "```";
        } else {
            result.other_cpp_blocks += line == "```cpp";
            is_awaited = false;
            result.text += line + "\n";
        }
    }
    return result;
}

}  // namespace estima_test
