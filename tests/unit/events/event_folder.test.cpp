// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <estima/events/event_folder.hpp>

#include "../../support/event_bytes.hpp"
#include "../../support/temporary_directory.hpp"

namespace {
namespace eb = estima_test::event_bytes;

/// A folder of event files, and what was read from it so far: "name step number".
struct followed_folder {
    estima_test::temporary_directory place{};
    estima::event_folder folder{place.path()};
    std::vector<std::string> seen{};

    void append(std::string const& name, std::string const& bytes) const {
        std::filesystem::create_directories((place.path() / name).parent_path());
        std::ofstream{place.path() / name, std::ios::binary | std::ios::app} << bytes;
    }
    bool read(std::int64_t budget = 1 << 20) {
        return folder.read(budget, [this](std::string const& name, auto const& event, auto const& value) {
            seen.push_back(name + " " + std::to_string(event.step) + " " + std::to_string(static_cast<int>(value.number)));
        });
    }
    std::vector<std::string> take() {
        read();
        return std::exchange(seen, {});
    }
};
using strings = std::vector<std::string>;
std::string const first_record = eb::record(eb::field(1, 1.7e9) + eb::field(3, "brain.Event:2"));
}  // namespace

TEST_CASE("event files are followed as they grow, whichever way their bytes arrive") {
    followed_folder logs;
    CHECK(logs.take().empty());
    std::string const all = first_record + eb::scalar("loss", 5, 1) + eb::scalar("loss", 4, 2);
    for (char const byte : all) {
        logs.append("events.out.tfevents.1.host", {byte});
        logs.read();
    }
    CHECK(logs.seen == strings{"loss 1 5", "loss 2 4"});
    CHECK(logs.folder.damage().empty());
}

TEST_CASE("several files and folders count, and other files do not") {
    followed_folder logs;
    logs.append("train/events.out.tfevents.1.host", first_record + eb::scalar("loss", 5, 1));
    logs.append("validation/a/events.out.tfevents.1.host", first_record + eb::scalar("loss", 6, 1));
    logs.append("notes.txt", "tfevents");
    CHECK(logs.take() == strings{"train/loss 1 5", "validation/a/loss 1 6"});
    CHECK(logs.folder.folders().size() == 3);
    logs.append("train/events.out.tfevents.2.host", first_record + eb::scalar("loss", 3, 1));  // started again
    logs.append("train/events.out.tfevents.1.host", eb::scalar("loss", 4, 2));
    CHECK(logs.take() == strings{"train/loss 2 4", "train/loss 1 3"});
}

TEST_CASE("files deep below, and those of very many folders, count; more folders than are watched are told") {
    followed_folder logs;
    std::string deep = "d";
    for (int i = 1; i < estima::event_folder::deepest; ++i) deep += "/d";
    logs.append(deep + "/x.tfevents", eb::scalar("loss", 5, 1));
    CHECK(logs.take() == strings{deep + "/loss 1 5"});
    CHECK(logs.folder.damage().empty());
    std::filesystem::create_directory(logs.place.path() / deep / "e");
    logs.append(deep + "/e/x.tfevents", eb::scalar("loss", 6, 1));
    CHECK(logs.take().empty());
    CHECK(logs.folder.damage() ==
          strings{deep + "/e was not looked at for TensorBoard: it is more than 32 folders deep"});
    CHECK_FALSE(logs.folder.has_more_folders());
    for (std::size_t i = 0; i <= estima::event_folder::most_folders; ++i)
        std::filesystem::create_directory(logs.place.path() / std::to_string(i));
    logs.append("1000/x.tfevents", eb::scalar("loss", 7, 1));
    logs.append("0/x.tfevents", eb::scalar("loss", 7, 1));
    CHECK(logs.take().size() == 2);
    CHECK(logs.folder.has_more_folders());
    CHECK(logs.folder.folders().size() == estima::event_folder::most_folders);
}

