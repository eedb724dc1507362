// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <estima/archive/export_run.hpp>
#include <estima/archive/run_archive.hpp>
#include <estima/archive/tar_file.hpp>
#include <estima/snapshot/store_layout.hpp>
#include <estima/system/json.hpp>
#include <estima/system/sha256.hpp>
#include <estima/system/write_with_holes.hpp>
#include <estima/workspace/names.hpp>

namespace estima::inline v0_1::detail {

/// What an archive has, once it was verified.
struct unpacked_run {
    std::string run_id, snapshot_id;
    bool has_snapshot = false;
    std::map<std::string, std::string> sums{};  ///< of each file, by its path in the archive
    std::uint64_t bytes = 0;
};

/// Unpacks an archive into a folder that nobody else sees. Files and links are made where nothing is yet, in
/// directories that were made here. EST-634, EST-635, EST-636, EST-301.
class run_unpacking {
public:
    run_unpacking(std::filesystem::path const& file, std::filesystem::path into, archive_progress const& progress)
        : from_{file}, into_{std::move(into)}, progress_{progress} {
        std::error_code code;
        total_ = std::filesystem::file_size(file, code);
    }

    unpacked_run run() {
        tar_entry entry;
        if (!from_.next(entry) || entry.path != run_archive_head || entry.kind != tar_kind::file)
            throw_bad_archive(from_.file(), "it does not begin as the archive of a run");
        take_head(text_of(entry, 64 * 1024));
        std::string sums;
        while (from_.next(entry)) {
            if (!sums.empty()) refuse(entry, "it stands behind the checksums");
            if (entry.kind == tar_kind::directory && entry.path.ends_with('/')) entry.path.pop_back();
            if (entry.path == run_archive_sums && entry.kind == tar_kind::file)
                sums = text_of(entry, std::uint64_t{1} << 30);
            else
                take(entry);
            tell();
        }
        if (sums.empty()) throw_bad_archive(from_.file(), "it is cut short: the checksums at its end are missing");
        if (sums != sums_text(found_.sums)) throw_bad_archive(from_.file(), why_other(sums));
        for (auto const& [path, mode] : closed_directories_) {
            struct stat made {};  // as made here it may give its group to what is made in it
            if (::stat((into_ / path).c_str(), &made) != 0 ||
                ::chmod((into_ / path).c_str(), mode | 0700 | (made.st_mode & S_ISGID)) != 0)
                throw_file_error("cannot write", into_ / path);
        }
        return std::move(found_);
    }

private:
    static constexpr std::size_t piece = 256 * 1024;

    [[noreturn]] void refuse(tar_entry const& entry, std::string why) const {
        throw error{"EST-636",
                    {.what = "the archive of a run holds what has no place in one",
                     .where = shown(from_.file().string()) + ": " + shown(entry.path.substr(0, 300)),
                     .why = std::move(why),
                     .remedy = "do not use this archive: estima did not write it so"}};
    }

    void tell() const {
        if (progress_) progress_(from_.position(), std::max(total_, from_.position()));
    }

    void take_head(std::string const& text) {
        json const head = json::parse(text, nullptr, false);
        if (!head.is_object() || !head.contains("format") || !head["format"].is_number_unsigned())
            throw_bad_archive(from_.file(), "it does not tell its format");
        if (head["format"].get<std::uint64_t>() > run_archive_format)
            throw error{"EST-635",
                        {.what = "the archive was written by a newer version of estima",
                         .where = shown(from_.file().string()),
                         .why = "its format is " + head["format"].dump() + ", this version knows formats up to " +
                                std::to_string(run_archive_format),
                         .remedy = "import it by that version"}};
        auto const text_at = [&head](char const* name) {
            return head.contains(name) && head[name].is_string() ? head[name].get<std::string>() : std::string{};
        };
        found_.run_id = text_at("run_id");
        found_.snapshot_id = text_at("snapshot_id");
        std::string const mode = text_at("mode");  // some archives do not tell it
        std::from_chars(mode.data(), mode.data() + mode.size(), usual_mode_, 8);
        usual_mode_ &= 0644U;
        if (!is_run_id(found_.run_id)) throw_bad_archive(from_.file(), "it does not tell which run it is of");
        home_ = "runs/" + found_.run_id + "/";
        found_.sums.emplace(run_archive_head, sha256_hex(text));
    }

    std::string text_of(tar_entry const& entry, std::uint64_t at_most) {
        std::string text;
        for (;;) {
            std::string_view const bytes = from_.read({buffer_.get(), piece});
            if (bytes.empty()) return text;
            if (text.size() + bytes.size() > at_most) refuse(entry, "it is too large");
            text.append(bytes);
        }
    }

    void take(tar_entry const& entry) {
        if (std::string const why = why_not(entry); !why.empty()) refuse(entry, why);
        if (!paths_.insert(entry.path).second) refuse(entry, "it is there twice");
        make_parents(entry);
        std::filesystem::path const place = into_ / entry.path;
        if (entry.kind == tar_kind::file) {
            take_file(entry, place);
        } else if (entry.kind == tar_kind::link) {
            if (::symlink(entry.target.c_str(), place.c_str()) != 0) throw_file_error("cannot write", place);
        } else {
            bool const by_umask = is_by_umask(entry);
            if (made_.insert(entry.path).second && ::mkdir(place.c_str(), by_umask ? 0777 : 0700) != 0)
                throw_file_error("cannot create directory", place);
            if (!by_umask) closed_directories_.emplace_back(entry.path, entry.mode);
        }
    }

