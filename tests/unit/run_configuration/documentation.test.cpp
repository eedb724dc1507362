// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <cstdlib>
#include <string>

#include <estima/run_configuration/json.hpp>
#include <estima/system/files.hpp>

#include <support/source_folder.hpp>

namespace {
using namespace estima;

void append_rows(std::string& table, detail::field_table const& fields, std::string const& prefix) {
    void const* const defaults = fields.defaults();
    for (detail::field_entry const& field : fields) {
        std::string const key = prefix + std::string{field.key};
        json const value = detail::written_field(field, defaults, defaults);
        bool const has_fields = field.inner != nullptr;
        std::string const shown =
            has_fields && field.kind == detail::field_kind::section ? "" : "`" + value.dump() + "`";
        table += "| `" + key + "` | " + shown + " | " + std::string{field.meaning} + " |\n";
        bool const is_named = field.kind == detail::field_kind::section_map || field.kind == detail::field_kind::section_list;
        if (has_fields) append_rows(table, field.inner(), key + (is_named ? ".*." : "."));
    }
}
}  // namespace

TEST_CASE("the documentation has every key with its default and its meaning") {
    std::string const path = estima_test::source_folder() + "/../docs/run_configuration.md";
    std::string const before = "documentation.test.cpp -->\n", after = "<!-- end of fields -->";
    std::string const described = read_file(path);
    std::size_t const start = described.find(before) + before.size(), end = described.find(after);
    REQUIRE(described.find(before) != std::string::npos);
    REQUIRE(end != std::string::npos);
    std::string table = "| key | default | meaning |\n|---|---|---|\n";
    append_rows(table, detail::table_of<run_configuration>(), "");
    if (std::getenv("ESTIMA_WRITE_GOLDEN") != nullptr)
        replace_file(path, described.substr(0, start) + table + described.substr(end));
    CHECK(read_file(path).find(before + table + after) != std::string::npos);
}
