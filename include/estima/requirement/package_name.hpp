// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string_view>

#include <estima/requirement/scanner.hpp>

namespace estima::inline v0_1 {

/// Reads a name in its normalised form (PEP 503), character by character: lower case, and each run of '-', '_' and '.'
/// one '-': `Foo__Bar.baz` reads as `foo-bar-baz`.
class normalized_name {
public:
    constexpr explicit normalized_name(std::string_view name) : rest_{name} {}

    constexpr bool done() const { return rest_.empty(); }
    constexpr char next() {
        char const c = rest_.front();
        rest_.remove_prefix(1);
        if (!requirement_detail::is_one_of(c, "-_.")) return requirement_detail::to_lower(c);
        while (!rest_.empty() && requirement_detail::is_one_of(rest_.front(), "-_.")) rest_.remove_prefix(1);
        return '-';
    }

private:
    std::string_view rest_;
};

/// Whether two names are one package for pip: `Scikit_Learn` and `scikit-learn` are.
constexpr bool same_package_name(std::string_view a, std::string_view b) {
    normalized_name x{a};
    normalized_name y{b};
    while (!x.done() && !y.done())
        if (x.next() != y.next()) return false;
    return x.done() && y.done();
}

}  // namespace estima::inline v0_1