    /// Who imports a run, and the group of the workspace, can do with it what they can do with one that was submitted
    /// there. But what the script, or who ran it, kept from others more than their umask did, or made read-only, stays
    /// so.
    bool is_by_umask(tar_entry const& entry) const {
        return !entry.path.starts_with(home_ + "code/") || (entry.mode & usual_mode_) == usual_mode_;
    }

    void take_file(tar_entry const& entry, std::filesystem::path const& place) {
        bool const by_umask = is_by_umask(entry);
        mode_t const mode = !by_umask ? 0600 : (entry.mode & S_IXUSR) != 0 ? 0777 : 0666;
        file_descriptor const fd{::open(place.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)};
        if (!fd) throw_file_error("cannot write", place);
        std::uint64_t size = 0;
        write_with_holes to{fd.get()};  // as it may have been: an archive does not tell
        for (std::string_view bytes; !(bytes = from_.read({buffer_.get(), piece})).empty(); size += bytes.size()) {
            hash_.update(bytes);
            if (!to.write(bytes)) throw_file_error("cannot write", place);
            tell();
        }
        if (!to.finish()) throw_file_error("cannot write", place);
        std::string sum = hash_.hex_digest();
        timespec const times[2] = {{entry.changed, 0}, {entry.changed, 0}};
        if ((!by_umask && ::fchmod(fd.get(), entry.mode | 0400) != 0) || ::futimens(fd.get(), times) != 0)
            throw_file_error("cannot write", place);
        bool const is_tree = entry.path == tree_path();
        if ((is_tree && sum != found_.snapshot_id) || (is_object(entry.path) && object_path(sum) != entry.path))
            throw_bad_archive(from_.file(), "the contents of " + shown(entry.path) + " are not what its name tells");
        found_.has_snapshot = found_.has_snapshot || is_tree;
        found_.bytes += size;
        found_.sums.emplace(entry.path, std::move(sum));
    }

    std::string tree_path() const { return "snapshots/trees/" + found_.snapshot_id; }
    static std::string object_path(std::string const& hex) { return "snapshots/objects/" + loose_name(hex); }
    static bool is_object(std::string_view path) {
        std::string digits;
        if (path.starts_with("snapshots/objects/")) digits = path.substr(18);
        return digits.size() == 65 && digits[2] == '/' && is_digest_text(digits.erase(2, 1));
    }

    /// Why an entry has no place in the archive of this run; empty if it has one.
    std::string why_not(tar_entry const& entry) const {
        std::string_view const path = entry.path;
        for (std::string_view rest = path;;) {
            std::size_t const end = rest.find('/');
            std::string_view const part = rest.substr(0, end);
            if (part.empty() || part == "." || part == "..") return "its path leads elsewhere";
            if (end == std::string_view::npos) break;
            rest.remove_prefix(end + 1);
        }
        if (entry.kind == tar_kind::other) return "it is neither a file, a directory nor a symbolic link";
        if (path.starts_with(home_)) {
            std::string_view const inside = path.substr(home_.size());
            if (is_derived_file(inside)) return "it is derived from the rest";
            if (entry.kind == tar_kind::link && !leads_inside(inside, entry.target))
                return "the link leads out of the run";
            return "";
        }
        bool const is_of_snapshot = is_object(path) || (path == tree_path() && is_digest_text(found_.snapshot_id));
        return is_of_snapshot && entry.kind == tar_kind::file ? ""
                                                              : "it belongs neither to the run nor to its snapshot";
    }

    /// Every part of the way has to be a directory that was made here: none is a link.
    void make_parents(tar_entry const& entry) {
        for (std::size_t end = 0; (end = entry.path.find('/', end)) != std::string::npos; ++end) {
            std::string const parent = entry.path.substr(0, end);
            if (made_.contains(parent)) continue;
            // The run's folder is as any other run's; what a snapshot has is not for all to see.
            if (::mkdir((into_ / parent).c_str(), parent.starts_with("runs") ? 0777 : 0700) != 0) {
                if (errno == EEXIST) refuse(entry, "a part of its path is no directory");
                throw_file_error("cannot create directory", into_ / parent);
            }
            made_.insert(parent);
        }
    }

    /// The first line in which the checksums differ from what was unpacked.
    std::string why_other(std::string const& told) const {
        std::string const is = sums_text(found_.sums);
        std::size_t line = 0;
        for (std::size_t i = 0; i < is.size() && i < told.size() && is[i] == told[i]; ++i)
            if (is[i] == '\n') line = i + 1;
        auto const name = [line](std::string const& text) {
            std::string const whole = text.substr(std::min(line, text.size()));
            return whole.size() > 66 ? shown(whole.substr(66, whole.find('\n') - 66)) : std::string{};
        };
        std::string const here = name(is), there = name(told);
        if (here == there) return here + " does not have the SHA-256 that the archive tells";
        return "it does not hold what its checksums name: " + (there.empty() ? here : there);
    }

    tar_reader from_;
    std::filesystem::path into_;
    archive_progress const& progress_;
    std::uint64_t total_ = 0;
    unpacked_run found_{};
    std::string home_{};
    unsigned usual_mode_ = 0644;  ///< of what was exported, as far as it matters
    std::set<std::string> paths_{}, made_{};
    std::vector<std::pair<std::string, unsigned>> closed_directories_{};
    std::unique_ptr<char[]> buffer_ = std::make_unique_for_overwrite<char[]>(piece);
    sha256 hash_{};
};

}  // namespace estima::inline v0_1::detail
