// SPDX-License-Identifier: BSL-1.0
#include <sys/socket.h>
#include <sys/un.h>

#include <atomic>
#include <thread>

#include <catch2/catch.hpp>

#include <estima/snapshot/snapshot_store.hpp>

#include <support/temporary_directory.hpp>
#include "tree_on_disk.hpp"

using estima_test::temporary_directory;
using estima_test::thrown_by;
using estima_test::write;
namespace fs = std::filesystem;
using Catch::Matchers::Contains;

TEST_CASE("links that lead out of the tree are refused, all at once and by name", "[snapshot]") {
    temporary_directory temporary;
    fs::path const source = temporary / "source";
    write(source / "sub/deep/file", "x");
    write(temporary / "outside", "x");
    auto link = [&](std::string const& name, std::string const& target) { fs::create_symlink(target, source / name); };
    link("up", "../outside");
    link("sub/out and in", "../../source/sub");
    link("absolute", "/etc/passwd");
    link("own absolute", (source / "sub").string());
    link("sub/top", "..");
    link("sub/by way of top", "top/../outside");
    link("to deep", "sub/deep");
    link("by way of deep", "to deep/../../../outside");
    link("sub/lost", "nowhere/../../../outside");
    // These stay inside.
    link("sub/deep/fine", "../../sub/deep/file");
    link("fine", "sub/../sub/deep/../deep");
    link("fine by way of deep", "to deep/..");
    link("circle", "circle/../circle");
    link("dangling", "nothing/here");
    estima::snapshot_store store{temporary / "store"};
    auto const refused = thrown_by([&] { store.take(source); });
    CHECK(refused.id() == "EST-203");
    std::string const why = refused.text().why;
    for (char const* const line :
         {"up: -> ../outside", "sub/out and in: -> ../../source/sub", "absolute: -> /etc/passwd",
          "sub/by way of top: -> top/../outside", "by way of deep: -> to deep/../../../outside",
          "sub/lost: -> nowhere/../../../outside"})
        CHECK_THAT(why, Contains(line));
    CHECK(std::count(why.begin(), why.end(), '\n') == 7);
    CHECK_FALSE(fs::exists(temporary / "store"));

    write(source / ".amlignore", "up\n*absolute\nby way*\nlost\nout*\n");
    CHECK(store.take(source).files == 9);  // file, .amlignore and seven links
}