TEST_CASE("links out of the folder are told, and those that stay in it are not") {
    followed_folder logs;
    estima_test::temporary_directory const elsewhere;
    namespace fs = std::filesystem;
    fs::create_directory(elsewhere / "folder");
    std::ofstream{elsewhere / "file"} << eb::scalar("loss", 6, 1);
    logs.append("train/x.tfevents", eb::scalar("loss", 5, 1));
    fs::create_directory_symlink(elsewhere / "folder", logs.place.path() / "of the snapshot");
    logs.folder.pass_over();
    logs.append("train/x.tfevents", eb::scalar("loss", 4, 2));
    fs::create_directory_symlink("train", logs.place.path() / "latest");
    fs::create_symlink("train/x.tfevents", logs.place.path() / "latest.tfevents");
    fs::create_symlink(elsewhere / "none", logs.place.path() / "none.tfevents");
    fs::create_symlink(elsewhere / "file", logs.place.path() / "notes");
    CHECK(logs.take() == strings{"train/loss 2 4"});
    CHECK(logs.folder.damage().empty());
    fs::create_symlink(elsewhere / "file", logs.place.path() / "y.tfevents");
    CHECK(logs.take().empty());
    CHECK(logs.folder.damage() ==
          strings{"y.tfevents is a link to another place: what may be there for TensorBoard was left out"});
    fs::create_directory_symlink(elsewhere / "folder", logs.place.path() / "z");
    CHECK(logs.take().empty());
    CHECK(logs.folder.damage() ==
          strings{"z and 1 more are links to other places: what may be there for TensorBoard was left out"});
}

TEST_CASE("more files than are followed are told") {
    followed_folder logs;
    for (std::size_t i = 0; i < estima::event_folder::most_files + 2; ++i)
        std::ofstream{logs.place.path() / ("tfevents." + std::to_string(i))};
    CHECK(logs.take().empty());
    auto const damage = logs.folder.damage();
    REQUIRE(damage.size() == 1);
    CHECK(damage[0].starts_with("tfevents."));
    CHECK(damage[0].ends_with(" and 1 more were left out: there are 10,000 other files for TensorBoard"));
}

TEST_CASE("what lay there before does not count, what is added to it does") {
    followed_folder logs;
    logs.append("events.out.tfevents.1.host", first_record + eb::scalar("loss", 5, 1));
    logs.append("events.out.tfevents.2.host", first_record + eb::scalar("loss", 7, 1));
    logs.folder.pass_over();
    logs.append("events.out.tfevents.1.host", eb::scalar("loss", 4, 2));
    CHECK(logs.take() == strings{"loss 2 4"});
    std::filesystem::remove(logs.place.path() / "events.out.tfevents.2.host");
    logs.append("events.out.tfevents.2.host", first_record);
    logs.append("events.out.tfevents.2.host", eb::scalar("loss", 8, 1));
    CHECK(logs.take() == strings{"loss 1 8"});
}

TEST_CASE("a file that is renamed, or whose folder is, goes on where it was read, under the tags of its first place") {
    namespace fs = std::filesystem;
    followed_folder logs;
    fs::path const top = logs.place.path();
    logs.append("train/1.tfevents", first_record + eb::scalar("loss", 5, 1));
    logs.append("passed.tfevents", first_record + eb::scalar("loss", 9, 1));
    logs.append("begun.tfevents", first_record.substr(0, 20));
    CHECK(logs.take() == strings{"loss 1 9", "train/loss 1 5"});

    fs::rename(top / "train/1.tfevents", top / "train/2.tfevents");
    CHECK(logs.take().empty());
    logs.append("train/2.tfevents", eb::scalar("loss", 4, 2));
    CHECK(logs.take() == strings{"train/loss 2 4"});
    fs::rename(top / "train", top / "later");
    logs.append("later/2.tfevents", eb::scalar("loss", 3, 3));
    CHECK(logs.take() == strings{"train/loss 3 3"});

    // A new one has the old name, and one more has the name before that.
    fs::create_directory(top / "train");
    fs::rename(top / "passed.tfevents", top / "train/1.tfevents");
    fs::rename(top / "later/2.tfevents", top / "passed.tfevents");
    logs.append("later/2.tfevents", first_record + eb::scalar("loss", 8, 1));
    logs.append("passed.tfevents", eb::scalar("loss", 2, 4));
    logs.append("train/1.tfevents", eb::scalar("loss", 7, 2));
    CHECK(logs.take() == strings{"later/loss 1 8", "train/loss 4 2", "loss 2 7"});

    // Nothing of it counted under its first name.
    fs::rename(top / "begun.tfevents", top / "later/begun.tfevents");
    logs.append("later/begun.tfevents", first_record.substr(20) + eb::scalar("loss", 6, 1));
    CHECK(logs.take() == strings{"later/loss 1 6"});
    CHECK(logs.folder.damage().empty());

    fs::create_hard_link(top / "later/2.tfevents", top / "later/3.tfevents");
    CHECK(logs.take() == strings{"later/loss 1 8"});
    fs::remove(top / "later/3.tfevents");
    CHECK(logs.take().empty());
}

