// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <estima/index/byte_codec.hpp>
#include <estima/index/indexed_run.hpp>
#include <estima/index/run_set.hpp>

namespace estima::inline v0_1::detail {

/// One thing that runs have: the tag "team", the smallest value of the metric "loss".
struct column_name {
    column_kind kind = column_kind::attribute;
    std::string name{};
    bool operator==(column_name const&) const = default;
    auto operator<=>(column_name const&) const = default;
};

/// Between which the numbers of a cell lie, those that are some.
struct cell_bounds {
    std::optional<double> low{}, high{};
};

/// What one column has for the runs of a block.
struct cell {
    column_name column;
    bool is_text = false;
    cell_bounds bounds{};  ///< of a cell of numbers
    std::string bytes{};
};

/// Reads a cell. Not all runs of a block need have a value.
class cell_reader {
public:
    explicit cell_reader(std::string_view sealed) {
        byte_reader in{unsealed_bytes(sealed)};
        is_text_ = in.get<std::uint8_t>() != 0;
        count_ = in.get<std::uint16_t>();
        bool const is_dense = in.get<std::uint8_t>() != 0;
        if (count_ > block_size) throw_damaged("a cell of the index is too long");
        if (!is_dense) places_ = in.raw(count_ * sizeof(std::uint16_t));
        if (is_text_) {
            std::uint16_t const distinct = in.get<std::uint16_t>();
            texts_.reserve(distinct);
            for (unsigned i = 0; i < distinct; ++i) texts_.push_back(in.get_text());
            is_wide_ = distinct > 256;
            values_ = in.raw(count_ * (is_wide_ ? 2U : 1U));
        } else {
            values_ = in.raw(count_ * sizeof(double));
        }
    }

    bool is_text() const { return is_text_; }

    /// Calls `see(place, value)` for each run that has a number.
    template <class See>
    void for_each_number(See see) const {
        if (is_text_) return;
        for (std::size_t i = 0; i < count_; ++i) see(place(i), at<double>(values_, i));
    }

    /// Calls `see(place, text)` for each run that has a text.
    template <class See>
    void for_each_text(See see) const {
        if (is_text_)
            for (std::size_t i = 0; i < count_; ++i) see(place(i), texts_[code(i)]);
    }

    /// The runs that have a value.
    run_set present() const {
        run_set all;
        if (places_.empty()) return run_set::first(count_);
        for (std::size_t i = 0; i < count_; ++i) all.set(place(i));
        return all;
    }

    /// The runs of these whose number is as asked: `is(double)`.
    template <class Is>
    run_set where_number(run_set const& among, Is is) const {
        if (is_text_) return {};
        return those_of(among, [&](std::size_t i) { return is(at<double>(values_, i)); });
    }

    /// The runs of these whose text is as asked. Each text is looked at once, however many runs have it.
    template <class Is>
    run_set where_text(run_set const& among, Is is) const {
        std::vector<char> verdicts(texts_.size());
        bool any = false;
        for (std::size_t i = 0; i < texts_.size(); ++i) any = (verdicts[i] = is(texts_[i]) ? 1 : 0) != 0 || any;
        if (!is_text_ || !any) return {};
        return those_of(among, [&](std::size_t i) { return verdicts[code(i)] != 0; });
    }

private:
    template <class Number>
    static Number at(std::string_view raw, std::size_t i) {
        Number value{};
        std::memcpy(&value, raw.data() + i * sizeof value, sizeof value);
        return value;
    }
    /// Of these runs those whose value, the i-th of the cell, is as asked.
    template <class Is>
    run_set those_of(run_set const& among, Is is) const {
        if (places_.empty()) return (among & run_set::first(count_)).where(is);
        run_set found;
        for (std::size_t i = 0; i < count_; ++i)
            if (std::size_t const p = place(i); among[p] && is(i)) found.set(p);
        return found;
    }
    std::size_t place(std::size_t i) const {
        std::size_t const p = places_.empty() ? i : at<std::uint16_t>(places_, i);
        return p < block_size ? p : (throw_damaged("a cell of the index has no such place"), p);
    }
    std::size_t code(std::size_t i) const {
        std::size_t const c = is_wide_ ? at<std::uint16_t>(values_, i) : at<std::uint8_t>(values_, i);
        return c < texts_.size() ? c : (throw_damaged("a cell of the index has no such text"), c);
    }

