// SPDX-License-Identifier: BSL-1.0
#include <estima/workspace/workspace.hpp>

#include <catch2/catch.hpp>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <estima/workspace/collect_garbage.hpp>
#include <estima/workspace/copy_workspace.hpp>
#include <estima/workspace/delete_run.hpp>
#include <estima/workspace/verify.hpp>

#include "../../support/error_of.hpp"
#include "../../support/fake_run.hpp"
#include "../../support/ordinary_user.hpp"
#include <support/scoped_variable.hpp>
#include "../../support/temporary_directory.hpp"

namespace {
namespace fs = std::filesystem;
using estima_test::error_of;
using estima_test::write_file;

using estima_test::scoped_variable;

class scoped_directory {
public:
    explicit scoped_directory(fs::path const& path) : before_{fs::current_path()} { fs::current_path(path); }
    scoped_directory(scoped_directory const&) = delete;
    scoped_directory& operator=(scoped_directory const&) = delete;
    ~scoped_directory() { fs::current_path(before_); }

private:
    fs::path before_;
};
}  // namespace

TEST_CASE("a workspace is made when it is opened for the first time, and found the second time") {
    estima_test::temporary_directory const folder;
    fs::path const place = folder / "a/b";
    auto const first = estima::workspace::open(place);
    CHECK(first.path() == place);
    CHECK(estima::read_file(place / "workspace.json") == "{\"format\":1}\n");
    auto const inode = [&] {
        struct stat s {};
        ::stat((place / "workspace.json").c_str(), &s);
        return s.st_ino;
    };
    auto const before = inode();
    CHECK(estima::workspace::open(place).path() == place);
    CHECK(inode() == before);
    CHECK(first.runs().empty());
    CHECK(first.models().empty());
}

TEST_CASE("the workspace is the named one, else the nearest .estima upward, else that of the user") {
    estima_test::temporary_directory const folder;
    fs::create_directories(folder / "project/.estima");
    fs::create_directories(folder / "project/src/deep");
    fs::create_directories(folder / "elsewhere");
    scoped_variable const home{"HOME", (folder / "home").string()};
    {
        scoped_variable const named{"ESTIMA_WORKSPACE", (folder / "named").string()};
        scoped_directory const here{folder / "project/src/deep"};
        CHECK(estima::workspace::open().path() == folder / "named");
    }
    scoped_variable const named{"ESTIMA_WORKSPACE", std::nullopt};
    {
        scoped_directory const here{folder / "project/src/deep"};
        CHECK(estima::workspace::open().path() == folder / "project/.estima");
    }
    scoped_directory const here{folder / "elsewhere"};
    {
        scoped_variable const data{"XDG_DATA_HOME", (folder / "data").string()};
        CHECK(estima::workspace::open().path() == folder / "data/estima");
    }
    scoped_variable const data{"XDG_DATA_HOME", "not/absolute"};
    CHECK(estima::workspace::open().path() == folder / "home/.local/share/estima");
    scoped_variable const homeless{"HOME", std::nullopt};
    CHECK(error_of([] { (void)estima::workspace::open(); }).starts_with("[EST-302]"));
}

TEST_CASE("a workspace of a newer format, or a damaged one, is refused and left alone") {
    estima_test::temporary_directory const folder;
    for (char const* const text : {"{\"format\":2}", "{\"format\":4294967297}", "{\"format\":99999999999}",
                                   "{\"format\":-1}", "{\"format\":0}", "{\"format\":\"1\"}", "not json", ""}) {
        write_file(folder / "workspace.json", text);
        std::string const told = error_of([&] { (void)estima::workspace::open(folder.path()); });
        CHECK(told.starts_with("[EST-303]"));
        estima::json const all = estima::json::parse(text, nullptr, false);
        estima::json const format = all.is_object() ? all["format"] : estima::json{};
        bool const is_newer = format.is_number() && format > 1;
        CHECK((told.find("newer version") != std::string::npos) == is_newer);
        if (is_newer) CHECK(told.find("its format is " + format.dump() + ",") != std::string::npos);
        CHECK(estima::read_file(folder / "workspace.json") == text);
    }
}

