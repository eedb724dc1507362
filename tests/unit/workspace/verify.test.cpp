// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <sys/stat.h>
#include <sys/time.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <estima/history/other_values.hpp>
#include <estima/snapshot/snapshot_store.hpp>
#include <estima/tracking/log_image.hpp>
#include <estima/tracking/run_context.hpp>
#include <estima/workspace/collect_garbage.hpp>
#include <estima/workspace/delete_run.hpp>
#include <estima/workspace/submit.hpp>
#include <estima/workspace/verify.hpp>

#include "../../support/fake_run.hpp"
#include "../../support/ordinary_user.hpp"
#include "../../support/scoped_variable.hpp"

namespace {
namespace fs = std::filesystem;
using estima_test::append_file;
using estima_test::scoped_variable;
using estima_test::write_file;

/// A workspace with one run that is over: a snapshot of small files and a large one, an output, metrics, a model.
struct workspace_to_verify {
    estima_test::temporary_directory folder{};
    estima::workspace w = estima::workspace::open(folder / "workspace");
    std::string snapshot{};
    estima::run_directory run{};

    workspace_to_verify() {
        for (int i = 0; i < 100; ++i)
            write_file(folder / "source" / ("small_" + std::to_string(i)), "text " + std::to_string(i));
        write_file(folder / "source/large.bin", std::string(2'000'000, 'x'));
        snapshot = take();
        run = estima::detail::create_run(w.path(), "digits", {.script = "small_0"}, snapshot, "/source").directory;
        write_file(run.outputs() / "model.bin", "weights");
        append_file(run.metrics_file(0), "{\"name\":\"loss\",\"value\":1}\n");
        estima::journal log{run.journal()};
        for (auto const status :
             {estima::run_status::preparing, estima::run_status::starting, estima::run_status::running})
            (void)log.append_status(status);
        log.append({{"event", "artifact"},
                    {"path", "outputs/model.bin"},
                    {"bytes", 7},
                    {"sha256", estima::sha256_hex("weights")}});
        (void)log.append_status(estima::run_status::finalizing);
        (void)log.append_status(estima::run_status::completed);
        estima::run{run}.register_model({.name = "digits", .path = "outputs/model.bin"});
    }
    std::string take() const { return estima::snapshot_store{w.path() / "snapshots"}.take(folder / "source").id; }

    std::vector<std::string> damage(estima::verify_options const& options = {}) const {
        std::vector<std::string> all;
        for (auto const& one : verify(w, options).findings)
            if (one.is == estima::verify_finding::kind::damage && !one.is_mended)
                all.push_back(one.path + ": " + one.what);
        return all;
    }
    std::vector<fs::path> files_below(fs::path const& part) const {
        std::vector<fs::path> all;
        for (auto const& entry : fs::recursive_directory_iterator{w.path() / part})
            if (entry.is_regular_file()) all.push_back(entry.path());
        return all;
    }
};

void flip(fs::path const& file, std::uint64_t at) {
    std::string bytes = estima::read_file(file);
    bytes.at(at) ^= 0x20;
    fs::permissions(file, fs::perms::owner_write, fs::perm_options::add);
    write_file(file, bytes);
}
}  // namespace

TEST_CASE("a workspace in which nothing is wrong is sound, and what was looked at is counted") {
    workspace_to_verify const f;
    std::uint64_t seen = 0;
    auto const report = verify(f.w, {.progress = [&seen](std::uint64_t bytes) {
                                   CHECK(bytes >= seen);
                                   seen = bytes;
                               }});
    CHECK(report.findings.empty());
    CHECK(report.is_sound());
    CHECK(report.runs == 1);
    CHECK(report.artifacts == 2);  // the output, and the model's copy of it
    CHECK(report.metric_files == 1);
    CHECK(report.snapshots == 1);
    CHECK(report.objects == 101);
    CHECK(report.model_versions == 1);
    std::uint64_t told = 0;  // what has no checksum is read, too
    for (fs::path const& file : {f.run.journal(), f.run.run_configuration(), f.run.metrics_file(0)})
        told += fs::file_size(file);
    CHECK(report.bytes == 2'000'000 + 10 * 6 + 90 * 7 + 2 * 7 + told);
    CHECK(seen == report.bytes);
    CHECK(verify(estima::workspace::open(f.folder / "empty")).is_sound());
}

