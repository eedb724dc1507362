// SPDX-License-Identifier: BSL-1.0
// Input: bytes that are put over a file of points, or a file of their own. What is read of it has names, and reading
// ends.
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <estima/history/metrics.hpp>
#include <estima/history/point_file.hpp>
#include <estima/system/files.hpp>
#include <estima/tracking/point_store.hpp>

namespace {
void require(bool condition) {
    if (!condition) std::abort();
}
std::filesystem::path const& folder() {
    static std::filesystem::path const path = [] {
        std::filesystem::path made =
            std::filesystem::temp_directory_path() / ("estima_fuzz_" + std::to_string(::getpid()));
        std::filesystem::create_directories(made);
        return made;
    }();
    return path;
}
/// A file as a program leaves it.
std::string const& written() {
    static std::string const bytes = [] {
        std::string const stem = (folder() / "rank_0").string();
        {
            estima::detail::point_store store{stem};
            for (int i = 0; i < 300; ++i) store.add(i % 3 == 0 ? "loss" : "a longer name, of two parts", i, i);
        }
        std::filesystem::path const file = stem + "." + std::to_string(::getpid()) + ".points";
        std::string text = estima::read_file(file);
        std::filesystem::remove(file);
        return text;
    }();
    return bytes;
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string const input{reinterpret_cast<char const*>(data), size};
    std::string bytes = input;
    if (size > 3) {  // over a good one, from a place that the first bytes choose
        bytes = written();
        std::size_t const at = (static_cast<std::size_t>(data[0]) << 8U | data[1]) % bytes.size();
        bytes.replace(at, size - 2, input, 2);
    }
    std::filesystem::path const file = folder() / "rank_0.1.points";
    std::ofstream{file, std::ios::binary} << bytes;
    estima::point_file points{file.string()};
    std::uint64_t next = 0, count = 0;
    points.read(next, true, [&](estima::stored_point const& point) {
        require(point.name != nullptr);
        ++count;
    });
    require(count <= bytes.size() / 8);
    std::uint64_t all = 0;
    for (auto const& [name, values] : estima::read_metrics(folder()).scalars) all += values.size();
    require(all == count);
    return 0;
}
