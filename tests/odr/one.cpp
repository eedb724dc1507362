// SPDX-License-Identifier: BSL-1.0
#include "all_headers.hpp"

char const* version_seen_by_two();
bool declared_and_defined_agree();

int main() {
    // An inline variable is one object for the whole program.
    return version_seen_by_two() == estima::library_version && declared_and_defined_agree() ? 0 : 1;
}