    bool is_text_ = false, is_wide_ = false;
    std::size_t count_ = 0;
    std::string_view places_, values_;
    std::vector<std::string_view> texts_;
};

/// Makes the cells of a block from its runs.
class cell_builder {
public:
    /// All columns, or with a list only those.
    explicit cell_builder(std::vector<column_name> const* only = nullptr) : only_{only} {}
    cell_builder(cell_builder const&) = delete;
    cell_builder& operator=(cell_builder const&) = delete;

    static auto takers(cell_builder& b) {
        return std::pair{[&b](column_kind kind, std::string_view name, std::string_view value) {
                             if (column* const c = b.find(kind, name)) c->add(b.places_, value);
                         },
                         [&b](column_kind kind, std::string_view name, double v) { b.add_number(kind, name, v); }};
    }

    /// Adds a run at the next place; its texts must live until build().
    void add(run_summary const& run) {
        auto const [take_text, take_number] = takers(*this);
        for_each_value(run, take_text, take_number);
        next();
    }
    /// Adds a run by its record, which must live until build().
    void add_record(std::string_view bytes) {
        auto const [take_text, take_number] = takers(*this);
        for_each_value_in(bytes, take_text, take_number);
        next();
    }
    void next() {
        ++places_;
        at_ = 0;
    }
    void add_number(column_kind kind, std::string_view name, double value) {
        if (column* const c = find(kind, name)) c->add(places_, value);
    }

    std::vector<cell> build() const {
        std::vector<cell> cells;
        for (auto const& [key, c] : columns_) cells.push_back(c.build({key.first, std::string{key.second}}, places_));
        return cells;
    }

private:
    struct column {
        std::vector<std::uint16_t> places{}, codes{};
        std::vector<double> numbers{};
        std::vector<std::string_view> texts{};
        std::unordered_map<std::string_view, std::uint16_t> code_of{};

        void add(std::size_t place, double value) {
            places.push_back(static_cast<std::uint16_t>(place));
            numbers.push_back(value);
        }
        void add(std::size_t place, std::string_view value) {
            places.push_back(static_cast<std::uint16_t>(place));
            auto const [at, is_new] = code_of.try_emplace(value, static_cast<std::uint16_t>(texts.size()));
            if (is_new) texts.push_back(value);
            codes.push_back(at->second);
        }
        cell build(column_name name, std::size_t run_count) const {
            bool const is_text = !texts.empty();
            cell made{.column = std::move(name), .is_text = is_text};
            byte_writer out;
            bool const is_dense = places.size() == run_count;
            out.put(static_cast<std::uint8_t>(is_text));
            out.put(static_cast<std::uint16_t>(places.size()));
            out.put(static_cast<std::uint8_t>(is_dense));
            if (!is_dense)
                for (std::uint16_t const place : places) out.put(place);
            if (is_text) {
                out.put(static_cast<std::uint16_t>(texts.size()));
                for (std::string_view const text : texts) out.put_text(text);
                for (std::uint16_t const code : codes)
                    if (texts.size() > 256)
                        out.put(code);
                    else
                        out.put(static_cast<std::uint8_t>(code));
            }
            for (double const value : numbers) {
                out.put(value);
                if (std::isnan(value)) continue;
                auto& [low, high] = made.bounds;
                low = std::min(low.value_or(value), value);
                high = std::max(high.value_or(value), value);
            }
            made.bytes = sealed_bytes(out.bytes());
            return made;
        }
    };

    /// Nothing for a column that is not asked for. Runs have much the same columns in the same order: most often it is
    /// the next one of those that were met, or a few behind it.
    column* find(column_kind kind, std::string_view name) {
        for (std::size_t i = at_; i < std::min(at_ + 4, met_.size()); ++i)
            if (met_[i].kind == kind && met_[i].name == name) {
                at_ = i + 1;
                return met_[i].to;
            }
        column* to = nullptr;
        if (only_ == nullptr || std::any_of(only_->begin(), only_->end(), [&](column_name const& one) {
                return one.kind == kind && one.name == name;
            }))
            to = &columns_[{kind, name}];
        if (met_.size() > 4 * columns_.size() + 1000) met_.clear(), at_ = 0;  // there is no such order
        met_.insert(met_.begin() + static_cast<std::ptrdiff_t>(at_++), {kind, name, to});
        return to;
    }

    struct met_column {
        column_kind kind;
        std::string_view name;
        column* to;
    };
    std::vector<column_name> const* only_;
    std::size_t places_ = 0;
    std::map<std::pair<column_kind, std::string_view>, column> columns_;
    std::vector<met_column> met_{};
    std::size_t at_ = 0;  ///< where in met_ the next one is looked for
};

}  // namespace estima::inline v0_1::detail
