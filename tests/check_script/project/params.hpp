// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include <boost/hana/adapt_struct.hpp>

#include <estima/parameters/parameters.hpp>

namespace train {

enum class schedule { constant, cosine };

struct settings {
    double learning_rate = TRAIN_LEARNING_RATE;  // defined for the target: the check must see it
    bool nesterov = false;
};

struct params {
    int epochs = 5;
    double regularization = 0.8;
    bool shuffle = true;
    std::optional<std::string> note;
    std::vector<int> hidden_sizes{64, 32};
    schedule learning_schedule = schedule::cosine;
    settings optimizer;
};

}  // namespace train

BOOST_HANA_ADAPT_STRUCT(train::settings, learning_rate, nesterov);
BOOST_HANA_ADAPT_STRUCT(train::params, epochs, regularization, shuffle, note, hidden_sizes, learning_schedule,
                        optimizer);

template <>
inline constexpr auto estima::enum_names<train::schedule> =
    std::array{estima::named{train::schedule::constant, "constant"}, estima::named{train::schedule::cosine, "cosine"}};
