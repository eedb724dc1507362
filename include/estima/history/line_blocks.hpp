// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include <estima/history/kept_blocks.hpp>
#include <estima/history/lines.hpp>
#include <estima/history/metric_line.hpp>

namespace estima::inline v0_1::detail {

/// Microseconds since 1970; beyond 292,000 years it is as good as the limit.
inline std::int64_t in_microseconds(double seconds) {
    return static_cast<std::int64_t>(std::llround(std::clamp(seconds, -9e12, 9e12) * 1e6));
}

/// The point of a line that begins there; the value of what is no number is 0.
inline block_point point_of(estima::metric_line const& line, std::uint64_t place) {
    double const* const value = std::get_if<double>(&line.value);
    return {value != nullptr ? *value : 0, line.step.value_or(no_step), in_microseconds(line.time.value_or(0)), place};
}

/// What a file of metric lines has under a name, of one kind: index of metric_line_value.
struct named_lines {
    std::string name;
    std::size_t kind = 0;
    std::vector<point_block> blocks{};
    std::vector<std::uint64_t> places{};  ///< of those lines that lie far apart, in the order of the file

    std::uint64_t count() const {
        std::uint64_t all = 0;
        for (point_block const& b : blocks) all += b.count;
        return all;
    }
};

/// A file of metric lines, by blocks of what it has under each name. What takes long to find is kept beside it, in
/// "<file>.blocks", with how far the file was read and what it looked like.
class line_blocks {
public:
    /// Reads what is new in it. Of a last line without its newline what it tells is taken; that it is none is known
    /// when the run is over. EST-301.
    line_blocks(std::filesystem::path const& path, bool is_over)
        : path_{path}, is_over_{is_over}, fd_{open_file(path, O_RDONLY | O_NONBLOCK | O_NOCTTY)} {
        if (::fstat(fd_.get(), &status_) != 0) throw_file_error("cannot read", path);
        kept_ = kept_blocks{beside(), magic};
        if (!is_kept_of_this()) kept_ = {};
        if (size() < kept_.head().next + enough_to_keep)
            read(kept_.head().next, kept_.head().skipped);
        else
            keep_all();
        take_last();
    }

    /// How many lines are no metrics, and worth telling.
    std::uint64_t skipped() const { return skipped_; }

    named_lines of(std::string const& name, std::size_t kind) {
        named_lines found{name, kind};
        std::uint64_t const hash = checksum_of(name);
        for (kept_blocks::entry const& e : kept_.entries()) {
            if (e.hash != hash || e.kind != kind) continue;
            auto const line = line_at(e.name);
            if (!line || line->name != name) continue;
            if (block_list list; kept_.take(e, list)) {
                add(found, list);
                continue;
            }
            anew();
            return of(name, kind);
        }
        if (auto const its = lists_.find(name); its != lists_.end() && its->second[kind])
            add(found, its->second[kind]->list);
        return found;
    }

    /// All of these kinds, by name and kind, without places: numbers are of the first kind.
    std::map<std::pair<std::string, std::size_t>, named_lines> all_of(std::size_t first_kind, std::size_t last_kind) {
        std::map<std::pair<std::string, std::size_t>, named_lines> all;
        auto const into = [&all](std::string const& name, std::size_t kind) -> named_lines& {
            return all.try_emplace({name, kind}, named_lines{name, kind}).first->second;
        };
        for (kept_blocks::entry const& e : kept_.entries()) {
            if (e.kind < first_kind || e.kind > last_kind) continue;
            auto const line = line_at(e.name);
            if (block_list list; line && line->value.index() == e.kind && kept_.take_blocks(e, list)) {
                add(into(line->name, e.kind), list);
                continue;
            }
            anew();
            return all_of(first_kind, last_kind);
        }
        for (auto const& [name, kinds] : lists_)
            for (std::size_t kind = first_kind; kind <= last_kind; ++kind)
                if (kinds[kind]) add(into(name, kind), kinds[kind]->list);
        return all;
    }

    /// Calls `take(metric_line&&, place)` for those lines that lie between two places, both of them included.
    template <class Take>
    void read(named_lines const& of, std::uint64_t first, std::uint64_t last, Take take) const {
        auto const tell = [&](std::string_view text, std::uint64_t place) {
            auto line = parse_metric_line(text);
            if (line && line->value.index() == of.kind && line->name == of.name) take(std::move(*line), place);
        };
        auto place = std::lower_bound(of.places.begin(), of.places.end(), first);
        bool const is_far = place != of.places.end() && *place <= last;
        if (!is_far)
            for_each_line_from(fd_.get(), path_, first, piece, [&](auto text, bool, std::uint64_t at) {
                if (at <= last) tell(text, at);
                return at < last;
            });
        for (; place != of.places.end() && *place <= last; ++place)
            for_each_line_from(fd_.get(), path_, *place, small_piece, [&](auto text, bool, std::uint64_t at) {
                tell(text, at);
                return false;
            });
    }

    /// The line that begins there; nothing if that is no metric any more.
    std::optional<estima::metric_line> line_at(std::uint64_t place) const {
        std::optional<estima::metric_line> line;
        for_each_line_from(fd_.get(), path_, place, small_piece, [&](std::string_view text, bool, std::uint64_t) {
            line = parse_metric_line(text);
            return false;
        });
        return line;
    }

private:
    static constexpr std::uint64_t enough_to_keep = std::uint64_t{1} << 23U;  // bytes: some hundredths of a second
    static constexpr std::uint64_t dense_span = std::uint64_t{1} << 17U;  // bytes that are as soon read as asked for
    static constexpr std::uint64_t checked_bytes = 64;
    static constexpr std::size_t piece = 65536, small_piece = 512;
    static constexpr std::string_view magic = "estlblk2";

