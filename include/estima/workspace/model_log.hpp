// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <estima/base/error.hpp>
#include <estima/system/clock.hpp>
#include <estima/system/file_descriptor.hpp>
#include <estima/system/files.hpp>
#include <estima/system/json.hpp>
#include <estima/system/shown.hpp>
#include <estima/system/torn_line.hpp>
#include <estima/workspace/names.hpp>

namespace estima::inline v0_1::detail {

/// The number of a version, as folders are named; 0 if it is none.
inline int version_from(std::string_view text) {
    int version = 0;
    auto const [last, parsed] = std::from_chars(text.data(), text.data() + text.size(), version);
    return parsed == std::errc{} && last == text.data() + text.size() && version > 0 ? version : 0;
}

/// EST-305: it cannot be a name; EST-642: it looks like a version.
inline void require_alias(std::string const& alias) {
    require_name("an alias of a model", alias);
    if (alias == "latest" || std::all_of(alias.begin(), alias.end(), [](char c) { return c >= '0' && c <= '9'; }))
        throw error{"EST-642",
                    {.what = "\"" + shown(alias) + "\" cannot be an alias",
                     .why = "a number is a version, and \"latest\" the newest one",
                     .remedy = "use a word: \"champion\""}};
}

/// What was changed of a model's versions since they were registered: JSON Lines in models/<name>/changes.jsonl, only
/// ever added to, on the disk when it is told. Its lock is also that of new versions and of deleting them.
///
///     tag, property: version, name, value; untag: version, name; description: version, text; stage: version, stage;
///     alias, unalias: version, alias; deleted: version
class model_log {
public:
    /// Reads it; nothing if nothing was changed yet. EST-301.
    explicit model_log(std::filesystem::path home) : home_{std::move(home)} { read(); }

    std::vector<json> const& events() const { return events_; }
    /// How many lines are no changes, other than those that killed writers left torn.
    int lines_ignored() const { return lines_ignored_; }
    /// Versions that were deleted, whose numbers are not given again.
    std::set<int> const& deleted() const { return deleted_; }
    /// Which alias points where.
    std::map<std::string, int> const& aliases() const { return aliases_; }
    std::vector<std::string> aliases_of(int version) const {
        std::vector<std::string> found;
        for (auto const& [alias, at] : aliases_)
            if (at == version) found.push_back(alias);
        return found;
    }
    /// EST-507 if that version is not there any more.
    void require(int version) const {
        if (!deleted_.contains(version)) return;
        throw error{"EST-507",
                    {.what = "that version of the model was deleted",
                     .where = "model " + home_.filename().string() + ":" + std::to_string(version)}};
    }

    /// Calls `work` while no other process changes anything, the newest state being read. EST-301.
    template <class Work>
    void change(Work const& work) {
        fd_ = open_file(home_ / "changes.jsonl", O_RDWR | O_APPEND | O_CREAT | O_NONBLOCK | O_NOCTTY);
        while (::flock(fd_.get(), LOCK_EX) != 0 && errno == EINTR) {
        }
        read();
        work();
        fd_.reset();
    }
    /// Within `change`: adds one, with the time. EST-301.
    void append(json event) {
        event["time"] = utc_text(epoch_seconds());
        std::string const line = event.dump(-1, ' ', false, json::error_handler_t::replace);
        if (!write_all(fd_.get(), std::string{is_torn_ ? end_of_torn_line : ""} + line + '\n') ||
            ::fsync(fd_.get()) != 0)
            throw_file_error("cannot write", home_ / "changes.jsonl");
        is_torn_ = false;
        take(line);
    }

private:
    void read() {
        events_.clear(), deleted_.clear(), aliases_.clear(), lines_ignored_ = 0;
        std::error_code code;
        std::filesystem::path const file = home_ / "changes.jsonl";
        std::string const text = std::filesystem::exists(file, code) ? read_regular_file(file) : std::string{};
        is_torn_ = !text.empty() && !text.ends_with('\n');
        for (std::size_t begin = 0, end = 0; (end = text.find('\n', begin)) != text.npos; begin = end + 1)
            take(std::string_view{text}.substr(begin, end - begin));
    }

    /// A line that a killed writer left torn, or somebody else wrote, is passed over.
    void take(std::string_view text) {
        std::string_view const line = without_torn_mark(text);
        if (line.empty()) return;
        try {
            json event = json::parse(line);
            int const version = whole_number(event, "version", 0);
            std::string const kind = event.value("event", ""), alias = event.value("alias", "");
            for (char const* const member : {"name", "value", "text", "stage"}) (void)event.value(member, "");
            if (kind == "deleted") deleted_.insert(version);
            if (kind == "alias") aliases_[alias] = version;
            if (kind == "unalias" && aliases_.contains(alias) && aliases_.at(alias) == version) aliases_.erase(alias);
            events_.push_back(std::move(event));
        } catch (json::exception const&) {
            lines_ignored_ += line.size() == text.size();
        }
    }

    std::filesystem::path home_;
    file_descriptor fd_;
    bool is_torn_ = false;
    int lines_ignored_ = 0;
    std::vector<json> events_;
    std::set<int> deleted_;
    std::map<std::string, int> aliases_;
};

}  // namespace estima::inline v0_1::detail
