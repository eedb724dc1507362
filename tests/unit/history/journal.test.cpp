// SPDX-License-Identifier: BSL-1.0
#include <estima/history/journal.hpp>

#include <catch2/catch.hpp>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <fstream>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "../../support/temporary_directory.hpp"

namespace {
using estima::journal;
using estima::json;
using estima::run_status;

struct fixture {
    estima_test::temporary_directory folder{};
    std::filesystem::path file = folder / "events.jsonl";
    fixture() {
        journal::create(file, {{"event", "created"},
                               {"run_id", "digits_1_0"},
                               {"experiment", "digits"},
                               {"tags", {{"owner", "ada"}}},
                               {"properties", {{"ContentSnapshotId", "abc"}}}});
    }
    void add_text(std::string const& text) const { std::ofstream{file, std::ios::app} << text; }
};
}  // namespace

TEST_CASE("a journal tells what was written to it, to its writer and to others") {
    fixture f;
    journal writer{f.file}, reader{f.file};
    CHECK(reader.record().run_id == "digits_1_0");
    CHECK(reader.record().status == run_status::not_started);
    CHECK(reader.record().tags.at("owner") == "ada");
    CHECK(reader.record().properties.at("ContentSnapshotId") == "abc");
    CHECK(reader.record().created > 1.6e9);

    CHECK(writer.append_status(run_status::preparing));
    writer.append({{"event", "tag"}, {"name", "owner"}, {"value", "grace"}});
    writer.append({{"event", "supervisor"}, {"pid", 42}, {"start_ticks", 12345678901}, {"host", "here"}});
    writer.append({{"event", "rank_start"}, {"rank", 1}, {"host", "b"}, {"pid", 8}});
    writer.append({{"event", "rank_start"}, {"rank", 0}, {"host", "a"}, {"pid", 7}});
    writer.append({{"event", "rank_exit"},
                   {"rank", 1},
                   {"host", "b"},
                   {"signal", "SIGSEGV"},
                   {"ended_on_request", false},
                   {"wall_seconds", 1.5},
                   {"user_seconds", 0.5},
                   {"system_seconds", 0.25},
                   {"peak_memory_bytes", 4096}});
    writer.append({{"event", "artifact"}, {"path", "outputs/m"}, {"bytes", 3}, {"sha256", "ff"}});
    writer.append({{"event", "model"}, {"name", "m"}, {"version", 2}, {"path", "outputs/m"}});
    writer.append({{"event", "warning"}, {"message", "careful"}});
    writer.append({{"event", "of a later version"}, {"what", 1}});

    for (journal* j : {&writer, &reader}) {
        estima::run_record const& r = j->record();
        CHECK(r.status == run_status::preparing);
        CHECK(r.tags.at("owner") == "grace");
        CHECK(r.supervisor_pid == 42);
        CHECK(r.supervisor_start_ticks == 12345678901);
        REQUIRE(r.ranks.size() == 2);
        CHECK(r.ranks[0].pid == 7);
        CHECK_FALSE(r.ranks[0].ended);
        CHECK(r.ranks[1].signal == "SIGSEGV");
        CHECK(r.ranks[1].ended);
        CHECK(r.ranks[1].peak_memory_bytes == 4096);
        REQUIRE(r.artifacts.size() == 1);
        CHECK(r.artifacts[0].bytes == 3);
        REQUIRE(r.models.size() == 1);
        CHECK(r.models[0].version == 2);
        CHECK(r.warnings == std::vector<std::string>{"careful"});
        CHECK(r.lines_ignored == 0);
    }
}

TEST_CASE("a status that the table does not allow is refused and not written") {
    fixture f;
    journal j{f.file};
    auto const size = std::filesystem::file_size(f.file);
    CHECK_FALSE(j.append_status(run_status::completed));
    CHECK_FALSE(j.append_status(run_status::running));
    CHECK(std::filesystem::file_size(f.file) == size);
    CHECK(j.append_status(
        run_status::failed,
        {{"error",
          to_json(estima::run_error{
              .id = "EST-421", .message = "it broke", .rank = 1, .exit_code = 3, .stderr_tail = {"a", "b"}})}}));
    for (auto const next :
         {run_status::canceled, run_status::cancel_requested, run_status::running, run_status::failed})
        CHECK_FALSE(j.append_status(next));
    estima::run_record const& r = j.record();
    REQUIRE(r.error);
    CHECK(r.error->id == "EST-421");
    CHECK(r.error->rank == 1);
    CHECK(r.error->exit_code == 3);
    CHECK(r.error->stderr_tail == std::vector<std::string>{"a", "b"});
}

