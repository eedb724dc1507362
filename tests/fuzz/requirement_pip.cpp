// SPDX-License-Identifier: BSL-1.0
// Input: two requirements, with a newline between them.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <estima/requirement/package_conflict.hpp>

namespace {
using namespace estima;

void require(bool condition) {
    if (!condition) std::abort();
}

void is_inside(std::string_view part, std::string_view text) {
    if (part.empty()) return;
    require(part.data() >= text.data() && part.data() + part.size() <= text.data() + text.size());
}

parsed<pip_requirement> checked(std::string_view text) {
    auto const r = parse_pip_requirement(text);
    require(r.position <= text.size());
    require(bool{r} == r.reason.empty());
    for (std::string_view const part : {r->name, r->extras, r->versions, r->url, r->marker}) is_inside(part, text);
    if (!r) return r;
    require(!r->name.empty() && same_package_name(r->name, r->name));
    require(r->url.empty() || r->versions.empty());
    // The clauses are read to the end, and each is a whole version.
    std::string_view seen;
    pip_clause_reader reader{r->versions};
    for (pip_clause c; reader.next(c);) {
        is_inside(c.text, r->versions);
        require(!c.text.empty());
        if (c.op != pip_operator::identical && !c.wildcard) {
            auto const version = parse_pip_version(c.text);
            require(bool{version});
            require(compare_versions(*version, c.version) == 0);
        }
        seen = c.text;
    }
    if (!r->versions.empty()) {
        std::string_view rest =
            r->versions.substr(static_cast<std::size_t>(seen.data() + seen.size() - r->versions.data()));
        while (!rest.empty() && (rest.front() == ',' || rest.front() == ' ' || rest.front() == '\t'))
            rest.remove_prefix(1);
        require(rest.empty());
    }
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
    package_conflict const conflict = first_pip_conflict(texts);
    if (a && b) {
        bool const both = pins_can_both_hold(*a, *b);
        require(both == pins_can_both_hold(*b, *a));
        bool const each = pins_can_hold(*a) && pins_can_hold(*b);
        require(each ? both == (conflict.kind != package_conflict_kind::pins_cannot_both_hold) : bool{conflict});
    }
    auto const x = parse_pip_version(texts[0]);
    auto const y = parse_pip_version(texts[1]);
    if (x && y) require(compare_versions(*x, *y) == -compare_versions(*y, *x));
    return 0;
}