    /// Those under one name since `begin`, its first line.
    struct fresh_lines {
        std::uint64_t begin = 0;
        block_list list{};
    };
    using by_kind = std::array<std::unique_ptr<fresh_lines>, std::variant_size_v<metric_line_value>>;

    std::filesystem::path beside() const { return path_.string() + ".blocks"; }
    std::uint64_t size() const { return static_cast<std::uint64_t>(status_.st_size); }
    std::int64_t changed() const { return status_.st_mtim.tv_sec * 1'000'000'000 + status_.st_mtim.tv_nsec; }

    /// Writers add to the file that is there: what was changed without growing, or is another file, was written by
    /// hand.
    bool is_kept_of_this() const {
        kept_head const& h = kept_.head();
        bool const is_other =
            h.file_id != status_.st_ino || h.next > size() || (h.size == size() && h.changed != changed());
        return !is_other && h.end_check == end_check(h.next);
    }
    std::uint64_t end_check(std::uint64_t end) const {
        char bytes[checked_bytes];
        std::size_t const length = static_cast<std::size_t>(std::min<std::uint64_t>(end, sizeof bytes));
        ssize_t const n = ::pread(fd_.get(), bytes, length, static_cast<off_t>(end - length));
        return n == static_cast<ssize_t>(length) ? checksum_of({bytes, length}) : 0;
    }

    /// Whether the places of a block's lines are kept: those of a full one are not if its lines lie close together.
    static bool has_places(point_block const& b) {
        return b.count < point_block::most_points || b.last.place - b.begin > dense_span;
    }
    static void add(named_lines& to, block_list const& list) {
        auto place = list.places.begin();
        for (point_block const& b : list.blocks) {
            to.blocks.push_back(b);
            for (std::uint32_t i = 0; has_places(b) && i < b.count && place != list.places.end(); ++i)
                to.places.push_back(b.begin + *place++);
        }
    }
    static void add(block_list& list, block_point const& p, std::size_t kind) {
        if (!list.blocks.empty() && p.place - list.blocks.back().begin > 0xFFFF'FFFFU) list.blocks.emplace_back();
        point_block& b = list.open_block();
        if (kind == 0)
            b.add(p);
        else
            b.add_other(p);
        list.places.push_back(static_cast<std::uint32_t>(p.place - b.begin));
        if (!has_places(b)) list.places.resize(list.places.size() - b.count);
    }

    void take(std::string_view text, bool is_ended, std::uint64_t begin) {
        auto const line = parse_metric_line(text);
        if (!line) {
            if (is_told_as_skipped(text, is_ended || is_over_)) ++skipped_;
            return;
        }
        std::size_t const kind = line->value.index();
        auto& lines = lists_[line->name][kind];
        if (!lines) lines = std::make_unique<fresh_lines>(fresh_lines{begin, {kind, checksum_of(line->name)}});
        add(lines->list, point_of(*line, begin), kind);
    }

    void read(std::uint64_t from, std::uint64_t skipped) {
        next_ = from;
        skipped_ = skipped;
        for_each_line_from(fd_.get(), path_, from, piece,
                           [this](std::string_view text, bool is_ended, std::uint64_t at) {
                               if (is_ended) {
                                   take(text, true, at);
                                   next_ = at + text.size() + 1;
                               } else {
                                   last_ = text;
                               }
                               return true;
                           });
    }
    /// The line without its newline: it is not kept.
    void take_last() {
        if (!last_.empty()) take(std::exchange(last_, {}), false, next_);
    }

    /// Reads on from what is kept, all of it, and keeps it.
    void keep_all() {
        if (!take_kept()) {
            kept_ = {};
            lists_.clear();
        }
        read(kept_.head().next, kept_.head().skipped);
        kept_ = {};
        kept_blocks::told_lists told;
        for (auto const& [name, of_name] : lists_)
            for (auto const& lines : of_name)
                if (lines) told.emplace(lines->begin, &lines->list);
        kept_blocks::write(beside(), path_, magic,
                           {.file_id = status_.st_ino,
                            .next = next_,
                            .size = size(),
                            .end_check = end_check(next_),
                            .skipped = skipped_,
                            .changed = changed()},
                           told);
    }
    bool take_kept() {
        kept_blocks::lists known;
        if (!kept_.take_all(known)) return false;
        for (auto& [place, list] : known) {
            auto const line = line_at(place);
            if (!line || list.kind != line->value.index()) return false;
            lists_[line->name][list.kind] = std::make_unique<fresh_lines>(fresh_lines{place, std::move(list)});
        }
        return true;
    }
    /// What is kept is damaged.
    void anew() {
        kept_ = {};
        lists_.clear();
        keep_all();
        take_last();
    }

    std::filesystem::path path_;
    bool is_over_;
    file_descriptor fd_;
    struct stat status_ {};
    kept_blocks kept_{};
    std::unordered_map<std::string, by_kind> lists_{};  ///< what is not in kept_
    std::string last_{};
    std::uint64_t next_ = 0, skipped_ = 0;
};

}  // namespace estima::inline v0_1::detail
