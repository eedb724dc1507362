// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string_view>

namespace estima::inline v0_1 {

namespace detail {
constexpr bool is_ascii_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool is_ascii_letter_or_digit(char c) { return is_ascii_letter(c) || (c >= '0' && c <= '9'); }

/// Letters and digits, and of other characters those of `others`.
constexpr bool has_only(std::string_view text, std::string_view others) {
    for (char const c : text) {
        bool is_one = is_ascii_letter_or_digit(c);
        for (char const other : others) is_one |= c == other;
        if (!is_one) return false;
    }
    return true;
}
}  // namespace detail

/// Names that Azure Machine Learning takes. Of a cluster: 2 to 24 letters, digits and '-', a letter first and no '-' last.
/// "local" and "amlcompute" are none: Azure takes them for the machine of whoever submits, and for a cluster that is
/// made for the run.
constexpr bool is_azure_compute_name(std::string_view name) {
    return name.size() >= 2 && name.size() <= 24 && detail::has_only(name, "-") && detail::is_ascii_letter(name.front()) &&
           name.back() != '-' && name != "local" && name != "amlcompute";
}
/// "Standard_NC6", "Standard_E4-2s_v3".
constexpr bool is_azure_vm_size(std::string_view name) {
    return name.size() <= 64 && detail::has_only(name, "_-") && detail::is_ascii_letter(name.front());
}
/// Of an environment, or of a version of one: at most 255 letters, digits, '-', '_', '.' and blanks, which the service
/// gives to environments of its own making ("Experiment digits Environment"), a letter or digit first.
constexpr bool is_azure_environment_name(std::string_view name) {
    return name.size() <= 255 && detail::has_only(name, "-_. ") && detail::is_ascii_letter_or_digit(name.front());
}
/// The beginnings of names of environments that Azure keeps itself.
constexpr bool is_name_of_azure_s_own_environment(std::string_view name) {
    return name.substr(0, 7) == "AzureML" || name.substr(0, 9) == "Microsoft";
}

}  // namespace estima::inline v0_1
