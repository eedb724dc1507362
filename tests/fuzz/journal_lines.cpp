// SPDX-License-Identifier: BSL-1.0
// Input: a journal, whatever its bytes are. Reading it in one piece and in two gives the same run.
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <estima/history/journal.hpp>

namespace {
void require(bool condition) {
    if (!condition) std::abort();
}
std::string text_of(estima::run_record const& r) {
    std::string text = r.run_id + '|' + r.experiment + '|' + std::string{to_string(r.status)} + '|' +
                       std::to_string(r.lines_ignored) + '|' + std::to_string(r.artifacts.size()) + '|' +
                       std::to_string(r.ranks.size()) + '|' + std::to_string(r.warnings.size());
    for (auto const* map : {&r.tags, &r.properties, &r.parameters})
        for (auto const& [name, value] : *map) text += '|' + name + '=' + value;
    return text;
}
/// The run, or the id of the error: a journal of a newer format is refused.
std::string read(estima::journal& j) {
    try {
        return text_of(j.record());
    } catch (estima::error const& e) {
        return std::string{e.id()};
    }
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string const bytes{reinterpret_cast<char const*>(data), size};
    static std::string const path =
        std::filesystem::temp_directory_path() / ("estima_fuzz_" + std::to_string(::getpid()) + ".jsonl");
    std::ofstream{path, std::ios::binary} << bytes;
    estima::journal whole{path};
    std::string const at_once = read(whole);
    std::size_t const half = size == 0 ? 0 : static_cast<std::size_t>(data[size / 2]) % size;
    std::ofstream{path, std::ios::binary} << bytes.substr(0, half);
    estima::journal followed{path};
    (void)read(followed);
    std::ofstream{path, std::ios::binary | std::ios::app} << bytes.substr(half);
    require(read(followed) == at_once);
    // Whatever stood there: what is added after it is read.
    if (at_once != "EST-645") {
        followed.append({{"event", "tag"}, {"name", "added by the fuzzer"}, {"value", "yes"}});
        require(followed.record().tags.at("added by the fuzzer") == "yes");
    }
    ::unlink(path.c_str());
    return 0;
}
