// SPDX-License-Identifier: BSL-1.0
// Thousands of generated requirements and versions against the Python module packaging, which pip reads them with.
#include <stdio.h>
#include <stdlib.h>

#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include <estima/requirement/pip_pins.hpp>

#include <support/source_folder.hpp>

#include "support/skip.hpp"
#include "support/temporary_directory.hpp"

namespace {
using namespace estima;

/// Requirements and versions, the same in every run.
class generator {
public:
    std::size_t below(std::size_t n) { return static_cast<std::size_t>(random_() % n); }
    bool one_in(std::size_t n) { return below(n) == 0; }
    std::string pick(std::vector<std::string> const& of) { return of[below(of.size())]; }
    std::string blank() { return pick({"", "", "", " ", "  ", "\t"}); }

    std::string number() {
        return pick({"0", "1", "1", "2", "3", "9", "10", "01", "007", "20240131", "98765432109876543210"});
    }
    std::string release() {
        std::string text = number();
        for (std::size_t n = below(4); n > 0; --n) text += "." + number();
        return text;
    }
    std::string separator() { return pick({"", "", ".", "-", "_"}); }
    std::string suffixes() {
        std::string text;
        if (one_in(3))
            text += separator() + pick({"a", "alpha", "b", "Beta", "c", "rc", "RC", "pre", "preview"}) + separator() +
                    pick({"", "0", "1", "2", "11"});
        if (one_in(4)) text += pick({".post1", "-1", "-02", "post", ".rev2", "-r.3", "_post_0", ".POST2"});
        if (one_in(4)) text += pick({".dev1", "dev", "-dev0", ".dev-12", "_Dev.2"});
        return text;
    }
    std::string local() {
        return one_in(6) ? pick({"+abc", "+abc.1", "+1", "+ABC-2_x", "+10", "+9", "+1.0", "+ubuntu.1"}) : "";
    }
    std::string version() {
        return pick({"", "", "", "", "v", "V"}) + (one_in(8) ? number() + "!" : "") + release() + suffixes() + local();
    }
    std::string clause() {
        std::string const op = pick({"==", "==", ">=", "<=", "<", ">", "!=", "~=", "==="});
        std::string text = op + blank() + (one_in(12) ? "1!" : "") + release();
        if ((op == "==" || op == "!=") && one_in(3)) return text + ".*";
        text += suffixes();
        return op == "==" || op == "!=" || one_in(20) ? text + local() : text;
    }
    std::string clauses() {
        std::string text = clause();
        for (std::size_t n = below(3); n > 0; --n) text += blank() + "," + blank() + clause();
        if (one_in(12)) text += ",";
        return text;
    }
    std::string marker_value() {
        return pick({"python_version", "os_name", "extra", "'3.8'", "\"linux\"", "'a \"b\" c'", "sys_platform",
                     "os.name", "platform_python_implementation", "implementation_version", "python_full_version",
                     "'x;y'", "platform"});
    }
    std::string marker(int depth = 0) {
        std::string text = marker_value() + blank() +
                           pick({"==", "!=", "<", ">=", "~=", "===", " in ", " not in ", "in"}) + blank() +
                           marker_value();
        if (depth < 3 && one_in(3)) text = "(" + blank() + marker(depth + 1) + blank() + ")";
        if (depth < 3 && one_in(3)) text += pick({" and ", " or ", "  and\t", "or ", " and("}) + marker(depth + 1);
        return text;
    }
    std::string name() {
        return pick({"numpy", "scikit-learn", "a", "A.B-C_D", "zope.interface", "x2", "3to2", "name-", ".name",
                     "foo--bar", "n.1"});
    }
    std::string requirement() {
        std::string text = blank() + name() + blank();
        if (one_in(4))
            text += "[" + blank() + pick({"", "socks", "a,b", "a , b.c", "a,", "a b", "-", "security, tests"}) + "]" +
                    blank();
        if (one_in(8)) {
            text += "@" + blank() +
                    pick({"https://example.org/a.zip#sha1=0", "git+ssh://git@host/x.git@v1", "file:///tmp/x",
                          "http://h", "https:///x", "file:x", "./here", "x:y", "https://h/;a"});
            if (one_in(2)) text += " ";
        } else if (!one_in(4)) {
            text += one_in(6) ? "(" + blank() + clauses() + blank() + ")" : clauses();
        }
        if (one_in(3)) text += blank() + ";" + blank() + marker();
        return text + blank();
    }
    /// One to three small faults.
    std::string spoilt(std::string text) {
        constexpr char characters[] = "=<>!~.,;()[] \tabcdevpost0129*+-_'\"@";
        for (std::size_t n = 1 + below(3); n > 0 && !text.empty(); --n) {
            std::size_t const at = below(text.size());
            char const c = characters[below(sizeof characters - 1)];
            if (one_in(3))
                text.erase(at, 1 + below(3));
            else if (one_in(2))
                text.insert(at, 1, c);
            else
                text[at] = c;
        }
        return text;
    }
    std::string pin() {
        std::string const op = pick({"==", ">=", "<=", "<", ">", "!=", "~="});
        std::string version = pick({"1", "1.0", "1.1", "1.1.0", "1.2", "2.0", "1!1"});
        if ((op == "==" || op == "!=") && one_in(2)) return op + version + ".*";
        if (op == "~=" && version.find('.') == std::string::npos) version += ".0";
        version += pick({"", "", "", "a1", "rc1", ".post1", ".post2", ".dev1", ".post1.dev1"});
        return op + version + ((op == "==" || op == "!=") && one_in(6) ? "+abc.1" : "");
    }
    std::string pins() {
        std::string text = pin();
        for (std::size_t n = below(3); n > 0; --n) text += "," + pin();
        return text;
    }

private:
    std::mt19937 random_{20240229};
};

/// Where the parser is stricter than packaging on purpose: it keeps to the grammar of PEP 508.
bool is_known_difference(std::string const& text, parsed<pip_requirement> const& found) {
    // packaging takes a comma behind === for a part of the version.
    if (std::size_t const at = text.find("==="); at != std::string::npos && text.find(',', at) != std::string::npos)
        return true;
    if (found.fault == requirement_fault::name_malformed) return text[found.position] == '_';
    bool const empty_parentheses = found.fault == requirement_fault::operator_expected && found.position > 0 &&
                                   text.find_last_not_of(" \t", found.position - 1) != std::string::npos &&
                                   text[text.find_last_not_of(" \t", found.position - 1)] == '(';
    return empty_parentheses;
}

struct outcome {
    std::vector<std::string> wrong;
    std::size_t looked_at = 0, well_formed = 0, impossible = 0, left_open = 0;
};

outcome checked(std::string const& statements) {
    estima_test::temporary_directory folder;
    std::string const file = (folder.path() / "statements").string();
    std::ofstream{file, std::ios::binary} << statements;
    std::string const command = "/usr/bin/python3 -B '" + estima_test::source_folder() +
                                "/unit/requirement/check_with_packaging.py' <'" +
                                file + "' 2>&1";
    outcome o;
    FILE* const output = ::popen(command.c_str(), "r");
    REQUIRE(output != nullptr);
    std::string text;
    for (int c; (c = std::fgetc(output)) != EOF;) text += static_cast<char>(c);
    INFO(text);
    CHECK(::pclose(output) == 0);
    std::istringstream lines{text};
    for (std::string line; std::getline(lines, line);) {
        if (std::isdigit(static_cast<unsigned char>(line[0])))
            std::istringstream{line} >> o.looked_at >> o.well_formed >> o.impossible >> o.left_open;
        else
            o.wrong.push_back(line);
    }
    return o;
}

bool packaging_is_there() {
    return std::system("/usr/bin/python3 -c 'import packaging' 2>/dev/null >&2") == 0;  // NOLINT: a fixed text
}

std::string field(std::string_view text) { return std::string{text} + '\x1f'; }

}  // namespace

