// SPDX-License-Identifier: BSL-1.0
// conda is not at hand to compare with. Each row says where it is from:
//   [spec]  docs.conda.io, "Package specification", section "Package match specifications"
//   [order] the same page, section "Version ordering"
//   [match] the documentation of conda.models.match_spec.MatchSpec, its rules 1 to 8 and its examples
//   [cli]   the examples of conda.models.match_spec for a version with a build behind it
//   [own]   a decision of estima's, told in docs/requirements.md
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include <estima/requirement/conda_pins.hpp>

using namespace estima;

namespace {
bool both(std::string const& a, std::string const& b) {
    auto const x = parse_conda_spec(a);
    auto const y = parse_conda_spec(b);
    INFO(a << " and " << b);
    REQUIRE((x && y));
    bool const can = pins_can_both_hold(*x, *y);
    CHECK(pins_can_both_hold(*y, *x) == can);
    return can;
}
}  // namespace

TEST_CASE("a conda specification is taken apart") {
    struct {
        std::string text, channel, subdir, name, versions, build;
    } const table[] = {
        {"numpy", "", "", "numpy", "", ""},                                                               // [spec]
        {"numpy 1.8*", "", "", "numpy", "1.8*", ""},                                                      // [spec]
        {"numpy 1.8.1", "", "", "numpy", "1.8.1", ""},                                                    // [spec]
        {"numpy >=1.8", "", "", "numpy", ">=1.8", ""},                                                    // [spec]
        {"numpy ==1.8.1", "", "", "numpy", "==1.8.1", ""},                                                // [spec]
        {"numpy 1.8|1.8*", "", "", "numpy", "1.8|1.8*", ""},                                              // [spec]
        {"numpy >=1.8,<2", "", "", "numpy", ">=1.8,<2", ""},                                              // [spec]
        {"numpy >=1.8,<2|1.9", "", "", "numpy", ">=1.8,<2|1.9", ""},                                      // [spec]
        {"numpy 1.8.1 py27_0", "", "", "numpy", "1.8.1", "py27_0"},                                       // [spec]
        {"numpy=1.8.1=py27_0", "", "", "numpy", "=1.8.1", "py27_0"},                                      // [spec]
        {"numpy=1.11.1|1.11.3", "", "", "numpy", "=1.11.1|1.11.3", ""},                                   // [spec]
        {"numpy=1.11.1|1.11.3=py36_0", "", "", "numpy", "=1.11.1|1.11.3", "py36_0"},                      // [spec]
        {"numpy=1.11.2=*nomkl*", "", "", "numpy", "=1.11.2", "*nomkl*"},                                  // [spec]
        {"conda-forge::foo[build=py2*]", "conda-forge", "", "foo", "", "py2*"},                           // [match]
        {"conda-forge::foo[version=1.0.*]", "conda-forge", "", "foo", "1.0.*", ""},                       // [match]
        {"conda-forge/linux-64::foo>=1.0", "conda-forge", "linux-64", "foo", ">=1.0", ""},                // [match]
        {"*/linux-64::foo>=1.0", "*", "linux-64", "foo", ">=1.0", ""},                                    // [match]
        {"foo[subdir=linux-64,version='>=1.0']", "", "linux-64", "foo", ">=1.0", ""},                     // [match]
        {"foo[version='>=1,<2|3', build=\"py3*\" channel=main]", "main", "", "foo", ">=1,<2|3", "py3*"},  // [match] 7
        {"https://repo.anaconda.com/pkgs/main/noarch::foo", "https://repo.anaconda.com/pkgs/main", "noarch", "foo", "",
         ""},                                                                     // [match] 5, 6
        {"pkgs/main::foo", "pkgs/main", "", "foo", "", ""},                       // [own] the last part is no subdir
        {"foo =1.2.3 0", "", "", "foo", "=1.2.3", "0"},                           // [cli]
        {"foo >=1.0 , < 2.0 py34_0", "", "", "foo", ">=1.0 , < 2.0", "py34_0"},   // [cli]
        {"foo >=1.0 , < 2.0 =py34_0", "", "", "foo", ">=1.0 , < 2.0", "py34_0"},  // [cli]
        {"foo >1.8,<2|==1.7", "", "", "foo", ">1.8,<2|==1.7", ""},                // [cli]
        {"foo * openblas_0", "", "", "foo", "*", "openblas_0"},                   // [cli]
        {"foo * *", "", "", "foo", "*", "*"},                                     // [cli]
        {"foo=*=py39*", "", "", "foo", "=*", "py39*"},                            // [own]
        {"_libgcc_mutex 0.1", "", "", "_libgcc_mutex", "0.1", ""},                // [own] a name of conda's
        {"foo 1!2.0_rc1+local.1", "", "", "foo", "1!2.0_rc1+local.1", ""},        // [order] epoch and local
        {"foo[version='(>=1,<2)|(>=3)']", "", "", "foo", "(>=1,<2)|(>=3)", ""},   // [own]
        {"foo[version='^1\\.[0-9]+$']", "", "", "foo", "^1\\.[0-9]+$", ""},       // [match] regular expressions
    };
    for (auto const& row : table) {
        INFO(row.text);
        auto const r = parse_conda_spec(row.text);
        INFO(r.reason << " at " << r.position);
        REQUIRE(r);
        CHECK(r->channel == row.channel);
        CHECK(r->subdir == row.subdir);
        CHECK(r->name == row.name);
        CHECK(r->versions == row.versions);
        CHECK(r->build == row.build);
    }
}

