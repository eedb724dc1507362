// SPDX-License-Identifier: BSL-1.0
// Input: what stands in a record of a TensorBoard event file. It is read as it is, and put into a file where damage is
// done to it at a place that its last byte chooses.
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include <estima/events/event_file.hpp>

#include "../support/event_bytes.hpp"

namespace {
void require(bool condition) {
    if (!condition) std::abort();
}
std::size_t values_of(estima::summary_event const& event, std::string_view record) {
    for (estima::summary_value const& value : event.values)  // what it points to is in the record
        require(value.bytes.empty() ||
                (value.bytes.data() >= record.data() && value.bytes.data() + value.bytes.size() <= record.data() + record.size()));
    return event.values.size();
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string const record{reinterpret_cast<char const*>(data), size};
    estima::summary_reader reader;
    auto const event = reader.read(record);
    if (event) (void)values_of(*event, record);

    static std::string const path =
        std::filesystem::temp_directory_path() / ("estima_fuzz_" + std::to_string(::getpid()) + ".tfevents");
    std::string const good = estima_test::event_bytes::record(record), last = estima_test::event_bytes::scalar("x", 1, 1);
    std::string bytes = good + last;
    auto const read_all = [&] {
        std::ofstream{path, std::ios::binary} << bytes;
        estima::event_file file{path};
        std::size_t events = 0;
        while (file.read(1 << 20, [&events](estima::summary_event const&) { ++events; })) {
        }
        return events;
    };
    require(read_all() == (event ? 2U : 1U));
    if (size > 0) {
        std::size_t const at = static_cast<std::size_t>(record.back()) % good.size();
        bytes[at] = static_cast<char>(bytes[at] ^ 1);
        require(read_all() == (at < estima::event_header_bytes ? 0U : 1U));
    }
    ::unlink(path.c_str());
    return 0;
}
