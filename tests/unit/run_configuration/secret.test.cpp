// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <concepts>
#include <string>
#include <type_traits>
#include <utility>

#include <estima/base/secret.hpp>
#include <estima/system/json.hpp>

namespace {
using estima::secret;

template <class T>
concept can_be_compared_with_text = requires(T const& value) {
    value == "text";
};

static_assert(!std::is_constructible_v<estima::json, secret> && std::is_constructible_v<estima::json, std::string>);
static_assert(!std::equality_comparable<secret> && !can_be_compared_with_text<secret> &&
              can_be_compared_with_text<std::string>);
static_assert(!std::three_way_comparable<secret>);
static_assert(!std::is_convertible_v<secret, std::string> && !std::is_convertible_v<secret, std::string_view>);
static_assert(!std::is_convertible_v<std::string, secret>);  // said where it happens
static_assert(std::is_nothrow_move_constructible_v<secret> && std::is_nothrow_default_constructible_v<secret>);

}  // namespace

TEST_CASE("a secret gives its value to who asks for it, and its copies are secrets") {
    secret const password{"swordfish"};
    CHECK(password.reveal() == "swordfish");
    secret copy = password;
    CHECK(copy.reveal() == "swordfish");
    CHECK(copy.reveal().data() != password.reveal().data());
    secret moved = std::move(copy);
    CHECK(moved.reveal() == "swordfish");
    moved = secret{};
    CHECK(moved.empty());
    CHECK(secret{""}.reveal().empty());
    CHECK(secret{std::string("a\0b", 3)}.reveal().size() == 3);
}
