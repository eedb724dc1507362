// SPDX-License-Identifier: BSL-1.0
// Any JSON as a run configuration: of a run directory, which is read strictly, and of a .runconfig file. Text that does
// not start like JSON is put into braces, so that the JSON parser sees it.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "runconfig_laws.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* bytes, std::size_t size) {
    using namespace estima;
    std::string text{reinterpret_cast<char const*>(bytes), size};
    if (text.empty() || text[0] != '{') text = "{" + text + "}";
    json const value = json::parse(text, nullptr, false);
    if (!value.is_discarded()) {
        try {
            run_configuration const c = run_configuration_from_json(value);
            if (!(run_configuration_from_json(json::parse(canonical_json(c))) == c)) std::abort();
        } catch (error const&) {
        }
    }
    estima_test::check_runconfig_laws(text);
    return 0;
}
