// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <stdexcept>
#include <string>

#include <estima/base/error.hpp>

namespace estima_test {

inline void write(std::filesystem::path const& path, std::string const& text) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream file{path, std::ios::binary | std::ios::trunc};
    file << text;
    file.close();
    if (!file) throw std::runtime_error{"cannot write " + path.string()};
}

inline std::string contents(std::filesystem::path const& path) {
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

/// Everything that a snapshot keeps of a tree, by path: kind, permissions, contents or target.
inline std::map<std::string, std::string> describe(std::filesystem::path const& root) {
    std::map<std::string, std::string> result;
    for (auto const& entry : std::filesystem::recursive_directory_iterator{root}) {
        struct stat status {};
        ::lstat(entry.path().c_str(), &status);
        std::string const mode = std::to_string(status.st_mode & 0777U);
        std::string& text = result[entry.path().lexically_relative(root).string()];
        if (S_ISLNK(status.st_mode))
            text = "link " + std::filesystem::read_symlink(entry.path()).string();
        else if (S_ISDIR(status.st_mode))
            text = "directory " + mode;
        else
            text = "file " + mode + " " + contents(entry.path());
    }
    return result;
}

/// Returns when the clock that stamps files has moved on so far that what was written before counts as settled.
inline void let_stamps_settle(std::filesystem::path const& directory) {
    auto changed = [&] {
        write(directory / "clock", "tick");
        struct stat status {};
        ::stat((directory / "clock").c_str(), &status);
        return static_cast<double>(status.st_ctim.tv_sec) + 1e-9 * static_cast<double>(status.st_ctim.tv_nsec);
    };
    double const start = changed();
    while (changed() < start + 0.03) {
    }
}

/// The error that `action` throws; fails if it throws none.
inline estima::error thrown_by(std::function<void()> const& action) {
    try {
        action();
    } catch (estima::error const& e) {
        return e;
    }
    throw std::runtime_error{"no error was thrown"};
}

}  // namespace estima_test
