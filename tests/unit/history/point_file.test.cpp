// SPDX-License-Identifier: BSL-1.0
#include <estima/history/point_file.hpp>

#include <catch2/catch.hpp>

#include <cstdint>
#include <cstring>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include <estima/history/metrics.hpp>
#include <estima/history/points_damage.hpp>
#include <estima/system/files.hpp>
#include <estima/tracking/point_store.hpp>

#include "../../support/temporary_directory.hpp"

namespace {

/// A folder with the bytes of a points file, to be damaged.
struct damaged_points {
    estima_test::temporary_directory folder{};
    std::string path = folder / "rank_0.1.points";
    std::string bytes;

    /// 400 points of two names: three pages and the header.
    damaged_points() {
        {
            estima::detail::point_store store{folder / "other"};
            for (int i = 0; i < 400; ++i) store.add(i % 2 == 0 ? "a" : "a longer name than one part has", i, i);
        }
        std::string const made = estima::metric_files(folder.path()).at(0).path;
        bytes = estima::read_file(made);
        std::filesystem::remove(made);
    }

    void put(std::string const& text) const { std::ofstream{path, std::ios::binary} << text; }

    /// The values of all points, whatever their name; all of a whole file are 0, 1, 2 to 399.
    std::vector<double> values(bool passes_gaps = true) const {
        std::vector<double> all;
        std::uint64_t next = 0;
        estima::point_file{path}.read(next, passes_gaps, [&](estima::stored_point const& p) {
            CHECK((*p.name == "a" || *p.name == "a longer name than one part has"));
            all.push_back(p.value);
        });
        return all;
    }

    static bool is_beginning(std::vector<double> const& values) {
        for (std::size_t i = 0; i < values.size(); ++i)
            if (values[i] != static_cast<double>(i)) return false;
        return true;
    }
};

template <class T>
void poke(std::string& bytes, std::uint64_t offset, T value) {
    std::memcpy(bytes.data() + offset, &value, sizeof value);
}

}  // namespace

TEST_CASE("a points file that was cut anywhere is read as far as its pages are whole") {
    damaged_points const f;
    REQUIRE(f.bytes.size() == 4 * 4096);
    f.put(f.bytes);
    CHECK(f.values().size() == 400);
    for (std::size_t size = 0; size <= f.bytes.size(); size += size < 200 ? 1 : 61) {
        CAPTURE(size);
        f.put(f.bytes.substr(0, size));
        auto const values = f.values();
        CHECK(f.is_beginning(values));
        // A name has slot 0, that is not used, and one for each part.
        std::size_t const slots = size < 8192 ? 0 : (size / 4096 - 1) * 170;
        CHECK(values.size() == (slots == 0 ? 0 : std::min<std::size_t>(slots - 4, 400)));
        auto const m = estima::read_metrics(f.folder.path());
        CHECK(m.lines_skipped == (size < 4 * 4096 && size != 0 ? 1 : 0));
    }
}

TEST_CASE("a page of a points file that is not its own is passed over and counted") {
    damaged_points const f;
    std::string other = f.bytes;
    poke(other, 2 * 4096, std::uint64_t{12345});  // the second page of slots
    f.put(other);
    CHECK(f.values().size() == 400 - 170);
    CHECK(estima::read_metrics(f.folder.path()).lines_skipped == 1);
    std::string zeros = f.bytes;
    zeros.replace(4096, 4096, 4096, '\0');  // the names were there
    f.put(zeros);
    CHECK(f.values().empty());
    CHECK(estima::read_metrics(f.folder.path()).lines_skipped == 1 + 400 - 166);
}

TEST_CASE("a points file of another version, or of other bytes, is no metrics and counts once") {
    damaged_points const f;
    std::string newer = f.bytes;
    poke(newer, 8, std::uint32_t{2});
    f.put(newer);
    CHECK(estima::read_metrics(f.folder.path()).lines_skipped == 1);
    CHECK(f.values().empty());
    f.put("{\"name\":\"x\",\"value\":1}\n");
    CHECK(estima::read_metrics(f.folder.path()).lines_skipped == 1);
    f.put(std::string(65536, '\0'));  // its writer was killed when it had just made it
    CHECK(estima::read_metrics(f.folder.path()).lines_skipped == 0);
}

