// SPDX-License-Identifier: BSL-1.0
// benchmarks: artifacts_many artifacts_big
// What it costs to keep the files that a script left in ./outputs. Both sides take turns; the figures are medians.
//   artifacts_many  20,000 files of 4 kB in 50 folders are recorded in the journal with their SHA-256 as at the end
//                   of a run, and read back from there; against `cp -r` of them
//   artifacts_big   a file of 4 GB is copied and its SHA-256 taken, in one pass, as when a model is registered;
//                   against `openssl dgst -sha256` and `cp` of it
// It takes 12 GB below the folder for temporary files.
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <estima/history/copy_verified.hpp>
#include <estima/launcher/record_outputs.hpp>

#include "measuring.hpp"

namespace {
using namespace measuring;

void write_noise(fs::path const& file, std::uint64_t size, std::uint64_t seed) {
    estima::file_descriptor const fd = estima::open_file(file, O_WRONLY | O_CREAT | O_TRUNC);
    std::vector<std::uint64_t> words(std::min<std::uint64_t>(size, 1 << 20) / 8);
    for (std::uint64_t at = 0; at < size; at += words.size() * 8) {
        for (std::uint64_t& word : words) word = (seed = seed * 6364136223846793005U + 1442695040888963407U);
        if (!estima::write_all(fd.get(), {reinterpret_cast<char const*>(words.data()), words.size() * 8}))
            throw std::runtime_error{"cannot write " + file.string()};
    }
}

/// `undo` is not measured; the round before the first warms the page cache.
void measure(char const* name, char const* against, int rounds, std::function<void()> const& undo,
             std::function<void()> const& ours, std::function<void()> const& theirs) {
    std::vector<double> times[2];
    for (int round = -1; round < rounds; ++round)
        for (int turn = 0; turn < 2; ++turn) {
            bool const is_ours = (turn + round) % 2 == 0;
            undo();
            ::sync();  // so that nobody pays for what somebody else wrote
            double const t = seconds_of(is_ours ? ours : theirs);
            if (round >= 0) times[is_ours ? 0 : 1].push_back(t);
        }
    print(name, times[0], times[1], against);
}

void measure_many(fs::path const& work) {
    constexpr int files = 20'000;
    estima::run_directory const run{work / "runs/many_1_0"};
    for (int i = 0; i < files; ++i) {
        fs::path const folder = run.outputs() / ("part_" + std::to_string(i % 50));
        if (i < 50) fs::create_directories(folder);
        write_noise(folder / ("file_" + std::to_string(i) + ".bin"), 4096, static_cast<std::uint64_t>(i));
    }
    auto const undo = [&] {
        fs::remove_all(work / "copy");
        fs::remove(run.journal());
        estima::journal::create(run.journal(), {{"event", "created"}, {"run_id", run.run_id()}});
    };
    auto const record = [&] {
        estima::journal log{run.journal()};
        estima::record_outputs(run, {}, log);
        expect(log.record().artifacts.size() == files, "the number of files recorded");
    };
    measure("artifacts_many", "cp -r", 9, undo, record,
            [&] { measuring::run({"cp", "-r", run.outputs().string(), (work / "copy").string()}); });
}

void measure_big(fs::path const& work) {
    constexpr std::uint64_t size = std::uint64_t{4} << 30;
    fs::path const big = work / "big", copy = work / "copy_of_big";
    write_noise(big, size, 1);
    auto const ours = [&] {
        expect(estima::copy_verified(work, "big", nullptr, copy).sha256.size() == 64, "the hash");
    };
    auto const theirs = [&] {
        run({"openssl", "dgst", "-sha256", big.string()});
        run({"cp", big.string(), copy.string()});
    };
    measure("artifacts_big", "openssl dgst -sha256 and cp", 5, [&] { fs::remove(copy); }, ours, theirs);
}

}  // namespace

int main(int argc, char** argv) {
    return measure_in_folder(argc, argv, [](fs::path const& work, arguments const& names) {
        if (names.wants("artifacts_many")) measure_many(work);
        if (names.wants("artifacts_big")) measure_big(work);
    });
}
