// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>
#include <new>
#include <optional>
#include <type_traits>
#include <utility>

namespace estima::inline v0_1 {

/// A value that may be left out: as std::optional, which it is made of and becomes, but a value of another type is
/// refused by one short error, where the compiler would list the constructors of std::optional. It compiles faster.
template <class T>
class optional_of {
public:
    constexpr optional_of() noexcept : nothing_{} {}
    constexpr optional_of(std::nullopt_t) noexcept : nothing_{} {}                 // NOLINT: implicit
    constexpr optional_of(T value) : kept_{std::move(value)}, has_value_{true} {}  // NOLINT: implicit
    template <std::same_as<std::optional<T>> Optional>
    constexpr optional_of(Optional other) : nothing_{} {  // NOLINT: implicit
        if (other) emplace(*std::move(other));
    }
    template <class Other>
        requires(!std::same_as<Other, std::optional<T>>) && (!std::same_as<Other, T>) &&
                (std::floating_point<Other> || std::same_as<Other, bool> || std::same_as<Other, char> ||
                 !std::convertible_to<Other, T>)
    optional_of(Other not_of_its_type) = delete;
    /// Its type is named where it is made of several values: `datastore{"blobs", "runs/7"}`.
    template <class First, class Second, class... More>
    optional_of(First several_values_and_no_type_before_the_braces, Second, More...) = delete;

    constexpr optional_of(optional_of const& other) : nothing_{} {
        if (other) emplace(*other);
    }
    constexpr optional_of(optional_of&& other) noexcept(std::is_nothrow_move_constructible_v<T>) : nothing_{} {
        if (other) emplace(std::move(*other));
    }
    constexpr optional_of& operator=(optional_of other) noexcept(std::is_nothrow_move_constructible_v<T>) {
        reset();
        if (other) emplace(std::move(*other));
        return *this;
    }
    constexpr ~optional_of() { reset(); }

    constexpr void reset() noexcept {
        if (has_value_) kept_.~T();
        has_value_ = false;
    }
    template <class... Arguments>
    constexpr T& emplace(Arguments&&... arguments) {
        reset();
        ::new (static_cast<void*>(&kept_)) T(std::forward<Arguments>(arguments)...);
        has_value_ = true;
        return kept_;
    }

    constexpr bool has_value() const noexcept { return has_value_; }
    constexpr explicit operator bool() const noexcept { return has_value_; }
    /// The value. Not to be asked for when there is none.
    constexpr T const& operator*() const noexcept { return kept_; }
    constexpr T& operator*() noexcept { return kept_; }
    constexpr T const* operator->() const noexcept { return &kept_; }
    constexpr T* operator->() noexcept { return &kept_; }
    /// The value. Throws std::bad_optional_access when there is none.
    constexpr T value() const { return std::optional<T>{*this}.value(); }
    constexpr T value_or(T other) const { return has_value_ ? kept_ : other; }

    template <std::same_as<std::optional<T>> Optional>
    constexpr operator Optional() const {  // NOLINT: implicit
        return has_value_ ? Optional{kept_} : Optional{};
    }
    friend constexpr bool operator==(optional_of const& a, optional_of const& b)
        requires std::equality_comparable<T>
    {
        return a.has_value_ == b.has_value_ && (!a.has_value_ || a.kept_ == b.kept_);
    }
    friend constexpr bool operator==(optional_of const& a, std::optional<T> const& b)
        requires std::equality_comparable<T>
    {
        return a == optional_of{b};
    }
    friend constexpr bool operator==(optional_of const& a, T const& b)
        requires std::equality_comparable<T>
    {
        return a.has_value_ && a.kept_ == b;
    }
    friend constexpr bool operator==(optional_of const& a, std::nullopt_t) noexcept { return !a.has_value_; }

private:
    union {
        char nothing_;
        T kept_;
    };
    bool has_value_ = false;
};

}  // namespace estima::inline v0_1
