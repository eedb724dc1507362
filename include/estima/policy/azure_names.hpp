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

// Where sources differ, the wider of them is taken: who is refused here without need can do nothing about it.

/// Names that Azure Machine Learning takes. Of a cluster: 2 to 32 letters, digits and '-', a letter first and no '-'
/// last. (The service, in 2018 to 2020: "It can include letters, digits and dashes. It must start with a letter, end
/// with a letter or digit, and be between 2 and 16 characters in length", MicrosoftLearning/DP100#50; "Naming rules and
/// restrictions for Azure resources", since: 3 to 32.)
/// "local" and "amlcompute" are none: Azure takes them for the machine of whoever submits, and for a cluster that is
/// made for the run.
constexpr bool is_azure_compute_name(std::string_view name) {
    return name.size() >= 2 && name.size() <= 32 && detail::has_only(name, "-") &&
           detail::is_ascii_letter(name.front()) && name.back() != '-' && name != "local" && name != "amlcompute";
}
/// "Standard_NC6", "Standard_E4-2s_v3". No source says of what they may consist: what those that there are consist of.
constexpr bool is_azure_vm_size(std::string_view name) {
    return name.size() <= 64 && detail::has_only(name, "_-") && detail::is_ascii_letter(name.front());
}
/// Of an environment, or of a version of one: at most 255 letters, digits, '-', '_', '.' and blanks, a letter or digit
/// first. (The REST API since 2021: [a-zA-Z0-9][a-zA-Z0-9\-_]{0,254}; its portal takes dots as well,
/// MicrosoftDocs/azure-docs#83465; blanks stand in what the service calls those of its own making, "Experiment digits
/// Environment".)
constexpr bool is_azure_environment_name(std::string_view name) {
    return name.size() <= 255 && detail::has_only(name, "-_. ") && detail::is_ascii_letter_or_digit(name.front());
}
/// Of a datastore: at most 255 letters, digits and '_'. (Reference of Datastore.register_azure_blob_container; "Naming
/// rules and restrictions for Azure resources" has no capitals, which the service does not tell from others.)
constexpr bool is_azure_datastore_name(std::string_view name) {
    return name.size() <= 255 && detail::has_only(name, "_");
}
/// The beginnings of names of environments that Azure keeps itself. (Reference of azureml.core.Environment: "The
/// prefixes "Microsoft" and "AzureML" are reserved for curated environments".)
constexpr bool is_name_of_azure_s_own_environment(std::string_view name) {
    return name.substr(0, 7) == "AzureML" || name.substr(0, 9) == "Microsoft";
}

}  // namespace estima::inline v0_1
