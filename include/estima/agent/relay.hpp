// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include <estima/agent/broadcast_shape.hpp>
#include <estima/agent/communicator.hpp>

namespace estima::inline v0_1 {

/// One rank's part in passing a stream of bytes from rank 0 to all others, in chunks that follow each other closely:
/// while one is written here the next comes and the last goes on.
class relay {
public:
    static constexpr std::size_t chunk_size = std::size_t{1} << 18U;
    static constexpr std::size_t most_at_once = 32;  ///< chunks

    relay(mpi_ranks const& ranks, std::uint64_t bytes, int tag)
        : ranks_{ranks},
          shape_{broadcast_shape::cheapest(ranks.count(), bytes, chunk_size)},
          children_{shape_.children(ranks.rank())},
          bytes_{bytes},
          tag_{tag},
          slots_(static_cast<std::size_t>(std::min<std::uint64_t>(most_at_once, chunks()))) {}

    /// `fill(char*, size)` makes the next bytes, on rank 0; `take(bytes)` gets them, on the others; `look()` is called
    /// in between, and tells whether it had something to do.
    template <class Fill, class Take, class Look>
    void run(Fill const& fill, Take const& take, Look const& look) {
        bool const is_source = ranks_.rank() == 0;
        std::uint64_t asked = 0, come = 0, gone = 0;  // chunks: waited for, here, and passed on
        for (mpi_patience patience; gone < chunks();) {
            bool is_busy = look();
            if (asked < chunks() && asked - gone < slots_.size()) {
                slot& s = at(asked);
                s.bytes.resize(size_of(asked));
                if (is_source)
                    fill(s.bytes.data(), s.bytes.size());
                else
                    s.coming = ranks_.receive(shape_.parent(ranks_.rank()), tag_, s.bytes.data(), s.bytes.size());
                ++asked;
                is_busy = true;
            }
            if (come < asked && (is_source || at(come).coming.test())) {
                slot& s = at(come);
                std::string_view const bytes{s.bytes.data(), s.bytes.size()};
                for (int const child : children_) s.going.push_back(ranks_.send(child, tag_, bytes));
                if (!is_source) take(bytes);
                ++come;
                is_busy = true;
            }
            if (gone < come) {
                auto& going = at(gone).going;
                while (!going.empty() && going.back().test()) going.pop_back();
                if (going.empty()) ++gone, is_busy = true;
            }
            is_busy ? patience.something_happened() : patience.nothing_happened();
        }
    }

private:
    struct slot {
        std::vector<char> bytes{};
        mpi_request coming{};
        std::vector<mpi_request> going{};
    };
    std::uint64_t chunks() const { return (bytes_ + chunk_size - 1) / chunk_size; }
    std::size_t size_of(std::uint64_t chunk) const {
        return static_cast<std::size_t>(std::min<std::uint64_t>(chunk_size, bytes_ - chunk * chunk_size));
    }
    slot& at(std::uint64_t chunk) { return slots_[static_cast<std::size_t>(chunk % slots_.size())]; }

    mpi_ranks const& ranks_;
    broadcast_shape shape_;
    std::vector<int> children_;
    std::uint64_t bytes_;
    int tag_;
    std::vector<slot> slots_;
};

}  // namespace estima::inline v0_1