TEST_CASE("a new file that has the number of one that is gone is read from its begin, and goes on when it is renamed") {
    namespace fs = std::filesystem;
    followed_folder logs;
    fs::path const top = logs.place.path();
    for (char const* const name : {"train", "a", "b", "c"}) fs::create_directory(top / name);
    // Written anew under another name: that is what a reused number looks like.
    auto const replace = [&](char const* from, char const* to, std::string const& bytes) {
        fs::rename(top / from, top / to);
        std::ofstream{top / to, std::ios::binary} << bytes;
    };
    logs.append("train/x.tfevents", first_record + eb::scalar("loss", 5, 1));
    CHECK(logs.take() == strings{"train/loss 1 5"});
    replace("train/x.tfevents", "a/y.tfevents", first_record + eb::scalar("loss", 7, 1) + eb::scalar("loss", 6, 2));
    CHECK(logs.take() == strings{"a/loss 1 7", "a/loss 2 6"});
    fs::rename(top / "a/y.tfevents", top / "b/y.tfevents");
    logs.append("b/y.tfevents", eb::scalar("loss", 5, 3));
    CHECK(logs.take() == strings{"a/loss 3 5"});
    replace("b/y.tfevents", "c/z.tfevents", eb::scalar("loss", 8, 4));  // shorter than what was read
    CHECK(logs.take() == strings{"c/loss 4 8"});
    CHECK(logs.folder.damage().empty());
}

TEST_CASE("damaged records are left out and told, wherever the damage is") {
    std::string const first = eb::scalar("loss", 5, 1), second = eb::scalar("loss", 4, 2), third = eb::scalar("loss", 3, 3);
    std::string const all = first + second + third;
    for (std::size_t at = 0; at < second.size(); ++at) {
        followed_folder logs;
        std::string bytes = all;
        bytes[first.size() + at] ^= 0x10;
        logs.append("x.tfevents", bytes);
        bool const in_length = at < 12;
        CHECK(logs.take() == (in_length ? strings{"loss 1 5"} : strings{"loss 1 5", "loss 3 3"}));
        auto const damage = logs.folder.damage();
        REQUIRE(damage.size() == 1);
        CHECK(damage[0] == (in_length ? "x.tfevents is damaged at byte " + std::to_string(first.size()) +
                                            "; what follows there could not be read"
                                      : std::string{"x.tfevents: 1 damaged record was left out"}));
    }
}

TEST_CASE("a file that was damaged, and is written anew, is read from its begin") {
    followed_folder logs;
    std::string const first = eb::scalar("loss", 5, 1);
    std::string damaged = first + eb::scalar("loss", 4, 2);
    damaged[first.size()] ^= 0x10;
    logs.append("x.tfevents", damaged);
    CHECK(logs.take() == strings{"loss 1 5"});
    REQUIRE(logs.folder.damage().size() == 1);
    std::filesystem::remove(logs.place.path() / "x.tfevents");
    logs.append("x.tfevents", first_record + eb::scalar("loss", 7, 1) + eb::scalar("loss", 6, 2));
    CHECK(logs.take() == strings{"loss 1 7", "loss 2 6"});
    CHECK(logs.folder.damage().empty());
}

TEST_CASE("a file that ends in the middle of a record is told, wherever it ends") {
    std::string const first = eb::scalar("loss", 5, 1), second = eb::scalar("loss", 4, 2);
    for (std::size_t size = first.size() + 1; size < first.size() + second.size(); ++size) {
        followed_folder logs;
        logs.append("x.tfevents", (first + second).substr(0, size));
        CHECK(logs.take() == strings{"loss 1 5"});
        CHECK(logs.folder.damage() == strings{"x.tfevents ends in the middle of a record"});
    }
}

TEST_CASE("a look reads no more than it was allowed, and says that there is more") {
    followed_folder logs;
    std::string bytes;
    for (int i = 0; i < 100; ++i) bytes += eb::scalar("loss", 1, i);
    logs.append("x.tfevents", bytes);
    CHECK(logs.read(200));
    CHECK(logs.seen.size() < 20);
    int looks = 1;
    while (logs.read(200)) ++looks;
    CHECK(looks > 5);
    CHECK(logs.seen.size() == 100);
}

TEST_CASE("a record that is longer than any metric is passed over") {
    followed_folder logs;
    std::string const length = eb::fixed(40U << 20, 8);
    logs.append("x.tfevents", eb::scalar("loss", 5, 1) + length + eb::fixed(eb::masked_crc(length), 4));
    std::filesystem::resize_file(logs.place.path() / "x.tfevents", eb::scalar("loss", 5, 1).size() + 12 + (40U << 20) + 4);
    logs.append("x.tfevents", eb::scalar("loss", 4, 2));
    while (logs.read(1 << 20)) {
    }
    CHECK(logs.seen == strings{"loss 1 5", "loss 2 4"});
}