TEST_CASE("a description that is lost or damaged closes a workspace, and how to mend it is told") {
    estima_test::temporary_directory const folder;
    fs::path const description = folder / "workspace.json";
    fs::create_directories(folder / "runs/digits_1700000000_0123abcd");
    auto const told = [&] { return error_of([&] { (void)estima::workspace::open(folder.path()); }); };
    std::string const remedy =
        "echo '{\"format\":1}' > " + estima::shell_quoted(fs::canonical(folder.path()).string() + "/workspace.json");
    for (char const* const text : {"", "{", "{}"}) {
        write_file(description, text);
        CHECK(told().starts_with("[EST-303]"));
        CHECK(told().find(remedy) != std::string::npos);
    }
    fs::remove(description);
    CHECK(told().starts_with("[EST-303]"));
    CHECK(told().find(remedy) != std::string::npos);
    REQUIRE(::mkfifo(description.c_str(), 0600) == 0);  // would be waited for
    CHECK(told().starts_with("[EST-303]"));
    fs::remove(description);
    write_file(description, "{\"format\":1}\n");
    CHECK(estima::workspace::open(folder.path()).runs().size() == 1);
}

TEST_CASE("a folder with other things in it does not become a workspace") {
    estima_test::temporary_directory const folder;
    write_file(folder / "train.py", "pass");
    std::string const told = error_of([&] { (void)estima::workspace::open(folder.path()); });
    CHECK(told.starts_with("[EST-304]"));
    CHECK(told.find("train.py") != std::string::npos);
    CHECK_FALSE(fs::exists(folder / "workspace.json"));
    CHECK(error_of([&] { (void)estima::workspace::open(folder / "train.py"); }).starts_with("[EST-301]"));
}

TEST_CASE("a folder becomes a workspace again in which only an index is left, of who looked while it was removed") {
    estima_test::temporary_directory const folder;
    for (char const* name : {"index.sqlite", "index.sqlite-wal", "index.3.sqlite-shm"}) write_file(folder / name, "");
    CHECK_NOTHROW(estima::workspace::open(folder.path()));
    CHECK(fs::exists(folder / "workspace.json"));
    fs::remove(folder / "workspace.json");
    write_file(folder / "index.html", "");
    CHECK(error_of([&] { (void)estima::workspace::open(folder.path()); }).starts_with("[EST-304]"));
}

TEST_CASE("many programs may make the same workspace at once") {
    estima_test::temporary_directory const folder;
    std::vector<std::thread> all;
    std::vector<std::string> told(8);
    for (std::string& t : told)
        all.emplace_back([&] { t = error_of([&] { (void)estima::workspace::open(folder / "w"); }); });
    for (auto& t : all) t.join();
    for (std::string const& t : told) CHECK(t.empty());
    CHECK(std::distance(fs::directory_iterator{folder / "w"}, {}) == 1);
}

TEST_CASE("names of experiments are checked") {
    estima_test::temporary_directory const folder;
    auto const workspace = estima::workspace::open(folder / "w");
    for (std::string const& name :
         {std::string{"digits"}, std::string{"a.b-c_D9"}, std::string{"_"}, std::string(200, 'a')})
        CHECK(workspace.experiment(name).name() == name);
    for (std::string const& name : {std::string{}, std::string{"a/b"}, std::string{".."}, std::string{".hidden"},
                                    std::string{"-n"}, std::string{"a b"}, std::string{"\xC3\xA4"}, std::string{"a\n"},
                                    std::string("a\0b", 3), std::string(201, 'a')})
        CHECK(error_of([&] { (void)workspace.experiment(name); }).starts_with("[EST-305]"));
}

TEST_CASE("run ids are of the experiment, the second and chance") {
    std::string const id = estima::detail::new_run_id("digits");
    REQUIRE(id.size() == std::string{"digits_1700000000_01234567"}.size());
    CHECK(id.starts_with("digits_"));
    CHECK(std::abs(std::stod(id.substr(7, 10)) - estima::epoch_seconds()) < 100);
    CHECK(id.substr(18).find_first_not_of("0123456789abcdef") == std::string::npos);
    CHECK(id != estima::detail::new_run_id("digits"));
}

TEST_CASE("runs are listed by age and found by id") {
    estima_test::fake_run made;
    auto const& workspace = made.workspace();
    for (char const* const id :
         {"z_1600000000_00000000", "a_1700000000_00000000", ".half_1600000001_00000000.12345678"}) {
        fs::create_directories(workspace.path() / "runs" / id);
        fs::copy_file(made.directory().journal(), workspace.path() / "runs" / id / "events.jsonl");
    }
    std::string const id = made.directory().run_id();
    CHECK(workspace.runs() == std::vector<std::string>{"z_1600000000_00000000", "a_1700000000_00000000", id});
    CHECK(workspace.run(id).id() == id);
    CHECK(workspace.run(id).directory().path == made.directory().path);
}

