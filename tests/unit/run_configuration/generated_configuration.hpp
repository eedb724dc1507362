// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include <estima/run_configuration/fields.hpp>
#include <estima/run_configuration/json.hpp>

namespace estima_test {

/// Run configurations with anything in any field, the same for the same seed: for laws that hold for all of them.
class configuration_generator {
public:
    explicit configuration_generator(unsigned seed) : random_{seed} {}

    estima::run_configuration next() {
        estima::run_configuration c;
        fill(estima::detail::table_of<estima::run_configuration>(), &c);
        c.framework = estima::canonical_framework(c.framework);
        c.communicator = estima::canonical_communicator(c.communicator);
        c.node_count = 1 + number(5);
        for (auto& [name, input] : c.data)
            if (!input.mechanism.empty()) input.mechanism = "mount";
        for (auto& [name, reference] : c.data_references) {
            reference.data_store_name = "store " + text();
            reference.mode =
                std::vector<std::string>{"mount", "download", "upload"}[static_cast<std::size_t>(number(3))];
        }
        if (number(2) == 0)
            c.unknown.text = R"({"environment":{"python":{"r":[1,{"a":null}]}},"mine":{"list":[[],{}],"no":"no"}})";
        return c;
    }
    int number(int below) { return static_cast<int>(random_() % static_cast<unsigned>(below)); }

    /// Much of it is something else to YAML, of one version or another, when it has no quotes.
    std::string text() {
        static std::vector<std::string> const texts{
            "",
            "None",
            "null",
            "Null",
            "~",
            "true",
            "True",
            "no",
            "off",
            "y",
            "1:30",
            "2g",
            "012",
            "0o17",
            "0x1F",
            "1_000",
            "1e3",
            "-1",
            ".5",
            "-.5",
            ".inf",
            ".NaN",
            "2020-01-31",
            "- a",
            "-",
            "-x",
            "? a",
            ": b",
            "a: b",
            "a #b",
            "#b",
            "a:b",
            "<<",
            "=",
            "'",
            "\"",
            "\\",
            "%YAML 1.1",
            "@x",
            "`x`",
            "!x",
            "&a",
            "*a",
            "{a",
            "[a",
            "]",
            ",",
            "|",
            ">",
            "---",
            "...",
            " a",
            "a ",
            "a\nb",
            "a\n\n",
            "\t",
            "a\tb",
            "\r\n",
            "\x01",
            "\x7f",
            "\xC2\x85",
            "\xC2\xA0",
            "\xE2\x80\xA8",
            "\xE2\x80\xA9",
            "\xEF\xBB\xBF",
            "\xF0\x9F\x98\x80",
            "gr\xC3\xBC\xC3\x9F",
            "spark.app.name",
            "--learning-rate",
            "0.1",
            "mpi",
            "IntelMpi",
            "$DATA",
            "a  b",
            std::string("a\0b", 3),
            std::string(300, 'x'),
            std::string(1200, '#'),
        };
        return texts[random_() % texts.size()];
    }
    std::string json_text() {
        static std::vector<char const*> const texts{"",
                                                    "null",
                                                    "1",
                                                    "-2.5",
                                                    "1e+30",
                                                    "true",
                                                    "\"no\"",
                                                    "[]",
                                                    "{}",
                                                    "[[1,[]],{\"a\":{}}]",
                                                    R"({"a":{"b":[1,"2",null]},"c d":"\n"})",
                                                    "[\"x\",\"- y\"]",
                                                    "18446744073709551615"};
        std::string const text = texts[random_() % texts.size()];
        return text == "null" ? "" : text;
    }

private:
    void fill(estima::detail::field_table const& table, void* section) {
        using kind = estima::detail::field_kind;
        for (estima::detail::field_entry const& field : table) {
            if (number(2) == 0) continue;
            switch (field.kind) {
                case kind::text:
                    field.in<std::string>(section) = text();
                    break;
                case kind::boolean:
                    field.in<bool>(section) = number(2) == 0;
                    break;
                case kind::integer:
                    field.in<int>(section) = static_cast<int>(random_());
                    break;
                case kind::optional_boolean:
                    field.in<std::optional<bool>>(section) = number(2) == 0;
                    break;
                case kind::optional_integer:
                    field.in<std::optional<int>>(section) = static_cast<int>(random_());
                    break;
                case kind::optional_long:
                    field.in<std::optional<std::int64_t>>(section) = static_cast<std::int64_t>(random_()) << 30;
                    break;
                case kind::text_list:
                    field.in<std::vector<std::string>>(section) = list();
                    break;
                case kind::text_map:
                    for (std::string const& name : list())
                        field.in<std::map<std::string, std::string>>(section)[name] = text();
                    break;
                case kind::any:
                    field.in<estima::json_text>(section).text = json_text();
                    break;
                case kind::packages:
                    field.in<estima::package_list>(section) = {list(), list()};
                    break;
                case kind::section:
                    fill(field.inner(), field.member(section));
                    break;
                case kind::optional_section:
                    fill(field.inner(), field.add(field.member(section), ""));
                    break;
                case kind::section_map:
                case kind::section_list:
                    for (std::string const& name : list()) fill(field.inner(), field.add(field.member(section), name));
                    break;
                case kind::password:
                    break;
            }
        }
    }
    std::vector<std::string> list() {
        std::vector<std::string> all(static_cast<std::size_t>(number(4)));
        for (std::string& one : all) one = text();
        return all;
    }

    std::mt19937 random_;
};

}  // namespace estima_test
