// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string_view>

#include <estima/requirement/conda_pins.hpp>
#include <estima/requirement/pip_pins.hpp>

namespace estima::inline v0_1 {

enum class package_conflict_kind : unsigned char {
    none,
    pins_cannot_both_hold,  ///< no version satisfies both
    pin_cannot_hold,        ///< no version satisfies this one alone; `second` is `first`
    named_twice             ///< one package in two places, though one version could satisfy both
};

/// Two places of a list, from 0, that do not go together. Converts to true if there are any.
struct package_conflict {
    package_conflict_kind kind = package_conflict_kind::none;
    std::size_t first = 0;
    std::size_t second = 0;

    constexpr explicit operator bool() const { return kind != package_conflict_kind::none; }
};

namespace requirement_detail {

struct pip_list {
    static constexpr auto parse(std::string_view text) { return parse_pip_requirement(text); }
    static constexpr bool same_name(std::string_view a, std::string_view b) { return same_package_name(a, b); }
    /// Other extras add to a package, other markers choose where it is wanted: neither names it twice.
    static constexpr bool named_twice(pip_requirement const& a, pip_requirement const& b) {
        return a.extras == b.extras && a.marker == b.marker;
    }
};

struct conda_list {
    static constexpr auto parse(std::string_view text) { return parse_conda_spec(text); }
    static constexpr bool same_name(std::string_view a, std::string_view b) { return same_conda_name(a, b); }
    static constexpr bool named_twice(conda_spec const&, conda_spec const&) { return true; }
};

/// `at(i)` is the i-th text, parsed.
template <class List, class At>
constexpr package_conflict first_conflict(At const& at, std::size_t size) {
    package_conflict twice;
    for (std::size_t i = 0; i < size; ++i) {
        auto const& a = at(i);
        if (!a) continue;
        if (!pins_can_hold(*a)) return {package_conflict_kind::pin_cannot_hold, i, i};
        for (std::size_t j = 0; j < i; ++j) {
            auto const& b = at(j);
            // The first characters alone tell most names apart.
            if (!b || to_lower(b->name[0]) != to_lower(a->name[0]) || !List::same_name(b->name, a->name)) continue;
            if (!pins_can_both_hold(*b, *a)) return {package_conflict_kind::pins_cannot_both_hold, j, i};
            if (!twice && List::named_twice(*b, *a)) twice = {package_conflict_kind::named_twice, j, i};
        }
    }
    return twice;
}

/// A list that only the running program knows: each text is parsed anew for each pair, since nothing is allocated.
template <class List>
constexpr package_conflict first_conflict(std::string_view const* texts, std::size_t size) {
    return first_conflict<List>([texts](std::size_t i) { return List::parse(texts[i]); }, size);
}

template <class List>
using parsed_of = decltype(List::parse({}));
/// Texts that were parsed before; of one type whatever their number.
template <class List>
struct parsed_texts {
    parsed_of<List> const* all;
    constexpr parsed_of<List> const& operator()(std::size_t i) const { return all[i]; }
};

/// A list of known size: each text is parsed once.
template <class List, std::size_t Size>
constexpr package_conflict first_conflict(std::string_view const (&texts)[Size]) {
    parsed_of<List> all[Size]{};
    for (std::size_t i = 0; i < Size; ++i) all[i] = List::parse(texts[i]);
    return first_conflict<List>(parsed_texts<List>{all}, Size);
}

}  // namespace requirement_detail

/// The first two requirements of a list that do not go together; those that no version satisfies come before those that
/// only name a package twice. Malformed ones are passed over.
constexpr package_conflict first_pip_conflict(std::string_view const* texts, std::size_t size) {
    return requirement_detail::first_conflict<requirement_detail::pip_list>(texts, size);
}
template <std::size_t Size>
constexpr package_conflict first_pip_conflict(std::string_view const (&texts)[Size]) {
    return requirement_detail::first_conflict<requirement_detail::pip_list>(texts);
}

/// The same for conda match specifications. In one environment a package is named once, whatever its channel.
constexpr package_conflict first_conda_conflict(std::string_view const* texts, std::size_t size) {
    return requirement_detail::first_conflict<requirement_detail::conda_list>(texts, size);
}
template <std::size_t Size>
constexpr package_conflict first_conda_conflict(std::string_view const (&texts)[Size]) {
    return requirement_detail::first_conflict<requirement_detail::conda_list>(texts);
}

}  // namespace estima::inline v0_1
