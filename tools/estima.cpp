// SPDX-License-Identifier: BSL-1.0
#include <estima/terminal/main.hpp>
#include <estima/transport/slurm.hpp>

int main(int argc, char** argv) { return estima::terminal::main(argc, argv); }
