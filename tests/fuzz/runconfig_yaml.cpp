// SPDX-License-Identifier: BSL-1.0
// Any bytes as a .runconfig file: refused by an estima::error, or read, written and read back to the same value.
#include <cstddef>
#include <cstdint>
#include <string>

#include "runconfig_laws.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* bytes, std::size_t size) {
    estima_test::check_runconfig_laws({reinterpret_cast<char const*>(bytes), size});
    return 0;
}
