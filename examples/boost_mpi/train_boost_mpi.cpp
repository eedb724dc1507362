// SPDX-License-Identifier: BSL-1.0
//
// Logistic regression with several classes (softmax) on Fashion-MNIST, data-parallel with Boost.MPI.
//
// The images are cut into a fixed number of blocks, each rank works on its blocks, and rank 0 adds the sums of the
// blocks in the order of the blocks. So the weights are the same, bit for bit, for any number of ranks.
//
//     mpirun -np 2 ./train_boost_mpi --samples 10000 --iterations 60
//
// Runs by itself as well as in a run. Rank 0 writes outputs/weights.bin (785 x 10 doubles, pixel by pixel, the
// constant term last) and outputs/result.json.

#include <estima/tracking/log_reduced.hpp>
#include <estima/tracking/run_context.hpp>

#include <boost/mpi/collectives.hpp>
#include <boost/mpi/communicator.hpp>
#include <boost/mpi/environment.hpp>

#include <zlib.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace {

namespace mpi = boost::mpi;

constexpr int pixel_count = 28 * 28;
constexpr int class_count = 10;
constexpr int block_count = 8;
constexpr int weight_count = (pixel_count + 1) * class_count;
constexpr int sum_count = weight_count + 1;  // the gradient, then the loss

using weight_vector = std::vector<double>;

struct options {
    std::string data_folder = "/usr/share/datasets/fashion-mnist";
    int samples = 10000;
    int iterations = 60;
    double learning_rate = 0.2;
};

template <typename T>
T number(std::string_view name, std::string_view text) {
    T value{};
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || !(value > 0))
        throw std::invalid_argument{std::string{name} + " wants a number above 0, not '" + std::string{text} + "'"};
    return value;
}

options read_options(int argc, char** argv) {
    options result;
    for (int i = 1; i < argc; i += 2) {
        std::string_view const name = argv[i];
        if (i + 1 == argc) throw std::invalid_argument{"no value after " + std::string{name}};
        std::string_view const value = argv[i + 1];
        if (name == "--data-folder")
            result.data_folder = value;
        else if (name == "--samples")
            result.samples = std::min(number<int>(name, value), 60000);
        else if (name == "--iterations")
            result.iterations = number<int>(name, value);
        else if (name == "--learning-rate")
            result.learning_rate = number<double>(name, value);
        else
            throw std::invalid_argument{"unknown argument " + std::string{name}};
    }
    return result;
}

/// Reads items `first` to `last` of an idx file, compressed or not, each of `item_size` bytes.
std::vector<std::uint8_t> read_idx(std::string const& stem, std::size_t header_size, std::size_t item_size, int first,
                                   int last) {
    std::string const path = std::filesystem::exists(stem + ".gz") ? stem + ".gz" : stem;
    auto const close = [](gzFile_s* file) { ::gzclose(file); };
    std::unique_ptr<gzFile_s, decltype(close)> const file{::gzopen(path.c_str(), "rb"), close};
    if (!file) throw std::runtime_error{"cannot open " + path};
    auto const start = header_size + item_size * static_cast<std::size_t>(first);
    std::vector<std::uint8_t> bytes(item_size * static_cast<std::size_t>(last - first));
    auto const size = static_cast<unsigned>(bytes.size());
    if (::gzseek(file.get(), static_cast<z_off_t>(start), SEEK_SET) < 0 ||
        ::gzread(file.get(), bytes.data(), size) != static_cast<int>(size))
        throw std::runtime_error{"cannot read items " + std::to_string(first) + " to " + std::to_string(last) + " of " +
                                 path};
    return bytes;
}

/// The images from `first` up to `last`. Half of all pixels are black: only the others are kept.
class images {
public:
    images(std::string const& folder, std::string const& part, int first, int last)
        : labels_{read_idx(folder + '/' + part + "-labels-idx1-ubyte", 8, 1, first, last)} {
        auto const pixels = read_idx(folder + '/' + part + "-images-idx3-ubyte", 16, pixel_count, first, last);
        for (int i = 0; i < size(); ++i) {
            for (int p = 0; p < pixel_count; ++p)
                if (auto const grey = pixels[static_cast<std::size_t>(i) * pixel_count + static_cast<std::size_t>(p)])
                    points_.push_back({p, grey / 255.0});
            points_.push_back({pixel_count, 1.0});  // the constant term
            ends_.push_back(points_.size());
        }
        for (auto const label : labels_)
            if (label >= class_count) throw std::runtime_error{"a label above 9 in " + folder};
    }

