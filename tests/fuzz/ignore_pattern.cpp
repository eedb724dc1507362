// SPDX-License-Identifier: BSL-1.0
// Input: a line of an ignore file and a path, with a newline between them.
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include <estima/snapshot/ignore_rules.hpp>

namespace {
using namespace estima;

void require(bool condition) {
    if (!condition) std::abort();
}

/// As the paths of a tree are: no empty part, no slash at the ends.
bool is_path(std::string_view text) {
    return !text.empty() && text.front() != '/' && text.back() != '/' && text.find("//") == std::string_view::npos &&
           text.find_first_of(std::string_view{"\n\0", 2}) == std::string_view::npos;
}

std::string escaped(std::string_view path) {
    std::string line = "/";
    for (char const c : path) line.append(c == '/' ? "" : "\\").append(1, c);
    return line;
}

void check_one(std::string const& line, std::string_view path) {
    auto const pattern = ignore_pattern::parse(line);
    ignore_rules const alone{line};
    require(alone.ignored(path, false) == (pattern && !pattern->negative() && pattern->matches(path, false)));
    if (!pattern) return;
    // What matches a file matches a folder of that name.
    require(!pattern->matches(path, false) || pattern->matches(path, true));
    // '!' turns the meaning, and nothing else.
    if (!pattern->negative() && line.front() != '#') {
        auto const turned = ignore_pattern::parse("!" + line);
        require(turned && turned->negative());
        for (bool const is_directory : {false, true})
            require(turned->matches(path, is_directory) == pattern->matches(path, is_directory));
        // The last one decides.
        require(!ignore_rules{line + "\n!" + line}.ignored(path, true));
        require(ignore_rules{"!" + line + "\n" + line}.ignored(path, true) == pattern->matches(path, true));
    }
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string_view const input{reinterpret_cast<char const*>(data), size};
    std::size_t const newline = input.find('\n');
    if (newline == std::string_view::npos || size > 4096) return 0;
    std::string const line{input.substr(0, newline)};
    std::string_view const path = input.substr(newline + 1);
    if (line.starts_with("\xef\xbb\xbf")) return 0;  // the mark of UTF-8, which a file may start with, is no pattern's
    if (!is_path(path) || line.find('\0') != std::string::npos || (!line.empty() && line.back() == '\r')) return 0;
    check_one(line, path);
    if (path.back() == '\r') return 0;  // is taken for a part of the end of line
    // A path with every byte escaped matches itself, and nothing longer.
    auto const itself = ignore_pattern::parse(escaped(path));
    require(itself && itself->matches(path, false));
    require(!itself->matches(std::string{path} + "x", false));
    return 0;
}