TEST_CASE("a malformed conda specification is refused at the place and with the reason that help") {
    using f = requirement_fault;
    struct {
        std::string text;
        requirement_fault fault;
        std::size_t position;
        std::string reason;
    } const table[] = {
        {"", f::name_expected, 0, "expected a package name"},
        {"=1.24", f::name_expected, 0, "expected a package name"},
        {"num*", f::name_malformed, 3, "the name of a package to install is exact"},  // [spec] "always the exact name"
        {"numpy=", f::version_expected, 6, "expected a version after ="},
        {"numpy==", f::version_expected, 7, "expected a version after =="},
        {"numpy>=1.20,", f::version_expected, 12, "expected a version"},
        {"numpy>=1.20,,<2", f::version_expected, 12, "expected a version"},
        {"numpy 1.1|", f::version_expected, 10, "expected a version"},
        {"numpy===1.24", f::operator_unknown, 5, "expected =, ==, !=, <=, >=, <, > or ~="},
        {"numpy=>1.24", f::operator_unknown, 5, "expected =, ==, !=, <=, >=, <, > or ~="},
        {"numpy<>1.24", f::operator_unknown, 5, "expected =, ==, !=, <=, >=, <, > or ~="},
        {"numpy!1", f::operator_unknown, 5, "expected =, ==, !=, <=, >=, <, > or ~="},
        {"numpy@1", f::operator_expected, 5, "expected =, ==, !=, <=, >=, <, >, ~= or a blank"},
        {"numpy~=1", f::too_few_parts, 7, "~= needs two numbers at least, such as ~=1.4"},
        {"numpy 1..2", f::version_malformed, 8, "this is not part of a version"},   // [order] no empty segments
        {"numpy 1_2-3", f::version_malformed, 9, "this is not part of a version"},  // [spec] no '-'
        {"numpy 1.2+a+b", f::version_malformed, 11, "this is not part of a version"},
        {"numpy a!1.2", f::version_malformed, 6, "this is not part of a version"},  // [order] epoch: an integer
        {"numpy==1.24.*", f::wildcard_misplaced, 12,                                // [own]
         "a wildcard goes without an operator, or as .* at the end behind =, != or >="},
        {"numpy<1.*.2", f::wildcard_misplaced, 8,
         "a wildcard goes without an operator, or as .* at the end behind =, != or >="},
        {"numpy=1.24=", f::build_expected, 11, "expected a build string after ="},
        {"numpy==1.24==py311", f::build_expected, 12, "expected a build string after ="},
        {"numpy 1.24 py311 0", f::end_expected, 17, "expected the end"},
        {"numpy 1.24 (optional)", f::end_expected, 11, "expected ',', '|', a build string or the end"},
        {"numpy[socks]", f::value_expected, 11, "expected = and a value"},
        {"numpy[]", f::key_expected, 6, "expected key=value"},
        {"numpy[python=3]", f::key_unknown, 6, "conda does not know this key"},
        {"numpy[version=]", f::value_expected, 14, "expected a value"},
        {"numpy[version='>=1]", f::quote_not_closed, 14, "this quote is not closed"},
        {"numpy[version=1", f::bracket_not_closed, 15, "expected ']'"},
        {"numpy[version='>=1,<']", f::version_expected, 20, "expected a version after <"},
        {"numpy[version='(1']", f::parenthesis_not_closed, 15, "this parenthesis is not closed"},
        {"numpy=1.24[version='1.24.*']", f::given_twice, 11, "this is given twice"},  // [own]
        {"numpy[md5=ab] 1.24", f::end_expected, 14, "expected the end"},
        {"conda-forge:numpy", f::channel_expected, 11, "a channel is written channel::name"},
        {"::numpy", f::channel_expected, 0, "expected the name or the URL of a channel"},
        {"conda forge::numpy", f::channel_expected, 5, "expected the name or the URL of a channel"},
        {"numpy # arrays", f::version_expected, 6, "expected a version"},
    };
    for (auto const& row : table) {
        INFO(row.text);
        auto const r = parse_conda_spec(row.text);
        CHECK_FALSE(r);
        CHECK(static_cast<int>(r.fault) == static_cast<int>(row.fault));
        CHECK(r.position == row.position);
        CHECK(r.reason == row.reason);
    }
}

