// SPDX-License-Identifier: BSL-1.0
#pragma once

namespace estima::inline v0_1 {

/// How an attempt of a run ended early: what a retry is for. Written as one of `cause::`.
struct retry_cause {
    enum class kind : unsigned char { node_failure, preemption, any_failure, exit_code, signal };
    kind is = kind::any_failure;
    int number = 0;  ///< of an exit code or a signal

    /// Whether a process can end so: exit codes are 1 to 255, signals 1 to 64.
    constexpr bool is_possible() const {
        if (is == kind::exit_code) return number >= 1 && number <= 255;
        return is != kind::signal || (number >= 1 && number <= 64);
    }
    constexpr bool operator==(retry_cause const&) const = default;
};

namespace detail {
/// What `retries` takes. It converts from anything; what is no cause is one that cannot happen, which a rule tells.
struct cause_argument {
    retry_cause cause{};

    constexpr cause_argument(retry_cause given) : cause{given} {}  // NOLINT: implicit
    template <class Other>
    constexpr cause_argument(Other) : cause{retry_cause::kind::exit_code, 0} {}  // NOLINT
    constexpr bool operator==(cause_argument const&) const = default;
};
}  // namespace detail

/// What retries are for: `retries<3, cause::node_failure, cause::exit_code(75)>`.
namespace cause {
/// A host was lost, or cannot be reached.
inline constexpr retry_cause node_failure{retry_cause::kind::node_failure};
/// The target took the nodes away for somebody else.
inline constexpr retry_cause preemption{retry_cause::kind::preemption};
/// However it failed, but for a time limit.
inline constexpr retry_cause any_failure{retry_cause::kind::any_failure};
/// The script exited with this code: 75 is sysexits.h's "try again".
constexpr retry_cause exit_code(int code) { return {retry_cause::kind::exit_code, code}; }
/// The script was ended by this signal: 9 is SIGKILL.
constexpr retry_cause signal(int number) { return {retry_cause::kind::signal, number}; }
}  // namespace cause

}  // namespace estima::inline v0_1
