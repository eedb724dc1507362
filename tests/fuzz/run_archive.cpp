// SPDX-License-Identifier: BSL-1.0
// Input: an archive, or, where its first byte is odd, bytes that are put over a good one from a place that the next two
// choose. Whatever it is, it is imported as a sound run, or refused and leaves nothing.
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <estima/archive/import_run.hpp>
#include <estima/workspace/verify.hpp>

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
/// Of a small run, not compressed: what is changed in it is seen.
std::string const& written() {
    static std::string const bytes = [] {
        std::filesystem::path const file = folder() / "good.tar";
        std::string const id = "digits_1700000000_00000001", home = "runs/" + id + "/";
        std::string const lines = R"({"event":"created","run_id":")" + id +
                                  R"(","time":"2026-01-01T00:00:00.000000Z"})"
                                  "\n"
                                  R"({"event":"status","status":"Failed"})"
                                  "\n";
        std::string const configuration = estima::to_json(estima::run_configuration{.script = "a"}).dump();
        std::map<std::string, std::string> sums;
        estima::file_descriptor const fd = estima::open_file(file, O_WRONLY | O_CREAT | O_TRUNC);
        estima::tar_writer to{fd.get(), file};
        auto const add = [&](std::string const& path, std::string const& text) {
            to.begin({.path = path, .size = text.size()});
            to.write(text);
            sums.emplace(path, estima::sha256_hex(text));
        };
        add("estima-run.json", R"({"format":1,"run_id":")" + id + R"(","snapshot_id":""})");
        to.begin({.path = home + "code", .kind = estima::tar_kind::directory, .mode = 0755});
        add(home + "code/a", "x");
        to.begin({.path = home + "code/link", .kind = estima::tar_kind::link, .target = "a"});
        add(home + "events.jsonl", lines);
        add(home + "run_configuration.json", configuration);
        std::string const text = estima::detail::sums_text(sums);
        to.begin({.path = "SHA256SUMS", .size = text.size()});
        to.write(text);
        to.finish();
        return estima::read_file(file);
    }();
    return bytes;
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string bytes{reinterpret_cast<char const*>(data), size};
    if (size > 3 && data[0] % 2 == 1) {
        std::string const over = bytes.substr(3);
        bytes = written();
        std::size_t const at = (static_cast<std::size_t>(data[1]) << 8U | data[2]) % bytes.size();
        bytes.replace(at, over.size(), over);
    }
    std::filesystem::path const file = folder() / "run.tar", home = folder() / "w";
    std::ofstream{file, std::ios::binary} << bytes;
    auto const w = estima::workspace::open(home);
    try {
        (void)estima::import_run(w, file);
        require(estima::verify(w).is_sound());
        std::filesystem::remove_all(home);
    } catch (estima::error const& e) {
        require(e.id().starts_with("EST-63"));
        require(estima::names_in(home / "runs").empty() && !std::filesystem::exists(home / "snapshots"));
    }
    return 0;
}