TEST_CASE("a byte that was changed in what has a checksum is found, wherever it is") {
    workspace_to_verify const f;
    std::vector<fs::path> files = f.files_below("models/digits/1/files");
    for (char const* part : {"snapshots/objects", "snapshots/packs", "snapshots/trees", "runs"})
        for (fs::path const& file : f.files_below(part))
            if (std::string{part} != "runs" || file.filename() == "model.bin") files.push_back(file);
    REQUIRE(files.size() >= 4);
    for (fs::path const& file : files) {
        std::uint64_t const size = fs::file_size(file);
        for (std::uint64_t at = 0; at < size; at += size / 7 + 1) {
            INFO(file << " at " << at);
            flip(file, at);
            CHECK_FALSE(f.damage().empty());
            flip(file, at);
        }
        INFO(file);
        CHECK(f.damage().empty());
    }
}

TEST_CASE("what is not there any more is found") {
    workspace_to_verify const f;
    fs::remove(f.run.outputs() / "model.bin");
    CHECK(f.damage() ==
          std::vector<std::string>{"runs/" + f.run.run_id() + "/code/outputs/model.bin: it is not there any more"});
    write_file(f.run.outputs() / "model.bin", "weight");
    CHECK(f.damage()[0].ends_with("it has 6 bytes, and had 7"));
    write_file(f.run.outputs() / "model.bin", "weights");
    fs::remove(f.run.run_configuration());
    CHECK(f.damage().size() == 1);
    fs::remove_all(f.w.path() / "snapshots/objects");
    auto const damage = f.damage();
    REQUIRE(damage.size() == 2);
    CHECK(damage[0] == "snapshots/trees/" + f.snapshot + ": 1 file of this snapshot cannot be had: large.bin");
}

TEST_CASE("a deleted run, which can be restored, is verified as well, and so are logged images") {
    workspace_to_verify const f;
    std::string const kept = estima::detail::keep_image(f.run.metrics_file(0).string(), "\x89PNG and more");
    fs::path const image = f.run.metrics() / "media" / kept;
    write_file(f.run.metrics() / "media/notes.txt", "of somebody else");
    CHECK(f.damage().empty());
    flip(image, 6);
    CHECK(f.damage() == std::vector<std::string>{"runs/" + f.run.run_id() + "/metrics/media/" + kept +
                                                 ": its bytes are not those of the image that was logged"});
    flip(image, 6);
    write_file(f.run.metrics() / "other.jsonl",
               R"({"name":"img","type":"image","value":{"path":"media/)" + kept + R"(","bytes":13}})" "\n"
               R"({"name":"img","type":"image","value":{"path":"media/none.png","bytes":13}})" "\n"
               R"({"name":"img","type":"image","value":{"path":"../../none.png"}})" "\n");
    CHECK(f.damage() == std::vector<std::string>{"runs/" + f.run.run_id() + "/metrics/other.jsonl: 1 image that it "
                                                 "names is not there: media/none.png"});
    fs::remove(f.run.metrics() / "other.jsonl");
    delete_run(f.w, f.run.run_id());
    CHECK(verify(f.w).runs == 1);
    CHECK(f.damage().empty());
    fs::remove(f.w.path() / "deleted/runs" / f.run.run_id() / "code/outputs/model.bin");
    CHECK(f.damage() == std::vector<std::string>{"deleted/runs/" + f.run.run_id() +
                                                 "/code/outputs/model.bin: it is not there any more"});
}

TEST_CASE("lines that are no events of a run are damage") {
    workspace_to_verify const f;
    append_file(f.run.journal(), "{\"event\":\"tag\",\"name\":\nhello\n");
    auto const damage = f.damage();
    REQUIRE(damage.size() == 1);
    CHECK(damage[0].ends_with("events.jsonl: 2 lines are no events of a run"));
}

