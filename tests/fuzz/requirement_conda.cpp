// SPDX-License-Identifier: BSL-1.0
// Input: two match specifications, with a newline between them.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <estima/requirement/package_conflict.hpp>

namespace {
using namespace estima;

void require(bool condition) {
    if (!condition) std::abort();
}

parsed<conda_spec> checked(std::string_view text) {
    auto const r = parse_conda_spec(text);
    require(r.position <= text.size());
    require(bool{r} == r.reason.empty());
    for (std::string_view const part : {r->channel, r->subdir, r->name, r->versions, r->build, r->brackets})
        require(part.empty() || (part.data() >= text.data() && part.data() + part.size() <= text.data() + text.size()));
    if (!r) return r;
    require(!r->name.empty());
    conda_clause_reader reader{r->versions};
    std::size_t clauses = 0;
    for (conda_clause c; reader.next(c); ++clauses) {
        require(!c.text.empty());
        if (c.text.find('*') == std::string_view::npos && c.text.front() != '^')
            require(bool{parse_conda_version(c.text)} && compare_conda_versions(c.text, c.text) == 0);
    }
    require((clauses == 0) == r->versions.empty());
    return r;
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string_view const input{reinterpret_cast<char const*>(data), size};
    std::size_t const newline = input.find('\n');
    std::string_view const texts[] = {input.substr(0, newline),
                                      newline == std::string_view::npos ? "" : input.substr(newline + 1)};
    auto const a = checked(texts[0]);
    auto const b = checked(texts[1]);
    package_conflict const conflict = first_conda_conflict(texts);
    if (a && b) {
        bool const both = pins_can_both_hold(*a, *b);
        require(both == pins_can_both_hold(*b, *a));
        bool const each = pins_can_hold(*a) && pins_can_hold(*b);
        require(each ? both == (conflict.kind != package_conflict_kind::pins_cannot_both_hold) : bool{conflict});
    }
    if (parse_conda_version(texts[0]) && parse_conda_version(texts[1]))
        require(compare_conda_versions(texts[0], texts[1]) == -compare_conda_versions(texts[1], texts[0]));
    return 0;
}