    int size() const { return static_cast<int>(labels_.size()); }
    int label(int i) const { return labels_[static_cast<std::size_t>(i)]; }

    /// Probability of each class for image `i`.
    std::array<double, class_count> classify(weight_vector const& weights, int i) const {
        std::array<double, class_count> result{};
        for_each_point(i, [&](double const value, int const first) {
            for (int c = 0; c < class_count; ++c) result[at(c)] += value * weights[at(first + c)];
        });
        double const highest = *std::max_element(result.begin(), result.end());
        double sum = 0;
        for (double& r : result) sum += (r = std::exp(r - highest));
        for (double& r : result) r /= sum;
        return result;
    }

    /// Adds the gradient and the loss of image `i` to `sums`.
    void accumulate(weight_vector const& weights, int i, double* sums) const {
        auto error = classify(weights, i);
        sums[weight_count] -= std::log(std::max(error[at(label(i))], 1e-300));
        error[at(label(i))] -= 1;
        for_each_point(i, [&](double const value, int const first) {
            for (int c = 0; c < class_count; ++c) sums[first + c] += value * error[at(c)];
        });
    }

private:
    struct point {
        int pixel;
        double value;
    };

    static std::size_t at(int i) { return static_cast<std::size_t>(i); }

    /// Calls with the value of each point and the index of its first weight.
    template <typename Function>
    void for_each_point(int i, Function function) const {
        for (std::size_t k = i == 0 ? 0 : ends_[at(i - 1)]; k < ends_[at(i)]; ++k)
            function(points_[k].value, points_[k].pixel * class_count);
    }

    std::vector<std::uint8_t> labels_;
    std::vector<point> points_{};
    std::vector<std::size_t> ends_{};
};

/// The blocks of one rank are neighbours: first(rank) up to first(rank + 1).
int first_block(int rank, int ranks) { return block_count * rank / ranks; }

/// Block `b` of `samples` images starts here.
int first_image(int block, int samples) {
    return static_cast<int>(static_cast<std::int64_t>(samples) * block / block_count);
}

/// Mean gradient and mean loss over the images of all ranks; at rank 0 only.
weight_vector mean_sums(mpi::communicator const& world, images const& mine, weight_vector const& weights, int samples) {
    int const from = first_block(world.rank(), world.size()), to = first_block(world.rank() + 1, world.size());
    std::vector<double> sums(static_cast<std::size_t>(to - from) * sum_count);
    for (int block = from; block < to; ++block)
        for (int i = first_image(block, samples); i < first_image(block + 1, samples); ++i)
            mine.accumulate(weights, i - first_image(from, samples), sums.data() + (block - from) * sum_count);

    std::vector<int> sizes;
    for (int rank = 0; rank < world.size(); ++rank)
        sizes.push_back((first_block(rank + 1, world.size()) - first_block(rank, world.size())) * sum_count);
    if (world.rank() != 0) {
        mpi::gatherv(world, sums.data(), static_cast<int>(sums.size()), 0);
        return {};
    }
    std::vector<double> all(static_cast<std::size_t>(block_count) * sum_count);
    mpi::gatherv(world, sums.data(), static_cast<int>(sums.size()), all.data(), sizes, 0);

    weight_vector mean(sum_count);
    for (std::size_t i = 0; i < mean.size(); ++i) {
        for (std::size_t block = 0; block < block_count; ++block) mean[i] += all[block * sum_count + i];
        mean[i] /= samples;
    }
    return mean;
}

double accuracy(images const& all, weight_vector const& weights) {
    int right = 0;
    for (int i = 0; i < all.size(); ++i) {
        auto const probabilities = all.classify(weights, i);
        right += std::max_element(probabilities.begin(), probabilities.end()) - probabilities.begin() == all.label(i);
    }
    return static_cast<double>(right) / all.size();
}

