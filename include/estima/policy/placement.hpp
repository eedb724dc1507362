// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string_view>

#include <estima/base/fixed_string.hpp>
#include <estima/policy/facts.hpp>
#include <estima/policy/placement_words.hpp>
#include <estima/policy/slot.hpp>

namespace estima::inline v0_1 {

namespace detail {
/// Takes in a word of a placement; another one than before is a contradiction.
constexpr void place_also(backend_facts& backend, std::string_view& place, std::string_view word) {
    backend.placement_is_contradicted |= !place.empty() && place != word;
    place = word;
}
}  // namespace detail

/// Attribute of a distribution backend: what each process is bound to, "core" or another word of mpirun's --bind-to.
/// Left out: nothing.
template <fixed_string What = "">
struct bind_to {
    using taken_by = distribution_backend_slot;
    static constexpr void tell(facts& f) {
        detail::place_also(f.backend, f.backend.bind_to, What.view());
        f.backend.has_unknown_placement |= !What.is_number() && !is_binding(What.view());
    }
};

/// Attribute of a distribution backend: what of a node the processes are dealt out to, "socket" or another word of
/// mpirun's --map-by, also with how many of them each gets, "socket:PE=2". Left out: mpirun's choice.
template <fixed_string What = "">
struct map_by {
    using taken_by = distribution_backend_slot;
    static constexpr void tell(facts& f) {
        detail::place_also(f.backend, f.backend.map_by, What.view());
        f.backend.has_unknown_placement |= !What.is_number() && !is_mapping(What.view());
    }
};

}  // namespace estima::inline v0_1