TEST_CASE("conda pins are held against each other as conda's documentation reads them") {
    // [spec] the fuzzy constraint numpy=1.11 matches 1.11, 1.11.0, 1.11.1, 1.11.2, 1.11.18
    for (char const* version : {"1.11", "1.11.0", "1.11.1", "1.11.2", "1.11.18"})
        CHECK(both("numpy=1.11", std::string{"numpy=="} + version));
    CHECK_FALSE(both("numpy=1.11", "numpy==1.12"));
    CHECK_FALSE(both("numpy=1.11", "numpy==1.1"));
    // [spec] the exact constraint numpy==1.11 matches 1.11, 1.11.0, 1.11.0.0
    CHECK(both("numpy==1.11", "numpy==1.11.0.0"));
    CHECK_FALSE(both("numpy==1.11", "numpy==1.11.1"));
    // [spec] numpy=1.11.1|1.11.3
    CHECK(both("numpy=1.11.1|1.11.3", "numpy==1.11.3"));
    CHECK(both("numpy=1.11.1|1.11.3", "numpy==1.11.1"));
    CHECK_FALSE(both("numpy=1.11.1|1.11.3", "numpy==1.12"));
    // [spec] numpy>=1.8,<2 matches with 1.8 and 1.9 but not 2.0
    CHECK(both("numpy>=1.8,<2", "numpy==1.8"));
    CHECK(both("numpy>=1.8,<2", "numpy==1.9"));
    CHECK_FALSE(both("numpy>=1.8,<2", "numpy==2.0"));
    // [spec] >=1,<2|>3 matches 1, 1.3 and what is above 3, not 2.2
    CHECK(both("foo >=1,<2|>3", "foo ==1.3"));
    CHECK(both("foo >=1,<2|>3", "foo ==3.1"));
    CHECK_FALSE(both("foo >=1,<2|>3", "foo ==2.2"));
    // [spec] 1.0|1.4* matches 1.0, 1.4 and 1.4.1b2, but not 1.2
    CHECK(both("foo 1.0|1.4*", "foo ==1.4.1b2"));
    CHECK(both("foo 1.0|1.4*", "foo ==1.0"));
    CHECK_FALSE(both("foo 1.0|1.4*", "foo ==1.2"));
    CHECK(both("foo 1.4*", "foo ==1.40"));  // '*' is any characters there
    // [spec] >1.0b4 matches 1.0b5 and 1.0rc1 but not 1.0b4 or 1.0a5; <=1.0 not 1.0.1
    CHECK(both("foo >1.0b4", "foo ==1.0b5"));
    CHECK(both("foo >1.0b4", "foo ==1.0rc1"));
    CHECK_FALSE(both("foo >1.0b4", "foo ==1.0b4"));
    CHECK_FALSE(both("foo >1.0b4", "foo ==1.0a5"));
    CHECK_FALSE(both("foo <=1.0", "foo ==1.0.1"));
    // [order] a local version is part of the version
    CHECK_FALSE(both("foo==1.0", "foo==1.0+cuda"));
    CHECK(both("foo=1.0", "foo==1.0+cuda"));
    // [match] foo=1.0=py27_0 is foo==1.0=py27_0, and *[version=1.0.*] is =1.0
    CHECK_FALSE(both("foo=1.0=py27_0", "foo==1.0.1"));
    CHECK(both("foo=1.0=py27_0", "foo[version=1.0.*]"));
    CHECK_FALSE(both("foo=1.0=py27_0", "foo=1.0=py36_0"));
    CHECK(both("foo=1.0=py27_0", "foo 1.0 py2*"));
    CHECK_FALSE(both("foo=1.0=py27_0", "foo 1.0 py3*"));
    // what this is for
    CHECK_FALSE(both("python=3.8", "python=3.9"));
    CHECK_FALSE(both("python=3.8", "conda-forge::Python>=3.9"));
    CHECK_FALSE(both("python 3.8.*", "python!=3.8.*"));
    CHECK(both("python=3.1", "python 3.1.5"));
    CHECK_FALSE(both("python=3.1", "python==3.10"));
    CHECK_FALSE(both("foo~=1.4.2", "foo==1.5"));
    CHECK(both("foo~=1.4.2", "foo==1.4.9"));
    CHECK(both("foo==1.0", "bar==2.0"));
    // left open: what is not looked into
    CHECK(both("foo[version='(1.0)']", "foo==2.0"));
    CHECK(both("foo[version='^1.0$']", "foo==2.0"));
    CHECK(both("foo 1.*.2", "foo==2.0"));
    CHECK(both("a::foo==1.0", "b::foo==1.0"));
}

