// SPDX-License-Identifier: BSL-1.0
#include <string>

#include <catch2/catch.hpp>

#include <estima/requirement/pip_pins.hpp>

using namespace estima;

namespace {
struct refused {
    std::string text;
    requirement_fault fault;
    std::size_t position;
    std::string reason;
};
}  // namespace

TEST_CASE("a malformed requirement is refused at the place and with the reason that help") {
    using f = requirement_fault;
    refused const table[] = {
        {"", f::name_expected, 0, "expected a package name"},
        {"  ", f::name_expected, 2, "expected a package name"},
        {"-r requirements.txt", f::name_expected, 0, "expected a package name"},
        {"==1.0", f::name_expected, 0, "expected a package name"},
        {"num\xc3\xa9ro", f::operator_expected, 3, "expected ==, !=, <=, >=, <, >, ~= or ==="},
        {"numpy_", f::name_malformed, 5, "a name ends with a letter or a digit"},
        {"numpy.-==1", f::name_malformed, 5, "a name ends with a letter or a digit"},
        {"numpy 1.24", f::operator_expected, 6, "expected ==, !=, <=, >=, <, >, ~= or ==="},
        {"numpy=1.24", f::operator_unknown, 5, "a single = is conda's; pip compares with =="},
        {"numpy=>1.24", f::operator_unknown, 5, "a single = is conda's; pip compares with =="},
        {"numpy!1", f::operator_unknown, 5, "expected ==, !=, <=, >=, <, >, ~= or ==="},
        {"numpy==", f::version_expected, 7, "expected a version after =="},
        {"numpy>= ", f::version_expected, 8, "expected a version after >="},
        {"numpy===", f::version_expected, 8, "expected a version after ==="},
        {"numpy>=1,<", f::version_expected, 10, "expected a version after <"},
        {"numpy~=latest", f::version_expected, 7, "expected a version after ~="},
        {"numpy>==1", f::version_expected, 7, "expected a version after >="},
        {"numpy==1.24.x", f::version_malformed, 11, "this is not part of a version (PEP 440)"},
        {"numpy==1..2", f::version_malformed, 8, "this is not part of a version (PEP 440)"},
        {"numpy==1.0+", f::version_malformed, 10, "this is not part of a version (PEP 440)"},
        {"numpy>=1.24.*", f::wildcard_misplaced, 11,
         "a wildcard is .* behind the digits of a release, after == or != only"},
        {"numpy==1.24*", f::wildcard_misplaced, 11,
         "a wildcard is .* behind the digits of a release, after == or != only"},
        {"numpy==1.24rc1.*", f::wildcard_misplaced, 14,
         "a wildcard is .* behind the digits of a release, after == or != only"},
        {"torch>=1.13+cpu", f::local_version_misplaced, 11,
         "a local version (+...) can be compared with == and != only"},
        {"numpy~=1", f::too_few_parts, 7, "~= needs two numbers at least, such as ~=1.4"},
        {"numpy==1 scipy==2", f::end_expected, 9, "expected a comma, ';' or the end"},
        {"numpy (>=1", f::parenthesis_not_closed, 6, "this parenthesis is not closed"},
        {"numpy (>=1;", f::parenthesis_not_closed, 10, "expected ')' or a comma"},
        {"numpy ()", f::operator_expected, 7, "expected ==, !=, <=, >=, <, >, ~= or ==="},
        {"requests[socks", f::bracket_not_closed, 14, "expected ']' or a comma"},
        {"requests[socks tests]", f::bracket_not_closed, 15, "expected ']' or a comma"},
        {"requests[socks,]", f::extra_expected, 15, "expected the name of an extra"},
        {"requests[version=1]", f::bracket_not_closed, 16, "expected ']' or a comma"},
        {"name @", f::url_expected, 6, "expected a URL after @"},
        {"name @ here/x.zip", f::url_malformed, 7, "expected a URL with a scheme, such as https://..."},
        {"name @ https:///x", f::url_malformed, 7, "expected a URL with a scheme, such as https://..."},
        {"name @ https://h/x python_version", f::end_expected, 19, "expected ';' or the end"},
        {"numpy;", f::marker_expected, 6, "expected a marker variable or a quoted string"},
        {"numpy; 3.8 > python_version", f::marker_variable_unknown, 7,
         "this is no marker variable (PEP 508); a value stands in quotes"},
        {"numpy; python > '3'", f::marker_variable_unknown, 7,
         "this is no marker variable (PEP 508); a value stands in quotes"},
        {"numpy; python_version = '3'", f::marker_operator_expected, 22,
         "expected ==, !=, <=, >=, <, >, ~=, ===, in or not in"},
        {"numpy; os_name not 'nt'", f::marker_operator_expected, 15,
         "expected ==, !=, <=, >=, <, >, ~=, ===, in or not in"},
        {"numpy; os_name == 'nt", f::quote_not_closed, 18, "this quote is not closed"},
        {"numpy; (os_name == 'nt'", f::parenthesis_not_closed, 23, "expected and, or or ')'"},
        {"numpy; os_name == 'nt')", f::end_expected, 22, "expected and, or or the end"},
        {"numpy; os_name == 'nt' and", f::marker_expected, 26, "expected a marker variable or a quoted string"},
        {"numpy; os_name == 'a\\'", f::marker_expected, 20, "a quoted string holds no such character"},
        {"numpy # for arrays", f::operator_expected, 6, "expected ==, !=, <=, >=, <, >, ~= or ==="},
    };
    for (refused const& row : table) {
        INFO(row.text);
        auto const r = parse_pip_requirement(row.text);
        CHECK_FALSE(r);
        CHECK(static_cast<int>(r.fault) == static_cast<int>(row.fault));
        CHECK(r.position == row.position);
        CHECK(r.reason == row.reason);
        CHECK(r->name.empty());
    }
}