TEST_CASE("runs of one second are listed in the order in which they were made") {
    estima_test::fake_run made;
    auto const& workspace = made.workspace();
    auto put = [&](std::string const& id, std::string const& time) {
        write_file(workspace.path() / "runs" / id / "events.jsonl",
                   "{\"event\":\"created\",\"tags\":{\"time\":\"1999\",\"long\":\"" + std::string(9000, 'x') +
                       "\"},\"time\":\"2020-09-13T12:26:" + time + "Z\"}\nnot JSON\n");
    };
    put("e_1600000000_ffffffff", "40.000250");
    put("e_1600000000_00000000", "40.900000");
    put("f_1600000000_11111111", "40.500000");
    put("e_1500000000_00000000", "59.000000");
    CHECK(workspace.runs() == std::vector<std::string>{"e_1500000000_00000000", "e_1600000000_ffffffff",
                                                       "f_1600000000_11111111", "e_1600000000_00000000",
                                                       made.directory().run_id()});
}

TEST_CASE("folders of a workspace that cannot be read are told") {
    estima_test::temporary_directory const folder;
    estima_test::ordinary_user const reader{folder.path()};
    auto const workspace = estima::workspace::open(folder / "w");
    for (char const* const name : {"runs", "models"}) {
        fs::create_directory(folder / "w" / name);
        fs::permissions(folder / "w" / name, fs::perms::none);
    }
    CHECK(error_of([&] { (void)workspace.runs(); }).starts_with("[EST-301]"));
    CHECK(error_of([&] { (void)workspace.models(); }).starts_with("[EST-301]"));
    fs::create_directory(folder / "closed");
    fs::permissions(folder / "closed", fs::perms::none);
    CHECK(error_of([&] { (void)estima::workspace::open(folder / "closed"); }).starts_with("[EST-301]"));
    for (char const* const name : {"w/runs", "w/models", "closed"})
        fs::permissions(folder / name, fs::perms::owner_all);
    auto const run = estima::detail::create_run(workspace.path(), "digits", {.script = "s"}, "", "/").directory;
    fs::permissions(run.path, fs::perms::none);
    CHECK_THAT(error_of([&] { (void)workspace.run(run.run_id()); }),
               Catch::StartsWith("[EST-301]") && Catch::Contains(run.journal().string()));
    fs::permissions(run.path, fs::perms::owner_all);
}

TEST_CASE("what lies among runs and is none is no run to anybody, and noted by verify alone") {
    estima_test::fake_run made;
    made.start();
    made.complete();
    auto const& w = made.workspace();
    std::string const id = made.run().id(), file = "digits_1700000000_00000001", link = "digits_1700000000_00000002";
    for (fs::path const& runs : {w.path() / "runs", w.path() / "deleted/runs"}) {
        estima_test::write_file(runs / "notes.txt", "mine");
        estima_test::write_file(runs / file, "a file");
        estima_test::write_file(runs / "old digits/events.jsonl", estima::read_file(made.directory().journal()));
        fs::create_directory_symlink(made.directory().path, runs / link);
        fs::create_symlink("/nowhere", runs / "digits_1700000000_00000003");
    }
    CHECK(w.runs() == std::vector{id});
    CHECK(deleted_runs(w).empty());
    for (std::string const& none : {file, link, std::string{"old digits"}, std::string{"notes.txt"}}) {
        CHECK(error_of([&] { (void)w.run(none); }).starts_with("[EST-307]"));
        CHECK(error_of([&] { restore_run(w, none); }).starts_with("[EST-631]"));
    }
    auto const report = verify(w);
    CHECK(report.runs == 1);
    std::size_t notes = 0;
    for (auto const& one : report.findings) notes += one.is == estima::verify_finding::kind::note;
    CHECK(notes == 10);
    // The snapshot of a made up run is the one that is damaged here.
    CHECK(report.findings.size() - notes == 1);
    CHECK(collect_garbage(w, {.older_than = estima::seconds(0)}).in_doubt.empty());
    CHECK(copy_workspace(w, made / "copy").runs == 1);
}

TEST_CASE("the id of a deleted run, or a part of it, is answered with how to bring it back") {
    estima_test::fake_run made;
    made.start();
    made.complete();
    std::string const id = made.run().id();
    delete_run(made.workspace(), id);
    for (std::string const& word : {id, id.substr(id.size() - 8), id.substr(0, 8)}) {
        std::string const told = error_of([&] { (void)made.workspace().run(word); });
        CHECK(told.starts_with("[EST-307]"));
        CHECK(told.find("restore_run() or `estima restore`: " + id) != std::string::npos);
    }
    CHECK(error_of([&] { (void)made.workspace().run("other"); }).find("restore_run") == std::string::npos);
}

