// SPDX-License-Identifier: BSL-1.0
#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch.hpp>

#include <estima/requirement/mixed_pins.hpp>
#include <estima/requirement/package_conflict.hpp>

using namespace estima;

namespace {
using kind = package_conflict_kind;

void check(package_conflict const& found, kind expected, std::size_t first, std::size_t second) {
    CHECK(static_cast<int>(found.kind) == static_cast<int>(expected));
    CHECK(found.first == first);
    CHECK(found.second == second);
    CHECK(bool{found} == (expected != kind::none));
}
package_conflict pip(std::vector<std::string_view> const& texts) {
    return first_pip_conflict(texts.data(), texts.size());
}
package_conflict conda(std::vector<std::string_view> const& texts) {
    return first_conda_conflict(texts.data(), texts.size());
}
}  // namespace

TEST_CASE("a list in which each package stands once has no conflict") {
    check(pip({}), kind::none, 0, 0);
    check(pip({"numpy", "numpy-financial", "num.py"}), kind::none, 0, 0);
    check(conda({}), kind::none, 0, 0);
    check(conda({"numpy=1.24", "numpy-base", "python=3.8"}), kind::none, 0, 0);
}

TEST_CASE("two pins that no version satisfies are found, whatever the spelling of the name") {
    check(pip({"scipy", "Scikit_Learn>=1.2", "pandas", "scikit-learn[x]<1.2"}), kind::pins_cannot_both_hold, 1, 3);
    check(conda({"python=3.8", "numpy", "conda-forge::Python >=3.9"}), kind::pins_cannot_both_hold, 0, 2);
    check(pip({" numpy == 1", "\tnumpy == 2"}), kind::pins_cannot_both_hold, 0, 1);
}

TEST_CASE("a pin that no version satisfies is found alone") {
    check(pip({"scipy", "numpy>=2,<1"}), kind::pin_cannot_hold, 1, 1);
    check(conda({"numpy>=2,<1"}), kind::pin_cannot_hold, 0, 0);
    check(conda({"numpy >=2,<1|3"}), kind::none, 0, 0);
}

TEST_CASE("a package named twice is told only when no pins are worse") {
    check(pip({"numpy>=1", "scipy", "numpy<2"}), kind::named_twice, 0, 2);
    check(pip({"numpy", "numpy", "scipy==1", "scipy==2"}), kind::pins_cannot_both_hold, 2, 3);
    check(conda({"numpy", "conda-forge::numpy"}), kind::named_twice, 0, 1);
}

TEST_CASE("one package under two markers or with two extras is not named twice") {
    check(pip({"numpy==1; python_version<'3'", "numpy==2; python_version>='3'"}), kind::none, 0, 0);
    check(pip({"ray[tune]", "ray[serve]"}), kind::none, 0, 0);
    check(pip({"ray[tune]==1", "ray[serve]==2"}), kind::pins_cannot_both_hold, 0, 1);
}

TEST_CASE("malformed entries are passed over") {
    check(pip({"numpy==", "numpy==1", "=", "numpy==1"}), kind::named_twice, 1, 3);
    check(conda({"numpy=", "numpy", "::numpy"}), kind::none, 0, 0);
}

TEST_CASE("a package asked of conda and of pip is compared where both write versions alike") {
    auto both_hold = [](std::string_view conda, std::string_view pip) {
        auto const a = parse_conda_spec(conda);
        auto const b = parse_pip_requirement(pip);
        REQUIRE(a);
        REQUIRE(b);
        return pins_can_both_hold(*a, *b);
    };
    CHECK(both_hold("numpy=1.16", "numpy==1.16.4"));
    CHECK_FALSE(both_hold("numpy=1.16", "numpy==1.17.0"));
    CHECK_FALSE(both_hold("scikit-learn==0.20", "Scikit_Learn>=0.21"));
    CHECK(both_hold("scikit-learn==0.20", "Scikit_Learn>=0.20"));
    CHECK_FALSE(both_hold("numpy=1.16", "numpy==1.17.*"));
    CHECK(both_hold("numpy=1.17", "numpy==1.17.*"));
    CHECK_FALSE(both_hold("numpy<1.5", "numpy ~= 1.6"));
    CHECK_FALSE(both_hold("numpy>=2", "numpy >= 1.2 , < 2"));
    CHECK(both_hold("numpy>=1.9", "numpy >= 1.2 , < 2"));
    CHECK(both_hold("numpy=1.16", "scipy==1.17"));
    CHECK(both_hold("numpy=1.16", "numpy==1.17; python_version<'3'"));
    CHECK(both_hold("numpy=1.16", "numpy==1.17rc1"));
    CHECK(both_hold("numpy=1.16", "numpy===1.17"));
    CHECK(both_hold("numpy=1.16", "numpy"));
    CHECK(both_hold("numpy==1.16.0", "numpy==1.16"));
    CHECK(both_hold("numpy==1.16", "numpy==1.16.0"));
    CHECK(both_hold("numpy=1.16=py36_0", "numpy==1.16.0"));
    CHECK(both_hold("numpy>=1.16,<1.17|1.18", "numpy==1.18"));
}
