// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <estima/hosts/frame.hpp>
#include <estima/hosts/host_files.hpp>

namespace estima::inline v0_1 {

/// The files of one host on their way here: one after the other, in pieces, each compared with its SHA-256.
class host_collection {
public:
    explicit host_collection(host_files files) : files_{std::move(files)} {}

    host_files const& files() const { return files_; }
    bool is_over() const { return next_ == wanted_.size(); }
    bool is_whole() const { return is_whole_; }  ///< nothing could not be brought

    void begin(std::vector<host_files::brought> wanted) {
        wanted_ = std::move(wanted);
        next_ = 0;
    }
    /// What the host is to be asked for, at the beginning, and again when the way to it was lost in between: paths, and
    /// the bytes that have come of each.
    json left() const {
        json all = json::array();
        for (std::size_t i = next_; i < wanted_.size(); ++i)
            all.push_back({wanted_[i].file.path, i == next_ ? files_.come(wanted_[i]) : 0});
        return all;
    }

    /// A piece of the file whose turn it is. `ask` is called with what has to come once more, `warn` with a
    /// sentence about one that cannot be had. EST-301.
    template <class Ask, class Warn>
    void take(frame const& f, Ask const& ask, Warn const& warn) {
        if (is_over()) return;
        if (!f.body.empty()) files_.piece(wanted_[next_], f.head.at("offset"), f.body);
        if (!f.head.value("last", false)) return;
        host_files::brought w = wanted_[next_++];
        if (!files_.end(w) && !w.is_second_try) {  // once more, from its beginning
            w.is_second_try = true;
            wanted_.push_back(w);
            ask(json::array({json::array({w.file.path, 0})}));
        } else if (!w.is_whole) {
            warn(w.file.path + " could not be brought as it is there" +
                 (f.head.contains("failed") ? ": " + f.head["failed"].get<std::string>() : ""));
            is_whole_ = false;
        }
    }

private:
    host_files files_;
    std::vector<host_files::brought> wanted_{};
    std::size_t next_ = 0;
    bool is_whole_ = true;
};

}  // namespace estima::inline v0_1
