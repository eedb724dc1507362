// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include <estima/archive/import_run.hpp>
#include <estima/workspace/collect_garbage.hpp>
#include <estima/workspace/search_runs.hpp>
#include <estima/workspace/verify.hpp>

#include "../../support/error_of.hpp"
#include "../../support/fake_run.hpp"
#include "../../support/ordinary_user.hpp"
#include "../../support/umask_here.hpp"

namespace {
namespace fs = std::filesystem;
using estima_test::error_of;
using estima_test::write_file;

/// A run that is over, with a snapshot, outputs and what else may lie in its folder; and an empty workspace.
struct run_to_move {
    estima_test::temporary_directory folder{};
    estima::workspace from = estima::workspace::open(folder / "from"), to = estima::workspace::open(folder / "to");
    std::string id = make();

    std::string make() const {
        write_file(folder / "source/train.py", "print(1)\n");
        write_file(folder / "source/same.py", "print(1)\n");
        for (int i = 0; i < 40; ++i) write_file(folder / "source/data" / std::to_string(i), std::to_string(i));
        fs::create_symlink("train.py", folder / "source/link.py");
        std::string const snapshot = estima::snapshot_store{from.path() / "snapshots"}.take(folder / "source").id;
        auto const made =
            estima::detail::create_run(from.path(), "digits", {.script = "train.py"}, snapshot, "/source");
        estima::run_directory const& run = made.directory;
        write_file(run.outputs() / "model.pkl", "weights");
        write_file(run.outputs() / "empty", "");
        write_file(run.outputs() / "a\nb \\ \xff", "odd");
        fs::create_directories(run.logs() / "nothing");
        fs::create_symlink("outputs/model.pkl", run.code() / "best");
        fs::permissions(run.outputs() / "model.pkl", fs::perms::owner_read);
        write_file(run.metrics() / "rank_0.jsonl", "{\"name\":\"loss\",\"value\":0.25}\n");
        estima::journal log{run.journal()};
        log.append({{"event", "artifact"},
                    {"path", "outputs/model.pkl"},
                    {"bytes", 7},
                    {"sha256", estima::sha256_hex("weights")}});
        (void)log.append_status(estima::run_status::failed);
        estima::detail::refresh_page_if_over(run);
        return run.run_id();
    }
    fs::path home() const { return from.path() / "runs" / id; }
    fs::path arrived() const { return to.path() / "runs" / id; }
    fs::path archive(std::string const& name = "run.tar.zst") const { return folder / name; }

    /// Nothing of an import is to be seen.
    bool has_nothing() const {
        return estima::names_in(to.path() / "runs").empty() && !fs::exists(to.path() / "snapshots") &&
               search_runs(to).empty();
    }
};

/// The entries of an archive, which a test changes and writes again.
struct told_entry {
    estima::tar_entry is;
    std::string bytes;
};
std::vector<told_entry> entries_of(fs::path const& file) {
    estima::tar_reader from{file};
    std::vector<told_entry> all;
    char buffer[65536];
    for (estima::tar_entry one; from.next(one);) {
        all.push_back({one, {}});
        for (std::string_view bytes; !(bytes = from.read(buffer)).empty();) all.back().bytes += bytes;
    }
    return all;
}
/// With checksums that fit.
void write_entries(fs::path const& file, std::vector<told_entry> all, bool has_sums = true) {
    estima::file_descriptor const fd = estima::open_file(file, O_WRONLY | O_CREAT | O_TRUNC);
    estima::tar_writer to{fd.get(), file};
    std::map<std::string, std::string> sums;
    for (told_entry& one : all) {
        if (one.is.path == "SHA256SUMS" && has_sums) one.bytes = estima::detail::sums_text(sums);
        one.is.size = one.bytes.size();
        to.begin(one.is);
        if (!one.bytes.empty()) to.write(one.bytes);
        if (one.is.kind == estima::tar_kind::file) sums[one.is.path] = estima::sha256_hex(one.bytes);
    }
    to.finish();
}
std::string text_in(fs::path const& file) { return estima::read_file(file); }
}  // namespace

