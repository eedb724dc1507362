// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <estima/history/metric_files.hpp>
#include <estima/history/point_file.hpp>
#include <estima/portal/log_tail.hpp>
#include <estima/portal/metric_overview.hpp>

namespace estima::inline v0_1::portal {

namespace detail {
inline constexpr std::uint64_t slots_of_page = estima::detail::point_page::slot_count;

/// A metrics file as it was when it was found: what is appended later waits for the next page.
struct metric_source {
    metric_file file;
    file_descriptor fd{};
    std::uint64_t size = 0;
    std::uint64_t share = 0;  ///< how many bytes of its end are read
    std::optional<point_file> points{};
};

/// The first 128 files, two for a process of C++: those of ranks in order, then others.
inline std::vector<metric_source> metric_sources(std::filesystem::path const& folder, std::size_t& left_out) {
    constexpr std::size_t most_files = 128, most_entries = 10000;
    std::vector<metric_source> sources;
    for (metric_file& file : metric_files(folder, most_entries)) sources.push_back({std::move(file)});
    left_out = sources.size() - std::min(sources.size(), most_files);
    sources.resize(sources.size() - left_out);
    for (metric_source& s : sources) {
        s.fd = open_regular(s.file.path, s.size);
        if (!s.file.is_points) continue;
        s.points.emplace(std::move(s.fd));
        s.size = (s.points->end() + slots_of_page - 1) / slots_of_page * estima::detail::point_page_size;
    }
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

inline void read_lines(metric_source const& source, metric_overview& into) {
    constexpr std::size_t piece_size = 256 * 1024, longest_line = std::size_t{4} << 20U;
    std::uint64_t offset = source.size - source.share;
    into.bytes_skipped += offset;
    // One byte more tells whether the first line is whole.
    bool passing = offset > 0;  // over the rest of a line that is not read
    if (offset > 0) --offset;
    std::string begun;
    auto take = [&into](std::string_view text, bool whole) {
        if (auto const line = parse_metric_line(text))
            into.add(*line);
        else if (is_told_as_skipped(text))
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
            ++into.lines_too_long;
        }
    }
    if (!passing) take(begun, false);
}

inline void read_points(metric_source& source, metric_overview& into) {
    std::uint64_t const pages_skipped = (source.size - source.share) / estima::detail::point_page_size;
    into.bytes_skipped += pages_skipped * estima::detail::point_page_size;
    std::uint64_t next = pages_skipped * slots_of_page;
    source.points->read(next, true, [&into](stored_point const& p) { into.add(*p.name, p.value, p.step()); });
    into.lines_ignored += source.points->damaged();
}

/// "rank 0"; where several processes of a rank logged points, those of each are told apart.
inline std::string writer_label(metric_source const& source, std::vector<metric_source> const& all) {
    metric_file const& file = source.file;
    std::string label = file.rank < 0 ? file.writer : "rank " + std::to_string(file.rank);
    auto const also = [&file](metric_source const& s) { return s.file.is_points && s.file.writer == file.writer; };
    if (file.is_points && std::count_if(all.begin(), all.end(), also) > 1)
        label += ", process " + std::to_string(source.points->process());
    return label;
}
}  // namespace detail

/// Reads the metrics of a run for its page. Time and memory are bounded: of very many metrics the last 64 MB are
/// read. Never throws for what stands in the files; one that cannot be read is left out.
inline metric_overview read_metric_overview(std::filesystem::path const& folder,
                                            std::uint64_t budget = std::uint64_t{64} << 20U) {
    metric_overview overview;
    auto sources = detail::metric_sources(folder, overview.files_left_out);
    detail::share_out(sources, budget);
    std::string writer;
    for (detail::metric_source& source : sources) {
        std::string const label = detail::writer_label(source, sources);
        if (label != writer) overview.begin_writer(label);
        writer = label;
        if (source.points)
            detail::read_points(source, overview);
        else if (source.fd)
            detail::read_lines(source, overview);
    }
    return overview;
}

}  // namespace estima::inline v0_1::portal
