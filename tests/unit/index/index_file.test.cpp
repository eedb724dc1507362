// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include <estima/index/run_index.hpp>

#include "../../support/many_runs.hpp"
#include "../../support/ordinary_user.hpp"
#include "../../support/temporary_directory.hpp"

namespace {
using namespace estima;
using estima_test::many_runs;
using estima_test::texts_of;

struct kept_index {
    many_runs runs{};
    std::filesystem::path file = runs.path() / "index.sqlite";
    std::map<std::string, std::string> truth{};

    explicit kept_index(int count = 40) {
        runs.add_all(0, count);
        refreshed();
        truth = texts_of(runs.truth());
    }
    /// What a program that comes now is told.
    std::map<std::string, std::string> refreshed(bool may_be_in_memory = false) const {
        run_index index{runs.path()};
        index.refresh();
        CHECK((may_be_in_memory || index.why_in_memory().empty()));
        return texts_of(index);
    }
    void add(int i) {
        std::string const id = runs.add(i);
        truth.emplace(id, estima_test::text_of(runs.truth(id)));
        change_log{runs.path()}.add(id);
    }
    std::int64_t number_in(std::filesystem::path const& database, char const* sql) const {
        detail::sqlite_database db{database.string(), SQLITE_OPEN_READWRITE};
        auto ask = db.prepare(sql);
        return ask.step() ? ask.integer(0) : -1;
    }
    void do_in(std::filesystem::path const& database, std::string const& sql) const {
        detail::sqlite_database{database.string(), SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE}.run(sql);
    }
    void overwrite(std::size_t at, std::string const& bytes) const {
        std::fstream stream{file, std::ios::in | std::ios::out | std::ios::binary};
        stream.seekp(static_cast<std::streamoff>(at));
        stream << bytes;
    }
    /// So that the file itself holds everything.
    void checkpoint() const { do_in(file, "PRAGMA wal_checkpoint(TRUNCATE)"); }
};
}  // namespace

TEST_CASE("an index that was deleted is made anew, also under somebody who has it open") {
    kept_index f;
    run_index holder{f.runs.path()};
    holder.refresh();
    SECTION("all its files") {
        for (char const* end : {"", "-wal", "-shm"}) std::filesystem::remove(f.file.string() + end);
    }
    SECTION("the file alone") { std::filesystem::remove(f.file); }
    bool is_wal_alone = false;
    SECTION("what was not brought into the file yet") {
        is_wal_alone = std::filesystem::remove(f.file.string() + "-wal");
        CHECK(is_wal_alone);
    }
    f.add(100);
    CHECK(f.refreshed(is_wal_alone) == f.truth);  // SQLite cannot use the file as long as it is held
    holder.refresh();
    CHECK(texts_of(holder) == f.truth);
    CHECK(f.refreshed(is_wal_alone) == f.truth);
}

TEST_CASE("an index that another process empties between a look and an answer is filled first") {
    kept_index f;
    run_index index{f.runs.path()};
    auto const empty = [&] { (void)detail::open_workspace_index(f.runs.path(), detail::index_content::empty); };
    index.refresh();
    auto const counts = index.count_by(estima::query::experiment_name.field);
    REQUIRE_FALSE(counts.empty());
    empty();
    CHECK(index.count_by(estima::query::experiment_name.field) == counts);
    auto const going_on = index.unfinished();
    empty();
    CHECK(index.unfinished() == going_on);
    empty();
    CHECK(texts_of(index) == f.truth);
}

TEST_CASE("an index that was cut short anywhere, or overwritten by something else, is made anew") {
    kept_index f{700};  // cells, and more than a page of runs
    f.checkpoint();
    auto const size = std::filesystem::file_size(f.file);
    std::string const good = read_file(f.file);
    for (std::uintmax_t const left : {std::uintmax_t{0}, std::uintmax_t{1}, std::uintmax_t{99}, std::uintmax_t{16384},
                                      size / 2, size - 16384, size - 1}) {
        INFO(left << " of " << size << " bytes are left");
        std::filesystem::resize_file(f.file, left);
        CHECK(f.refreshed() == f.truth);
        f.checkpoint();
    }
    for (std::string const& text :
         {std::string{"not a database\n"}, std::string(20000, '\0'), std::string(20000, 'x')}) {
        replace_file(f.file, text);
        CHECK(f.refreshed() == f.truth);
        f.checkpoint();
    }
    std::mt19937 random{17};
    for (int i = 0; i < 40; ++i) {
        replace_file(f.file, good);
        for (char const* end : {"-wal", "-shm"}) std::filesystem::remove(f.file.string() + end);
        std::string garbage;
        for (auto n = 1U << random() % 13; n > 0; --n) garbage += static_cast<char>(random());
        std::size_t const at = random() % (good.size() - garbage.size());
        f.overwrite(at, garbage);
        INFO(garbage.size() << " bytes of garbage at " << at);
        CHECK(f.refreshed() == f.truth);
    }
}