TEST_CASE("an exported run is imported as it was, with its snapshot") {
    run_to_move const f;
    std::string const name = GENERATE("run.tar.zst", "run.tar.gz", "run.tar");
    auto const out = export_run(f.from, f.id, f.archive(name));
    CHECK(out.run_id == f.id);
    CHECK(out.has_snapshot);
    CHECK(out.left_out.empty());
    CHECK(out.archive_bytes == fs::file_size(f.archive(name)));
    auto const in = import_run(f.to, f.archive(name));
    CHECK(in.run_id == f.id);
    CHECK_FALSE(in.was_there);
    CHECK(in.files == out.files);
    for (char const* const file : {"events.jsonl", "run_configuration.json", "metrics/rank_0.jsonl",
                                   "code/outputs/model.pkl", "code/outputs/empty", "code/outputs/a\nb \\ \xff"})
        CHECK(text_in(f.home() / file) == text_in(f.arrived() / file));
    CHECK(fs::is_directory(f.arrived() / "code/logs/nothing"));
    CHECK(fs::read_symlink(f.arrived() / "code/best") == "outputs/model.pkl");
    CHECK(fs::status(f.arrived() / "code/outputs/model.pkl").permissions() == fs::perms::owner_read);
    CHECK(fs::exists(f.arrived() / "index.html"));
    CHECK(search_runs(f.to, estima::query::metric("loss") == 0.25).size() == 1);
    estima::verify_report const report = verify(f.to);
    CHECK(report.findings.empty());
    CHECK(report.snapshots == 1);
    CHECK(report.artifacts == 1);
    auto const snapshot = estima::journal{f.to.run(f.id).directory().journal()}.record().snapshot_id;
    estima::snapshot_store{f.to.path() / "snapshots"}.restore(snapshot, f.folder / "restored");
    CHECK(text_in(f.folder / "restored/link.py") == "print(1)\n");
    CHECK(estima::names_in(f.to.path() / "runs") == std::vector{f.id});
}

TEST_CASE("an export takes the place of nothing unless that is asked for, also of what comes while it is written") {
    run_to_move const f;
    write_file(f.archive(), "of somebody");
    CHECK(error_of([&] { export_run(f.from, f.id, f.archive()); }).starts_with("[EST-508]"));
    CHECK(text_in(f.archive()) == "of somebody");
    auto const come = [&](std::uint64_t, std::uint64_t) { write_file(f.archive("late.tar"), "late"); };
    CHECK(error_of([&] {
              export_run(f.from, f.id, f.archive("late.tar"), {.progress = come});
          }).starts_with("[EST-508]"));
    CHECK(text_in(f.archive("late.tar")) == "late");
    export_run(f.from, f.id, f.archive(), {.exist_ok = true});
    CHECK(import_run(f.to, f.archive()).run_id == f.id);
    CHECK(std::distance(fs::directory_iterator{f.folder.path()}, {}) == 5);  // nothing else is left
}

TEST_CASE("an export into a folder is told to name a file, also where it may take a place") {
    run_to_move const f;
    fs::create_directory(f.folder / "some_folder");
    for (bool const exist_ok : {false, true}) {
        std::string const told =
            error_of([&] { export_run(f.from, f.id, f.folder / "some_folder", {.exist_ok = exist_ok}); });
        CHECK_THAT(told, Catch::StartsWith("[EST-301]") && Catch::Contains("Is a directory") &&
                             Catch::Contains((f.folder / "some_folder" / (f.id + ".tar.zst")).string()));
    }
    CHECK(fs::is_empty(f.folder / "some_folder"));
}

TEST_CASE("an archive is what its name says, and has no other name") {
    run_to_move const f;
    auto const count = [&f] { return std::distance(fs::directory_iterator{f.folder.path()}, {}); };
    auto const before = count();
    for (char const* const name : {"b.zip", "b", "b.gz", "b.tar.xz", "tar"}) {
        std::string const told = error_of([&] { export_run(f.from, f.id, f.archive(name)); });
        CHECK(told.starts_with("[EST-648]"));
        CHECK(told.find(".tar.zst, .tzst, .tar.gz, .tgz or .tar") != std::string::npos);
    }
    CHECK(count() == before);  // nothing is left
    for (auto const& [name, magic] : {std::pair{"b.tgz", "\x1F\x8B"},
                                      std::pair{"b.tar.gz", "\x1F\x8B"},
                                      std::pair{"b.tzst", "\x28\xB5\x2F\xFD"},
                                      std::pair{"b.tar.zst", "\x28\xB5\x2F\xFD"},
                                      std::pair{"b.tar", "estima-run.json"}}) {
        export_run(f.from, f.id, f.archive(name));
        CHECK(text_in(f.archive(name)).starts_with(magic));
    }
}

