// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <estima/history/metrics.hpp>
#include <estima/portal/log_tail.hpp>
#include <estima/portal/metric_overview.hpp>

namespace estima::inline v0_1::portal {

namespace detail {
/// A metrics file as it was when it was found: what is appended later waits for the next page.
struct metric_source {
    int rank = 0;
    std::string name;
    file_descriptor fd{};
    std::uint64_t size = 0;
    std::uint64_t share = 0;  ///< how many bytes of its end are read
};

/// The files of the first 64 writers: ranks in order, then others.
inline std::vector<metric_source> metric_sources(std::filesystem::path const& folder, std::size_t& left_out) {
    constexpr std::size_t most_files = 64, most_entries = 10000;
    std::vector<metric_source> sources;
    std::error_code code;
    for (std::filesystem::directory_iterator entry{folder, code}, end; !code && entry != end; entry.increment(code)) {
        if (sources.size() == most_entries) break;
        std::string name = entry->path().filename().string();
        if (!name.ends_with(".jsonl")) continue;
        int const rank = estima::detail::rank_of_file(name);
        sources.push_back({rank < 0 ? std::numeric_limits<int>::max() : rank, std::move(name)});
    }
    std::sort(sources.begin(), sources.end(),
              [](auto const& a, auto const& b) { return std::tie(a.rank, a.name) < std::tie(b.rank, b.name); });
    left_out = sources.size() - std::min(sources.size(), most_files);
    sources.resize(sources.size() - left_out);
    for (metric_source& s : sources) s.fd = open_regular(folder / s.name, s.size);
    return sources;
}

/// Divides what may be read between the files: small ones are read whole, the large ones share the rest evenly.
inline void share_out(std::vector<metric_source>& sources, std::uint64_t budget) {
    std::vector<metric_source*> by_size;
    for (metric_source& s : sources) by_size.push_back(&s);
    std::sort(by_size.begin(), by_size.end(), [](auto const* a, auto const* b) { return a->size < b->size; });
    for (std::size_t i = 0; i < by_size.size(); ++i) {
        by_size[i]->share = std::min(by_size[i]->size, budget / (by_size.size() - i));
        budget -= by_size[i]->share;
    }
}

inline void read_source(metric_source const& source, metric_overview& into) {
    constexpr std::size_t piece_size = 256 * 1024, longest_line = std::size_t{4} << 20U;
    std::uint64_t offset = source.size - source.share;
    into.bytes_skipped += offset;
    // One byte more tells whether the first line is whole.
    bool passing = offset > 0;  // over the rest of a line that is not read
    if (offset > 0) --offset;
    std::string begun;
    auto take = [&into](std::string_view text, bool whole) {
        if (text.find_first_not_of(" \t\r") == std::string_view::npos) return;
        if (auto const line = parse_metric_line(text))
            into.add(*line);
        else
            ++(whole ? into.lines_ignored : into.lines_begun);
    };
    while (offset < source.size) {
        auto const length = static_cast<std::size_t>(std::min<std::uint64_t>(piece_size, source.size - offset));
        std::string const piece = read_part(source.fd.get(), offset, length);
        if (piece.empty()) break;
        offset += piece.size();
        std::string_view rest = piece;
        for (std::size_t end = 0; (end = rest.find('\n')) != std::string_view::npos; rest.remove_prefix(end + 1)) {
            if (passing)
                passing = false;
            else if (begun.empty())
                take(rest.substr(0, end), true);
            else
                take(begun.append(rest.substr(0, end)), true);
            begun.clear();
        }
        if (passing) continue;
        begun.append(rest);
        if (begun.size() > longest_line) {
            begun.clear();
            passing = true;
            ++into.lines_ignored;
        }
    }
    if (!passing) take(begun, false);
}
}  // namespace detail

/// Reads the metrics of a run for its page. Time and memory are bounded: of very many metrics the last 64 MB are
/// read. Never throws for what stands in the files; one that cannot be read is left out.
inline metric_overview read_metric_overview(std::filesystem::path const& folder,
                                            std::uint64_t budget = std::uint64_t{64} << 20U) {
    metric_overview overview;
    auto sources = detail::metric_sources(folder, overview.files_left_out);
    detail::share_out(sources, budget);
    for (detail::metric_source const& source : sources) {
        bool const is_rank = source.rank != std::numeric_limits<int>::max();
        std::string const stem = source.name.substr(0, source.name.size() - std::string_view{".jsonl"}.size());
        overview.begin_writer(is_rank ? "rank " + std::to_string(source.rank) : stem);
        if (source.fd) detail::read_source(source, overview);
    }
    return overview;
}

}  // namespace estima::inline v0_1::portal