TEST_CASE("of many that end a run at once, one does") {
    fixture f;
    std::atomic<int> won{0};
    std::vector<std::thread> all;
    for (int i = 0; i < 8; ++i)
        all.emplace_back([&f, &won, i] {
            if (journal{f.file}.append_status(i % 2 == 0 ? run_status::failed : run_status::canceled)) ++won;
        });
    for (auto& t : all) t.join();
    CHECK(won == 1);
    CHECK(journal{f.file}.record().status_changes.size() == 2);  // created, ended
}

TEST_CASE("lines of many writers are all there and whole") {
    fixture f;
    constexpr int writers = 8, count = 200;
    std::vector<std::thread> all;
    for (int w = 0; w < writers; ++w)
        all.emplace_back([&f, w] {
            journal j{f.file};
            for (int i = 0; i < count; ++i)
                j.append({{"event", "warning"},
                          {"message", std::to_string(w) + " " + std::to_string(i) + std::string(200, 'x')}});
        });
    for (auto& t : all) t.join();
    journal j{f.file};
    auto const& warnings = j.record().warnings;
    CHECK(std::set<std::string>(warnings.begin(), warnings.end()).size() == writers * count);
    CHECK(j.record().lines_ignored == 0);
}

TEST_CASE("a torn last line is told, and closed by the next writer") {
    fixture f;
    journal j{f.file};
    CHECK(j.append_status(run_status::preparing));
    f.add_text(R"({"event":"status","status":"Start)");
    CHECK(j.record().status == run_status::preparing);
    CHECK(j.has_torn_end());
    CHECK(j.record().lines_ignored == 0);  // its writer may be about to finish it

    CHECK(journal{f.file}.append_status(run_status::failed));
    CHECK(j.record().status == run_status::failed);
    CHECK_FALSE(j.has_torn_end());
    CHECK(j.record().lines_ignored == 0);  // nobody was told that it is kept
    f.add_text("{\"event\":\"status\",\"status\":\"Start\n");
    CHECK(j.record().lines_ignored == 1);
}

TEST_CASE("lines that are no events are skipped and counted") {
    fixture f;
    f.add_text(
        "not json\n[1,2]\n{\"event\":\"status\",\"status\":7}\n\n{\"event\":\"warning\",\"message\":\"kept\"}\n");
    journal j{f.file};
    CHECK(j.record().lines_ignored == 3);
    CHECK(j.record().warnings == std::vector<std::string>{"kept"});
    CHECK(j.record().status == run_status::not_started);
}

TEST_CASE("a line that is longer than any that is written is passed over and counted, and what follows is read") {
    fixture f;
    auto const line = [](std::string const& name, std::size_t bytes) {
        std::string const begin = R"({"event":"tag","name":")" + name + R"(","value":")";
        return begin + std::string(bytes - begin.size() - 2, 'x') + "\"}\n";
    };
    f.add_text(line("longest", estima::longest_event) + line("too long", estima::longest_event + 1) + line("next", 50));
    auto const record = journal{f.file}.record();
    CHECK(record.tags.contains("longest"));
    CHECK_FALSE(record.tags.contains("too long"));
    CHECK(record.tags.contains("next"));
    CHECK(record.lines_ignored == 1);
}

TEST_CASE("a number that its member cannot hold makes a line one of nobody's") {
    fixture f;
    f.add_text(R"({"event":"rank_start","rank":7.9e86})" "\n" R"({"event":"rank_start","rank":4294967297})" "\n"
               R"({"event":"supervisor","pid":18446744073709551615})" "\n"
               R"({"event":"artifact","path":"a","bytes":-1})" "\n" R"({"event":"rank_start","rank":1.5})" "\n"
               R"({"event":"rank_start","rank":1,"pid":-3})" "\n");
    auto const record = journal{f.file}.record();
    CHECK(record.lines_ignored == 5);
    CHECK(record.supervisor_pid == 0);
    CHECK(record.artifacts.empty());
    REQUIRE(record.ranks.size() == 1);
    CHECK(record.ranks.front().pid == -3);
}

TEST_CASE("text that is not UTF-8 does not keep an event out of the journal") {
    fixture f;
    journal j{f.file};
    j.append({{"event", "warning"}, {"message", "a\xFF\x62"}});
    REQUIRE(j.record().warnings.size() == 1);
    CHECK(j.record().warnings[0] == "a\xEF\xBF\xBD\x62");
}