TEST_CASE("an output that is not as it was recorded is told when a run is exported") {
    run_to_move const f;
    fs::permissions(f.home() / "code/outputs/model.pkl", fs::perms::owner_write, fs::perm_options::add);
    estima::journal log{f.from.run(f.id).directory().journal()};
    log.append(
        {{"event", "artifact"}, {"path", "best"}, {"bytes", 7}, {"sha256", estima::sha256_hex("weights")}});  // a link
    CHECK(export_run(f.from, f.id, f.archive("good.tar")).changed.empty());
    write_file(f.home() / "code/outputs/model.pkl", "WEIGHTS");
    std::vector<std::string> const both{"code/best", "code/outputs/model.pkl"};
    CHECK(export_run(f.from, f.id, f.archive()).changed == both);
    CHECK(text_in(f.from.run(f.id).directory().outputs() / "model.pkl") == "WEIGHTS");
    fs::remove(f.home() / "code/outputs/model.pkl");
    CHECK(export_run(f.from, f.id, f.archive("gone.tar")).changed == both);
}

TEST_CASE("a folder is no archive") {
    run_to_move const f;
    CHECK_THAT(error_of([&] { import_run(f.to, f.folder.path()); }),
               Catch::StartsWith("[EST-301]") && Catch::Contains("Is a directory") &&
                   Catch::Contains("remedy: name the archive"));
    CHECK(f.has_nothing());
}

TEST_CASE("to import the same run again does nothing; another one of its id is refused") {
    run_to_move const f;
    export_run(f.from, f.id, f.archive());
    CHECK(import_run(f.from, f.archive()).was_there);
    CHECK_FALSE(import_run(f.to, f.archive()).was_there);
    CHECK(import_run(f.to, f.archive()).was_there);
    for (char const* const lost : {"snapshots/objects", "snapshots/trees"}) {
        fs::remove_all(f.to.path() / lost);
        CHECK(import_run(f.to, f.archive()).was_there);
        CHECK(verify(f.to).findings.empty());
    }
    f.to.run(f.id).tag("seen");
    CHECK(error_of([&] { import_run(f.to, f.archive()); }).find("EST-637") != std::string::npos);
    CHECK(f.to.run(f.id).get_tags().size() == 1);
    delete_run(f.to, f.id);
    CHECK(error_of([&] { import_run(f.to, f.archive()); }).find("it was deleted") != std::string::npos);
    collect_garbage(f.to, {.older_than = estima::seconds(0)});
    CHECK_FALSE(import_run(f.to, f.archive()).was_there);
    CHECK(verify(f.to).findings.empty());
}

TEST_CASE("an archive of a run that lost its snapshot, and what cannot be in one") {
    run_to_move const f;
    fs::remove_all(f.from.path() / "snapshots");
    fs::create_symlink("/etc/passwd", f.home() / "code/out");
    fs::create_symlink("outputs/../../..", f.home() / "code/up");
    REQUIRE(::mkfifo((f.home() / "code/pipe").c_str(), 0600) == 0);
    auto const out = export_run(f.from, f.id, f.archive());
    CHECK_FALSE(out.has_snapshot);
    CHECK(out.left_out == std::vector<std::string>{"code/out", "code/pipe", "code/up"});
    import_run(f.to, f.archive());
    CHECK_FALSE(fs::exists(fs::symlink_status(f.arrived() / "code/out")));
}

TEST_CASE("a run that goes on, or whose snapshot is damaged, is not exported, and leaves no file") {
    run_to_move const f;
    auto const going = estima::detail::create_run(f.from.path(), "digits", {.script = "a.py"}, "", "/source");
    CHECK(error_of([&] { export_run(f.from, going.directory.run_id(), f.archive()); }).find("EST-638") !=
          std::string::npos);
    for (auto const& file : fs::recursive_directory_iterator{f.from.path() / "snapshots"})
        if (file.path().string().find("/packs/") != std::string::npos ||
            file.path().string().find("/objects/") != std::string::npos)
            if (file.is_regular_file()) {
                fs::permissions(file.path(), fs::perms::owner_all);
                std::fstream{file.path(), std::ios::binary | std::ios::in | std::ios::out} << "XX";
            }
    CHECK(error_of([&] { export_run(f.from, f.id, f.archive()); }).find("EST-208") != std::string::npos);
    for (std::string const& name : estima::names_in(f.folder.path())) CHECK(name.find("run.tar") == std::string::npos);
}