TEST_CASE("lines of a journal that are there twice or out of turn are noted, and no damage") {
    workspace_to_verify const f;
    auto const before = estima::run{f.run}.get_details();
    append_file(f.run.journal(), estima::read_file(f.run.journal()));  // as two hosts that write at once may leave it
    append_file(f.run.journal(), "{\"event\":\"status\",\"status\":\"Running\"}\n");
    auto const report = verify(f.w);
    REQUIRE(report.findings.size() == 1);
    CHECK(report.findings[0].is == estima::verify_finding::kind::note);
    CHECK(report.findings[0].path == "runs/" + f.run.run_id() + "/events.jsonl");
    CHECK(report.findings[0].what.starts_with("7 lines tell once more, or out of turn, what became of the run"));
    CHECK(report.is_sound());
    auto const after = estima::run{f.run}.get_details();
    CHECK(after.status == before.status);
    CHECK(after.start_time == before.start_time);
    CHECK(after.end_time == before.end_time);
    CHECK(after.artifacts == before.artifacts);
    CHECK(after.models.size() == before.models.size());
    CHECK(after.warnings == before.warnings);
}

TEST_CASE("what this user may not read could not be checked, which is no damage, and told with its mode and owner") {
    workspace_to_verify const f;
    fs::permissions(f.w.path() / "snapshots", fs::perms{0755});
    std::string const run = "runs/" + f.run.run_id();
    std::vector<std::string> parts{"runs", "models", "models/digits", "models/digits/1/files",
                                   "models/digits/1/model.json", "models/digits/changes.jsonl", "snapshots",
                                   "snapshots/trees", "snapshots/objects", "snapshots/packs", "snapshots/tmp", run};
    for (char const* const part : {"/events.jsonl", "/run_configuration.json", "/code/outputs",
                                   "/code/outputs/model.bin", "/metrics", "/metrics/rank_0.jsonl", "/metrics/media"})
        parts.push_back(run + part);
    for (char const* const folder : {"snapshots/objects", "snapshots/packs", "snapshots/trees"})
        parts.push_back(f.files_below(folder).at(0).lexically_relative(f.w.path()));
    f.w.model("digits").tag("x", "y");
    fs::create_directory(f.run.metrics() / "media");
    for (std::string const& part : parts) {
        CAPTURE(part);
        fs::path const file = f.w.path() / part;
        auto const before = fs::status(file).permissions();
        fs::permissions(file, fs::perms::none);
        auto const [report, reader] = [&] {
            estima_test::ordinary_user const user{f.folder.path()};
            return std::pair{verify(f.w), estima::user_name()};
        }();
        fs::permissions(file, before);
        REQUIRE(report.findings.size() == 1);
        CHECK(report.findings[0].is == estima::verify_finding::kind::closed);
        CHECK(report.findings[0].path == part);
        CHECK(report.findings[0].what ==
              "it could not be checked: user " + reader + " may not read it: mode 0000, of user " +
                  estima::user_name() + " and group " + estima::group_name(::getegid()));
        CHECK(report.is_sound());
        CHECK_FALSE(report.is_complete());
    }
    CHECK(verify(f.w).findings.empty());
    CHECK(verify(f.w).is_complete());
}

TEST_CASE("lines that are no changes of a model are damage, but for what a killed writer left torn") {
    workspace_to_verify const f;
    fs::path const changes = f.w.path() / "models/digits/changes.jsonl";
    f.w.model("digits").set_alias("good");
    append_file(changes, "{\"event\":\"alias\",\"ali");
    f.w.model("digits").tag("x", "y");
    CHECK(f.damage().empty());
    CHECK(f.w.model("digits", "good").tags.at("x") == "y");
    append_file(changes, "[]\nhello\n{\"version\":\"x\"}\n");
    CHECK(f.damage() == std::vector<std::string>{"models/digits/changes.jsonl: 3 lines are no changes of the model"});
}

TEST_CASE("lines of metric files that are no metrics are what a script wrote: told, and no damage") {
    workspace_to_verify const f;
    append_file(f.run.metrics_file(0), "{\"name\":\n\n \t\r\nloss is 0.5\n{\"time\":3}\n");
    append_file(f.run.metrics_file(0), "{\"name\":\"torn\x18\n");  // whose writer was not told that it is kept
    auto const report = verify(f.w);
    REQUIRE(report.findings.size() == 1);
    CHECK(report.findings[0].is == estima::verify_finding::kind::note);
    CHECK(report.findings[0].path == "runs/" + f.run.run_id() + "/metrics/rank_0.jsonl");
    CHECK(report.findings[0].what.starts_with("3 lines are no metrics"));
    CHECK(report.is_sound());
    CHECK(estima::run{f.run}.get_metrics().lines_skipped == 3);
}