TEST_CASE("no conda version satisfies two pins that cannot both hold") {
    // Versions without letters, where what each operator means can be said in a line.
    std::vector<std::string> versions;
    for (char const* first : {"0", "1", "2", "1!1"})
        for (char const* second : {"", ".1", ".10", ".1.1", ".1.0", ".2"})
            versions.push_back(first + std::string{second});
    auto satisfies = [](std::string const& version, std::string const& op, std::string const& bound) {
        int const order = compare_conda_versions(version, bound);
        if (op == "==") return order == 0;
        if (op == "!=") return order != 0;
        if (op == "<") return order < 0;
        if (op == "<=") return order <= 0;
        if (op == ">") return order > 0;
        if (op == ">=") return order >= 0;
        return (version + ".0.0.0.").rfind(bound + ".", 0) == 0;  // =
    };
    std::size_t impossible = 0;
    std::size_t left_open = 0;
    for (char const* op : {"==", "!=", "<", "<=", ">", ">=", "="})
        for (char const* other_op : {"==", "!=", "<", "<=", ">", ">=", "="})
            for (std::string const& bound : versions)
                for (std::string const& other_bound : versions) {
                    std::string const a = std::string{"foo"} + op + bound;
                    std::string const b = std::string{"foo"} + other_op + other_bound;
                    bool const can = pins_can_both_hold(*parse_conda_spec(a), *parse_conda_spec(b));
                    bool found = false;
                    for (std::string const& version : versions)
                        found |= satisfies(version, op, bound) && satisfies(version, other_op, other_bound);
                    if (found && !can) FAIL_CHECK(a << " and " << b);
                    impossible += !can;
                    left_open += can && !found;
                }
    CHECK(impossible > 5000);
    CHECK(left_open < impossible);
}

TEST_CASE("a plain conda specification is read without the parser as the parser reads it") {
    for (std::string const name : {"a", "9", "Foo_Bar.baz-2", "a--b", "a-", "_a", "-a", "a.", "a b", "a[", "c::a"})
        for (char const* const pin : {"", "==1", ">=1.24", "<=1.2.3", "!=0", "=1", "=1.2.3", "==", "==1.", "==.1",
                                      "=1..2", "===1", "<1", "~=1.2", "=1a", "=1 ", "=>1", "=", "=1=2"}) {
            std::string const text = name + pin, blank = " " + text;  // the parser passes over the blank
            parsed<conda_spec> const plain = parse_conda_spec(text), whole = parse_conda_spec(blank);
            INFO(text);
            CHECK(static_cast<int>(plain.fault) == static_cast<int>(whole.fault));
            CHECK(plain.position + !plain == whole.position);
            CHECK(plain->name == whole->name);
            CHECK(plain->versions == whole->versions);
            CHECK(plain->build == whole->build);
            CHECK(plain->single_equals_is_exact == whole->single_equals_is_exact);
        }
}