TEST_CASE("a journal on a full disk says so, and goes on where the line broke off") {
    fixture f;
    pid_t const child = ::fork();  // so that the limit on file sizes ends with it
    if (child == 0) {
        ::signal(SIGXFSZ, SIG_IGN);
        journal j{f.file};
        rlimit limit{};
        ::getrlimit(RLIMIT_FSIZE, &limit);
        rlimit const full{std::filesystem::file_size(f.file) + 20, limit.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &full);
        bool refused = false;
        try {
            j.append({{"event", "warning"}, {"message", "lost"}});
        } catch (estima::error const& e) {
            refused = e.id() == "EST-301";
        }
        ::setrlimit(RLIMIT_FSIZE, &limit);
        j.append({{"event", "warning"}, {"message", "kept"}});
        ::_exit(refused ? 0 : 1);
    }
    REQUIRE(child > 0);
    int status = -1;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
    journal j{f.file};
    CHECK(j.record().warnings == std::vector<std::string>{"kept"});
    CHECK(j.record().lines_ignored == 0);  // its writer was told that it is not kept
}

TEST_CASE("room for the last words of a run is kept") {
    fixture f;
    struct stat status {};
    REQUIRE(::stat(f.file.c_str(), &status) == 0);
    CHECK(status.st_size < 1000);
    CHECK(status.st_blocks * 512 >= 64 * 1024);
}

TEST_CASE("a journal that is not there, or there already, is an error") {
    fixture f;
    CHECK_THROWS_AS(journal{f.folder / "none"}, estima::error);
    CHECK_THROWS_AS(journal::create(f.file, {{"event", "created"}}), estima::error);
}

TEST_CASE("a journal that somebody cut short is read anew") {
    fixture f;
    journal reader{f.file};
    for (int i = 0; i < 100; ++i) journal{f.file}.append({{"event", "warning"}, {"message", "a long one, to be lost"}});
    CHECK(reader.record().warnings.size() == 100);
    std::filesystem::resize_file(f.file, 0);
    REQUIRE(journal{f.file}.append_status(run_status::failed, {{"error", {{"id", "EST-420"}, {"message", "m"}}}}));
    CHECK(reader.record().status == run_status::failed);
    CHECK(reader.record().warnings.empty());
}

TEST_CASE("a status that the table does not allow is not believed, whoever wrote it") {
    fixture f;
    f.add_text("{\"event\":\"status\",\"status\":\"Running\"}\n");
    journal log{f.file};
    CHECK(log.record().status == run_status::not_started);
    CHECK(log.record().lines_passed_over == 1);
    CHECK(log.record().lines_ignored == 0);
    CHECK(log.append_status(run_status::preparing));
}

TEST_CASE("the end of a run counts wherever it stands, and nothing after it") {
    fixture f;
    journal log{f.file};
    for (auto const s : {run_status::preparing, run_status::starting, run_status::running})
        REQUIRE(log.append_status(s));
    f.add_text("{\"event\":\"status\",\"status\":\"Completed\"}\n{\"event\":\"status\",\"status\":\"Finalizing\"}\n");
    CHECK(log.record().status == run_status::completed);
    CHECK(log.record().lines_passed_over == 1);
    CHECK_FALSE(log.append_status(run_status::failed));
    CHECK_FALSE(journal{f.file}.append_status(run_status::completed));
}

TEST_CASE("a line that makes the run, there once more, takes back nothing of what was changed since") {
    fixture f;
    std::filesystem::remove(f.file);
    journal::create(f.file, {{"event", "created"}, {"run_id", "digits_1_0"}, {"experiment", "digits"}, {"host", "here"},
                             {"display_name", "first"}, {"tags", {{"owner", "ada"}}}});
    std::string const begin = estima::read_file(f.file);
    journal log{f.file};
    log.append({{"event", "experiment"}, {"value", "fashion"}});
    log.append({{"event", "display_name"}, {"value", "second"}});
    log.append({{"event", "tag"}, {"name", "owner"}, {"value", "grace"}});
    f.add_text(begin);
    for (estima::run_record const& r : {log.record(), journal{f.file}.record()}) {
        CHECK(r.experiment == "fashion");
        CHECK(r.display_name == "second");
        CHECK(r.tags.at("owner") == "grace");
        CHECK(r.status_changes.size() == 1);
        CHECK(r.lines_passed_over == 1);
        CHECK(r.lines_ignored == 0);
    }
}

