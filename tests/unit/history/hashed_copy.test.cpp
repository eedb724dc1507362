// SPDX-License-Identifier: BSL-1.0
#include <estima/history/copy_verified.hpp>

#include <catch2/catch.hpp>

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <fstream>
#include <stdexcept>
#include <string>

#include "../../support/error_of.hpp"
#include "../../support/temporary_directory.hpp"

namespace {
namespace fs = std::filesystem;

struct copy_folder {
    estima_test::temporary_directory folder{};

    fs::path put(std::string const& name, std::string const& text) const {
        std::ofstream{folder / name, std::ios::binary} << text;
        return folder / name;
    }
    /// Copies [begin, size) of "from" behind what "to" has.
    std::string hash_of_copy(std::uint64_t begin, std::uint64_t size,
                             std::function<void(std::uint64_t)> const& progress = {}) const {
        fs::path const from = folder / "from", to = folder / "to";
        auto const in = estima::open_file(from, O_RDONLY), out = estima::open_file(to, O_RDWR | O_CREAT);
        return estima::to_hex(estima::detail::copy_hashed({in.get(), from, out.get(), to}, begin, size, progress));
    }
    std::string copied() const { return estima::read_file(folder / "to"); }
};

std::string bytes_without_a_period(std::size_t size) {
    std::string text(size, '\0');
    std::uint32_t state = 1;
    for (char& c : text) c = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
    return text;
}
}  // namespace

TEST_CASE("a copy is hashed while it is made, small or in many pieces") {
    copy_folder f;
    for (std::size_t const size : {0U, 1U, 4096U, 300'000U, 20'000'001U}) {
        CAPTURE(size);
        std::string const text = bytes_without_a_period(size);
        f.put("from", text);
        fs::remove(f.folder / "to");
        std::uint64_t last = 0;
        auto const watch = [&last](std::uint64_t n) { last = n >= last ? n : 0; };
        CHECK(f.hash_of_copy(0, size, watch) == estima::sha256_hex(text));
        CHECK(last == size);
        CHECK(f.copied() == text);
    }
}

TEST_CASE("whoever copies a hole, which takes no time, is asked until all of it is hashed") {
    copy_folder f;
    std::uint64_t const size = 256 << 20;
    f.put("from", "");
    fs::resize_file(f.folder / "from", size);
    int asked_when_all_is_there = 0;
    f.hash_of_copy(0, size, [&](std::uint64_t n) { asked_when_all_is_there += n == size; });
    CHECK(asked_when_all_is_there > 8);
    CHECK_THROWS_AS(f.hash_of_copy(0, size, [&](std::uint64_t n) { n == size ? throw std::runtime_error{"no"} : 0; }),
                    std::runtime_error);
}

TEST_CASE("a copy goes on behind what is there, and what is there is part of the hash") {
    copy_folder f;
    std::string const text = bytes_without_a_period(100'000);
    f.put("from", text);
    f.put("to", text.substr(0, 60'000));
    CHECK(f.hash_of_copy(60'000, text.size()) == estima::sha256_hex(text));
    CHECK(f.copied() == text);
    f.put("to", "wrong" + text.substr(5, 60'000 - 5));
    CHECK(f.hash_of_copy(60'000, text.size()) != estima::sha256_hex(text));
}

TEST_CASE("a file is copied as long as it was: no more of one that grew, all of one that shrank") {
    copy_folder f;
    f.put("from", "0123456789");
    CHECK(f.hash_of_copy(0, 4) == estima::sha256_hex("0123"));
    CHECK(f.copied() == "0123");
    CHECK(f.hash_of_copy(0, 20) == estima::sha256_hex("0123456789"));
    CHECK(f.copied() == "0123456789");
}

TEST_CASE("holes stay holes, at both ends too") {
    copy_folder f;
    constexpr std::size_t size = 40 << 20;
    for (std::size_t const place : {std::size_t{0}, std::size_t{21} << 20, size - 3}) {
        CAPTURE(place);
        std::string text(size, '\0');
        f.put("from", "");
        fs::remove(f.folder / "to");
        {
            auto const fd = estima::open_file(f.folder / "from", O_WRONLY);
            REQUIRE(::ftruncate(fd.get(), static_cast<off_t>(size)) == 0);
            REQUIRE(::pwrite(fd.get(), "abc", 3, static_cast<off_t>(place)) == 3);
        }
        text.replace(place, 3, "abc");
        CHECK(f.hash_of_copy(0, size) == estima::sha256_hex(text));
        CHECK(f.copied() == text);
        struct stat status {};
        REQUIRE(::stat((f.folder / "to").c_str(), &status) == 0);
        CHECK(status.st_blocks * 512 < 10 << 20);
    }
}

TEST_CASE("what the system cannot copy by itself is read and written") {
    copy_folder f;
    std::string const text = bytes_without_a_period(200'000);
    auto const in = estima::open_file(f.put("from", text), O_RDONLY);
    auto const out = estima::open_file(f.folder / "to", O_RDWR | O_CREAT | O_APPEND);  // refused by copy_file_range
    estima::detail::byte_copier copier{in.get(), out.get()};
    std::uint64_t at = 0;
    CHECK(copier.copy(at, text.size()) == estima::detail::byte_copier::outcome::copied);
    CHECK(at == text.size());
    CHECK(f.copied() == text);
}

TEST_CASE("a copy ends with what its progress throws, and a thread that hashes ends with it") {
    copy_folder f;
    f.put("from", std::string(30'000'000, 'x'));
    auto const interrupt = [](std::uint64_t) { throw std::runtime_error{"enough"}; };
    CHECK_THROWS_WITH(f.hash_of_copy(0, 30'000'000, interrupt), "enough");
    CHECK(f.copied().size() < 30'000'000);
}

TEST_CASE("errors of a copy name the side that they are of") {
    copy_folder f;
    fs::path const from = f.put("from", "abc"), to = f.put("to", "");
    auto const told = [&](int in_flags, int out_flags) {
        auto const in = estima::open_file(from, in_flags), out = estima::open_file(to, out_flags);
        return estima_test::error_of([&] { estima::detail::copy_hashed({in.get(), from, out.get(), to}, 0, 3); });
    };
    CHECK(told(O_WRONLY, O_RDWR).find("cannot read " + from.string()) != std::string::npos);
    CHECK(told(O_RDONLY, O_RDONLY).find("cannot write " + to.string()) != std::string::npos);
}

TEST_CASE("a file of 2 GB is copied and hashed in constant memory") {
    copy_folder f;
    constexpr off_t size = off_t{2} << 30;
    {
        auto const fd = estima::open_file(f.folder / "from", O_WRONLY | O_CREAT);
        REQUIRE(::ftruncate(fd.get(), size) == 0);
        REQUIRE(::pwrite(fd.get(), "end", 3, size - 3) == 3);
    }
    pid_t const child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        int code = 1;
        try {
            rusage before{}, after{};
            ::getrusage(RUSAGE_SELF, &before);
            auto const copy = estima::copy_verified(f.folder.path(), "from", nullptr, f.folder / "to");
            ::getrusage(RUSAGE_SELF, &after);
            bool const is_right = copy.bytes == std::uint64_t{size} && fs::file_size(f.folder / "to") == copy.bytes;
            code = !is_right ? 2 : after.ru_maxrss - before.ru_maxrss > 32 * 1024 ? 3 : 0;
        } catch (...) {
        }
        ::_exit(code);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
}
