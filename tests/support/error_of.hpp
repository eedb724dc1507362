// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>

#include <estima/base/error.hpp>

namespace estima_test {

/// What the error says that `work` ends with; empty if it ends with none.
template <class Work>
std::string error_of(Work const& work) {
    try {
        work();
    } catch (estima::error const& e) {
        return e.what();
    }
    return "";
}

}  // namespace estima_test
