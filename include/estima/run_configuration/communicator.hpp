// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>

#include <estima/policy/azure_words.hpp>

namespace estima::inline v0_1 {

/// Whether texts are equal when ASCII letters of both cases are.
constexpr bool same_word(std::string_view a, std::string_view b) {
    auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (lower(a[i]) != lower(b[i])) return false;
    return true;
}

/// The word that estima has for a communicator. Azure's files write it in any case, and have three words for MPI, of
/// which "IntelMpi" starts Open MPI as well: all are "Mpi". A word that is not known is left as it is.
inline std::string canonical_communicator(std::string_view word) {
    if (same_word(word, "IntelMpi") || same_word(word, "OpenMpi")) return "Mpi";
    for (std::string_view const known : known_communicators)
        if (same_word(word, known)) return std::string{known};
    return std::string{word};
}

/// The same for a framework: "python" is "Python".
inline std::string canonical_framework(std::string_view word) {
    for (std::string_view const known : known_frameworks)
        if (same_word(word, known)) return std::string{known};
    return std::string{word};
}

}  // namespace estima::inline v0_1