TEST_CASE("of several that delete or restore a run one does, and the others are told that there is none") {
    estima_test::fake_run made;
    made.start();
    made.complete();
    auto const& w = made.workspace();
    std::string const id = made.run().id();
    auto const here = w.path() / "runs" / id, there = w.path() / "deleted/runs" / id;
    CHECK(estima::detail::move_run(w, id, here, there));
    CHECK_FALSE(estima::detail::move_run(w, id, here, there));  // the slower one
    CHECK(estima::detail::move_run(w, id, there, here));
    auto const told_of = [&w] { return fs::file_size(w.path() / "changes.log"); };
    auto const before = told_of();
    CHECK(error_of([&] { estima::detail::move_run(w, id, here, here); }).starts_with("[EST-301]"));
    CHECK(told_of() > before);  // first, so that a move which nobody lives to tell of was told
    for (int round = 0; round < 100; ++round) {
        std::array<std::string, 4> told;
        {
            std::vector<std::jthread> all;
            for (std::string& text : told)
                all.emplace_back([&w, &id, &text, round] {
                    bool const deletes = round % 2 == 0;
                    text = error_of([&] { deletes ? delete_run(w, id) : void(restore_run(w, id)); });
                });
        }
        std::string const expected = round % 2 == 0 ? "[EST-307]" : "[EST-631]";
        CHECK(std::count_if(told.begin(), told.end(), [](auto const& text) { return text.empty(); }) == 1);
        for (std::string const& text : told)
            if (!text.empty()) CHECK_THAT(text, Catch::StartsWith(expected));
    }
}

TEST_CASE("an id that no run has is answered with close or new ones") {
    estima_test::fake_run made;
    std::string const id = made.directory().run_id();
    auto told = [&](std::string const& wrong) { return error_of([&] { (void)made.workspace().run(wrong); }); };
    std::string typo = id;
    typo.back() = typo.back() == '0' ? '1' : '0';
    CHECK(told(typo).find("did you mean: " + id) != std::string::npos);
    CHECK(told(id.substr(id.size() - 8)).find("did you mean: " + id) != std::string::npos);
    CHECK(told("other").find("the newest runs are: " + id) != std::string::npos);
    for (std::string const& wrong :
         {std::string{}, std::string{".."}, std::string{"../runs/"} + id, std::string(100000, 'x')})
        CHECK(told(wrong).starts_with("[EST-307]"));
    estima_test::temporary_directory const folder;
    auto const empty = estima::workspace::open(folder / "w");
    CHECK(error_of([&] { (void)empty.run("x"); }).find("has no runs") != std::string::npos);
}

TEST_CASE("a run is made complete, locked and under a name of its own") {
    estima_test::temporary_directory const folder;
    estima::run_configuration const configuration{
        .script = "train.py", .display_name = "first try", .tags = {{"owner", "ada"}}};
    auto const one = estima::detail::create_run(folder.path(), "digits", configuration, "abc", "/source");
    auto const two = estima::detail::create_run(folder.path(), "digits", configuration, "abc", "/source");
    CHECK(one.directory.run_id() != two.directory.run_id());
    CHECK(std::distance(fs::directory_iterator{folder / "runs"}, {}) == 2);
    CHECK(estima::run_configuration_from_json(
              estima::json::parse(estima::read_file(one.directory.run_configuration()))) == configuration);
    auto const record = estima::journal{one.directory.journal()}.record();
    CHECK(record.run_id == one.directory.run_id());
    CHECK(record.experiment == "digits");
    CHECK(record.display_name == "first try");
    CHECK(record.tags.at("owner") == "ada");
    CHECK(record.snapshot_id == "abc");
    CHECK(record.properties.at("ContentSnapshotId") == "abc");
    CHECK(record.source_directory == "/source");
    CHECK(record.host == estima::host_name());
    CHECK_FALSE(record.user.empty());
    CHECK(fs::is_directory(one.directory.metrics()));
    CHECK(fs::is_directory(one.directory.system_logs()));
    estima::file_descriptor const again = estima::open_file(one.directory.lock(), O_RDWR);
    CHECK(::flock(again.get(), LOCK_EX | LOCK_NB) != 0);
}

TEST_CASE("a run that cannot be made leaves nothing") {
    estima_test::temporary_directory const folder;
    estima::run_configuration const configuration{.script = "a\xFF"};
    CHECK(error_of([&] {
              (void)estima::detail::create_run(folder.path(), "digits", configuration, "abc", "/source");
          }).starts_with("[EST-102]"));
    CHECK(fs::is_empty(folder / "runs"));
}