TEST_CASE("progress is told to the end, and may end the work") {
    run_to_move const f;
    std::uint64_t last = 0, total = 0;
    auto const note = [&](std::uint64_t bytes, std::uint64_t all) {
        CHECK(bytes >= last);
        CHECK(bytes <= all);
        last = bytes, total = all;
    };
    export_run(f.from, f.id, f.archive(), {.progress = note});
    CHECK(last > 0);
    last = 0;
    import_run(f.to, f.archive(), note);
    CHECK(last == total);
    auto const stop = [](std::uint64_t, std::uint64_t) { throw std::runtime_error{"enough"}; };
    CHECK_THROWS_AS(export_run(f.from, f.id, f.archive("other.tar"), {.progress = stop}), std::runtime_error);
    for (std::string const& name : estima::names_in(f.folder.path())) CHECK_FALSE(name.starts_with("other"));
    estima::workspace const empty = estima::workspace::open(f.folder / "empty");
    CHECK_THROWS_AS(import_run(empty, f.archive(), stop), std::runtime_error);
    CHECK(estima::names_in(empty.path() / "runs").empty());
}

TEST_CASE("an archive that is cut short anywhere is refused, and nothing of it stays") {
    run_to_move const f;
    std::string const name = GENERATE("run.tar.zst", "run.tar.gz", "run.tar");
    export_run(f.from, f.id, f.archive(name));
    std::string const whole = text_in(f.archive(name));
    // Behind the last entry a tar file has but zeros, which nobody misses.
    std::size_t const end = name == "run.tar" ? whole.find_last_not_of('\0') : whole.size();
    for (std::size_t length = 0; length < end; length += std::max<std::size_t>(end / 41, 1)) {
        INFO(length);
        write_file(f.archive("cut"), whole.substr(0, length));
        CHECK(error_of([&] { import_run(f.to, f.archive("cut")); }).find("EST-634") != std::string::npos);
    }
    CHECK(f.has_nothing());
}

TEST_CASE("an archive behind whose end something stands is refused, unless it is zeros") {
    run_to_move const f;
    std::string const name = GENERATE("run.tar.zst", "run.tar.gz", "run.tar");
    export_run(f.from, f.id, f.archive(name));
    std::string const whole = text_in(f.archive(name));
    for (std::string const& more : {whole, std::string{"more"}, std::string(10240, 'x')}) {
        INFO(more.size());
        write_file(f.archive("longer"), whole + more);
        std::string const why = error_of([&] { import_run(f.to, f.archive("longer")); });
        CHECK((why.starts_with("[EST-634]") || why.starts_with("[EST-636]")));
    }
    CHECK(f.has_nothing());
    if (name != "run.tar") return;
    write_file(f.archive("longer"), whole + std::string(10240, '\0'));
    CHECK(import_run(f.to, f.archive("longer")).run_id == f.id);
}

TEST_CASE("an archive with an altered byte is refused or gives the same run") {
    run_to_move const f;
    std::string const name = GENERATE("run.tar.zst", "run.tar");
    export_run(f.from, f.id, f.archive(name));
    std::string const whole = text_in(f.archive(name));
    std::size_t refused = 0;
    for (std::size_t at = 0; at < whole.size(); at += std::max<std::size_t>(whole.size() / 67, 1)) {
        std::string text = whole;
        text[at] = static_cast<char>(text[at] ^ 0x11);
        write_file(f.archive("altered"), text);
        std::string const why = error_of([&] { import_run(f.to, f.archive("altered")); });
        INFO(at << ": " << why);
        if (!why.empty()) {
            CHECK((why.find("EST-634") != std::string::npos || why.find("EST-636") != std::string::npos ||
                   why.find("EST-635") != std::string::npos));
            ++refused;
            continue;
        }
        // What nobody needs was altered: a time, the room behind an entry.
        CHECK(text_in(f.home() / "events.jsonl") == text_in(f.arrived() / "events.jsonl"));
        fs::remove_all(f.to.path() / "runs");
        fs::remove_all(f.to.path() / "snapshots");
    }
    CHECK(refused > 20);
    CHECK(f.has_nothing());
}

