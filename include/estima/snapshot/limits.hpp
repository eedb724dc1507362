// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <map>
#include <queue>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <estima/base/error.hpp>
#include <estima/snapshot/tree.hpp>
#include <estima/system/shown.hpp>

namespace estima::inline v0_1 {

/// How much a snapshot may hold. The defaults are Azure's; its "300 MB" is taken as 300 * 1024 * 1024 bytes.
struct snapshot_limits {
    std::uint64_t max_bytes = 300ULL * 1024 * 1024;
    std::size_t max_files = 2000;  ///< files and links; directories do not count
};

/// The pattern for an ignore file in the root that matches this path and nothing else (but a newline, which no pattern
/// can hold, becomes a `?`).
inline std::string ignore_line(std::string_view path, bool is_directory) {
    std::string line = "/";
    for (char const c : path) {
        if (c == '\\' || c == '*' || c == '?' || c == '[') line += '\\';
        line += c == '\n' || c == '\r' ? '?' : c;
    }
    if (is_directory) line += '/';
    if (line.ends_with(' ')) line.insert(line.size() - 1, 1, '\\');
    return line;
}

/// Says what makes a tree too large and which lines of an ignore file would help.
class limit_report {
public:
    /// EST-201 if `tree` has too many bytes, EST-202 if it has too many files. `ignore_file` is the one in use, or "".
    static void check(source_tree const& tree, snapshot_limits const& limits, std::filesystem::path const& source,
                      std::string_view ignore_file) {
        if (tree.bytes > limits.max_bytes) limit_report{tree, limits, true}.fail("EST-201", source, ignore_file);
        if (tree.files > limits.max_files) limit_report{tree, limits, false}.fail("EST-202", source, ignore_file);
    }

private:
    struct weight {
        std::uint64_t bytes = 0, files = 0;
    };
    /// A file, a folder, or the files of one ending in the top folder.
    struct item {
        std::uint64_t measure = 0;
        std::string path{};
        tree_directory const* directory = nullptr;
        std::string line{};
        bool operator<(item const& other) const {
            return std::pair{measure, std::string_view{other.path}} < std::pair{other.measure, std::string_view{path}};
        }
    };

    limit_report(source_tree const& tree, snapshot_limits const& limits, bool by_bytes)
        : tree_{tree}, limits_{limits}, by_bytes_{by_bytes} {
        for (auto directory = tree.directories.rbegin(); directory != tree.directories.rend(); ++directory) {
            weight& own = weights_[&*directory];
            for (auto const& entry : directory->entries) {
                if (entry.kind == entry_kind::directory) continue;
                own.bytes += entry.stamp.size;
                ++own.files;
            }
            if (directory->parent == nullptr) continue;
            weights_[directory->parent].bytes += own.bytes;
            weights_[directory->parent].files += own.files;
        }
    }

    [[noreturn]] void fail(char const* id, std::filesystem::path const& source, std::string_view ignore_file) const {
        std::string const at_least = tree_.complete ? "" : "more than ";
        std::string lines;
        bool enough = false;
        for (auto const& line : proposed_lines(enough)) lines += "\n      " + shown_line(line);
        std::string remedy;
        if (!lines.empty()) {
            remedy = "add to .amlignore in that directory" + std::string{enough ? ":" : ", and more like these:"} +
                     lines + "\n    ";
            if (ignore_file == ".gitignore")
                remedy += "(.gitignore is no longer read once there is a .amlignore: copy its lines into it)\n    ";
            remedy += "or ";
        }
        remedy +=
            by_bytes_ ? "raise the limit: snapshot_limits::max_bytes" : "raise the limit: snapshot_limits::max_files";
        bool const is_close = shown_size(tree_.bytes) == shown_size(limits_.max_bytes);
        auto size = [is_close](std::uint64_t bytes) {
            return is_close ? std::to_string(bytes) + " bytes" : shown_size(bytes);
        };
        throw error{id,
                    {.what = "the snapshot would hold " + at_least + size(tree_.bytes) + " in " +
                             std::to_string(tree_.files) + " files, over the limit of " +
                             (by_bytes_ ? size(limits_.max_bytes) : std::to_string(limits_.max_files) + " files"),
                     .where = shown(source.string()),
                     .why = largest(),
                     .remedy = remedy}};
    }

