// SPDX-License-Identifier: BSL-1.0
#include <grp.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <set>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

#include <estima/snapshot/snapshot_store.hpp>
#include <estima/snapshot/store_receiver.hpp>

#include <support/skip.hpp>
#include <support/temporary_directory.hpp>
#include <support/umask_here.hpp>
#include "tree_on_disk.hpp"

using estima_test::contents;
using estima_test::describe;
using estima_test::let_stamps_settle;
using estima_test::temporary_directory;
using estima_test::thrown_by;
using estima_test::write;
namespace fs = std::filesystem;

namespace {

// Small and large files, doubles, an empty file, an empty directory, links, names and modes of all kinds.
void make_varied_tree(fs::path const& source, int many = 0) {
    write(source / "train.py", "print('hello')\n");
    write(source / "lib/__init__.py", "");
    write(source / "lib/same.py", "print('hello')\n");
    write(source / "large.bin", std::string(700'000, 'L'));
    write(source / "line\nbreak", "n");
    write(source / "no utf-8 \xff\xfe", "u");
    write(source / "lib.txt", "sorts between lib and what is in it");
    fs::create_directories(source / "empty/inside");
    fs::create_symlink("../train.py", source / "lib/link");
    fs::create_symlink("nowhere", source / "dangling");
    fs::create_symlink("loop", source / "loop");
    fs::create_symlink(".", source / "lib/here");
    write(source / "run.sh", "#!/bin/sh\n");
    fs::permissions(source / "run.sh", fs::perms{0751});
    write(source / "read only/file", "r");
    fs::permissions(source / "read only/file", fs::perms{0444});
    fs::permissions(source / "read only", fs::perms{0555});
    for (int i = 0; i < many; ++i)
        write(source / "many" / std::to_string(i % 7) / std::to_string(i), std::to_string(i));
}

// `remove_all` of an ordinary user needs it.
void open_again(fs::path const& tree) { fs::permissions(tree / "read only", fs::perms{0755}); }

// Another byte in the middle of a part of a file; its size and its name stay.
void damage(fs::path const& file, std::size_t begin, std::size_t end) {
    std::string text = contents(file);
    std::size_t const at = begin + (std::min(end, text.size()) - begin) / 2;
    text[at] = static_cast<char>(text[at] ^ 0x20);
    fs::permissions(file, fs::perms{0644});
    write(file, text);
}

std::uint64_t store_size(fs::path const& store) {
    std::uint64_t size = 0;
    for (auto const& entry : fs::recursive_directory_iterator{store})
        if (entry.is_regular_file() && entry.path().parent_path().filename() != "index") size += entry.file_size();
    return size;
}

// The names of the files below `root` that are opened while `action` runs.
std::set<std::string> opened_during(fs::path const& root, std::function<void()> const& action) {
    estima::file_descriptor const watch{::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)};
    ::inotify_add_watch(watch.get(), root.c_str(), IN_OPEN);
    for (auto const& entry : fs::recursive_directory_iterator{root})
        if (!entry.is_symlink() && entry.is_directory())
            ::inotify_add_watch(watch.get(), entry.path().c_str(), IN_OPEN);
    action();
    std::set<std::string> names;
    alignas(inotify_event) char buffer[65536];
    for (ssize_t n = 0; (n = ::read(watch.get(), buffer, sizeof buffer)) > 0;)
        for (ssize_t at = 0; at < n;) {
            auto const* const event = reinterpret_cast<inotify_event const*>(buffer + at);
            if ((event->mask & IN_ISDIR) == 0) names.insert(event->len > 0 ? event->name : "?");
            at += static_cast<ssize_t>(sizeof *event + event->len);
        }
    return names;
}

}  // namespace

TEST_CASE("a restored snapshot is the tree that was taken", "[snapshot]") {
    int const many = GENERATE(0, 500);  // loose objects only; a pack
    temporary_directory temporary;
    make_varied_tree(temporary / "source", many);
    estima::snapshot_store store{temporary / "workspace/snapshots"};
    auto const info = store.take(temporary / "source");
    CHECK_FALSE(info.reused);
    CHECK(info.files == 13U + static_cast<unsigned>(many));
    store.restore(info.id, temporary / "restored/deeper");
    auto const expected = describe(temporary / "source");
    CHECK(describe(temporary / "restored/deeper") == expected);
    CHECK(fs::exists(temporary / "workspace/snapshots/packs") == true);
    CHECK(fs::is_empty(temporary / "workspace/snapshots/packs") == (many == 0));
    CHECK(fs::is_empty(temporary / "workspace/snapshots/tmp"));

    auto const entries = store.entries(info.id);
    CHECK(entries.size() == expected.size());
    for (auto const& entry : entries) CHECK(expected.count(entry.path) == 1);

    SECTION("and writing into the restored files does not touch the snapshot") {
        write(temporary / "restored/deeper/large.bin", "changed");
        write(temporary / "restored/deeper/train.py", "changed");
        store.restore(info.id, temporary / "again");
        CHECK(describe(temporary / "again") == expected);
        open_again(temporary / "again");
    }
    open_again(temporary / "source");
    open_again(temporary / "restored/deeper");
}

TEST_CASE("the id depends on names, contents, modes and links, not on times or place", "[snapshot]") {
    temporary_directory temporary;
    estima::snapshot_store store{temporary / "store"};
    auto make = [&](std::string const& name) {
        write(temporary / name / "a.py", "a");
        write(temporary / name / "d/b.py", "b");
        fs::create_symlink("a.py", temporary / name / "link");
        return temporary / name;
    };
    auto const id = store.take(make("first")).id;
    fs::path const second = make("second");
    CHECK(store.take(second).id == id);
    CHECK(store.take(second).reused);
    std::set<std::string> ids{id};
    auto changed = [&] { return ids.insert(store.take(second).id).second; };
    write(second / "a.py", "b");
    CHECK(changed());
    fs::permissions(second / "a.py", fs::perms{0700});
    CHECK(changed());
    fs::rename(second / "a.py", second / "c.py");
    CHECK(changed());
    fs::create_directory(second / "empty");
    CHECK(changed());
    fs::remove(second / "link");
    fs::create_symlink("c.py", second / "link");
    CHECK(changed());
    fs::remove(second / "link");
    CHECK(changed());
}

TEST_CASE("an unchanged tree is recognised without opening a file", "[snapshot]") {
    int const many = GENERATE(0, 500);
    temporary_directory temporary;
    fs::path const source = temporary / "source";
    make_varied_tree(source, many);
    write(source / ".amlignore", "*.tmp\n");
    write(source / "scratch.tmp", "ignored");
    let_stamps_settle(temporary.path());
    estima::snapshot_store store{temporary / "store"};
    auto const first = store.take(source);
    estima::snapshot_info second;
    CHECK(opened_during(source, [&] { second = store.take(source); }).empty());
    CHECK(second.id == first.id);
    CHECK(second.reused);

    write(source / "lib/same.py", "new\n");
    CHECK(opened_during(source, [&] { second = store.take(source); }) == std::set<std::string>{"same.py"});
    CHECK(second.id != first.id);

    fs::remove(source / "lib/same.py");
    CHECK(opened_during(source, [&] { second = store.take(source); }).empty());
    auto const entries = store.entries(second.id);
    CHECK(std::none_of(entries.begin(), entries.end(), [](auto const& e) { return e.path == "lib/same.py"; }));
    open_again(source);
}

TEST_CASE("a change right after a snapshot is seen, even of the same size and within one tick of the clock",
          "[snapshot]") {
    temporary_directory temporary;
    write(temporary / "source/a", "0000");
    estima::snapshot_store store{temporary / "store"};
    for (int i = 1; i < 300; ++i) {
        estima::file_descriptor const file{::open((temporary / "source/a").c_str(), O_WRONLY | O_CLOEXEC)};
        std::string const text = std::to_string(1000 + i);
        REQUIRE(::pwrite(file.get(), text.data(), text.size(), 0) == 4);
        auto const entries = store.entries(store.take(temporary / "source").id);
        REQUIRE(entries.at(0).digest == estima::sha256_hex(text));
    }
}

TEST_CASE("a file that was changed just before it was read is read again", "[snapshot]") {
    constexpr std::int64_t a_second = 1'000'000'000, now = 1'700'000'000 * a_second;
    estima::file_stamp stamp;
    stamp.changed = stamp.modified = now - 5'000'000;
    CHECK_FALSE(stamp.settled(now));
    CHECK(stamp.settled(now + a_second));
    stamp.changed = now + a_second;  // the clock was set back
    CHECK_FALSE(stamp.settled(now));
    stamp.changed = stamp.modified = now - a_second;  // a file system that counts in seconds
    CHECK_FALSE(stamp.settled(now));
    CHECK(stamp.settled(now + a_second));

    temporary_directory temporary;
    estima::snapshot_store store{temporary / "store"};
    bool seen = false;
    for (int i = 0; i < 200 && !seen; ++i) {
        auto const start = std::chrono::steady_clock::now();
        write(temporary / "source/a", std::to_string(i));
        store.take(temporary / "source");
        // On a busy machine the snapshot may have come late: the file had settled by then.
        if (std::chrono::steady_clock::now() - start > std::chrono::milliseconds{15}) continue;
        seen = true;
        CHECK(opened_during(temporary / "source", [&] { store.take(temporary / "source"); }) ==
              std::set<std::string>{"a"});
    }
    CHECK(seen);
}

TEST_CASE("snapshots share what they have in common", "[snapshot]") {
    temporary_directory temporary;
    make_varied_tree(temporary / "source", 300);
    estima::snapshot_store store{temporary / "store"};
    auto const first = store.take(temporary / "source");
    auto const before = describe(temporary / "source");
    std::uint64_t const size = store_size(temporary / "store");
    write(temporary / "source/train.py", "another text\n");
    auto const second = store.take(temporary / "source");
    CHECK(store_size(temporary / "store") - size < 60'000);  // a manifest and 13 bytes
    fs::rename(temporary / "source", temporary / "moved");
    CHECK(store.take(temporary / "moved").id == second.id);
    store.restore(first.id, temporary / "old");
    CHECK(describe(temporary / "old") == before);
    open_again(temporary / "moved");
    open_again(temporary / "old");
}

TEST_CASE("a damaged index costs time, never truth", "[snapshot]") {
    temporary_directory temporary;
    make_varied_tree(temporary / "source", 50);
    let_stamps_settle(temporary.path());
    estima::snapshot_store store{temporary / "store"};
    auto const id = store.take(temporary / "source").id;
    fs::path const index = fs::directory_iterator { temporary / "store/index" } -> path();
    std::string const sound = contents(index);
    std::vector<std::string> damaged{"", "estima-index 1\n", sound + "x", std::string(sound.size(), '\0')};
    for (std::size_t at = 0; at < sound.size(); at += 97) {
        damaged.push_back(sound.substr(0, at));
        damaged.push_back(sound);
        damaged.back()[at] = static_cast<char>(damaged.back()[at] ^ 0x55);
    }
    std::string other_version = sound;
    other_version[13] = '2';
    damaged.push_back(other_version);
    for (auto const& text : damaged) {
        fs::remove(index);
        write(index, text);
        REQUIRE(store.take(temporary / "source").id == id);
        REQUIRE(contents(index) == sound);
    }
    open_again(temporary / "source");
}

TEST_CASE("objects that were lost or torn are written again", "[snapshot]") {
    int const many = GENERATE(0, 200);
    temporary_directory temporary;
    make_varied_tree(temporary / "source", many);
    let_stamps_settle(temporary.path());
    fs::path const root = temporary / "store";
    estima::snapshot_store store{root};
    auto const id = store.take(temporary / "source").id;
    std::string const part = GENERATE("objects", "packs", "trees");
    bool const torn = GENERATE(false, true);
    for (auto const& entry : fs::recursive_directory_iterator{root / part}) {
        if (!entry.is_regular_file()) continue;
        if (torn) {
            fs::permissions(entry.path(), fs::perms{0644});
            fs::resize_file(entry.path(), entry.file_size() / 2);
        } else {
            fs::remove(entry.path());
        }
    }
    if (part == "packs" && many == 0) {  // there is none to lose
        open_again(temporary / "source");
        return;
    }
    auto const lost = thrown_by([&] { store.restore(id, temporary / "broken"); });
    CHECK(lost.id() == (part == "trees" && !torn ? "EST-207" : "EST-208"));
    CHECK(store.take(temporary / "source").id == id);
    store.restore(id, temporary / "restored");
    CHECK(describe(temporary / "restored") == describe(temporary / "source"));
    for (char const* const name : {"source", "restored", "broken"})
        if (fs::exists(temporary / name / "read only")) open_again(temporary / name);
}

TEST_CASE("contents that were changed in the store are found by a restore and replaced by the next snapshot",
          "[snapshot]") {
    temporary_directory temporary;
    fs::path const source = temporary / "source", root = temporary / "store";
    std::string const what = GENERATE("small file", "large file", "in a pack", "table of a pack", "tree");
    write(source / "small", "some text\n");
    write(source / "large", std::string(700'000, 'L'));
    bool const packed = what.find("pack") != std::string::npos;
    for (int i = 0; packed && i < 100; ++i)
        write(source / "many" / std::to_string(i), "number " + std::to_string(i) + '\n');
    let_stamps_settle(temporary.path());
    estima::snapshot_store store{root};
    auto const id = store.take(source).id;
    std::size_t damaged = 0;
    for (auto const& entry : fs::recursive_directory_iterator{root / (packed          ? "packs"
                                                                      : what == "tree" ? "trees"
                                                                                       : "objects")}) {
        if (!entry.is_regular_file()) continue;
        std::size_t const size = entry.file_size(), table = (packed ? 101 : 0) * sizeof(estima::pack_record);
        if ((what == "small file" && size > 1000) || (what == "large file" && size < 1000)) continue;
        if (what == "in a pack") damage(entry.path(), 0, size - table - sizeof(estima::pack_footer));
        else if (packed) damage(entry.path(), size - table - sizeof(estima::pack_footer), size - 1000);
        else damage(entry.path(), 0, size);
        ++damaged;
    }
    REQUIRE(damaged == 1);
    CHECK(thrown_by([&] { store.restore(id, temporary / "broken"); }).id() == "EST-208");
    CHECK(store.take(source).id == id);
    store.restore(id, temporary / "restored");
    CHECK(describe(temporary / "restored") == describe(source));
}

TEST_CASE("what a store lost or has damaged comes from the source directory, if that still has it, and is stored again",
          "[snapshot]") {
    temporary_directory temporary;
    fs::path const source = temporary / "source", root = temporary / "store";
    bool const packed = GENERATE(false, true), is_lost = GENERATE(false, true), is_changed = GENERATE(false, true);
    write(source / "large", std::string(700'000, 'L'));
    for (int i = 0; i < (packed ? 100 : 3); ++i)
        write(source / "many" / std::to_string(i), "number " + std::to_string(i));
    estima::snapshot_store store{root};
    auto const id = store.take(source).id;
    std::vector<fs::path> files;
    for (char const* const part : {"objects", "packs"})
        for (auto const& entry : fs::recursive_directory_iterator{root / part})
            if (entry.is_regular_file()) files.push_back(entry.path());
    for (fs::path const& file : files) {
        std::size_t const size = fs::file_size(file), end = sizeof(estima::pack_footer) + sizeof(estima::pack_record);
        if (is_lost) fs::remove(file);
        else if (file.extension() == ".pack") damage(file, size - 40 * end, size - end);
        else damage(file, 0, size);
    }
    if (is_changed) write(source / "many/2", "Number 2");
    auto const restore = [&] { estima::restore_snapshot(root, id, temporary / "restored", source); };
    if (is_changed && (is_lost || !packed)) {
        CHECK(thrown_by(restore).id() == "EST-208");
        write(source / "many/2", "number 2");
        fs::remove_all(temporary / "restored");
    }
    if (is_changed) write(source / "many/2", "number 2");
    restore();
    CHECK(describe(temporary / "restored") == describe(source));
    store.restore(id, temporary / "again");
    CHECK(describe(temporary / "again") == describe(source));
    CHECK(fs::is_empty(root / "tmp"));
}

TEST_CASE("what is damaged is not sent, and taken out of the store", "[snapshot]") {
    temporary_directory temporary;
    fs::path const source = temporary / "source", root = temporary / "store";
    write(source / "large", std::string(700'000, 'L'));
    estima::snapshot_store store{root};
    auto const id = store.take(source).id;
    auto const wanted = estima::distinct_objects(estima::open_manifest({root}, id));
    auto const sent = [&] {
        std::uint64_t size = 0;
        for (estima::store_sender sender{root, wanted}; !sender.is_done();) size += sender.next(65536).size();
        return size;
    };
    CHECK(sent() == 700'000);
    fs::path const object = root / "objects" / estima::loose_name(wanted.at(0).digest);
    damage(object, 0, 700'000);
    CHECK(thrown_by([&] { (void)sent(); }).id() == "EST-208");
    CHECK_FALSE(fs::exists(object));
    CHECK(store.take(source).id == id);
    CHECK(sent() == 700'000);
}

TEST_CASE("what is sound in a damaged pack stays in the store", "[snapshot]") {
    temporary_directory temporary;
    fs::path const source = temporary / "source", root = temporary / "store";
    for (int i = 0; i < 100; ++i) write(source / std::to_string(i), "number " + std::to_string(i) + '\n');
    estima::snapshot_store store{root};
    auto const all = store.take(source).id;
    fs::path const pack = fs::directory_iterator{root / "packs"}->path();
    std::size_t const victim = contents(pack).find("number 42\n");
    REQUIRE(victim != std::string::npos);
    damage(pack, victim, victim + 1);
    fs::remove(source / "42");
    auto const without = store.take(source).id;
    CHECK_THAT(thrown_by([&] { store.restore(all, temporary / "broken"); }).what(),
               Catch::Matchers::Contains("damaged contents of 42"));
    store.restore(without, temporary / "restored");
    CHECK(describe(temporary / "restored") == describe(source));
    CHECK_FALSE(fs::exists(pack));
    CHECK(fs::is_empty(root / "tmp"));
}

TEST_CASE("a restore says what it misses and spoils nothing", "[snapshot]") {
    temporary_directory temporary;
    write(temporary / "source/a", "text");
    estima::snapshot_store store{temporary / "store"};
    auto const id = store.take(temporary / "source").id;
    CHECK(thrown_by([&] { store.restore(std::string(64, '0'), temporary / "x"); }).id() == "EST-207");
    CHECK(thrown_by([&] { store.restore("../trees/" + id, temporary / "x"); }).id() == "EST-207");
    CHECK(thrown_by([&] { store.entries(""); }).id() == "EST-207");
    write(temporary / "there/a", "mine");
    CHECK(thrown_by([&] { store.restore(id, temporary / "there"); }).id() == "EST-209");
    CHECK(contents(temporary / "there/a") == "mine");
}

TEST_CASE("the root's .amlignore decides, .gitignore only in its absence", "[snapshot]") {
    temporary_directory temporary;
    fs::path const source = temporary / "source";
    for (char const* const name : {"a.log", "b.tmp", "sub/a.log", "sub/.gitignore", "sub/.amlignore"})
        write(source / name, "*\n");
    write(source / ".git/config", "x");
    write(source / "sub/.git", "gitdir: elsewhere");
    write(source / ".estima/workspace.json", "{}");
    estima::snapshot_store store{source / "my workspace/snapshots"};
    auto paths = [&] {
        std::string text;
        for (auto const& entry : store.entries(store.take(source).id)) text += entry.path + " ";
        return text;
    };
    CHECK(paths() == "a.log b.tmp sub sub/.amlignore sub/.gitignore sub/a.log ");
    write(source / ".gitignore", "*.log\n");
    CHECK(paths() == ".gitignore b.tmp sub sub/.amlignore sub/.gitignore ");
    write(source / ".amlignore", "*.tmp\n");
    CHECK(paths() == ".amlignore .gitignore a.log sub sub/.amlignore sub/.gitignore sub/a.log ");
    write(source / ".amlignore", "");
    CHECK(paths() == ".amlignore .gitignore a.log b.tmp sub sub/.amlignore sub/.gitignore sub/a.log ");
    write(source / ".amlignore", "*\n!sub\n!/sub/a.log\n");
    CHECK(paths() == "sub sub/a.log ");
}

TEST_CASE("a missing source directory, and a file in its place, are named", "[snapshot]") {
    temporary_directory temporary;
    estima::snapshot_store store{temporary / "store"};
    auto const missing = thrown_by([&] { store.take(temporary / "missing"); });
    CHECK(missing.id() == "EST-200");
    CHECK(missing.text().where == (temporary / "missing").string());
    write(temporary / "file", "");
    CHECK(thrown_by([&] { store.take(temporary / "file"); }).id() == "EST-200");
    CHECK_FALSE(fs::exists(temporary / "store"));
}

TEST_CASE("many processes take and restore at once", "[snapshot][process]") {
    temporary_directory temporary;
    make_varied_tree(temporary / "one", 300);
    make_varied_tree(temporary / "two", 20);
    auto const expected_one = describe(temporary / "one"), expected_two = describe(temporary / "two");
    std::vector<pid_t> children;
    for (int i = 0; i < 8; ++i) {
        pid_t const pid = ::fork();
        REQUIRE(pid >= 0);
        if (pid == 0) {
            int result = 1;
            try {
                estima::snapshot_store store{temporary / "store"};
                fs::path const target = temporary / ("restored" + std::to_string(i));
                for (int round = 0; round < 3; ++round) {
                    bool const first = (i + round) % 2 == 0;
                    auto const info = store.take(temporary / (first ? "one" : "two"));
                    store.restore(info.id, target / std::to_string(round));
                    if (describe(target / std::to_string(round)) != (first ? expected_one : expected_two)) ::_exit(2);
                    open_again(target / std::to_string(round));
                }
                result = 0;
            } catch (std::exception const& e) {
                ::write(2, e.what(), std::strlen(e.what()));
            }
            ::_exit(result);
        }
        children.push_back(pid);
    }
    for (pid_t const pid : children) {
        int status = 0;
        ::waitpid(pid, &status, 0);
        CHECK(status == 0);
    }
    CHECK(fs::is_empty(temporary / "store/tmp"));
    open_again(temporary / "one");
    open_again(temporary / "two");
}

TEST_CASE("a taker that is killed leaves no visible damage", "[snapshot][process]") {
    temporary_directory temporary;
    make_varied_tree(temporary / "source", 1500);
    fs::path const root = temporary / "store";
    std::string id;
    for (int round = 0; round < 12; ++round) {
        write(temporary / "source/large.bin", std::string(900'000, static_cast<char>('a' + round)));
        pid_t const pid = ::fork();
        REQUIRE(pid >= 0);
        if (pid == 0) {
            estima::snapshot_store{root}.take(temporary / "source");
            ::_exit(0);
        }
        // Kill it once it has got as far as this round asks: so many directory entries made, or the end.
        auto made = [&] {
            std::error_code ignored;
            return std::distance(fs::directory_iterator{root / "tmp", ignored}, {}) +
                   std::distance(fs::directory_iterator{root / "objects", ignored}, {});
        };
        auto const enough = made() + round % 4;
        int status = 0;
        while (made() < enough && ::waitpid(pid, &status, WNOHANG) == 0) {
        }
        ::kill(pid, SIGKILL);
        ::waitpid(pid, &status, 0);
    }
    estima::snapshot_store store{root};
    auto const info = store.take(temporary / "source");
    store.restore(info.id, temporary / "restored");
    CHECK(describe(temporary / "restored") == describe(temporary / "source"));
    open_again(temporary / "source");
    open_again(temporary / "restored");
}

TEST_CASE("threads of one process may share a store", "[snapshot]") {
    temporary_directory temporary;
    make_varied_tree(temporary / "source", 200);
    estima::snapshot_store store{temporary / "store"};
    std::vector<std::string> ids(4);
    std::vector<std::thread> threads;
    for (auto& id : ids) threads.emplace_back([&] { id = store.take(temporary / "source").id; });
    for (auto& thread : threads) thread.join();
    CHECK(std::set<std::string>(ids.begin(), ids.end()).size() == 1);
    CHECK(ids[0].size() == 64);
    open_again(temporary / "source");
}

TEST_CASE("a store is open to those who may write to the workspace, and to nobody else") {
    temporary_directory const temporary;
    write(temporary / "source/train.py", "pass");
    auto const mode_of_store_in = [&](mode_t around) {
        fs::path const workspace = temporary / std::to_string(around);
        fs::create_directory(workspace);
        REQUIRE(::chmod(workspace.c_str(), around) == 0);
        estima::snapshot_store{workspace / "snapshots"}.take(temporary / "source");
        struct stat status {};
        REQUIRE(::stat((workspace / "snapshots").c_str(), &status) == 0);
        return status.st_mode & 07777U;
    };
    CHECK(mode_of_store_in(0755) == 0700);
    CHECK(mode_of_store_in(0750) == 0700);
    CHECK(mode_of_store_in(0770) == 0770);
    CHECK(mode_of_store_in(02775) == 02770);
    CHECK(mode_of_store_in(0777) == 0777);
    CHECK(mode_of_store_in(01777) == 0770);
}

TEST_CASE("the folders of a store are as open as the store, whatever umask says") {
    temporary_directory const temporary;
    write(temporary / "source/train.py", "pass");
    fs::path const workspace = temporary / "workspace";
    fs::create_directory(workspace);
    REQUIRE(::chmod(workspace.c_str(), 0770) == 0);
    {
        estima_test::umask_here const closed{077};
        estima::snapshot_store{workspace / "snapshots"}.take(temporary / "source");
    }
    int folders = 0;
    for (auto const& entry : fs::recursive_directory_iterator{workspace / "snapshots"}) {
        CAPTURE(entry.path());
        if (!entry.is_directory() || entry.path().parent_path().filename() == "snapshots") continue;
        ++folders;
        CHECK((entry.status().permissions() & fs::perms::all) == fs::perms{0770});
    }
    CHECK(folders > 0);
}

TEST_CASE("two users of a group share the store of a workspace that belongs to the group") {
    if (::geteuid() != 0) return estima_test::skip("two users need root");
    temporary_directory const temporary;
    write(temporary / "source/train.py", "pass");
    for (char const* const name : {"", "source"}) fs::permissions(temporary / name, fs::perms{0755});
    fs::path const workspace = temporary / "workspace";
    fs::create_directory(workspace);
    constexpr gid_t team = 54321;
    REQUIRE(::chown(workspace.c_str(), 54000, team) == 0);
    REQUIRE(::chmod(workspace.c_str(), 02775) == 0);
    auto const takes = [&](uid_t user, gid_t own, gid_t more) {
        pid_t const child = ::fork();
        if (child == 0) {
            ::umask(002);
            if (::setgroups(1, &more) != 0 || ::setgid(own) != 0 || ::setuid(user) != 0) ::_exit(2);
            try {
                estima::snapshot_store{workspace / "snapshots"}.take(temporary / "source");
            } catch (estima::error const&) {
                ::_exit(1);
            }
            ::_exit(0);
        }
        int status = 0;
        return ::waitpid(child, &status, 0) == child ? status : -1;
    };
    CHECK(takes(54001, 54001, team) == 0);
    write(temporary / "source/train.py", "other contents");
    CHECK(takes(54002, 54002, team) == 0);
    write(temporary / "source/train.py", "others again");
    CHECK(takes(54001, 54001, team) == 0);
    CHECK(takes(54003, 54003, 54003) != 0);  // of another group
}

TEST_CASE("users of a group who take the first snapshots of a workspace at once do not stand in each other's way") {
    if (::geteuid() != 0) return estima_test::skip("two users need root");
    temporary_directory const temporary;
    write(temporary / "source/train.py", "pass");
    for (char const* const name : {"", "source"}) fs::permissions(temporary / name, fs::perms{0755});
    constexpr gid_t team = 54321;
    constexpr int rounds = 100;
    auto const workspace = [&](int round) { return temporary / ("workspace_" + std::to_string(round)); };
    for (int round = 0; round < rounds; ++round) {
        fs::create_directory(workspace(round));
        REQUIRE(::chown(workspace(round).c_str(), 54000, team) == 0);
        REQUIRE(::chmod(workspace(round).c_str(), 02775) == 0);
    }
    std::vector<pid_t> users;
    for (uid_t const user : {54001U, 54002U}) {
        users.push_back(::fork());
        if (users.back() != 0) continue;
        ::umask(user == 54001 ? 022 : 002);
        if (::setgroups(1, &team) != 0 || ::setgid(user) != 0 || ::setuid(user) != 0) ::_exit(2);
        try {
            for (int round = 0; round < rounds; ++round)
                estima::snapshot_store{workspace(round) / "snapshots"}.take(temporary / "source");
        } catch (estima::error const& refused) {
            std::fprintf(stderr, "user %u: %s\n", user, refused.what());
            ::_exit(1);
        }
        ::_exit(0);
    }
    for (pid_t const user : users) {
        int status = 0;
        CHECK(::waitpid(user, &status, 0) == user);
        CHECK(status == 0);
    }
    for (auto const& entry : fs::recursive_directory_iterator{temporary.path()})
        CHECK(entry.path().filename().string().front() != '.');
}