TEST_CASE("what has no place in a run is refused") {
    run_to_move const f;
    export_run(f.from, f.id, f.archive());
    std::vector<told_entry> const all = entries_of(f.archive());
    std::string const home = "runs/" + f.id + "/";
    REQUIRE(all.front().is.path == "estima-run.json");
    REQUIRE(all.back().is.path == "SHA256SUMS");
    using estima::tar_kind;
    auto const with = [&](std::vector<told_entry> const& more) {
        std::vector<told_entry> changed = all;
        changed.insert(changed.end() - 1, more.begin(), more.end());
        write_entries(f.archive("changed.tar"), changed);
        return error_of([&] { import_run(f.to, f.archive("changed.tar")); });
    };
    auto const file = [](std::string path) { return told_entry{{.path = std::move(path)}, "x"}; };
    auto const link = [](std::string path, std::string target) {
        return told_entry{{.path = std::move(path), .kind = tar_kind::link, .target = std::move(target)}, ""};
    };
    for (auto const& one : {file("../outside"), file("/tmp/outside"), file(home + "../../outside"), file(home + "./x"),
                            file(home + "a//b"), file("workspace.json"), file("runs/other_1_00000000/events.jsonl"),
                            file("snapshots/objects/ab/cd"), file("snapshots/index/x"), file(home + "index.html"),
                            file(home + "events.jsonl"), file(home + "code"), file(home + "code/best/x"),
                            link(home + "out", "/etc"), link(home + "out", "../x"), link(home + "out", "code/../x"),
                            link("snapshots/trees/x", "y"), file("SHA256SUMS")}) {
        INFO(one.is.path);
        std::string const why = with({one});
        CHECK((why.find("EST-636") != std::string::npos || why.find("EST-301") != std::string::npos));
    }
    CHECK(with({link(home + "d", "code"), file(home + "d/x")}).find("EST-636") != std::string::npos);
    std::string const false_object = "snapshots/objects/ab/" + std::string(62, 'c');
    CHECK(with({file(false_object)}).find("EST-634") != std::string::npos);
    CHECK(f.has_nothing());
    CHECK(with({link(home + "inside", "code/best"), file(home + "more")}).empty());
}

TEST_CASE("an archive tells its format, its run and all of its checksums") {
    run_to_move const f;
    export_run(f.from, f.id, f.archive());
    std::vector<told_entry> const all = entries_of(f.archive());
    auto const changed = [&](std::function<void(std::vector<told_entry>&)> const& change, bool has_sums = true) {
        std::vector<told_entry> other = all;
        change(other);
        write_entries(f.archive("changed.tar"), other, has_sums);
        return error_of([&] { import_run(f.to, f.archive("changed.tar")); });
    };
    auto const head = [&](std::string const& text) {
        return changed([&](auto& e) { e.front().bytes = text; });
    };
    CHECK(head(R"({"format":2,"run_id":"a"})").find("EST-635") != std::string::npos);
    CHECK(head(R"({"format":-1})").find("EST-634") != std::string::npos);
    CHECK(head("no json").find("EST-634") != std::string::npos);
    CHECK(head(R"({"format":1,"run_id":"../x"})").find("EST-634") != std::string::npos);
    CHECK(changed([](auto& e) { e.erase(e.begin()); }).find("EST-634") != std::string::npos);
    CHECK(changed([](auto& e) { e.pop_back(); }).find("EST-634") != std::string::npos);
    auto const of_file = [&](std::string const& name) {
        return [name](auto const& e) { return e.is.path.ends_with(name); };
    };
    CHECK(changed([&](auto& e) { std::erase_if(e, of_file("/model.pkl")); }, false).find("model.pkl") !=
          std::string::npos);
    CHECK(changed([&](auto& e) { std::find_if(e.begin(), e.end(), of_file("/model.pkl"))->bytes = "other"; }, false)
              .find("model.pkl does not have the SHA-256") != std::string::npos);
    CHECK(changed([&](auto& e) { std::erase_if(e, of_file("/events.jsonl")); }).find("EST-634") != std::string::npos);
    CHECK(changed([&](auto& e) {
              std::erase_if(e, [](auto const& one) { return one.is.path.starts_with("snapshots/objects/"); });
          }).find("of its snapshot are missing") != std::string::npos);
    CHECK(f.has_nothing());
    CHECK(error_of([&] { import_run(f.to, f.archive("none")); }).find("EST-301") != std::string::npos);
}

