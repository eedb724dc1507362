// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace estima::inline v0_1 {

/// A field whose value estima cannot do what it says with, on a kind of target.
struct field_problem {
    std::string field;  ///< its key in files, with dots
    std::string why;
    std::string remedy;
};

namespace detail {
/// What checks of a run configuration find.
class problem_list {
protected:
    void problem(bool is_one, std::string field, std::string why, std::string remedy) {
        if (is_one) found_.push_back({std::move(field), std::move(why), std::move(remedy)});
    }
    void add(std::vector<field_problem> more) {
        found_.insert(found_.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
    }
    std::vector<field_problem> take() { return std::move(found_); }

    template <std::size_t Size>
    static bool is_known(std::string_view const (&words)[Size], std::string_view word) {
        return std::find(std::begin(words), std::end(words), word) != std::end(words);
    }

private:
    std::vector<field_problem> found_{};
};
}  // namespace detail

}  // namespace estima::inline v0_1
