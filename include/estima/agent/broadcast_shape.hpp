// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace estima::inline v0_1 {

/// Who gives what came to whom: rank 0 has it, and each rank passes it on to `fan_out` others. With one it is a chain,
/// in which every link carries the bytes once and at its full rate, in both directions at a time.
struct broadcast_shape {
    int ranks = 1;
    int fan_out = 1;

    /// Of a rank that is not 0.
    int parent(int rank) const { return (rank - 1) / fan_out; }
    std::vector<int> children(int rank) const {
        std::vector<int> all;
        std::int64_t const first = std::int64_t{rank} * fan_out + 1;
        for (std::int64_t child = first; child < first + fan_out && child < ranks; ++child)
            all.push_back(static_cast<int>(child));
        return all;
    }
    /// Links between rank 0 and the one farthest from it.
    int depth() const {
        int links = 0;
        for (int rank = ranks - 1; rank > 0; rank = parent(rank)) ++links;
        return links;
    }
    /// Bytes that a link could carry until the last rank has everything: a rank sends each chunk `fan_out` times, and
    /// the first chunk waits for each link on its way.
    double cost(std::uint64_t bytes, std::uint64_t chunk) const {
        return fan_out * (static_cast<double>(bytes) +
                          static_cast<double>(std::max(depth() - 1, 0)) * static_cast<double>(chunk));
    }

    /// A chain, but a tree where a chain is so long that its filling would take longer than its bytes.
    static broadcast_shape cheapest(int ranks, std::uint64_t bytes, std::uint64_t chunk) {
        broadcast_shape const chain{ranks, 1}, tree{ranks, 2};
        return tree.cost(bytes, chunk) < chain.cost(bytes, chunk) ? tree : chain;
    }
    bool operator==(broadcast_shape const&) const = default;
};

}  // namespace estima::inline v0_1
