// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <vector>

namespace estima::inline v0_1 {

/// In which order several ranks wrote what is in their logs, from what was noted of it (launcher/output_times.hpp).
class output_order {
public:
    output_order() = default;
    /// One file for each rank; one that is not there tells nothing.
    explicit output_order(std::vector<std::filesystem::path> const& files) {
        for (auto const& file : files) {
            ranks_.push_back({std::ifstream{file}, {}});
            advance(ranks_.back(), ranks_.size() - 1);
        }
    }

    struct step {
        double time = 0;                      ///< seconds since 1970
        std::size_t rank = 0;                 ///< place of its file
        std::uint64_t output = 0, error = 0;  ///< bytes that it had written by then
    };

    /// The earliest one that was not given yet; nothing at the end of all.
    std::optional<step> next() {
        rank* first = nullptr;
        for (rank& one : ranks_)
            if (one.next && (first == nullptr || one.next->time < first->next->time)) first = &one;
        if (first == nullptr) return std::nullopt;
        std::optional<step> const found = first->next;
        advance(*first, found->rank);
        return found;
    }

private:
    struct rank {
        std::ifstream file;
        std::optional<step> next;
    };
    static void advance(rank& one, std::size_t place) {
        step s{.time = 0, .rank = place, .output = 0, .error = 0};
        if (one.file >> s.time >> s.output >> s.error)
            one.next = s;
        else
            one.next.reset();
    }

    std::vector<rank> ranks_{};
};

}  // namespace estima::inline v0_1
