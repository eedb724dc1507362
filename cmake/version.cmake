# SPDX-License-Identifier: BSL-1.0
# Reads the version from include/estima/version.hpp, so that users without CMake have it too.
file(STRINGS "${CMAKE_CURRENT_LIST_DIR}/../include/estima/version.hpp" estima_version_line
     REGEX "^inline constexpr char library_version\\[\\] = \"[0-9.]+\";$")
string(REGEX MATCH "[0-9]+\\.[0-9]+\\.[0-9]+" estima_version "${estima_version_line}")
if(NOT estima_version)
  message(FATAL_ERROR "include/estima/version.hpp does not tell the version")
endif()
