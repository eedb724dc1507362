// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <estima/base/error.hpp>
#include <estima/run_configuration/field_path.hpp>
#include <estima/system/json.hpp>

namespace estima::inline v0_1::detail {

/// A place in a file. Both count from 1; columns are bytes. 0: not known.
struct position {
    int line = 0, column = 0;
};

/// Where a value stands.
struct file_place {
    std::size_t file = 0;   ///< index into document::files
    position key{};         ///< of the key, or of the list's entry
    position value{};       ///< the same as the key's for a value that is not written at all
    std::string written{};  ///< a number or word, as it stands there
    bool has_hash = false;  ///< text with '#', so that what looks like a comment may be none
};

/// What a file says, and where. Places are by JSON pointer.
struct document {
    std::vector<std::string> files{};
    json value{};
    std::map<std::string, file_place> places{};

    /// Of the value itself, or of the nearest around it whose place is known.
    file_place const& place(std::string pointer) const {
        static file_place const nowhere{};
        for (;;) {
            auto const found = places.find(pointer);
            if (found != places.end()) return found->second;
            if (pointer.empty()) return nowhere;
            pointer.resize(pointer.rfind('/'));
        }
    }
};

inline std::string where_text(std::string const& file, position at, std::string const& key = {}) {
    std::string text = file;
    if (at.line > 0) text += ":" + std::to_string(at.line) + ":" + std::to_string(at.column);
    if (!key.empty()) text += " (" + key + ")";
    return text;
}

inline error syntax_error(std::string const& file, position at, std::string why,
                          std::string remedy = "compare the file with docs/run_configuration.md") {
    return {"EST-103",
            {.what = "this file cannot be read as a run configuration",
             .where = where_text(file, at),
             .why = std::move(why),
             .remedy = std::move(remedy)}};
}

/// Puts a document together from what a parser meets, one value after the other, and guards what every parser has to:
/// EST-104 a key that is given twice, EST-106 a file that is nested too deeply or that grows too large by aliases.
class document_builder {
public:
    static constexpr std::size_t deepest = 32;
    static constexpr std::size_t largest = std::size_t{16} << 20;  ///< bytes, roughly, of all that is built

    explicit document_builder(std::string file) { document_.files.push_back(std::move(file)); }

    std::string const& file() const { return document_.files[0]; }
    bool expects_key() const { return !open_.empty() && open_.back().value.is_object() && !open_.back().has_key; }

    void key(std::string text, position at, bool merges = false) {
        frame& top = open_.back();
        auto const [first, is_new] = top.keys.emplace(text, at.line);
        if (!is_new && !merges)
            throw error{"EST-104",
                        {.what = "a key is given twice",
                         .where = where_text(file(), at, text),
                         .why = "it is given in line " + std::to_string(first->second) + " and in line " +
                                std::to_string(at.line),
                         .remedy = "remove one of the two"}};
        top.key = std::move(text);
        top.key_at = at;
        top.has_key = true;
        top.merges = merges;
    }
    void scalar(json value, std::string written, position at, std::size_t anchor = 0) {
        bool has_hash = false;
        if (value.is_string()) {
            written = {};
            has_hash = value.get_ref<std::string const&>().find('#') != std::string::npos;
        }
        std::size_t const size = value.is_string() ? value.get_ref<std::string const&>().size() : written.size();
        std::size_t const before = size_;
        charge(size, at);
        std::string const pointer = enter(at, std::move(written), has_hash);
        if (anchor != 0) remember(anchor, value, pointer, before, at);
        put(std::move(value), pointer);
    }
    void start(json empty, position at, std::size_t anchor = 0) {
        if (open_.size() >= deepest)
            throw too_large(at, "it is nested more than " + std::to_string(deepest) + " levels deep");
        std::size_t const before = size_;
        charge(0, at);
        std::string inner = enter(at, {}, false);
        open_.push_back({.value = std::move(empty),
                         .pointer = std::move(inner),
                         .anchor = anchor,
                         .size_before = before,
                         .at = at});
    }
    void end() {
        frame done = std::move(open_.back());
        open_.pop_back();
        for (anchored& merged : done.merged)
            for (auto item = merged.value.begin(); item != merged.value.end(); ++item) {
                if (done.value.contains(item.key())) continue;
                done.value[item.key()] = std::move(item.value());
                std::string below;
                append_pointer(below, item.key());
                enter_words(done.pointer, merged.words, below, {.key = merged.at, .value = merged.at});
            }
        if (done.anchor != 0) remember(done.anchor, done.value, done.pointer, done.size_before, done.at);
        put(std::move(done.value), done.pointer);
    }
    void alias(std::size_t anchor, position at) {
        auto const found = anchors_.find(anchor);
        if (found == anchors_.end()) throw syntax_error(file(), at, "this alias stands inside what it is an alias of");
        charge(found->second.size, at);
        std::string const pointer = enter(at, {}, false);
        enter_words(pointer, found->second.words, {}, document_.place(pointer));
        put(found->second.value, pointer);
    }
    document take() { return std::move(document_); }

private:
    /// Numbers and words as they are written, by their pointers from the value that they are a part of.
    using written_words = std::map<std::string, std::string>;
    struct anchored {
        json value;
        written_words words;
        std::size_t size = 0;
        position at{};
    };
    struct frame {
        json value;
        std::string pointer{};
        std::size_t anchor = 0, size_before = 0;
        position at{};
        std::map<std::string, int> keys{};
        std::string key{};
        position key_at{};
        bool has_key = false, merges = false;
        std::vector<anchored> merged{};
    };

