// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdlib>
#include <iostream>
#include <string>

#include <estima/estima.hpp>

/// What the examples share to check their own results, so that each is a test as well.
namespace example {

/// Ends the example with a sentence and status 1 if something is not as it should be.
inline void require(bool holds, std::string const& sentence) {
    std::cout << (holds ? "ok: " : "NOT OK: ") << sentence << '\n';
    if (!holds) std::exit(1);
}

/// An output of the run as JSON.
inline estima::json output(estima::run const& run, std::string const& name) {
    return estima::json::parse(estima::read_file(run.directory().outputs() / name));
}

/// The training programs of this source tree.
inline std::string folder(std::string const& name) { return std::string{EXAMPLES_SOURCE_DIR} + "/" + name; }

}  // namespace example
