// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include <estima/base/retry_cause.hpp>

namespace estima::inline v0_1 {

/// A cause of a retry in the words of run configurations: "node_failure", "exit_code 75".
inline std::string cause_text(retry_cause const& c) {
    using enum retry_cause::kind;
    switch (c.is) {
        case node_failure:
            return "node_failure";
        case preemption:
            return "preemption";
        case exit_code:
            return "exit_code " + std::to_string(c.number);
        case signal:
            return "signal " + std::to_string(c.number);
        case any_failure:
            break;
    }
    return "any_failure";
}

/// The reverse; nothing for a text that is none of them.
inline std::optional<retry_cause> cause_of(std::string_view text) {
    for (retry_cause const& one : {cause::node_failure, cause::preemption, cause::any_failure})
        if (text == cause_text(one)) return one;
    for (retry_cause one : {cause::exit_code(0), cause::signal(0)}) {
        std::string_view const word = one.is == retry_cause::kind::signal ? "signal " : "exit_code ";
        if (!text.starts_with(word)) continue;
        auto const [end, code] = std::from_chars(text.data() + word.size(), text.data() + text.size(), one.number);
        if (code == std::errc{} && end == text.data() + text.size()) return one;
    }
    return std::nullopt;
}

}  // namespace estima::inline v0_1