    error too_large(position at, std::string why) const {
        return {"EST-106",
                {.what = "this file is too large or too complicated for a run configuration",
                 .where = where_text(file(), at),
                 .why = std::move(why),
                 .remedy = "simplify it"}};
    }
    void charge(std::size_t bytes, position at) {
        size_ += bytes + 16;
        if (size_ > largest) throw too_large(at, "with its aliases written out it is larger than 16 MiB");
    }
    void remember(std::size_t anchor, json const& value, std::string const& pointer, std::size_t size_before,
                  position at) {
        std::size_t const size = size_ - size_before;
        charge(size, at);
        anchors_.insert_or_assign(anchor, anchored{value, words_at(pointer), size, at});
    }
    written_words words_at(std::string const& pointer) const {
        written_words words;
        for (auto one = document_.places.lower_bound(pointer);
             one != document_.places.end() && one->first.starts_with(pointer); ++one)
            if (!one->second.written.empty() &&
                (one->first.size() == pointer.size() || one->first[pointer.size()] == '/'))
                words.emplace(one->first.substr(pointer.size()), one->second.written);
        return words;
    }
    /// Of a value that stands elsewhere, the words at `below` and in it; `place` is that of the alias.
    void enter_words(std::string const& pointer, written_words const& words, std::string const& below,
                     file_place place) {
        for (auto one = words.lower_bound(below); one != words.end() && one->first.starts_with(below); ++one) {
            if (one->first.size() != below.size() && one->first[below.size()] != '/') continue;
            charge(pointer.size() + one->first.size(), place.value);
            place.written = one->second;
            document_.places.insert_or_assign(pointer + one->first, place);
        }
    }
    /// Notes where the next value stands; gives its JSON pointer.
    std::string enter(position at, std::string written, bool has_hash) {
        std::string pointer;
        file_place place{.key = at, .value = at, .written = std::move(written), .has_hash = has_hash};
        if (!open_.empty()) {
            frame const& top = open_.back();
            pointer = top.pointer;
            append_pointer(pointer, top.value.is_object() ? top.key : std::to_string(top.value.size()));
            if (top.value.is_object()) place.key = top.key_at;
        }
        charge(pointer.size(), at);
        document_.places.insert_or_assign(pointer, std::move(place));
        return pointer;
    }
    void put(json value, std::string const& pointer) {
        if (open_.empty()) {
            document_.value = std::move(value);
            return;
        }
        frame& top = open_.back();
        if (!top.value.is_object()) return top.value.push_back(std::move(value));
        top.has_key = false;
        if (top.merges) return merge(top, std::move(value), pointer);
        top.value[std::move(top.key)] = std::move(value);
    }
    /// `<<: *defaults`, or a list of such.
    void merge(frame& top, json value, std::string const& pointer) {
        if (value.is_object()) {
            top.merged.push_back({std::move(value), words_at(pointer), 0, top.key_at});
            return;
        }
        if (!value.is_array()) throw syntax_error(file(), top.key_at, "<< merges maps, and this is none");
        for (std::size_t i = 0; i < value.size(); ++i) {
            if (!value[i].is_object())
                throw syntax_error(file(), top.key_at, "<< merges maps, and one of these is none");
            top.merged.push_back({std::move(value[i]), words_at(pointer + "/" + std::to_string(i)), 0, top.key_at});
        }
    }

    document document_{};
    std::vector<frame> open_{};
    std::map<std::size_t, anchored> anchors_{};
    std::size_t size_ = 0;
};

}  // namespace estima::inline v0_1::detail
