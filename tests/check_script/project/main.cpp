// SPDX-License-Identifier: BSL-1.0
#include <cstdio>

#include "params.hpp"

int main() { std::puts(estima::describe_parameters<train::params>().c_str()); }
