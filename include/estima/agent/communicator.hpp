// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/mpi/collectives/all_reduce.hpp>
#include <boost/mpi/collectives/broadcast.hpp>
#include <boost/mpi/communicator.hpp>
#include <boost/mpi/environment.hpp>
#include <boost/mpi/operations.hpp>
#include <boost/mpi/request.hpp>

#include <time.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

// All of Boost.MPI that estima uses. What goes between ranks are bytes and words of fixed size.
namespace estima::inline v0_1 {

using mpi_environment = boost::mpi::environment;
using mpi_request = boost::mpi::request;

/// The ranks of one program that mpirun started. Any failure of MPI is a boost::mpi::exception.
class mpi_ranks {
public:
    int rank() const { return world_.rank(); }
    int count() const { return world_.size(); }

    /// Collective: the largest of what the ranks say.
    int largest(int own) const { return boost::mpi::all_reduce(world_, own, boost::mpi::maximum<int>{}); }
    /// Collective: each word with the bits of all ranks.
    void unite(std::uint64_t* words, std::size_t count) const {
        std::vector<std::uint64_t> const own(words, words + count);
        for (std::size_t at = 0; at < count; at += most_values) {
            int const n = static_cast<int>(std::min(count - at, most_values));
            boost::mpi::all_reduce(world_, own.data() + at, n, words + at, std::bit_or<std::uint64_t>{});
        }
    }
    /// Collective: rank 0's text comes to all.
    void give_all(std::string& text) const {
        std::uint64_t size = text.size();
        boost::mpi::broadcast(world_, size, 0);
        text.resize(static_cast<std::size_t>(size));
        for (std::size_t at = 0; at < text.size(); at += most_values)
            boost::mpi::broadcast(world_, text.data() + at, static_cast<int>(std::min(text.size() - at, most_values)),
                                  0);
    }

    /// `bytes` have to stay until the request is done.
    mpi_request send(int to, int tag, std::string_view bytes) const {
        return world_.isend(to, tag, bytes.data(), static_cast<int>(bytes.size()));
    }
    mpi_request receive(int from, int tag, char* bytes, std::size_t size) const {
        return world_.irecv(from, tag, bytes, static_cast<int>(size));
    }
    static constexpr int anyone = boost::mpi::any_source;

private:
    static constexpr std::size_t most_values = std::size_t{1} << 24U;
    boost::mpi::communicator world_{};
};

/// For one who looks again and again whether requests are done: leaves the processor to others, longer and longer.
/// MPI's own waiting does not, and ranks share their processors with what writes and hashes.
class mpi_patience {
public:
    void nothing_happened() {
        timespec const pause{0, nanoseconds_};
        ::nanosleep(&pause, nullptr);
        if (nanoseconds_ < 500'000) nanoseconds_ *= 2;
    }
    void something_happened() { nanoseconds_ = 20'000; }

private:
    long nanoseconds_ = 20'000;
};

}  // namespace estima::inline v0_1
