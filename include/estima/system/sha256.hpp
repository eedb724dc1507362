// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <openssl/sha.h>

#include <array>
#include <string>
#include <string_view>

namespace estima::inline v0_1 {

/// The 32 bytes of a SHA-256 digest.
using sha256_digest = std::array<unsigned char, SHA256_DIGEST_LENGTH>;

/// Lower-case hexadecimal, 64 characters.
inline std::string to_hex(sha256_digest const& digest) {
    constexpr char digits[] = "0123456789abcdef";
    std::string text(digest.size() * 2, '0');
    for (std::size_t i = 0; i < digest.size(); ++i) {
        text[2 * i] = digits[digest[i] >> 4];
        text[2 * i + 1] = digits[digest[i] & 15];
    }
    return text;
}

// OpenSSL 3 marks these functions as deprecated in favour of EVP. The first EVP digest of a process loads OpenSSL's
// configuration and providers, which takes 2 ms, a good part of what starting a run may take; these take 50 ns.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

/// SHA-256 of bytes that arrive in pieces. It allocates nothing. After a digest was taken the object starts afresh.
class sha256 {
public:
    sha256() { SHA256_Init(&state_); }

    sha256& update(std::string_view bytes) {
        SHA256_Update(&state_, bytes.data(), bytes.size());
        return *this;
    }

    /// The digest of all bytes since the construction or since the last digest.
    sha256_digest digest() {
        sha256_digest result;
        SHA256_Final(result.data(), &state_);
        SHA256_Init(&state_);
        return result;
    }
    std::string hex_digest() { return to_hex(digest()); }

private:
    SHA256_CTX state_;
};

#pragma GCC diagnostic pop

/// SHA-256 of `bytes`, 64 lower-case hexadecimal digits.
inline std::string sha256_hex(std::string_view bytes) { return sha256{}.update(bytes).hex_digest(); }

}  // namespace estima::inline v0_1