TEST_CASE("a changed number by which a search passes over blocks is noticed, and the index made anew") {
    kept_index f{700};
    run_index{f.runs.path()}.search(query::metric("loss") > 20);
    f.checkpoint();
    std::string const change = GENERATE(
        "UPDATE bounds SET low = 1e9, high = 1e9", "UPDATE bounds SET high = NULL, low = NULL",
        "UPDATE blocks SET low = 1, high = 2", "UPDATE blocks SET dead = x'ff'", "UPDATE blocks SET count = 1");
    f.do_in(f.file, change);
    run_index index{f.runs.path()};
    index.refresh();
    std::size_t fit = 0;
    for (auto const& [id, run] : f.runs.truth())
        fit += run.metrics.contains("loss") && run.metrics.at("loss").last > 20;
    CHECK(index.search({.filter = query::metric("loss") > 20, .max_results = 1000}).size() == fit);
    CHECK(texts_of(index) == f.truth);
    CHECK(index.why_in_memory().empty());
}

TEST_CASE("an index of an older format is made anew, and one of a newer format is left alone") {
    kept_index f;
    SECTION("older") {
        f.do_in(f.file, "DROP TABLE cells; CREATE TABLE of_old(x); PRAGMA user_version = 0");
        CHECK(f.refreshed() == f.truth);
        CHECK(f.number_in(f.file, "PRAGMA user_version") == detail::index_format);
        CHECK(f.number_in(f.file, "SELECT count(*) FROM sqlite_schema WHERE name = 'of_old'") == 0);
    }
    SECTION("newer, or something else") {
        std::string const change = GENERATE("PRAGMA user_version = 1000000", "PRAGMA application_id = 7");
        f.do_in(f.file, change + "; PRAGMA wal_checkpoint(TRUNCATE)");
        std::string const before = read_file(f.file);
        CHECK(f.refreshed() == f.truth);
        CHECK(f.refreshed() == f.truth);
        run_index index{f.runs.path()};
        index.rebuild();
        CHECK(texts_of(index) == f.truth);
        CHECK(read_file(f.file) == before);
        std::filesystem::path const beside =
            f.runs.path() / ("index." + std::to_string(detail::index_format) + ".sqlite");
        CHECK(f.number_in(beside, "SELECT count(*) FROM runs") == 40);
        f.do_in(beside, "PRAGMA user_version = 9");  // nobody writes that there
        CHECK(f.refreshed() == f.truth);
    }
}

TEST_CASE("runs that two programs store at the same time as blocks are stored once") {
    many_runs runs;
    detail::run_reader reader{(runs.path() / "runs").string()};
    std::vector<detail::indexed_run> read(600);
    for (int i = 0; i < 600; ++i) reader.read(runs.add(i), read[static_cast<std::size_t>(i)]);
    detail::index_store store{detail::open_workspace_index(runs.path(), detail::index_content::keep)};
    auto const put = [&](std::size_t from, std::size_t to) {
        std::vector<detail::run_to_store> records;
        detail::cell_builder builder;
        std::vector<std::string> ids;
        for (std::size_t i = from; i < to; ++i) {
            records.push_back({read[i].summary.run_id, detail::to_bytes(read[i]), false});
            ids.push_back(read[i].summary.run_id);
            builder.add(read[i].summary);
        }
        store.put_block(records, builder.build(), 1);
        CHECK(store.has_all(ids));
        ids.push_back("no run");
        CHECK_FALSE(store.has_all(ids));
    };
    put(0, 500);
    auto const cells = [&] {
        auto ask = store.database().prepare("SELECT count(*) FROM cells");
        return ask.step() ? ask.integer(0) : 0;
    };
    auto const before = cells();
    put(0, 500);    // another program that read the same
    put(100, 600);  // and one that began elsewhere
    CHECK(store.blocks().size() == 1);
    CHECK(store.blocks().front().live.count() == 500);
    CHECK(store.loose().size() == 100);
    CHECK(cells() == before);
    run_index index{runs.path()};
    index.refresh();
    CHECK(texts_of(index) == texts_of(runs.truth()));
}

TEST_CASE("where no index can be made, one in memory gives the same answers") {
    kept_index f;
    for (char const* end : {"", "-wal", "-shm"}) std::filesystem::remove(f.file.string() + end);
    std::filesystem::create_directories(f.file / "something");
    run_index index{f.runs.path()};
    index.refresh();
    CHECK_FALSE(index.why_in_memory().empty());
    CHECK(texts_of(index) == f.truth);
    f.add(100);
    index.refresh();
    CHECK(texts_of(index) == f.truth);
}