TEST_CASE("special files are refused by name and kind, unless they are ignored", "[snapshot]") {
    temporary_directory temporary;
    fs::path const source = temporary / "source";
    write(source / "a", "x");
    REQUIRE(::mkfifo((source / "pipe").c_str(), 0600) == 0);
    fs::create_directory(source / "sub");
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::string const path = (source / "sub/sock").string();
    REQUIRE(path.size() < sizeof address.sun_path);
    path.copy(address.sun_path, path.size());
    estima::file_descriptor const bound{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    REQUIRE(::bind(bound.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    fs::create_symlink("/etc", source / "link");

    estima::snapshot_store store{temporary / "store"};
    auto const refused = thrown_by([&] { store.take(source); });
    CHECK(refused.id() == "EST-203");  // the first kind names the error, all are listed
    CHECK_THAT(refused.text().why,
               Contains("link: -> /etc") && Contains("pipe: a FIFO") && Contains("sub/sock: a socket"));
    fs::remove(source / "link");
    CHECK(thrown_by([&] { store.take(source); }).id() == "EST-204");
    write(source / ".gitignore", "pipe\nsock\n");
    CHECK(store.take(source).files == 2);
}

TEST_CASE("files that cannot be read are named", "[snapshot]") {
    temporary_directory temporary;
    fs::path const source = temporary / "source";
    write(source / "good", "x");
    write(source / "secret", "x");
    write(source / "closed/inside", "x");
    fs::permissions(source / "secret", fs::perms::none);
    fs::permissions(source / "closed", fs::perms::none);
    fs::permissions(temporary.path(), fs::perms{0777});
    bool const root = ::geteuid() == 0;  // who may read everything
    if (root) REQUIRE(::seteuid(65534) == 0);
    estima::snapshot_store store{temporary / "store"};
    std::string first, second;
    try {
        store.take(source);
    } catch (estima::error const& e) {
        first = e.what();
    }
    // What is known without reading comes first; the files are found when they are read.
    if (root) REQUIRE(::seteuid(0) == 0);
    fs::permissions(source / "closed", fs::perms{0755});
    if (root) REQUIRE(::seteuid(65534) == 0);
    try {
        store.take(source);
    } catch (estima::error const& e) {
        second = e.what();
    }
    if (root) REQUIRE(::seteuid(0) == 0);
    CHECK_THAT(first, Contains("EST-205") && Contains("closed: Permission denied"));
    CHECK_THAT(second, Contains("EST-205") && Contains("secret: Permission denied") && !Contains("good"));
}

TEST_CASE("a file that changes while it is read is never stored half old, half new", "[snapshot]") {
    temporary_directory temporary;
    constexpr std::size_t size = 24'000'000, piece = 65536;
    write(temporary / "source/data", std::string(size, 'a'));
    std::atomic<bool> written{false};
    std::thread writer{[&] {
        estima::file_descriptor const file{::open((temporary / "source/data").c_str(), O_WRONLY | O_CLOEXEC)};
        for (int round = 0; round < 12; ++round) {
            std::string const text(piece, static_cast<char>('a' + round));
            for (std::size_t at = 0; at < size; at += piece)
                if (::pwrite(file.get(), text.data(), std::min(piece, size - at), static_cast<off_t>(at)) < 0) break;
        }
        written = true;
    }};
    estima::snapshot_store store{temporary / "store"};
    std::vector<std::string> ids;
    std::string unexpected;
    for (bool last = false; !last;) {
        last = written;
        try {
            ids.push_back(store.take(temporary / "source").id);
        } catch (estima::error const& e) {
            if (e.id() != "EST-206" || last) unexpected = e.what();
        }
    }
    writer.join();
    CHECK(unexpected == "");
    REQUIRE_FALSE(ids.empty());
    for (std::size_t i = 0; i < ids.size(); ++i) {
        store.restore(ids[i], temporary / std::to_string(i));
        std::string const text = estima_test::contents(temporary / std::to_string(i) / "data");
        CHECK(text.size() == size);
        CHECK(text.find_first_not_of(text[0]) == text.npos);
        fs::remove_all(temporary / std::to_string(i));
    }
}

TEST_CASE("a file that never stands still is given up, by name", "[snapshot]") {
    temporary_directory temporary;
    write(temporary / "source/log", std::string(30'000'000, 'x'));
    std::atomic<bool> started{false}, stop{false};
    std::thread writer{[&] {
        estima::file_descriptor const file{::open((temporary / "source/log").c_str(), O_WRONLY | O_CLOEXEC)};
        while (!stop && ::pwrite(file.get(), "y", 1, 0) == 1) started = true;
    }};
    while (!started) std::this_thread::yield();
    estima::snapshot_store store{temporary / "store"};
    std::string id = "no error";
    std::string why;
    try {
        store.take(temporary / "source");
    } catch (estima::error const& e) {
        id = e.id();
        why = e.text().why;
    }
    stop = true;
    writer.join();
    CHECK(id == "EST-206");
    CHECK_THAT(why, Contains("log: changed during each of 6 attempts"));
    CHECK(fs::is_empty(temporary / "store/tmp"));
}

TEST_CASE("files that come and go while the snapshot is taken do no harm", "[snapshot]") {
    temporary_directory temporary;
    for (int i = 0; i < 300; ++i) write(temporary / "source/d" / std::to_string(i), "x");
    write(temporary / "source/constant", "c");
    std::atomic<bool> stop{false};
    std::thread writer{[&] {
        for (int i = 0; !stop; ++i) {
            fs::path const path = temporary / "source/e" / std::to_string(i % 50);
            write(path, "come");
            if (i % 3 == 0) fs::remove_all(path.parent_path());
        }
    }};
    estima::snapshot_store store{temporary / "store"};
    std::string unexpected;
    std::string id;
    for (int i = 0; i < 30; ++i) {
        try {
            id = store.take(temporary / "source").id;
        } catch (estima::error const& e) {
            if (e.id() != "EST-206") unexpected = e.what();
        }
    }
    stop = true;
    writer.join();
    CHECK(unexpected == "");
    if (!id.empty()) {
        store.restore(id, temporary / "restored");
        CHECK(estima_test::contents(temporary / "restored/constant") == "c");
    }
}

TEST_CASE("names in messages are shown on one line and in valid UTF-8", "[snapshot]") {
    CHECK(estima::shown("plain \xC3\xA9") == "plain \xC3\xA9");
    CHECK(estima::shown("a\nb\tc\\") == "a\\nb\\x09c\\\\");
    CHECK(estima::shown("\xff\xC3") == "\\xff\\xc3");
    CHECK(estima::shown("\xC2\x9B\xE2\x80\xAE\xE2\x81\xA6") == "\\xc2\\x9b\\xe2\\x80\\xae\\xe2\\x81\\xa6");
    CHECK(estima::shown("\xC0\xAF \xED\xA0\x80 \xF5\x80\x80\x80") == "\\xc0\\xaf \\xed\\xa0\\x80 \\xf5\\x80\\x80\\x80");
    CHECK(estima::shown("\xF0\x9F\x98\x80\xE2\x82\xAC") == "\xF0\x9F\x98\x80\xE2\x82\xAC");
    CHECK(estima::shown_size(312) == "312 bytes");
    CHECK(estima::shown_size(300ULL * 1024 * 1024) == "300.0 MB");
}