TEST_CASE("tar and sha256sum read an archive without estima") {
    run_to_move const f;
    export_run(f.from, f.id, f.archive("run.tar.gz"));
    fs::create_directories(f.folder / "unpacked");
    std::string const command =
        "cd '" + (f.folder / "unpacked").string() + "' && tar xzf ../run.tar.gz && sha256sum --quiet -c SHA256SUMS >&2";
    CHECK(std::system(command.c_str()) == 0);
}

TEST_CASE("a snapshot that this user may not see is not taken for lost") {
    estima_test::temporary_directory const place;
    estima_test::ordinary_user const reader{place.path()};
    run_to_move const f;
    for (char const* const closed : {"snapshots", "snapshots/trees"}) {
        fs::permissions(f.from.path() / closed, fs::perms::none);
        std::string const told = error_of([&] { export_run(f.from, f.id, f.archive()); });
        fs::permissions(f.from.path() / closed, fs::perms::owner_all);
        CHECK_THAT(told, Catch::StartsWith("[EST-301] cannot read " + (f.from.path() / closed).string()));
        CHECK_THAT(told, Catch::Contains("Permission denied"));
    }
    for (auto const& entry : fs::directory_iterator{f.folder.path()})
        CHECK(!entry.path().filename().string().starts_with("run.tar"));
}

TEST_CASE("an archive, and the folder of an imported run, are as open as this user wants new files to be") {
    auto const mode_of = [](fs::path const& path) {
        return static_cast<unsigned>(fs::status(path).permissions() & fs::perms::all);
    };
    run_to_move const f;
    mode_t const mask = GENERATE(mode_t{077}, mode_t{022}, mode_t{002});
    estima_test::umask_here const set{mask};
    export_run(f.from, f.id, f.archive());
    CHECK(mode_of(f.archive()) == (0666 & ~mask));
    import_run(f.to, f.archive());
    CHECK(mode_of(f.arrived()) == (0777 & ~mask));
    CHECK(mode_of(f.to.path() / "snapshots") == 0700);
}

TEST_CASE("the group of a workspace can change a run that is imported there, but for what was kept from others") {
    run_to_move const f;
    for (auto const& [path, mode] : std::map<std::string, unsigned>{{"events.jsonl", 0600},
                                                                    {"metrics", 0700},
                                                                    {"code", 0700},
                                                                    {"code/logs", 0755},
                                                                    {"code/logs/nothing", 0700},
                                                                    {"code/outputs/empty", 0600},
                                                                    {"code/outputs/a\nb \\ \xff", 0744}})
        fs::permissions(f.home() / path, fs::perms{mode});
    export_run(f.from, f.id, f.archive());
    REQUIRE(::chmod(f.to.path().c_str(), 02775) == 0);
    estima_test::umask_here const set{002};
    import_run(f.to, f.archive());
    auto const mode_of = [&f](char const* path) {
        struct stat status {};
        return ::stat((f.arrived() / path).c_str(), &status) == 0 ? status.st_mode & 07777U : 0U;
    };
    for (char const* const shared : {"", "metrics", "code", "code/logs", "code/outputs"})
        CHECK(mode_of(shared) == 02775);
    CHECK(mode_of("code/logs/nothing") == 02700);
    for (char const* const shared : {"events.jsonl", "run_configuration.json", "metrics/rank_0.jsonl", "index.html"})
        CHECK(mode_of(shared) == 0664);
    CHECK(mode_of("code/outputs/empty") == 0600);
    CHECK(mode_of("code/outputs/model.pkl") == 0400);
    CHECK(mode_of("code/outputs/a\nb \\ \xff") == 0775);
}