TEST_CASE("a last line without its end that is no metric is told when the run is over, as who reads metrics tells it") {
    workspace_to_verify const f;
    estima::run_directory const goes_on =
        estima::detail::create_run(f.w.path(), "digits", {.script = "small_0"}, f.snapshot, "/source").directory;
    for (estima::run_directory const& run : {f.run, goes_on}) append_file(run.metrics_file(0), "{\"name\":\"loss\",");
    auto const report = verify(f.w);
    REQUIRE(report.findings.size() == 1);
    CHECK(report.findings[0].path == "runs/" + f.run.run_id() + "/metrics/rank_0.jsonl");
    CHECK(report.findings[0].what.starts_with("1 line is no metric"));
    for (bool const is_over : {true, false}) {
        fs::path const metrics = (is_over ? f.run : goes_on).metrics();
        CHECK(estima::read_metrics(metrics, {}, is_over).lines_skipped == (is_over ? 1 : 0));
        CHECK(estima::lines_skipped(metrics, is_over).size() == (is_over ? 1 : 0));
    }
}

TEST_CASE("a page of a points file that was changed is damage") {
    workspace_to_verify const f;
    fs::path const file = f.run.metrics() / "rank_0.1.points";
    {
        scoped_variable const named{"ESTIMA_METRICS_FILE", f.run.metrics_file(0).string()};
        auto const context = estima::run_context::current();
        for (int i = 0; i < 400; ++i) context.log("loss", i, i);
        for (auto const& entry : fs::directory_iterator{f.run.metrics()})
            if (entry.path().extension() == ".points") fs::copy_file(entry.path(), file);
    }
    CHECK(f.damage().empty());
    std::string const bytes = estima::read_file(file);
    flip(file, 0);
    REQUIRE(f.damage().size() == 1);
    std::string const path = "runs/" + f.run.run_id() + "/metrics/rank_0.1.points: ";
    CHECK(f.damage()[0] == path + "its header is damaged: its numbers are read, but their times may be wrong");
    write_file(file, bytes);
    flip(file, 8);
    CHECK(f.damage() == std::vector<std::string>{
                            path + "its header is damaged, or of a newer version: none of its numbers can be read"});
    write_file(file, bytes);
    flip(file, 2 * 4096);  // of the second page
    CHECK(f.damage() == std::vector<std::string>{path + "1 value is not what was logged"});
    // One that was cut is told as such.
    write_file(file, bytes);
    fs::resize_file(file, 2 * 4096);
    CHECK(f.damage() == std::vector<std::string>{"runs/" + f.run.run_id() + "/metrics/rank_0.1.points: it was cut: the "
                                                 "values that lay behind its end are lost"});
}

TEST_CASE("a journal that was emptied, overwritten or removed is damage, and what else there is of the run is looked at") {
    workspace_to_verify const f;
    append_file(f.run.metrics_file(0), "foreign\n");
    std::string const became = GENERATE("removed", "emptied", "overwritten");
    if (became == "removed") fs::remove(f.run.journal());
    else estima_test::write_file(f.run.journal(), became == "emptied" ? "" : "\xFF\x80 anything\n{\n\x18");
    auto const report = verify(f.w);
    REQUIRE(report.findings.size() == 2);
    CHECK(report.findings[0].is == estima::verify_finding::kind::damage);
    CHECK(report.findings[0].path == "runs/" + f.run.run_id() + "/events.jsonl");
    CHECK(report.findings[0].what.starts_with("the journal of the run is lost"));
    bool const tells_both = report.findings[0].what.find("it was emptied or overwritten") != std::string::npos;
    CHECK(tells_both == (became != "removed"));
    CHECK(report.findings[1].is == estima::verify_finding::kind::note);
    CHECK_FALSE(report.is_sound());
}

TEST_CASE("a damaged object is taken out when that is asked for, and the next snapshot has it again") {
    workspace_to_verify const f;
    for (char const* part : {"snapshots/objects", "snapshots/packs"}) {
        fs::path const file = f.files_below(part).at(0);
        flip(file, 1);
        CHECK(f.damage().size() == 1);  // looking alone mends nothing
        // The snapshot misses it now, which is told at once.
        auto const damage = f.damage({.mend = true});
        CHECK(damage == f.damage());
        REQUIRE(damage.size() == 1);
        CHECK(damage[0].starts_with("snapshots/trees/" + f.snapshot + ": 1 file of this snapshot cannot be had"));
        fs::remove_all(f.w.path() / "snapshots/index");
        CHECK(f.take() == f.snapshot);
        CHECK(f.damage().empty());
    }
}

