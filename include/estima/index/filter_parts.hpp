// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <estima/base/error.hpp>

namespace estima::inline v0_1 {

/// The parts of a filter, in their order. They do not change and copies share them, so that a filter of many, which is
/// made by adding one to a copy again and again, takes time that grows with them.
template <class Filter>
class filter_parts {
    // Each block is larger than the next: there are few, and a part is copied only when its block is to double.
    using block = std::shared_ptr<std::vector<Filter> const>;

public:
    /// Filters in filters: who looks for runs, or throws the filter away, needs stack for each.
    static constexpr int deepest = 250;

    class iterator {
    public:
        using iterator_category = std::forward_iterator_tag;
        using value_type = Filter;
        using difference_type = std::ptrdiff_t;
        using pointer = Filter const*;
        using reference = Filter const&;

        iterator() = default;
        explicit iterator(block const* first) : block_{first} {}
        reference operator*() const { return (**block_)[place_]; }
        pointer operator->() const { return &**this; }
        iterator& operator++() {
            if (++place_ == (*block_)->size()) ++block_, place_ = 0;
            return *this;
        }
        iterator operator++(int) {
            iterator const before = *this;
            ++*this;
            return before;
        }
        bool operator==(iterator const&) const = default;

    private:
        block const* block_ = nullptr;
        std::size_t place_ = 0;
    };
    using const_iterator = iterator;
    using value_type = Filter;

    filter_parts() = default;
    /// EST-611: they are nested too deep.
    filter_parts(std::vector<Filter> all) {
        for (Filter const& part : all) take_levels(part);
        if (!all.empty()) blocks_.push_back(std::make_shared<std::vector<Filter> const>(std::move(all)));
    }

    /// EST-611: it is nested too deep.
    void push_back(Filter part) {
        take_levels(part);
        std::size_t count = 1;
        auto first = blocks_.end();
        while (first != blocks_.begin() && (*std::prev(first))->size() <= count) count += (*--first)->size();
        std::vector<Filter> joined;
        joined.reserve(count);
        for (auto b = first; b != blocks_.end(); ++b) joined.insert(joined.end(), (*b)->begin(), (*b)->end());
        joined.push_back(std::move(part));
        auto whole = std::make_shared<std::vector<Filter> const>(std::move(joined));
        blocks_.erase(first, blocks_.end());
        blocks_.push_back(std::move(whole));
    }

    std::size_t size() const {
        std::size_t all = 0;
        for (block const& one : blocks_) all += one->size();
        return all;
    }
    bool empty() const { return blocks_.empty(); }
    Filter const& front() const { return *begin(); }
    iterator begin() const { return iterator{blocks_.data()}; }
    iterator end() const { return iterator{blocks_.data() + blocks_.size()}; }

    bool operator==(filter_parts const& other) const {
        return size() == other.size() && std::equal(begin(), end(), other.begin());
    }

private:
    void take_levels(Filter const& part) {
        levels_ = std::max(levels_, part.parts.levels_ + 1);
        if (levels_ > deepest)
            throw error{"EST-611",
                        {.what = "cannot make the filter: it is nested more than " + std::to_string(deepest) +
                                 " levels deep",
                         .remedy = "join conditions by one kind of operator, or list values by in()"}};
    }

    std::vector<block> blocks_{};
    int levels_ = 0;
};

}  // namespace estima::inline v0_1
