// SPDX-License-Identifier: BSL-1.0
// benchmarks: snapshot_first snapshot_unchanged
// What a snapshot costs, against `git add -A` of the same tree: a copy of /usr/include/boost. Both sides take turns;
// the figures are medians. An argument that is a path names another tree; other arguments are the figures wanted.
#include <unistd.h>

#include <string>
#include <vector>

#include <estima/snapshot/snapshot_store.hpp>

#include "measuring.hpp"

namespace {
using namespace measuring;

void measure(fs::path const& original, fs::path const& work) {
    fs::path const tree = work / "tree", repository = tree / ".git", store_root = work / "snapshots";
    fs::copy(original, tree, fs::copy_options::recursive | fs::copy_options::copy_symlinks);
    std::vector<std::string> const add{"git", "-C", tree.string(), "-c", "gc.auto=0", "add", "-A"};
    estima::snapshot_limits const limits{.max_bytes = 1ULL << 40, .max_files = 1'000'000};
    estima::snapshot_store store{store_root};
    std::string id;
    auto take = [&] { id = store.take(tree, limits).id; };

    std::vector<double> ours, git;
    for (int round = -1; round < 5; ++round) {  // the round before the first warms the page cache
        fs::remove_all(repository);
        fs::remove_all(store_root);
        run({"git", "init", "-q", tree.string()});
        auto measure_git = [&] {
            ::sync();  // so that nobody pays for what somebody else wrote
            double const t = seconds_of([&] { run(add); });
            if (round >= 0) git.push_back(t);
        };
        auto measure_ours = [&] {
            ::sync();
            double const t = seconds_of(take);
            if (round >= 0) ours.push_back(t);
        };
        if (round % 2 == 0) measure_git();
        measure_ours();
        if (round % 2 != 0) measure_git();
    }
    print("snapshot_first", ours, git, "git add -A in a fresh repository");

    std::string const first = id;
    ours.clear();
    git.clear();
    for (int round = -1; round < 31; ++round) {
        double const t = seconds_of([&] { run(add); });
        double const u = seconds_of(take);
        if (round < 0) continue;
        git.push_back(t);
        ours.push_back(u);
    }
    expect(id == first, "the tree changed while it was measured");
    print("snapshot_unchanged", ours, git, "git add -A when nothing changed");
}

}  // namespace

int main(int argc, char** argv) {
    return measure_in_folder(argc, argv, [](fs::path const& work, arguments const& names) {
        bool const named = !names.empty() && names.begin()->find('/') != std::string::npos;
        measure(named ? *names.begin() : "/usr/include/boost", work);
    });
}