TEST_CASE("a pack that is damaged as such is taken out when that is asked for, and what is sound in it stays") {
    workspace_to_verify const f;
    fs::path pack = f.files_below("snapshots/packs").at(0);
    fs::path const other = pack.parent_path() / (f.snapshot + ".pack");
    std::string const bytes = estima::read_file(pack);
    // Torn, and needed by nobody: it is damage until it is taken out.
    for (std::string const& text : {std::string{}, bytes.substr(0, bytes.size() / 2), std::string(300, 'x')}) {
        write_file(other, text);
        REQUIRE(f.damage().size() == 1);
        CHECK(f.damage()[0].starts_with("snapshots/packs/" + f.snapshot + ".pack: it is no pack"));
        CHECK(f.damage({.mend = true}).empty());
        CHECK_FALSE(fs::exists(other));
        CHECK(verify(f.w).findings.empty());
    }
    // Of a newer version, or of another machine: it is none of ours to remove.
    for (std::size_t const at : {12U, 16U}) {
        std::string foreign = bytes;
        std::size_t const footer = bytes.size() - sizeof(estima::pack_footer);
        if (at == 12) foreign.at(footer + at) = '2';
        else foreign.replace(footer + at, 8, std::string{"\0\0\0\0\0\0\0\1", 8});
        write_file(other, foreign);
        CHECK(f.damage({.mend = true}).size() == 1);
        CHECK(fs::remove(other));
    }
    // Any byte of its footer: all of its files can still be had, and it is written anew.
    for (std::size_t at = bytes.size() - sizeof(estima::pack_footer); at < bytes.size(); ++at) {
        CAPTURE(at);
        flip(pack, at);
        estima::snapshot_store{f.w.path() / "snapshots"}.restore(f.snapshot, f.folder / std::to_string(at));
        REQUIRE(f.damage().size() == 1);
        CHECK(f.damage()[0].ends_with("its last bytes are damaged; its table can be read all the same"));
        CHECK(f.damage({.mend = true}).empty());
        CHECK(verify(f.w).findings.empty());
        pack = f.files_below("snapshots/packs").at(0);  // its objects are in another order, the first time
        REQUIRE(fs::file_size(pack) == bytes.size());
    }
    // Its table is another one by one byte: the other 99 files stay.
    std::size_t const table = bytes.size() - sizeof(estima::pack_footer) - 100 * sizeof(estima::pack_record);
    flip(pack, table + 3);
    CHECK(f.damage().at(0).ends_with("its table does not have the SHA-256 that it is named by"));
    auto const damage = f.damage({.mend = true});
    REQUIRE(damage.size() == 1);
    CHECK(damage[0].starts_with("snapshots/trees/" + f.snapshot + ": 1 file of this snapshot cannot be had"));
    CHECK_FALSE(fs::exists(pack));
    CHECK(f.take() == f.snapshot);
    CHECK(f.damage().empty());
}

TEST_CASE("what is no part of the snapshots, as its name tells, is noted, and neither damaged nor removed") {
    workspace_to_verify const f;
    fs::path const store = f.w.path() / "snapshots";
    fs::path const object = f.files_below("snapshots/objects").at(0).parent_path();
    std::vector<fs::path> const foreign{store / "trees/.DS_Store", store / "packs/.nfs0001", object / ".DS_Store",
                                        store / "packs/notes.pack"};
    for (fs::path const& one : foreign) {
        write_file(one, "x");
        timeval const old[2]{{1'600'000'000, 0}, {1'600'000'000, 0}};
        REQUIRE(::utimes(one.c_str(), old) == 0);
    }
    auto const report = verify(f.w, {.mend = true});
    CHECK(report.findings.size() == foreign.size());
    for (auto const& one : report.findings) CHECK(one.is == estima::verify_finding::kind::note);
    CHECK(report.snapshots == 1);
    auto const freed = collect_garbage(f.w, {.older_than = estima::seconds(0)});
    CHECK(freed.passed_over.empty());
    CHECK(freed.snapshots == 0);
    for (fs::path const& one : foreign) CHECK(fs::exists(one));
}

