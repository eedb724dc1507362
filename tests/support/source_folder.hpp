// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>

namespace estima_test {

/// Where the folder tests of this tree is. In a file of its own: no other test is compiled anew in another clone.
std::string source_folder();

}  // namespace estima_test
