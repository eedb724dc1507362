// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <string_view>

#include <estima/system/file_descriptor.hpp>
#include <estima/system/find_program.hpp>
#include <estima/system/shown.hpp>

namespace estima::inline v0_1 {

namespace detail {
/// As much of a file as the kernel looks at to find out how to execute it (BINPRM_BUF_SIZE); empty if it cannot be
/// read.
inline std::string front_of(std::string const& file) {
    file_descriptor const fd{::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
    char buffer[256];
    ssize_t const n = fd ? ::read(fd.get(), buffer, sizeof buffer) : 0;
    return {buffer, static_cast<std::size_t>(n > 0 ? n : 0)};
}

inline std::string interpreter_named_by(std::string_view front) {
    if (!front.starts_with("#!")) return {};
    std::string_view line =
        front.substr(2, front.find('\n') == std::string_view::npos ? front.size() : front.find('\n') - 2);
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    return std::string{line.substr(0, line.find_first_of(" \t"))};
}
}  // namespace detail

/// The interpreter that a script's first line names: "#!/usr/bin/python3 -u" gives /usr/bin/python3, a line with
/// Windows's end a name that ends in \r. Empty if there is none.
inline std::string interpreter_named_in(std::string const& file) {
    return detail::interpreter_named_by(detail::front_of(file));
}

/// What is wrong with such an interpreter, which is not there.
inline std::string about_missing_interpreter(std::string const& interpreter) {
    std::string const text = "its first line names the interpreter " + shown(interpreter) + ", which is not there";
    return interpreter.ends_with('\r') ? text + ": \\x0d is the end of a line in Windows" : text;
}

/// Why no process of this machine can become this executable file, as far as its first line tells; empty if it does
/// not.
inline std::string why_not_startable(std::string const& file) {
    std::string const front = detail::front_of(file);
    if (front.starts_with("#!")) {
        std::string const interpreter = detail::interpreter_named_by(front);
        if (interpreter.empty()) return "its first line names no interpreter";
        if (interpreter.front() != '/' || is_executable_file(interpreter)) return {};
        if (::access(interpreter.c_str(), F_OK) != 0) return about_missing_interpreter(interpreter);
        return "its first line names the interpreter " + shown(interpreter) + ", which cannot be executed";
    }
    if (front.empty()) return ::access(file.c_str(), R_OK) == 0 ? "it is empty" : "";
    auto const is_of_text = [](char c) {
        return (static_cast<unsigned char>(c) >= 32 && c != 127) || (c >= 9 && c <= 13);  // 127 begins an ELF
    };
    return std::all_of(front.begin(), front.end(), is_of_text) ? "it is a text without a #! line" : "";
}

}  // namespace estima::inline v0_1
