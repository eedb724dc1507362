// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include <unistd.h>

#include <cerrno>

#include <estima/base/error.hpp>
#include <estima/system/file_descriptor.hpp>

namespace estima::inline v0_1 {

enum class entry_kind : std::uint8_t { file, directory, link };

/// One file, directory or symbolic link of a snapshot.
struct snapshot_entry {
    std::string path;                    ///< relative to the source directory; any bytes but NUL
    entry_kind kind = entry_kind::file;  ///< a directory comes before what it holds
    unsigned mode = 0;                   ///< the nine permission bits; 0 for a link
    std::uint64_t size = 0;              ///< bytes, of a file
    std::string digest{};                ///< SHA-256 of a file's contents, 64 hexadecimal digits
    std::string target{};                ///< of a link
};

/// The SHA-256 of some contents: the name of an object.
using object_digest = std::array<unsigned char, 32>;

/// A digest from its 64 hexadecimal digits, which the caller knows to be such.
inline object_digest digest_from_hex(std::string_view text) {
    auto value = [](char c) { return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10); };
    object_digest digest{};
    for (std::size_t i = 0; i < digest.size() && 2 * i + 1 < text.size(); ++i)
        digest[i] = static_cast<unsigned char>(value(text[2 * i]) << 4 | value(text[2 * i + 1]));
    return digest;
}

/// 64 lower-case hexadecimal digits, and so safe as a file name.
inline bool is_digest_text(std::string_view text) {
    return text.size() == 64 && std::all_of(text.begin(), text.end(),
                                            [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

/// The canonical text of a tree, whose SHA-256 is the snapshot's id. Fields end with a space, records with NUL:
///
///     estima-tree 1\0
///     d <mode, octal> <path>\0
///     f <mode, octal> <size> <digest> <path>\0
///     l <path>\0<target>\0
///     end <number of entries>\0
///
/// Within a directory the names are sorted by their bytes, and what a directory holds follows it at once.
class manifest_text {
public:
    manifest_text() : text_{"estima-tree 1"} { text_ += '\0'; }

    void directory(std::string_view parent, std::string_view name, unsigned mode) {
        text_ += "d ";
        number(mode, 8);
        path(parent, name);
    }
    void file(std::string_view parent, std::string_view name, unsigned mode, std::uint64_t size,
              object_digest const& digest) {
        text_ += "f ";
        number(mode, 8);
        number(size, 10);
        for (unsigned char byte : digest) {
            text_ += "0123456789abcdef"[byte >> 4];
            text_ += "0123456789abcdef"[byte & 15];
        }
        text_ += ' ';
        path(parent, name);
    }
    void link(std::string_view parent, std::string_view name, std::string_view target) {
        text_ += "l ";
        path(parent, name);
        text_.append(target) += '\0';
    }
    /// Once, at the end.
    std::string const& finish() {
        text_ += "end ";
        number(entries_, 10);
        text_.back() = '\0';
        return text_;
    }

private:
    void number(std::uint64_t value, int base) {
        char digits[24];
        text_.append(digits, std::to_chars(digits, digits + sizeof digits, value, base).ptr) += ' ';
    }
    void path(std::string_view parent, std::string_view name) {
        if (!parent.empty()) text_.append(parent) += '/';
        text_.append(name) += '\0';
        ++entries_;
    }

    std::string text_;
    std::uint64_t entries_ = 0;
};

/// Reads a manifest piece by piece, in constant memory.
class manifest_reader {
public:
    manifest_reader(file_descriptor fd, std::string id) : fd_{std::move(fd)}, id_{std::move(id)} {
        if (field('\0') != "estima-tree 1") damaged("it does not start as a tree");
    }

    /// False after the last entry. Reuses the strings of `entry`. EST-208 if the text ends too early or makes no sense.
    bool next(snapshot_entry& entry) {
        std::string_view const kind = field(' ');
        entry.mode = 0;
        entry.size = 0;
        entry.digest.clear();
        entry.target.clear();
        if (kind == "end") {
            if (number(field('\0'), 10) != count_) damaged("entries are missing");
            return false;
        }
        ++count_;
        if (kind == "d") {
            entry.kind = entry_kind::directory;
            entry.mode = static_cast<unsigned>(number(field(' '), 8));
        } else if (kind == "f") {
            entry.kind = entry_kind::file;
            entry.mode = static_cast<unsigned>(number(field(' '), 8));
            entry.size = number(field(' '), 10);
            entry.digest = field(' ');
            if (!is_digest_text(entry.digest)) damaged("a digest is malformed");
        } else if (kind == "l") {
            entry.kind = entry_kind::link;
        } else {
            damaged("an entry is of no known kind");
        }
        entry.path = field('\0');
        if (entry.kind == entry_kind::link) entry.target = field('\0');
        return true;
    }

private:
    [[noreturn]] void damaged(std::string why) const {
        throw error{"EST-208",
                    {.what = "the stored snapshot " + id_ + " is damaged",
                     .why = std::move(why),
                     .remedy = "take the snapshot of the source directory again: what is damaged is replaced"}};
    }
    std::uint64_t number(std::string_view text, int base) const {
        std::uint64_t value = 0;
        auto const [end, code] = std::from_chars(text.data(), text.data() + text.size(), value, base);
        if (code != std::errc{} || end != text.data() + text.size()) damaged("a number is malformed");
        return value;
    }
    // Valid until the next call.
    std::string_view field(char terminator) {
        for (std::size_t searched = 0;;) {
            auto const* const begin = buffer_.data() + begin_;
            if (auto const* const hit = std::memchr(begin + searched, terminator, end_ - begin_ - searched)) {
                std::string_view const found{begin, static_cast<std::size_t>(static_cast<char const*>(hit) - begin)};
                begin_ += found.size() + 1;
                return found;
            }
            searched = end_ - begin_;
            std::memmove(buffer_.data(), begin, searched);
            begin_ = 0;
            end_ = searched;
            if (buffer_.size() - end_ < 4096) buffer_.resize(buffer_.size() + 16384);
            ssize_t n = 0;
            do n = ::read(fd_.get(), buffer_.data() + end_, buffer_.size() - end_);
            while (n < 0 && errno == EINTR);
            if (n <= 0) damaged(n == 0 ? "it ends too early" : std::strerror(errno));
            end_ += static_cast<std::size_t>(n);
        }
    }

    file_descriptor fd_;
    std::string id_;
    std::string buffer_ = std::string(32768, '\0');
    std::size_t begin_ = 0, end_ = 0;
    std::uint64_t count_ = 0;
};

}  // namespace estima::inline v0_1
