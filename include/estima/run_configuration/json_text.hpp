// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>

namespace estima::inline v0_1 {

/// A part of a run configuration that estima keeps and does nothing with: JSON without spaces, keys sorted; empty for
/// null. As text, so that a run configuration is a plain value that needs no JSON library.
struct json_text {
    std::string text{};
    bool empty() const noexcept { return text.empty(); }
    bool operator==(json_text const&) const = default;
};

}  // namespace estima::inline v0_1