    // A pattern is shown as it is to be written: only what would break the message is escaped.
    static std::string shown_line(std::string const& line) {
        std::string text = shown(line);
        for (std::size_t at = 0; (at = text.find("\\\\", at)) != std::string::npos; ++at) text.erase(at, 1);
        return text;
    }

    std::string largest() const {
        std::vector<item> files, folders;
        for (auto const& directory : tree_.directories) {
            weight const& w = weights_.at(&directory);
            if (directory.parent != nullptr || !by_bytes_)
                folders.push_back({by_bytes_ ? w.bytes : w.files, directory.path + "/", &directory});
            for (auto const& entry : directory.entries)
                if (entry.kind == entry_kind::file) files.push_back({entry.stamp.size, directory.path_of(entry.name)});
        }
        std::string text;
        if (by_bytes_)
            text += "the largest files:" + top(files, [](item const& i) { return shown_size(i.measure); }) + "\n    ";
        text += by_bytes_ ? "the largest folders:" : "the folders with most files:";
        return text + top(folders, [this](item const& i) {
                   return by_bytes_ ? shown_size(i.measure) : std::to_string(i.measure) + " files";
               });
    }

    template <class Amount>
    static std::string top(std::vector<item>& items, Amount amount) {
        std::size_t const count = std::min<std::size_t>(items.size(), 5);
        auto const larger = [](item const& a, item const& b) { return b < a; };
        std::partial_sort(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(count), items.end(), larger);
        std::string text;
        for (std::size_t i = 0; i < count; ++i) {
            std::string const size = amount(items[i]);
            text += "\n      " + std::string(size.size() < 11 ? 11 - size.size() : 0, ' ') + size + "  " +
                    shown(items[i].path);
        }
        return text.empty() ? "\n      none" : text;
    }

    /// What a file of the top folder has in common with others: its ending, else its name before a number.
    static std::string pattern_of(std::string const& name) {
        if (std::size_t const dot = name.rfind('.'); dot != std::string::npos && dot > 0)
            return "/*" + ignore_line(name.substr(dot), false).substr(1);
        std::size_t const digit = name.find_first_of("0123456789");
        if (digit == std::string::npos) return ignore_line(name, false);
        return digit == 0 ? "/[0-9]*" : ignore_line(name.substr(0, digit), false) + "*";
    }

    std::vector<item> children(tree_directory const& directory) const {
        std::vector<item> result;
        std::map<std::string, std::uint64_t> alike;
        for (auto const& entry : directory.entries) {
            std::string const path = directory.path_of(entry.name);
            if (entry.kind == entry_kind::directory) {
                weight const& w = weights_.at(entry.directory);
                result.push_back({by_bytes_ ? w.bytes : w.files, path, entry.directory, ignore_line(path, true)});
            } else if (by_bytes_) {
                result.push_back({entry.stamp.size, path, nullptr, ignore_line(path, false)});
            } else {
                ++alike[pattern_of(entry.name)];
            }
        }
        if (directory.parent == nullptr)
            for (auto const& [pattern, count] : alike) result.push_back({count, pattern, nullptr, pattern});
        return result;
    }

    // The largest things first, until the rest fits. A folder whose weight is mostly that of one thing in it is not
    // named itself: the sources beside that thing are wanted.
    std::vector<std::string> proposed_lines(bool& enough) const {
        std::vector<std::string> lines;
        std::uint64_t rest = by_bytes_ ? tree_.bytes : tree_.files;
        std::uint64_t const limit = by_bytes_ ? limits_.max_bytes : limits_.max_files;
        std::priority_queue<item> items;
        for (auto& child : children(tree_.directories.front())) items.push(std::move(child));
        while (rest > limit && !items.empty() && lines.size() < 8) {
            item const largest_item = items.top();
            items.pop();
            if (largest_item.measure < 2 && !by_bytes_) break;
            if (largest_item.directory != nullptr) {
                auto inner = children(*largest_item.directory);
                auto const heaviest = std::max_element(inner.begin(), inner.end());
                if (heaviest != inner.end() && heaviest->measure * 5 >= largest_item.measure * 4) {
                    for (auto& child : inner) items.push(std::move(child));
                    continue;
                }
            }
            rest -= largest_item.measure;
            lines.push_back(largest_item.line);
        }
        enough = rest <= limit;
        return lines;
    }

    source_tree const& tree_;
    snapshot_limits const& limits_;
    bool by_bytes_;
    std::unordered_map<tree_directory const*, weight> weights_{};
};

}  // namespace estima::inline v0_1