TEST_CASE("a requirement is taken apart into views of its text") {
    std::string const text =
        " requests [socks, tests] (>= 2.8.1 , == 2.8.*) ; (python_version < '2.7') and extra == \"x\" ";
    auto const r = parse_pip_requirement(text);
    REQUIRE(r);
    CHECK(r->name == "requests");
    CHECK(r->name.data() == text.data() + 1);
    CHECK(r->extras == "socks, tests");
    CHECK(r->versions == ">= 2.8.1 , == 2.8.*");
    CHECK(r->marker == "(python_version < '2.7') and extra == \"x\"");
    pip_clause_reader reader{r->versions};
    pip_clause c;
    REQUIRE(reader.next(c));
    CHECK((c.op == pip_operator::greater_equal && c.text == "2.8.1" && !c.wildcard));
    REQUIRE(reader.next(c));
    CHECK((c.op == pip_operator::equal && c.text == "2.8.*" && c.wildcard && c.version.release == "2.8"));
    CHECK_FALSE(reader.next(c));
}

TEST_CASE("a URL may be followed by a marker, with a blank before the semicolon") {
    auto const r = parse_pip_requirement("pip @ git+file:///srv/pip.git@1.3;x#egg=pip ; os_name == 'posix'");
    REQUIRE(r);
    CHECK(r->url == "git+file:///srv/pip.git@1.3;x#egg=pip");
    CHECK(r->marker == "os_name == 'posix'");
}

TEST_CASE("a long or deep requirement takes no stack and little time") {
    std::string const deep = "a;" + std::string(200000, '(') + "os_name=='x'" + std::string(200000, ')');
    CHECK(parse_pip_requirement(deep));
    CHECK(parse_pip_requirement(deep.substr(0, deep.size() - 1)).fault == requirement_fault::parenthesis_not_closed);
    std::string long_version = "a==1";
    for (int i = 0; i < 20000; ++i) long_version += ".1";
    CHECK(parse_pip_requirement(long_version));
}

TEST_CASE("two pins that differ only in how they are written can both hold") {
    auto both = [](std::string const& a, std::string const& b) {
        return pins_can_both_hold(*parse_pip_requirement(a), *parse_pip_requirement(b));
    };
    CHECK(both("numpy==1.24.0", "NumPy==1.24"));
    CHECK(both("a.b==1.0rc1", "A-B==1.0.RC.1"));
    CHECK(both("a==1.0-1", "a==1.0.post1"));
    CHECK(both("torch==1.13", "torch==1.13+cpu"));
    CHECK_FALSE(both("torch==1.13+cu117", "torch==1.13+cpu"));
    CHECK_FALSE(both("a===1.0", "a===1.0.0"));  // === compares texts
    CHECK(both("a===foo", "a>=1"));             // nobody knows what foo is
    CHECK_FALSE(both("a==1!1.0", "a==1.0"));
    CHECK_FALSE(both("a==99999999999999999999", "a==99999999999999999998"));
}

TEST_CASE("pins of other packages, with other markers or of URLs can always both hold") {
    auto both = [](std::string const& a, std::string const& b) {
        return pins_can_both_hold(*parse_pip_requirement(a), *parse_pip_requirement(b));
    };
    CHECK(both("a==1", "b==2"));
    CHECK(both("a==1; os_name=='nt'", "a==2; os_name=='posix'"));
    CHECK(both("a==1; os_name=='nt'", "a==2"));
    CHECK_FALSE(both("a==1; os_name=='nt'", "a==2; os_name=='nt'"));
    CHECK(both("a @ https://h/1", "a @ https://h/2"));
    CHECK_FALSE(both("a[x]==1", "a[y]==2"));
}

TEST_CASE("a plain requirement is read without the parser as the parser reads it") {
    for (std::string const name : {"a", "9", "Foo_Bar.baz-2", "a--b", "a-", "_a", "-a", "a.", "a b", "a;"})
        for (char const* const pin : {"", "==1", ">=1.24", "<=1.2.3", "!=0", "=1", "==", "==1.", "==.1", "==1..2",
                                      "===1", "<1", "~=1.2", "==1a", "==1 ", "=>1", ">", "=", "=="}) {
            std::string const text = name + pin, blank = " " + text;  // the parser passes over the blank
            parsed<pip_requirement> const plain = parse_pip_requirement(text), whole = parse_pip_requirement(blank);
            INFO(text);
            CHECK(static_cast<int>(plain.fault) == static_cast<int>(whole.fault));
            CHECK(plain.position + !plain == whole.position);
            CHECK(plain->name == whole->name);
            CHECK(plain->versions == whole->versions);
            CHECK((plain->extras.empty() && whole->extras.empty() && plain->marker.empty() && whole->marker.empty()));
        }
}
