// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>

#include <estima/base/error.hpp>
#include <estima/run_configuration/fields.hpp>
#include <estima/run_configuration/read_fields.hpp>
#include <estima/run_configuration/run_configuration.hpp>
#include <estima/run_configuration/write_fields.hpp>
#include <estima/system/json.hpp>
#include <estima/system/sha256.hpp>

namespace estima::inline v0_1 {

namespace detail {
inline json written(run_configuration const& c, with_defaults defaults) {
    json all = written_section(table_of<run_configuration>(), &c, defaults);
    if (!c.unknown.empty()) merge_unknown(all, parsed(c.unknown, "unknown"));
    return all;
}

class strict_field_reader final : public field_reader {
public:
    strict_field_reader() : field_reader{false} {}

private:
    error refusal(std::string_view expected) const override {
        return {"EST-101",
                {.what = "this is not a run configuration",
                 .where = dotted(path()),
                 .why = "expected there: " + std::string{expected},
                 .remedy = "write it with estima, or compare it with docs/run_configuration.md"}};
    }
};
}  // namespace detail

/// Every field with Azure's key, also where nothing is set, which is null. A password is null always. EST-111: a part
/// that is kept as JSON is none.
inline json to_json(run_configuration const& c) { return detail::written(c, detail::with_defaults::yes); }

/// What differs from a run_configuration in which nothing is set. It is read back to the same value, and stays the same
/// text when later versions of estima know more fields.
inline json to_sparse_json(run_configuration const& c) { return detail::written(c, detail::with_defaults::no); }

/// The reverse of both. Keys that are absent, or null, keep their defaults; keys that are not known are kept in
/// `unknown`. Words for framework and communicator become estima's. EST-101 names the keys that have another type than
/// Azure gives them; nothing is cast.
inline run_configuration run_configuration_from_json(json const& j) { return detail::strict_field_reader{}.read(j); }

/// The sparse JSON without spaces, its keys sorted: equal configurations have equal text. Bytes that are not UTF-8
/// cannot be told in JSON: EST-102.
inline std::string canonical_json(run_configuration const& c) {
    try {
        return to_sparse_json(c).dump();
    } catch (json::exception const& e) {
        throw error{"EST-102",
                    {.what = "the run configuration holds text that is not UTF-8",
                     .why = json_fault(e),
                     .remedy = "pass such data in a file of the source directory"}};
    }
}

/// SHA-256 of the canonical JSON, 64 hexadecimal digits.
inline std::string hash(run_configuration const& c) { return sha256_hex(canonical_json(c)); }

}  // namespace estima::inline v0_1