std::string text(double value) {
    std::array<char, 32> digits{};
    return {digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr};
}

/// FNV-1a over the bytes of the weights: equal for equal weights.
std::string checksum(weight_vector const& weights) {
    std::uint64_t hash = 14695981039346656037U;
    auto const* const bytes = reinterpret_cast<unsigned char const*>(weights.data());
    for (std::size_t i = 0; i < weights.size() * sizeof(double); ++i) hash = (hash ^ bytes[i]) * 1099511628211U;
    std::array<char, 17> digits{};
    std::snprintf(digits.data(), digits.size(), "%016llx", static_cast<unsigned long long>(hash));
    return digits.data();
}

void write_results(options const& chosen, int ranks, weight_vector const& weights, double loss, double test_accuracy) {
    std::filesystem::create_directories("outputs");
    std::ofstream file;
    file.exceptions(std::ios::failbit | std::ios::badbit);
    file.open("outputs/weights.bin", std::ios::binary);
    file.write(reinterpret_cast<char const*>(weights.data()),
               static_cast<std::streamsize>(weights.size() * sizeof(double)));
    file.close();
    file.open("outputs/result.json");
    file << "{\"ranks\": " << ranks << ", \"samples\": " << chosen.samples << ", \"iterations\": " << chosen.iterations
         << ", \"loss\": " << text(loss) << ", \"test_accuracy\": " << text(test_accuracy)
         << ", \"weights_fnv1a\": \"" << checksum(weights) << "\"}\n";
    file.close();
}

void train(mpi::communicator const& world, options const& chosen) {
    auto const run = estima::run_context::current();
    images const mine{chosen.data_folder, "train",
                      first_image(first_block(world.rank(), world.size()), chosen.samples),
                      first_image(first_block(world.rank() + 1, world.size()), chosen.samples)};
    std::cout << "rank " + std::to_string(world.rank()) + " of " + std::to_string(world.size()) + ": " +
                     std::to_string(mine.size()) + " of " + std::to_string(chosen.samples) + " images\n"
              << std::flush;
    estima::log_reduced(world, run, "images_of_rank", mine.size());

    // Gradient descent with momentum; only rank 0 has the sums, and sends the new weights to all.
    weight_vector weights(weight_count), velocity(weight_count);
    int const every = std::max(1, chosen.iterations / 20);
    for (int iteration = 0; iteration < chosen.iterations; ++iteration) {
        auto const mean = mean_sums(world, mine, weights, chosen.samples);
        if (world.rank() == 0) {
            for (std::size_t i = 0; i < weights.size(); ++i) {
                velocity[i] = 0.9 * velocity[i] - chosen.learning_rate * mean[i];
                weights[i] += velocity[i];
            }
            if (iteration % every == 0) {
                run.log("loss", mean.back(), iteration);
                std::cout << "iteration " << iteration << "  loss " << mean.back() << std::endl;
            }
        }
        mpi::broadcast(world, weights.data(), weight_count, 0);
    }

    auto const last = mean_sums(world, mine, weights, chosen.samples);
    if (world.rank() != 0) return;
    double const test_accuracy = accuracy(images{chosen.data_folder, "t10k", 0, 10000}, weights);
    run.log("loss", last.back(), chosen.iterations);
    run.log("test_accuracy", test_accuracy);
    std::cout << "iteration " << chosen.iterations << "  loss " << last.back() << "  test accuracy " << test_accuracy
              << std::endl;
    write_results(chosen, world.size(), weights, last.back(), test_accuracy);
}

}  // namespace

int main(int argc, char** argv) {
    mpi::environment const environment{argc, argv};
    mpi::communicator const world;
    // An exception that left main, or was swallowed, would leave the other ranks waiting: it ends all of them.
    try {
        train(world, read_options(argc, argv));
    } catch (std::exception const& error) {
        std::cerr << "rank " + std::to_string(world.rank()) + ": " + error.what() + "\n" << std::flush;
        mpi::environment::abort(1);
    }
}