TEST_CASE("requirements are taken, refused and taken apart as packaging does it") {
    if (!packaging_is_there()) return estima_test::skip("python3-packaging is not installed");
    generator g;
    std::string statements;
    std::size_t count = 0;
    for (int i = 0; i < 5000; ++i) {
        std::string text = g.requirement();
        bool const can_be_spoilt = text.find("===") == std::string::npos && text.find('@') == std::string::npos;
        if (can_be_spoilt && i % 2 == 0) text = g.spoilt(text);
        parsed<pip_requirement> const r = parse_pip_requirement(text);
        CHECK(r.position <= text.size());
        CHECK(bool{r} == r.reason.empty());
        if (is_known_difference(text, r)) continue;
        statements += field("R") + field(text) + field(r ? "1" : "0") + field(r->name) + field(r->extras) +
                      field(r->versions) + field(r->url) + field(r->marker) + '\n';
        ++count;
    }
    outcome const o = checked(statements);
    for (std::string const& line : o.wrong) FAIL_CHECK(line);
    CHECK(o.looked_at == count);
    CHECK(count > 4500);
    CHECK(o.well_formed > 1000);
    CHECK(o.well_formed < count - 1000);
}

TEST_CASE("versions are read and ordered as packaging does it") {
    if (!packaging_is_there()) return estima_test::skip("python3-packaging is not installed");
    generator g;
    std::string statements;
    std::vector<std::string> good;
    for (int i = 0; i < 3000; ++i) {
        std::string text = g.version();
        if (i % 3 == 0) text = g.spoilt(text);
        if (text.find_first_of(" \t") != std::string::npos) continue;  // packaging takes blanks around a version
        bool const ok{parse_pip_version(text)};
        if (ok) good.push_back(text);
        statements += field("V") + field(text) + field(ok ? "1" : "0") + '\n';
    }
    for (int i = 0; i < 6000; ++i) {
        std::string const a = good[g.below(good.size())];
        std::string b = g.one_in(2) ? good[g.below(good.size())] : a;
        if (a == b)
            b = a.substr(0, a.find_first_of("+")) + g.pick({"", ".0", ".dev1", ".post1", "rc1", "a2", "+abc", "+1"});
        parsed<pip_version> const x = parse_pip_version(a);
        parsed<pip_version> const y = parse_pip_version(b);
        if (!y) continue;
        int const order = compare_versions(*x, *y);
        CHECK(compare_versions(*y, *x) == -order);
        statements += field("O") + field(a) + field(b) + field(std::to_string(order)) + '\n';
    }
    outcome const o = checked(statements);
    for (std::string const& line : o.wrong) FAIL_CHECK(line);
    CHECK(o.looked_at > 6000);
}

TEST_CASE("pins that cannot both hold have no version that satisfies both, and nearly all such pins are found") {
    if (!packaging_is_there()) return estima_test::skip("python3-packaging is not installed");
    generator g;
    std::string statements;
    for (int i = 0; i < 4000; ++i) {
        std::string const a = g.pins();
        std::string const b = g.pins();
        std::string const first = "n" + a;
        std::string const second = "N" + b;
        parsed<pip_requirement> const x = parse_pip_requirement(first);
        parsed<pip_requirement> const y = parse_pip_requirement(second);
        REQUIRE((x && y));
        bool const can = pins_can_both_hold(*x, *y);
        CHECK(pins_can_both_hold(*y, *x) == can);
        statements += field("P") + field(a) + field(b) + field(can ? "1" : "0") + '\n';
    }
    outcome const o = checked(statements);
    for (std::string const& line : o.wrong) FAIL_CHECK(line);
    CHECK(o.looked_at == 4000);
    CHECK(o.impossible > 800);
    CHECK(o.left_open * 20 < o.impossible);
}
