// SPDX-License-Identifier: BSL-1.0
#pragma once

namespace estima::inline v0_1 {

/// Anything shaped like std::chrono::duration, told without the cost of <chrono>.
template <class T>
concept chrono_like = requires(T d) {
    d.count();
    T::period::num;
    T::period::den;
};

/// A length of time in seconds. Made by a literal (`90_min`), by `seconds(90)`, or from a std::chrono duration.
/// A bare number does not convert: its unit would be a guess.
class duration {
public:
    constexpr duration() noexcept {}  // NOLINT: a defaulted one has `{}` set all to 0 first, in each job anew

    template <chrono_like Duration>
    constexpr duration(Duration d)  // NOLINT: implicit, the unit is in the type
        : seconds_{static_cast<double>(d.count()) * static_cast<double>(Duration::period::num) /
                   static_cast<double>(Duration::period::den)} {}

    /// A bare number has no unit: write `90_min`, `seconds(5400)`, or a std::chrono duration.
    template <class Other>
    duration(Other no_length_of_time) = delete;

    static constexpr duration from_seconds(double s) {
        duration d;
        d.seconds_ = s;
        return d;
    }
    constexpr double seconds() const { return seconds_; }
    constexpr bool operator==(duration const&) const = default;

private:
    double seconds_ = 0;
};

constexpr duration seconds(double s) { return duration::from_seconds(s); }

inline namespace literals {
constexpr duration operator""_ms(unsigned long long n) { return seconds(static_cast<double>(n) / 1000); }
constexpr duration operator""_s(unsigned long long n) { return seconds(static_cast<double>(n)); }
constexpr duration operator""_min(unsigned long long n) { return seconds(static_cast<double>(n) * 60); }
constexpr duration operator""_h(unsigned long long n) { return seconds(static_cast<double>(n) * 3600); }
constexpr duration operator""_s(long double n) { return seconds(static_cast<double>(n)); }
constexpr duration operator""_min(long double n) { return seconds(static_cast<double>(n) * 60); }
constexpr duration operator""_h(long double n) { return seconds(static_cast<double>(n) * 3600); }
}  // namespace literals

}  // namespace estima::inline v0_1
