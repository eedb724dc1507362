// SPDX-License-Identifier: BSL-1.0
#include <estima/agent/main.hpp>

int main(int argc, char** argv) { return estima::agent_main(argc, argv); }
