// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string_view>

#include <estima/policy/facts.hpp>
#include <estima/requirement/package_conflict.hpp>

// What parts of an environment tell of their packages. Not for users.
namespace estima::inline v0_1::detail {

/// `List` is requirement_detail's pip_list or conda_list; `at(i)` is the i-th text, parsed.
template <class List, class At>
constexpr package_list_facts check_packages(std::string_view const* texts, std::size_t size, At const& at) {
    package_list_facts found;
    for (std::size_t i = 0; i < size && !found.malformed; ++i) found.malformed = malformed_text::of(texts[i], at(i));
    package_conflict const conflict = requirement_detail::first_conflict<List>(at, size);
    if (!conflict) return found;
    package_pair const pair{texts[conflict.first], conflict.first == conflict.second ? "" : texts[conflict.second]};
    if (conflict.kind == package_conflict_kind::named_twice) found.named_twice = pair;
    else found.unsatisfiable = pair;
    return found;
}

/// The last text is empty and not one of the list.
template <class List, std::size_t Size>
constexpr package_list_facts check_packages(std::string_view const (&texts)[Size]) {
    requirement_detail::parsed_of<List> all[Size]{};
    for (std::size_t i = 0; i + 1 < Size; ++i) all[i] = List::parse(texts[i]);
    return check_packages<List>(texts, Size - 1, requirement_detail::parsed_texts<List>{all});
}

/// A list that only the running program knows: each text is parsed anew where it is looked at, since nothing is
/// allocated.
template <class List>
constexpr package_list_facts check_packages(name_list const& texts) {
    return check_packages<List>(texts.first, texts.size,
                                [&texts](std::size_t i) { return List::parse(texts.first[i]); });
}

}  // namespace estima::inline v0_1::detail