TEST_CASE("a metric file that is no file is noted, and not waited for") {
    workspace_to_verify const f;
    fs::path const file = f.run.metrics_file(0);
    for (int kind = 0; kind < 3; ++kind) {
        fs::remove(file);
        if (kind == 0) REQUIRE(::mkfifo(file.c_str(), 0600) == 0);
        if (kind == 1) fs::create_directory(file);
        if (kind == 2) fs::create_symlink("/dev/zero", file);
        auto const report = verify(f.w);
        REQUIRE(report.findings.size() == 1);
        CHECK(report.findings[0].is == estima::verify_finding::kind::note);
        CHECK(report.findings[0].path == "runs/" + f.run.run_id() + "/metrics/rank_0.jsonl");
        CHECK(report.findings[0].what.starts_with("it is no file"));
    }
}

TEST_CASE("a workspace that was removed is not sound: that is told") {
    workspace_to_verify const f;
    fs::remove_all(f.w.path());
    CHECK_THROWS_WITH(verify(f.w), Catch::Matchers::StartsWith("[EST-653]"));
    CHECK_THROWS_WITH(f.w.runs(), Catch::Matchers::StartsWith("[EST-653]"));
    CHECK_THROWS_WITH(f.w.models(), Catch::Matchers::StartsWith("[EST-653]"));
    CHECK_THROWS_WITH(f.w.model("m"), Catch::Matchers::StartsWith("[EST-653]"));
    CHECK_THROWS_WITH(f.w.model("m", "best"), Catch::Matchers::StartsWith("[EST-653]"));
    CHECK_THROWS_WITH(f.w.model("m", estima::model_stage::production), Catch::Matchers::StartsWith("[EST-653]"));
    CHECK_THROWS_WITH(f.w.delete_model("m", 1), Catch::Matchers::StartsWith("[EST-653]"));
    CHECK_THROWS_WITH(deleted_runs(f.w), Catch::Matchers::StartsWith("[EST-653]"));
    CHECK_THROWS_WITH(estima::detail::make_submission(f.w.path(), "e", {}, {}),
                      Catch::Matchers::StartsWith("[EST-653]"));
    CHECK_THROWS_WITH(f.w.register_model({.name = "m", .path = (f.folder / "source/small_0").string()}),
                      Catch::Matchers::StartsWith("[EST-653]"));
    CHECK_FALSE(fs::exists(f.w.path()));
}

TEST_CASE("what others put beside runs and models is told, and stays") {
    workspace_to_verify const f;
    fs::path const theirs = f.w.path() / "runs/.my_notes";
    write_file(theirs / "notes.txt", "x");
    timeval const old[2]{{1'600'000'000, 0}, {1'600'000'000, 0}};
    REQUIRE(::utimes(theirs.c_str(), old) == 0);
    auto const report = verify(f.w, {.mend = true});
    REQUIRE(report.findings.size() == 1);
    CHECK(report.findings[0].is == estima::verify_finding::kind::note);
    CHECK(fs::exists(theirs / "notes.txt"));
}

TEST_CASE("a pipe in the place of a run's configuration is told, and not waited for") {
    workspace_to_verify const f;
    fs::remove(f.run.run_configuration());
    REQUIRE(::mkfifo(f.run.run_configuration().c_str(), 0600) == 0);
    auto const report = verify(f.w);
    REQUIRE_FALSE(report.findings.empty());
    CHECK_FALSE(report.is_sound());
    CHECK_THROWS_WITH(read_run_definition(f.run), Catch::Matchers::Contains("it is no file"));
}

TEST_CASE("what killed processes left behind is told when it is a day old, is no damage, and is removed on request") {
    workspace_to_verify const f;
    fs::path const left = f.w.path() / "runs/.digits_1700000000_00000000.tmp";
    write_file(left / "events.jsonl", "x");
    CHECK(verify(f.w).findings.empty());
    timeval const old[2]{{1'600'000'000, 0}, {1'600'000'000, 0}};
    REQUIRE(::utimes(left.c_str(), old) == 0);
    auto const report = verify(f.w);
    REQUIRE(report.findings.size() == 1);
    CHECK(report.findings[0].is == estima::verify_finding::kind::leftover);
    CHECK(report.is_sound());
    CHECK(fs::exists(left));
    CHECK(verify(f.w, {.mend = true}).findings.at(0).is_mended);
    CHECK_FALSE(fs::exists(left));
}
