// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <estima/index/run_set.hpp>

namespace estima::inline v0_1::detail {

/// How far the index got.
struct index_state {
    bool is_complete = false;          ///< every run was taken in once
    std::int64_t log_offset = 0;       ///< of changes.log: what lies before it was taken in
    std::int64_t log_check = 0;        ///< of the bytes before it
    std::int64_t stamp = 0;            ///< counts the changes
    std::string boot{};                ///< which start of which machine wrote last
};

/// A run as it is stored. Without a block it is loose: searched by its record.
struct stored_run {
    std::int64_t number = 0, block = 0, place = 0, stamp = 0;
    bool is_watched = false;  ///< looked at each time
    std::string record{};
};

/// A run that is to be stored.
struct run_to_store {
    std::string id;
    std::string record;
    bool is_watched = true;
};

/// A run that is in no block.
struct loose_run {
    std::int64_t number;
    std::string id, record;
};

/// A block.
struct block_row {
    std::int64_t number = 0;
    run_set live{};
    std::optional<double> low{}, high{};  ///< of the times when its runs were made
};

}  // namespace estima::inline v0_1::detail
