// SPDX-License-Identifier: BSL-1.0
// benchmarks: runs_1m_search runs_1m_open index_rebuild
// What a workspace with a million finished runs costs: 20 parameters, 3 tags and 10 metrics each, made by
// many_runs.hpp. Its index is made from their journals and metric files by the library; the last thousand runs come
// later, in ten parts.
//   runs_1m_search  search_runs, opening included, for the newest 100 by a filter on one metric and one tag:
//                   the median for each of four filters, from one that many runs fit to one that none fits; the slowest
//   runs_1m_open    opening workspace and index until the index is known to be up to date
//   index_rebuild   runs a second when the index of 100,000 runs is made from nothing, their files in the page cache
// It takes some minutes and 20 GB below the folder for temporary files. An argument with a '/' names a folder that is
// kept, and used again by the next call.
#include <algorithm>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include <estima/history/change_log.hpp>
#include <estima/workspace/search_runs.hpp>

#include "many_runs.hpp"
#include "measuring.hpp"

namespace {
using namespace measuring;

double median_of(int count, std::function<void()> const& action) {
    std::vector<double> times;
    for (int i = 0; i < count; ++i) times.push_back(seconds_of(action));
    return median(times);
}

void refresh(fs::path const& folder) {
    estima::run_index index{folder};
    index.refresh();
    expect(index.why_in_memory().empty(), "the index is in memory");
}

void measure_rebuild(fs::path const& folder, std::uint64_t runs) {
    if (!fs::exists(folder / "workspace.json")) {
        estima::workspace::open(folder);
        many_runs::make(folder, 0, runs);
    }
    estima::run_index index{folder};
    index.rebuild();  // what is not in the page cache is read now
    double const time = median_of(3, [&] { index.rebuild(); });
    expect(index.search({.max_results = 1}).runs.front().run_id == many_runs::run_id(runs - 1), "the newest run");
    print("index_rebuild", static_cast<double>(runs) / time, "runs/s");
}

/// The million runs and their index; told to the standard error are the times that this took.
void make_million(fs::path const& folder, std::uint64_t runs, std::uint64_t late) {
    if (fs::exists(folder / "complete")) return;
    estima::workspace::open(folder);
    double const making = seconds_of([&] { many_runs::make(folder, 0, runs - late); });
    std::fprintf(stderr, "%llu runs made in %.0f s\n", static_cast<unsigned long long>(runs - late), making);
    double const building = seconds_of([&] { refresh(folder); });
    std::fprintf(stderr, "their index made in %.0f s, %.0f runs/s\n", building,
                 static_cast<double>(runs - late) / building);
    estima::change_log const log{folder};
    for (int part = 0; part < 10; ++part) {
        std::uint64_t const from = runs - late + static_cast<std::uint64_t>(part) * (late / 10);
        many_runs::make(folder, from, from + late / 10);
        for (std::uint64_t i = from; i < from + late / 10; ++i) log.add(many_runs::run_id(i));
        refresh(folder);
    }
    many_runs::write((folder / "complete").string(), "");
}

void measure_million(fs::path const& folder, bool wants_search, bool wants_open) {
    constexpr std::uint64_t runs = 1'000'000;
    make_million(folder, runs, 1000);
    if (wants_open) {
        double const time = median_of(31, [&] {
            estima::workspace const workspace = estima::workspace::open(folder);
            refresh(workspace.path());
        });
        print("runs_1m_open", time * 1e3, "ms");
    }
    if (!wants_search) return;
    estima::workspace const workspace = estima::workspace::open(folder);
    expect(search_runs(workspace, {.max_results = 1}).runs.front().run_id == many_runs::run_id(runs - 1),
           "the newest run");
    double slowest = 0;
    // Runs that fit: 1 in 2, in 90, in 9,000, none.
    for (char const* filter :
         {"metrics.loss < 0.6 and tags.stage = 'train'", "metrics.loss < 0.1 and tags.team = 'x'",
          "metrics.loss < 0.001 and tags.team = 'x'", "metrics.loss < 0.5 and tags.team = 'nobody'"}) {
        estima::run_page page;
        auto const search = [&] { page = search_runs(workspace, {.filter = filter, .max_results = 100}); };
        search();
        double const time = median_of(31, search);
        std::fprintf(stderr, "%-45s %3zu runs, %.1f ms\n", filter, page.size(), time * 1e3);
        for (estima::run_summary const& run : page)
            expect(run.metrics.at("loss").last < 0.6, "a run that does not fit");
        slowest = std::max(slowest, time);
    }
    print("runs_1m_search", slowest * 1e3, "ms");
}

}  // namespace

int main(int argc, char** argv) {
    return measure_in_folder(argc, argv, [](fs::path work, arguments names) {
        auto const kept = std::find_if(names.begin(), names.end(), [](auto const& a) { return a.find('/') != a.npos; });
        if (kept != names.end()) {
            fs::create_directories(work = *kept);
            names.erase(kept);
        }
        if (names.wants("index_rebuild")) measure_rebuild(work / "rebuilt", 100'000);
        if (names.wants("runs_1m_search") || names.wants("runs_1m_open"))
            measure_million(work / "million", names.wants("runs_1m_search"), names.wants("runs_1m_open"));
    });
}