TEST_CASE("a damaged header is told, and the points are read where its pages say that they are of this file") {
    damaged_points const f;
    f.put(f.bytes);
    CHECK(estima::damaged_points(f.folder.path()).empty());
    auto const check = [&f](std::uint64_t at, std::string const& with, bool is_read) {
        CAPTURE(at);
        f.put(std::string{f.bytes}.replace(at, with.size(), with));
        CHECK(f.values().size() == (is_read ? 400 : 0));
        CHECK(estima::read_metrics(f.folder.path()).lines_skipped == 1);
        auto const damage = estima::damaged_points(f.folder.path());
        REQUIRE(damage.size() == 1);
        CHECK(damage.begin()->first == "rank_0.1.points");
        CHECK(damage.begin()->second ==
              (is_read ? "its header is damaged: its numbers are read, but their times may be wrong"
                       : "its header is damaged, or of a newer version: none of its numbers can be read"));
    };
    check(0, "XXXX", true);   // what all such files begin with
    check(12, "XXXX", true);   // how large a page is
    check(24, "XXXX", true);   // what times are counted from
    check(32, "XXXX", true);   // when it was made
    check(0, std::string(8, '\0'), true);
    check(5, "XXXX", false);  // also its version
    check(8, "XXXX", false);
    check(16, "XXXX", false);  // its number
    check(0, std::string(4096, '\0'), false);
    f.put(std::string{f.bytes}.replace(4096, 4, "XXXX"));  // the first page's number, not the header's
    CHECK(f.values().size() == 400 - 166);
    CHECK(estima::damaged_points(f.folder.path()).empty());
}

TEST_CASE("a slot that was not published ends what is told, until nobody writes the file any more") {
    damaged_points const f;
    std::string gap = f.bytes;
    poke(gap, estima::detail::slot_offset(104), std::uint64_t{0});  // the point 100
    f.put(gap);
    CHECK(f.values(true).size() == 399);
    CHECK(f.values(false).size() == 100);
    CHECK(estima::read_metrics(f.folder.path()).lines_skipped == 0);
    CHECK(estima::read_metrics(f.folder.path(), {}, false).scalars.at("a").size() == 50);

    estima::point_file file{f.path};
    std::uint64_t next = 0;
    std::size_t count = 0;
    auto const take = [&count](estima::stored_point const&) { ++count; };
    file.read(next, false, take);
    CHECK(next == 104);
    f.put(f.bytes);  // now it is there
    file.read(next, false, take);
    CHECK(count == 400);
    CHECK(next == file.end());
}

TEST_CASE("whatever bytes a points file has, reading ends and tells none but its names") {
    damaged_points const f;
    std::mt19937 random{20240607};
    auto any = [&random](std::size_t below) {
        return std::uniform_int_distribution<std::size_t>{0, below - 1}(random);
    };
    for (int round = 0; round < 400; ++round) {
        CAPTURE(round);
        std::string bytes = f.bytes;
        // In the header, in marks of pages, in words: where it hurts.
        for (std::size_t n = 1 + any(20); n > 0; --n) {
            std::size_t const at = any(3) == 0   ? 12 + any(52)
                                   : any(2) == 0 ? any(4) * 4096 + any(16)
                                                 : any(bytes.size());
            bytes[at] = static_cast<char>(any(256));
        }
        f.put(bytes);
        std::uint64_t next = any(2) == 0 ? 0 : any(2000);
        std::size_t count = 0;
        estima::point_file file{f.path};
        file.read(next, any(2) == 0, [&count](estima::stored_point const&) { ++count; });
        CHECK(count <= 3 * 170);
        estima::read_metrics(f.folder.path());
    }
    std::string noise(5 * 4096, '\0');
    for (int round = 0; round < 20; ++round) {
        for (char& c : noise) c = static_cast<char>(any(256));
        noise.replace(0, 16, f.bytes, 0, 16);
        f.put(noise);
        CHECK(f.values().empty());
    }
}