TEST_CASE("lines that are there twice tell their warning and their model once") {
    fixture f;
    {
        journal log{f.file};
        log.append({{"event", "warning"}, {"message", "low on memory"}});
        log.append({{"event", "model"}, {"name", "m"}, {"version", 1}, {"path", "outputs/m"}});
    }
    f.add_text(estima::read_file(f.file));
    journal log{f.file};
    CHECK(log.record().warnings.size() == 1);
    CHECK(log.record().models.size() == 1);
    log.append({{"event", "warning"}, {"message", "low on memory"}});  // and once more, later
    CHECK(log.record().warnings.size() == 2);
}

TEST_CASE("a shorter grace replaces a longer one, and not the other way") {
    fixture f;
    journal log{f.file};
    REQUIRE(log.append_status(run_status::cancel_requested, {{"grace_seconds", 60}}));
    log.append({{"event", "grace"}, {"grace_seconds", 3}});
    log.append({{"event", "grace"}, {"grace_seconds", 30}});
    CHECK(log.record().cancel_grace_seconds == 3);
}

TEST_CASE("an attempt that ended early is kept beside the next one") {
    fixture f;
    journal log{f.file};
    estima::run_error const lost{.id = "EST-726", .message = "the host n2 was lost", .host = "n2"};
    CHECK(log.append_attempt("node_failure", lost) == 0);  // nothing has begun
    REQUIRE(log.append_status(run_status::starting));
    REQUIRE(log.append_status(run_status::running));
    log.append({{"event", "rank_start"}, {"rank", 0}, {"host", "n2"}, {"pid", 7}});
    CHECK(log.append_attempt("node_failure", lost) == 2);
    journal other{f.file};
    for (journal* const reader : {&log, &other}) {
        estima::run_record const& r = reader->record();
        CHECK(r.status == run_status::queued);
        CHECK(r.attempt() == 2);
        CHECK(r.ranks.empty());
        CHECK_FALSE(r.error);
        REQUIRE(r.attempts.size() == 1);
        CHECK(r.attempts[0].number == 1);
        CHECK(r.attempts[0].cause == "node_failure");
        CHECK(r.attempts[0].error->host == "n2");
        REQUIRE(r.attempts[0].ranks.size() == 1);
        CHECK(r.attempts[0].ranks[0].pid == 7);
    }
    REQUIRE(log.append_status(run_status::preparing));
    REQUIRE(log.append_status(run_status::cancel_requested));
    CHECK(log.append_attempt("node_failure", lost) == 0);  // somebody asked for its end
    CHECK(log.record().status == run_status::cancel_requested);
}

TEST_CASE("lines of attempts and of what processes used count once, however often they are there") {
    fixture f;
    journal log{f.file};
    auto const doubled = [&](auto const& write) {
        std::size_t const before = estima::read_file(f.file).size();
        write();
        f.add_text(estima::read_file(f.file).substr(before));
    };
    auto const run_rank = [&](double seconds) {
        REQUIRE(log.append_status(run_status::starting));
        REQUIRE(log.append_status(run_status::running));
        doubled([&] {
            log.append({{"event", "rank_exit"}, {"rank", 0}, {"exit_code", 1}, {"user_seconds", seconds}});
            log.append({{"event", "rank_rest"}, {"rank", 0}, {"user_seconds", 8}, {"peak_memory_bytes", 4096}});
        });
    };
    run_rank(1);
    std::string attempt = estima::read_file(f.file);
    doubled([&] { CHECK(log.append_attempt("any_failure", {.id = "EST-420", .message = "it failed"}) == 2); });
    attempt = estima::read_file(f.file).substr(attempt.size());
    run_rank(2);
    f.add_text(attempt);  // and once more, when the next one runs
    for (estima::run_record const& r : {log.record(), journal{f.file}.record()}) {
        CHECK(r.status == run_status::running);
        REQUIRE(r.attempts.size() == 1);
        CHECK(r.attempts[0].ranks.at(0).user_seconds == 9);
        REQUIRE(r.ranks.size() == 1);
        CHECK(r.ranks[0].user_seconds == 10);
        CHECK(r.ranks[0].peak_memory_bytes == 4096);
        CHECK(r.lines_passed_over == 7);
        CHECK(r.lines_ignored == 0);
    }
    CHECK(log.append_attempt("any_failure", {.id = "EST-420", .message = "it failed"}) == 3);
}