TEST_CASE("the group of a workspace can change a run of a user who let no group do so, but for what he closed more") {
    run_to_move const f;
    mode_t const mask = GENERATE(mode_t{077}, mode_t{027});
    for (auto const& entry : fs::recursive_directory_iterator{f.home()})
        if (!entry.is_symlink())
            fs::permissions(entry.path(), fs::perms{0777U & ~mask & (entry.is_directory() ? 0777U : 0666U)});
    fs::permissions(f.home(), fs::perms{0777U & ~mask});
    fs::permissions(f.home() / "code/outputs/model.pkl", fs::perms{0400});
    if (mask == 027) fs::permissions(f.home() / "code/outputs/empty", fs::perms{0600});
    if (mask == 027) fs::permissions(f.home(), fs::perms{0700});  // since; how closed the rest is, the journal tells
    export_run(f.from, f.id, f.archive());
    REQUIRE(::chmod(f.to.path().c_str(), 02775) == 0);
    estima_test::umask_here const set{002};
    import_run(f.to, f.archive());
    auto const mode_of = [&f](char const* path) {
        struct stat status {};
        return ::stat((f.arrived() / path).c_str(), &status) == 0 ? status.st_mode & 07777U : 0U;
    };
    for (char const* const shared : {"", "metrics", "code", "code/logs", "code/outputs", "code/logs/nothing"})
        CHECK(mode_of(shared) == 02775);
    CHECK(mode_of("code/outputs/empty") == (mask == 027 ? 0600 : 0664));
    CHECK(mode_of("code/outputs/a\nb \\ \xff") == 0664);
    CHECK(mode_of("code/outputs/model.pkl") == 0400);
}

TEST_CASE("what readers keep beside metric files, and what is just being written, is exported by nobody") {
    estima_test::temporary_directory const place;
    estima_test::ordinary_user const reader{place.path()};
    run_to_move const f;
    for (char const* const name :
         {"metrics/rank_0.jsonl.blocks", "metrics/rank_0.1.blocks.0a1b2c", "index.html.0a1b2c"}) {
        write_file(f.home() / name, "of another user");
        fs::permissions(f.home() / name, fs::perms::none);
    }
    write_file(f.home() / "metrics/rank_0.notes.0a1b2c", "of the script");
    export_run(f.from, f.id, f.archive());
    import_run(f.to, f.archive());
    CHECK(estima::names_in(f.arrived() / "metrics").size() == 2);
    CHECK(text_in(f.arrived() / "metrics/rank_0.notes.0a1b2c") == "of the script");
    CHECK(!fs::exists(f.arrived() / "index.html.0a1b2c"));
}

TEST_CASE("what is nothing but zeros takes no room in what is imported") {
    run_to_move const f;
    fs::path const sparse = f.home() / "code/outputs/sparse";
    {
        std::ofstream file{sparse, std::ios::binary};
        file << "begin";
        file.seekp(5'000'000) << "middle";
    }
    fs::resize_file(sparse, 20'000'123);
    export_run(f.from, f.id, f.archive());
    import_run(f.to, f.archive());
    fs::path const there = f.arrived() / "code/outputs/sparse";
    struct stat status {};
    REQUIRE(::stat(there.c_str(), &status) == 0);
    CHECK(status.st_blocks * 512 < 200'000);
    CHECK(text_in(there) == text_in(sparse));
}

TEST_CASE("a journal that is a link is exported as what it leads to") {
    run_to_move const f;
    fs::path const journal = f.home() / "events.jsonl";
    std::string const told = text_in(journal);
    fs::rename(journal, f.folder / "events.jsonl");
    fs::create_symlink(f.folder / "events.jsonl", journal);
    CHECK(export_run(f.from, f.id, f.archive()).left_out.empty());
    import_run(f.to, f.archive());
    CHECK(fs::symlink_status(f.arrived() / "events.jsonl").type() == fs::file_type::regular);
    CHECK(text_in(f.arrived() / "events.jsonl") == told);
}

TEST_CASE("links that can only lead inside") {
    using estima::detail::leads_inside;
    CHECK(leads_inside("a", "b"));
    CHECK(leads_inside("d/a", "../b/c"));
    CHECK(leads_inside("d/a", ".././b/"));
    CHECK_FALSE(leads_inside("a", "../b"));
    CHECK_FALSE(leads_inside("d/a", "../../b"));
    CHECK_FALSE(leads_inside("d/a", "b/../c"));
    CHECK_FALSE(leads_inside("a", "/b"));
    CHECK_FALSE(leads_inside("a", ""));
}
