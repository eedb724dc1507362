// SPDX-License-Identifier: BSL-1.0
#include <string>

#include <catch2/catch.hpp>

#include <estima/system/sha256.hpp>

TEST_CASE("SHA-256 gives the digests of the standard's examples", "[sha256]") {
    CHECK(estima::sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(estima::sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(estima::sha256_hex(std::string(1'000'000, 'a')) ==
          "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("pieces of any size give the digest of the whole, and the object starts afresh", "[sha256]") {
    std::string text;
    for (int i = 0; i < 1000; ++i) text += static_cast<char>(i * 7);
    estima::sha256 hash;
    for (std::size_t piece = 1; piece < 200; piece += 13) {
        for (std::size_t at = 0; at < text.size(); at += piece) hash.update(std::string_view{text}.substr(at, piece));
        CHECK(hash.hex_digest() == estima::sha256_hex(text));
    }
}
