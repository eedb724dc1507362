// SPDX-License-Identifier: BSL-1.0
// benchmarks: snapshot_first snapshot_unchanged
// What a snapshot costs, against `git add -A` of the same tree: a copy of /usr/include/boost. Both sides take turns;
// the figures are medians. An argument that is a path names another tree; other arguments are the figures wanted.
#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include <spawn.h>
#include <unistd.h>

#include <estima/snapshot/snapshot_store.hpp>

namespace fs = std::filesystem;

namespace {

double seconds_of(std::function<void()> const& action) {
    auto const start = std::chrono::steady_clock::now();
    action();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    std::size_t const middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

void run(std::vector<std::string> arguments) {
    std::vector<char*> argv;
    for (auto& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    pid_t pid = 0;
    int status = -1;
    if (::posix_spawnp(&pid, argv[0], nullptr, nullptr, argv.data(), environ) != 0)
        throw std::runtime_error{"cannot start " + arguments[0]};
    ::waitpid(pid, &status, 0);
    if (status != 0) throw std::runtime_error{arguments[0] + " failed"};
}

void print(char const* name, std::vector<double> const& ours, std::vector<double> const& git,
           char const* against) {
    double const value = median(ours), other = median(git);
    std::printf("{\"name\":\"%s\",\"value\":%.4f,\"unit\":\"s\",\"ratio\":%.3f,\"against\":\"%s\",\"against_value\":%.4f}\n",
                name, value, value / other, against, other);
    std::fflush(stdout);
}

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
    if (id != first) throw std::runtime_error{"the tree changed while it was measured"};
    print("snapshot_unchanged", ours, git, "git add -A when nothing changed");
}

}  // namespace

int main(int argc, char** argv) {
    std::string work = (fs::temp_directory_path() / "estima-benchmark-XXXXXX").string();
    if (::mkdtemp(work.data()) == nullptr) return 1;
    int result = 0;
    try {
        bool const named = argc > 1 && std::string{argv[1]}.find('/') != std::string::npos;
        measure(named ? argv[1] : "/usr/include/boost", fs::canonical(work));
    } catch (std::exception const& e) {
        std::cerr << e.what() << '\n';
        result = 1;
    }
    std::error_code ignored;
    fs::remove_all(work, ignored);
    return result;
}
