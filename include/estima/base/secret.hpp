// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace estima::inline v0_1 {

/// A password or token. It cannot be printed, compared, turned into a string or serialised: each of these does not
/// compile. The value is had through reveal() alone, so that a search for that word finds every use. Memory is
/// overwritten when the secret is destroyed or assigned; a copy is a secret as well.
class secret {
public:
    secret() = default;
    explicit secret(std::string_view value)
        : text_{value.empty() ? nullptr : std::make_unique<char[]>(value.size())}, size_{value.size()} {
        value.copy(text_.get(), size_);
    }
    secret(secret const& other) : secret{other.reveal()} {}
    secret(secret&& other) noexcept : text_{std::move(other.text_)}, size_{std::exchange(other.size_, 0)} {}
    secret& operator=(secret other) noexcept {
        text_.swap(other.text_);
        std::swap(size_, other.size_);
        return *this;
    }
    ~secret() { wipe(); }

    bool empty() const noexcept { return size_ == 0; }
    /// The value itself, for as long as this secret is not changed. Do not keep it, log it or put it in an error.
    std::string_view reveal() const noexcept { return {text_.get(), size_}; }

    operator std::string() const = delete;  // NOLINT: deleted to be named in the compiler's message

    friend bool operator==(secret const&, secret const&) = delete;
    friend auto operator<=>(secret const&, secret const&) = delete;
    template <class Other>
    friend bool operator==(secret const&, Other const&) = delete;
    // Not deleted: clang would list each << that there is besides.
    template <class Stream>
    friend Stream& operator<<(Stream& stream, secret const&) {
        static_assert(sizeof(Stream) == 0, "a secret is not printed");
        return stream;
    }
    template <class Archive>
    friend void serialize(Archive&, secret&, unsigned) = delete;
    template <class Json>
    friend void to_json(Json&, secret const&) = delete;

private:
    // Through volatile, so that the stores to memory that is about to be freed are not left out.
    void wipe() noexcept {
        char volatile* const text = text_.get();
        for (std::size_t i = 0; i < size_; ++i) text[i] = 0;
    }

    std::unique_ptr<char[]> text_{};
    std::size_t size_ = 0;
};

}  // namespace estima::inline v0_1
