// SPDX-License-Identifier: BSL-1.0
#include <estima/launcher/main.hpp>

int main(int argc, char** argv) { return estima::launcher_main(argc, argv); }
