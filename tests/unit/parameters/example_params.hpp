// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/hana/adapt_struct.hpp>
#include <boost/hana/define_struct.hpp>

#include <estima/parameters/parameters.hpp>

/// A struct with one member of each kind.
namespace estima_test {

enum class schedule { constant, cosine, step };
enum class device { cpu, gpu };
constexpr std::string_view to_string(device d) { return d == device::cpu ? "cpu" : "gpu"; }

struct optimizer_params {
    BOOST_HANA_DEFINE_STRUCT(optimizer_params, (double, learning_rate), (std::optional<double>, weight_decay),
                             (bool, nesterov));
};

struct early_stopping {
    int patience = 3;
    std::string monitor_ = "loss";
};

struct all_kinds {
    double regularization = 0.8;
    int epochs = 5;
    bool shuffle = true;
    bool verbose = false;
    bool mixed_precision = false;
    bool cache = true;
    std::optional<std::string> note;
    std::vector<int> hidden_sizes{64, 32};
    std::array<double, 2> betas{0.9, 0.999};
    std::vector<std::string> tags{"a", "b"};
    std::filesystem::path data_folder = "data";
    schedule learning_schedule = schedule::cosine;
    estima_test::device device = device::gpu;
    optimizer_params optimizer{.learning_rate = 0.1, .weight_decay = {}, .nesterov = true};
    std::optional<early_stopping> stopping;
    char separator = ',';
};

}  // namespace estima_test

BOOST_HANA_ADAPT_STRUCT(estima_test::early_stopping, patience, monitor_);
BOOST_HANA_ADAPT_STRUCT(estima_test::all_kinds, regularization, epochs, shuffle, verbose, mixed_precision, cache, note,
                        hidden_sizes, betas, tags, data_folder, learning_schedule, device, optimizer, stopping,
                        separator);

template <>
inline constexpr auto estima::enum_names<estima_test::schedule> = std::array{
    estima::named{estima_test::schedule::constant, "constant"}, estima::named{estima_test::schedule::cosine, "cosine"}};
template <>
inline constexpr estima::parameter_options estima::parameter_options_of<&estima_test::all_kinds::regularization>{
    .name = "--reg", .help = "strength of the penalty"};
template <>
inline constexpr estima::parameter_options estima::parameter_options_of<&estima_test::all_kinds::mixed_precision>{
    .help = "half the memory", .booleans = estima::bool_as::on_off_flag};
template <>
inline constexpr estima::parameter_options estima::parameter_options_of<&estima_test::all_kinds::cache>{
    .booleans = estima::bool_as::text};
template <>
inline constexpr estima::parameter_options estima::parameter_options_of<&estima_test::all_kinds::tags>{
    .name = "tag", .lists = estima::list_as::repeated};