TEST_CASE("a pipe in place of a file of the index lets nobody wait, and the answers come from memory") {
    estima_test::temporary_directory folder;
    estima_test::ordinary_user const user{folder.path()};
    kept_index f;
    for (char const* end : {"-journal", "-wal", "-shm", ""}) std::filesystem::remove(f.file.string() + end);
    std::string const end = GENERATE("", "-wal", "-shm", "-journal");
    if (!end.empty()) f.refreshed();
    std::filesystem::remove(f.file.string() + end);
    REQUIRE(::mkfifo((f.file.string() + end).c_str(), 0444) == 0);  // to read and write it would not wait
    run_index index{f.runs.path()};
    index.refresh();
    CHECK(index.why_in_memory() == f.file.string() + end + " is no file");
    CHECK(texts_of(index) == f.truth);
    std::filesystem::remove(f.file.string() + end);
    CHECK(f.refreshed() == f.truth);
}

TEST_CASE("a link in place of a file of the index leads nobody to what it shows") {
    estima_test::temporary_directory folder;
    kept_index f;
    REQUIRE(::chmod(f.runs.path().c_str(), 0777) == 0);
    std::filesystem::path const own = folder / "own";
    estima::replace_file(own, "nobody else's");
    REQUIRE(::chmod(own.c_str(), 0600) == 0);
    for (char const* end : {"-journal", "-wal", "-shm", ""}) std::filesystem::remove(f.file.string() + end);
    std::string const end = GENERATE("", "-wal", "-shm", "-journal");
    std::filesystem::create_symlink(own, f.file.string() + end);
    run_index index{f.runs.path()};
    index.refresh();
    CHECK(index.why_in_memory() == f.file.string() + end + " is no file");
    CHECK(texts_of(index) == f.truth);
    CHECK(estima::read_file(own) == "nobody else's");
    CHECK((std::filesystem::status(own).permissions() & std::filesystem::perms::all) == std::filesystem::perms{0600});
    // Neither does what makes a file the folder's.
    CHECK(estima::detail::share_as_folder(f.file.string() + end));
    CHECK((std::filesystem::status(own).permissions() & std::filesystem::perms::all) == std::filesystem::perms{0600});
}

TEST_CASE("an index that is of no use and that this user may not write is replaced where the folder allows it") {
    estima_test::temporary_directory folder;
    estima_test::ordinary_user const user{folder.path()};
    kept_index f;
    bool const is_old = GENERATE(true, false), may_replace = GENERATE(true, false);
    INFO((is_old ? "old" : "damaged") << ", in a folder that is " << (may_replace ? "" : "not ") << "to be written");
    if (is_old) f.do_in(f.file, "DROP TABLE cells; PRAGMA user_version = 0");
    f.checkpoint();
    for (char const* end : {"-wal", "-shm"}) std::filesystem::remove(f.file.string() + end);
    if (!is_old) f.overwrite(0, std::string(20000, 'x'));
    std::filesystem::permissions(f.file, std::filesystem::perms{0444});  // as another user's with umask 022
    if (!may_replace) std::filesystem::permissions(f.runs.path(), std::filesystem::perms{0555});
    run_index index{f.runs.path()};
    index.refresh();
    CHECK(index.why_in_memory().empty() == may_replace);
    CHECK(texts_of(index) == f.truth);
    std::filesystem::permissions(f.runs.path(), std::filesystem::perms{0755});
    CHECK(f.refreshed(!may_replace) == f.truth);
    if (may_replace) CHECK(f.number_in(f.file, "SELECT count(*) FROM runs") == 40);
}

TEST_CASE("an index that this user may not write and can use is left as it is") {
    estima_test::temporary_directory folder;
    estima_test::ordinary_user const user{folder.path()};
    kept_index f;
    f.checkpoint();
    std::filesystem::permissions(f.file, std::filesystem::perms{0444});
    std::string const before = read_file(f.file);
    f.add(100);
    CHECK(f.refreshed(true) == f.truth);
    CHECK(read_file(f.file) == before);
}

TEST_CASE("a clock that jumps back hides no run") {
    kept_index f;
    for (int const i : {-5003, -100, 300, -4999}) {  // made now, with times of long ago
        f.add(i);
        CHECK(f.refreshed() == f.truth);
    }
    run_index index{f.runs.path()};
    index.refresh();
    CHECK(index.search({}).runs.front().run_id == f.runs.id(300));
    CHECK(index.search({}).runs.back().run_id == f.runs.id(-5003));
}

TEST_CASE("after another start of the machine, what changed last is looked at again") {
    kept_index f;
    change_log{f.runs.path()}.add(f.runs.add(50));
    f.refreshed();
    std::string const journal = read_file(f.runs.directory(f.runs.id(50)).journal());
    replace_file(f.runs.directory(f.runs.id(50)).journal(), journal.substr(0, journal.rfind("{\"event\":\"status\"")));
    f.do_in(f.file, "UPDATE state SET boot = x'00'");
    CHECK(f.refreshed() == texts_of(f.runs.truth()));
    // A build that was not complete then is not believed.
    f.do_in(f.file, "UPDATE state SET boot = x'00', is_complete = 0; DELETE FROM runs WHERE number > 20");
    CHECK(f.refreshed() == texts_of(f.runs.truth()));
}
