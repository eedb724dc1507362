// SPDX-License-Identifier: BSL-1.0
#include <support/source_folder.hpp>

std::string estima_test::source_folder() { return ESTIMA_TEST_SOURCE_DIR; }
