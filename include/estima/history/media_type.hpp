// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace estima::inline v0_1 {

/// What is in a file, by the extension of its name in any case, in IANA's words: "image/png"; for what is not in the
/// table "application/octet-stream".
inline std::string_view media_type_of(std::string_view name) {
    using entry = std::pair<std::string_view, std::string_view>;
    static constexpr auto table = std::to_array<entry>({
        {"avi", "video/x-msvideo"},
        {"bmp", "image/bmp"},
        {"bz2", "application/x-bzip2"},
        {"cpp", "text/x-c++"},
        {"csv", "text/csv"},
        {"gif", "image/gif"},
        {"gz", "application/gzip"},
        {"h5", "application/x-hdf5"},
        {"hdf5", "application/x-hdf5"},
        {"hpp", "text/x-c++"},
        {"htm", "text/html"},
        {"html", "text/html"},
        {"ipynb", "application/x-ipynb+json"},
        {"jpeg", "image/jpeg"},
        {"jpg", "image/jpeg"},
        {"json", "application/json"},
        {"jsonl", "application/jsonl"},
        {"log", "text/plain"},
        {"md", "text/markdown"},
        {"mp3", "audio/mpeg"},
        {"mp4", "video/mp4"},
        {"npy", "application/x-npy"},
        {"npz", "application/zip"},
        {"onnx", "application/onnx"},
        {"parquet", "application/vnd.apache.parquet"},
        {"pdf", "application/pdf"},
        {"png", "image/png"},
        {"pt", "application/zip"},
        {"pth", "application/zip"},
        {"py", "text/x-python"},
        {"sh", "application/x-sh"},
        {"svg", "image/svg+xml"},
        {"tar", "application/x-tar"},
        {"tgz", "application/gzip"},
        {"toml", "application/toml"},
        {"tsv", "text/tab-separated-values"},
        {"txt", "text/plain"},
        {"wav", "audio/wav"},
        {"webp", "image/webp"},
        {"xml", "application/xml"},
        {"xz", "application/x-xz"},
        {"yaml", "application/yaml"},
        {"yml", "application/yaml"},
        {"zip", "application/zip"},
        {"zst", "application/zstd"},
    });
    static_assert(std::is_sorted(table.begin(), table.end()));
    std::size_t const dot = name.find_last_of("./");
    std::string extension{dot == name.npos || name[dot] == '/' ? std::string_view{} : name.substr(dot + 1)};
    for (char& c : extension)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    auto const place = std::lower_bound(table.begin(), table.end(), entry{extension, {}});
    return place != table.end() && place->first == extension ? place->second : "application/octet-stream";
}

}  // namespace estima::inline v0_1
