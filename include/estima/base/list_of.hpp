// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>
#include <initializer_list>
#include <type_traits>
#include <utility>
#include <vector>

#include <estima/base/given_text.hpp>

namespace estima::inline v0_1 {

/// How an entry of a list_of<Element> is written: `given` is what its braces are read as; `value` is the second part of
/// an entry {name, value}, void for entries of another kind.
template <class Element>
struct entry_of {
    using given = Element;
    using value = void;
};

namespace detail {
template <class>
inline constexpr bool never = false;

/// Any part of an entry, also one in braces.
struct any_part {
    any_part() = default;
    template <class Other>
    any_part(Other const&) {}                     // NOLINT: implicit
    any_part(std::initializer_list<any_part>) {}  // NOLINT: implicit
};

struct part_of_name {
    template <class Name>
    part_of_name(Name const&) {  // NOLINT: implicit
        static_assert(std::is_convertible_v<Name const&, given_text>, "an entry is {name, value}: its name is a text");
    }
};

template <class Value>
struct part_of_value {
    template <class Other>
    part_of_value(Other const&) {  // NOLINT: implicit
        static_assert(std::is_convertible_v<Other const&, Value>,
                      "no value of an entry: a script parameter takes text, a number, a bool, a path, estima::flag or "
                      "an input; a tag and a variable take text");
    }
    template <class Dependent = void>
    part_of_value(std::initializer_list<any_part>) {  // NOLINT: implicit
        static_assert(never<Dependent>, "the value of an entry is one value, no list");
    }
};

/// Inner braces that make no Element: the constructors say what is wrong with them. One value without braces makes none
/// of these either, so that a list can still be made of two iterators.
template <class Element, class Value = typename entry_of<Element>::value>
struct wrong_entry {
    wrong_entry(Element const&) {}  // NOLINT: implicit, a right one among wrong ones
    wrong_entry(part_of_name, part_of_value<Value>) {}
    template <class Dependent = void>
    wrong_entry(any_part) {  // NOLINT: implicit
        static_assert(never<Dependent>,
                      "an entry is {name, value}; a script parameter of a name alone is {name, estima::flag}");
    }
    template <class Dependent = void>
    wrong_entry(any_part, any_part, any_part, any_part = {}, any_part = {}, any_part = {}) {
        static_assert(never<Dependent>, "an entry is {name, value} and no more: each has its own braces");
    }
};

template <class Element>
struct wrong_entry<Element, void> {
    wrong_entry(Element const&) {}  // NOLINT: implicit
    template <class Dependent = void>
    wrong_entry(any_part, any_part = {}, any_part = {}, any_part = {}) {  // NOLINT: implicit
        static_assert(never<Dependent>, "these braces are no entry of the list: an input is datastore{\"blobs\"} or "
                                        "dataset{\"faces\"}.as_named_input(\"faces\"), a cause cause::preemption");
    }
};
}  // namespace detail

/// A std::vector that refuses wrong braces by one short error, where the compiler would list the vector's constructors.
/// It is made of braces, of a std::vector, or of two iterators.
template <class Element>
struct list_of : std::vector<Element> {
    using given = typename entry_of<Element>::given;

    // NOLINTBEGIN: implicit
    list_of() noexcept {}  // a defaulted one has `{}` set all to 0 first, in each job anew
    list_of(std::initializer_list<given> entries) : std::vector<Element>(entries.begin(), entries.end()) {}
    list_of(std::vector<Element> entries) noexcept : std::vector<Element>(std::move(entries)) {}
    template <class Vector>
        requires(!std::same_as<Vector, list_of>) && std::convertible_to<Vector, std::vector<Element>>
    list_of(Vector entries) : std::vector<Element>(static_cast<std::vector<Element>>(std::move(entries))) {}
    template <class Iterator>
        requires requires(Iterator i) {
            { *i } -> std::convertible_to<Element>;
            ++i;
        }
    list_of(Iterator first, Iterator last) : std::vector<Element>(first, last) {}

    /// A template, so that braces that fit are read as above.
    template <class = void>
    list_of(std::initializer_list<detail::wrong_entry<Element>>) {}
    /// Entries stand in braces, each in its own. Compilers show the line of the declaration, with the form that it
    /// tells.
    // clang-format off
    template <class Other>
        requires(!std::same_as<Other, list_of>) && (!std::convertible_to<Other, std::vector<Element>>)
    list_of(Other no_entries_in_braces) = delete;  // {{"name", "value"}}, {datastore{"blobs"}}, {cause::preemption}
    template <class First, class Second, class... More>
    list_of(First no_entries_in_braces, Second, More...) = delete;  // {{"name", "value"}, {"name", "value"}}
    using part = detail::any_part;
    template <class = void>
    list_of(part not_all_in_braces, part, part = {}, part = {}, part = {}, part = {}) = delete;  // {{"name", "value"}}
    // clang-format on
    // NOLINTEND

    /// Read as in the braces of the list.
    void push_back(given entry) { std::vector<Element>::push_back(std::move(entry)); }
};

}  // namespace estima::inline v0_1
