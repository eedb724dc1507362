// SPDX-License-Identifier: BSL-1.0
// Whatever happens to those who write and read a workspace: what was acknowledged is there, and nothing else.
#include <catch2/catch.hpp>

#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <estima/archive/export_run.hpp>
#include <estima/archive/import_run.hpp>
#include <estima/history/metrics.hpp>
#include <estima/snapshot/snapshot_store.hpp>
#include <estima/tracking/run_context.hpp>
#include <estima/workspace/copy_workspace.hpp>
#include <estima/workspace/delete_run.hpp>
#include <estima/workspace/search_runs.hpp>
#include <estima/workspace/verify.hpp>
#include <estima/workspace/verify_index.hpp>

#include <support/answered_calls.hpp>
#include <support/error_of.hpp>
#include <support/fake_run.hpp>
#include <support/many_runs.hpp>
#include <support/scoped_variable.hpp>
#include <support/skip.hpp>

#include "submitted.hpp"

namespace {
using namespace estima_test;

/// What processes that are killed have begun, and what they were told is done.
struct told_work {
    static constexpr std::size_t most = 100'000;
    std::atomic<std::size_t> begun{0}, lines_done{0}, points_begun{0}, points_done{0}, lists_begun{0}, lists_done{0};
    std::atomic<bool> is_done[most]{};

    static told_work& shared() {
        void* const room =
            ::mmap(nullptr, sizeof(told_work), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (room == MAP_FAILED) throw std::runtime_error{"mmap failed"};
        return *new (room) told_work;
    }
};

/// A process that works until it is killed after that many microseconds.
template <class Work>
class doomed {
public:
    explicit doomed(Work const& work) : pid_{::fork()} {
        if (pid_ != 0) return;
        try {
            for (;;) work();
        } catch (std::exception const& e) {
            std::fprintf(stderr, "doomed: %s\n", e.what());
        }
        ::_exit(1);
    }
    ~doomed() {
        ::kill(pid_, SIGKILL);
        int status = 0;
        while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
        }
        CHECK(WIFSIGNALED(status));
    }

private:
    pid_t pid_;
};

std::string all_findings(estima::workspace const& w) {
    std::string text;
    for (auto const& one : verify(w).findings) text += one.path + ": " + one.what + '\n';
    for (auto const& one : verify_index(w)) text += one.path + ": " + one.what + '\n';
    return text;
}

estima::detail::created_run run_of_faults(estima::workspace const& w) {
    auto made = estima::detail::create_run(w.path(), "faults", {.script = "a"}, "", "/source");
    estima::journal log{made.directory.journal()};
    for (auto const s : {estima::run_status::preparing, estima::run_status::starting, estima::run_status::running})
        if (!log.append_status(s)) throw std::runtime_error{"no such status"};
    estima::make_directories(made.directory.outputs());
    return made;
}
void complete_faults(estima::run_directory const& run) {
    estima::journal log{run.journal()};
    for (auto const s : {estima::run_status::finalizing, estima::run_status::completed}) CHECK(log.append_status(s));
}
}  // namespace

TEST_CASE("writers and readers that are killed at a thousand moments: nothing acknowledged is lost, nothing invented") {
    temporary_directory folder;
    auto const w = estima::workspace::open(folder / "w");
    std::mt19937 random{4};
    std::size_t all_done = 0;
    for (int run_number = 0; run_number < 25; ++run_number) {
        auto const made = run_of_faults(w);
        told_work& told = told_work::shared();
        scoped_variable const id{"ESTIMA_RUN_ID", made.directory.run_id()},
            file{"ESTIMA_METRICS_FILE", made.directory.metrics_file(0).string()};
        int const kills = 20;
        for (int kill = 0; kill < kills; ++kill) {
            std::unique_ptr<estima::journal> log;
            doomed const writer{[&] {
                if (!log) log = std::make_unique<estima::journal>(made.directory.journal());
                std::size_t const n = told.begun++;
                std::string const name = "outputs/" + std::to_string(n);
                if (n % 8 == 0) {
                    write_file(made.directory.code() / name, name);
                    log->append({{"event", "artifact"},
                                 {"path", name},
                                 {"bytes", name.size()},
                                 {"sha256", estima::sha256_hex(name)}});
                }
                log->append({{"event", "tag"}, {"name", std::to_string(n)}, {"value", name}});
                told.is_done[n % told_work::most] = true;
                auto const run = estima::run_context::current();
                ++told.points_begun;
                run.log("n", static_cast<double>(n), static_cast<std::int64_t>(n));
                ++told.points_done;
                ++told.lists_begun;
                run.log_list("list", {1, static_cast<double>(n)});
                ++told.lists_done;
            }};
            doomed const reader{[&] {
                estima::run_index index{w.path()};
                index.refresh();
                index.search(estima::query::metric("n") > 3.0);
                estima::run const run{made.directory};
                (void)run.get_details();
                (void)run.get_metrics();
            }};
            timespec const life{0, static_cast<long>(random() % 6'000'000)};
            ::nanosleep(&life, nullptr);
        }
        complete_faults(made.directory);
        estima::run_record const record = estima::journal{made.directory.journal()}.record();
        CHECK(record.lines_ignored == 0);
        std::size_t lost = 0, invented = 0;
        for (std::size_t n = 0; n < told.begun; ++n)
            lost += told.is_done[n] && !record.tags.contains(std::to_string(n)) ? 1U : 0U;
        for (auto const& [name, value] : record.tags)
            invented += std::stoul(name) >= told.begun || value != "outputs/" + name ? 1U : 0U;
        CHECK(lost == 0);
        CHECK(invented == 0);
        all_done += record.tags.size();
        auto const points = estima::read_metrics(made.directory.metrics(), "n", true).points("n").size();
        CHECK(points >= told.points_done);
        CHECK(points <= told.points_begun);
        auto const lists = estima::read_metrics(made.directory.metrics(), "list", true).lists["list"].size();
        CHECK(lists >= told.lists_done);
        CHECK(lists <= told.lists_begun);
    }
    CHECK(all_findings(w) == "");
    CHECK(all_done > 1000);  // they were killed at work, not before it
}

TEST_CASE("sixty-four ranks log at once, each to its own files and to the journal") {
    constexpr int ranks = 64, points = 500;
    temporary_directory folder;
    auto const w = estima::workspace::open(folder / "w");
    auto const made = run_of_faults(w);
    {
        std::vector<other_program> all;
        for (int rank = 0; rank < ranks; ++rank)
            all.emplace_back([&, rank] {
                scoped_variable const id{"ESTIMA_RUN_ID", made.directory.run_id()},
                    file{"ESTIMA_METRICS_FILE", made.directory.metrics_file(rank).string()};
                auto const run = estima::run_context::current();
                estima::journal log{made.directory.journal()};
                for (int i = 0; i < points; ++i) {
                    run.log("loss", rank, i);
                    if (i % 100 == 0) run.log_list("list", {1, 2}, i);
                    if (i % 100 == 0)
                        log.append({{"event", "tag"}, {"name", std::to_string(rank) + "_" + std::to_string(i)}});
                }
                return run.dropped() == 0;
            });
        for (other_program& one : all) CHECK(one.succeeded());
    }
    complete_faults(made.directory);
    estima::run const run{made.directory};
    CHECK(run.get_tags().size() == ranks * points / 100);
    auto const metrics = run.get_metrics();
    CHECK(metrics.points("loss").size() == ranks * points);
    std::vector<std::int64_t> next(ranks, 0);
    for (auto const& p : metrics.points("loss")) {
        auto const rank = static_cast<std::size_t>(p.rank);
        if (p.value != static_cast<double>(rank) || p.step != next.at(rank)++)
            FAIL("rank " << rank << " lost its order");
    }
    CHECK(search_runs(w, "metrics.loss >= 0").runs.at(0).metrics.at("loss").count == ranks * points);
    CHECK(all_findings(w) == "");
}

TEST_CASE("where locks do nothing, lines stay whole, and a run has one end") {
    if (!other_program{[] { return answer_calls({SYS_flock}, 0); }}.succeeded())
        return skip("no seccomp: a file system without locks cannot be played");
    temporary_directory folder;
    auto const w = estima::workspace::open(folder / "w");
    auto const made = run_of_faults(w);
    {
        std::vector<other_program> hosts;
        for (int host = 0; host < 4; ++host)
            hosts.emplace_back([&, host] {
                if (!answer_calls({SYS_flock}, 0)) return false;
                scoped_variable const file{"ESTIMA_METRICS_FILE", made.directory.metrics_file(host).string()};
                estima::journal log{made.directory.journal()};
                auto const run = estima::run_context::current();
                for (int i = 0; i < 200; ++i) {
                    log.append({{"event", "tag"},
                                {"name", std::to_string(host) + "_" + std::to_string(i)},
                                {"value", std::string(100, 'x')}});
                    run.log("loss", i, i);
                }
                (void)log.append_status(host % 2 == 0 ? estima::run_status::failed : estima::run_status::canceled);
                for (int i = 0; i < 5; ++i) estima::detail::create_run(w.path(), "more", {.script = "a"}, "", "/");
                return true;
            });
        for (other_program& one : hosts) CHECK(one.succeeded());
    }
    estima::run const run{made.directory};
    CHECK(run.get_tags().size() == 800);
    CHECK(is_terminal(run.status()));
    estima::run_status const end = run.status();
    CHECK(estima::journal{made.directory.journal()}.record().status == end);  // for everybody the same
    CHECK(run.get_metrics().points("loss").size() == 800);
    CHECK(w.runs().size() == 21);
    CHECK(search_runs(w).size() == 21);
}

TEST_CASE("a journal with a line of 100 MB, and lines torn, doubled, in another order and foreign, is read past them") {
    temporary_directory folder;
    auto const w = estima::workspace::open(folder / "w");
    auto const made = run_of_faults(w);
    auto const file = made.directory.journal();
    append_file(file, "{\"event\":\"foreign\",\"text\":\"" + std::string(100'000'000, 'x') + "\"}\n");
    append_file(file, std::string(100'000, '[') + "\n{\"event\":\"tag\",\"name\":\"torn\n\xff\xfe\0\n");
    for (int i = 0; i < 2; ++i) append_file(file, "{\"event\":\"tag\",\"name\":\"twice\",\"value\":\"1\"}\n");
    append_file(file, "{\"event\":\"status\",\"status\":\"NotStarted\"}\n");  // comes before what was
    append_file(file, "{\"event\":\"tag\",\"name\":\"begun");
    estima::run const run{made.directory};
    run.tag("after", "all");
    CHECK_THAT(error_of([&] { run.tag("long", std::string(estima::longest_event, 'x')); }),
               Catch::StartsWith("[EST-646]"));
    complete_faults(made.directory);
    auto const details = run.get_details();
    CHECK(details.status == estima::run_status::completed);
    CHECK(details.tags == std::map<std::string, std::string>{{"after", "all"}, {"twice", "1"}});
    CHECK(search_runs(w, "tags.after = 'all' and status = 'FINISHED'").size() == 1);
    CHECK(verify_index(w).empty());
    estima::verify_report const report = verify(w);
    REQUIRE(report.findings.size() == 2);
    CHECK_THAT(report.findings[0].what, Catch::EndsWith(" lines are no events of a run"));
    CHECK(report.findings[1].is == estima::verify_finding::kind::note);
    CHECK_THAT(report.findings[1].what, Catch::StartsWith("1 line tells once more, or out of turn"));
}

TEST_CASE("a disk that is full while the index is updated, a run is exported, all is copied") {
    many_runs runs;
    runs.add_all(0, 300);
    estima::replace_file(runs.path() / "workspace.json", "{\"format\":1}\n");
    auto const w = estima::workspace::open(runs.path());
    auto const truth = texts_of(runs.truth());
    temporary_directory folder;
    for (rlim_t const limit : {0U, 4096U, 20'000U, 70'000U, 200'000U, 1'000'000U}) {
        CAPTURE(limit);
        for (char const* const end : {"", "-wal", "-shm"})
            std::filesystem::remove(runs.path() / (std::string{"index.sqlite"} + end));
        other_program full{[&] {
            ::signal(SIGXFSZ, SIG_IGN);
            rlimit const most{limit, limit};
            if (::setrlimit(RLIMIT_FSIZE, &most) != 0) return false;
            estima::run_index index{runs.path()};
            index.refresh();
            if (texts_of(index) != truth) return false;
            if (limit > 0) return true;  // there are smaller files
            bool const told = error_of([&] { copy_workspace(w, folder / "copy"); }).starts_with("[EST-301]") &&
                              error_of([&] { export_run(w, runs.id(0), folder / "run.tar"); }).starts_with("[EST-301]");
            return told && std::filesystem::is_empty(folder.path());
        }};
        CHECK(full.succeeded());
        estima::run_index index{runs.path()};
        index.refresh();
        CHECK(texts_of(index) == truth);
        CHECK(index.why_in_memory().empty());
    }
    CHECK(verify_index(w).empty());
}

TEST_CASE("where the file system cannot look and rename at once, runs are deleted, restored, exported and imported") {
    auto const refuse = [] { return answer_calls({SYS_renameat2}, EINVAL); };
    if (!other_program{refuse}.succeeded()) return skip("no seccomp: a file system such as NFS cannot be played");
    temporary_directory folder;
    auto const w = estima::workspace::open(folder / "w"), other = estima::workspace::open(folder / "other");
    auto const made = run_of_faults(w);
    complete_faults(made.directory);
    std::string const id = made.directory.run_id();
    other_program on_nfs{[&] {
        if (!refuse()) return false;
        write_file(folder / "source/train.py", "pass");
        estima::snapshot_store{w.path() / "snapshots"}.take(folder / "source");
        estima::delete_run(w, id);
        if (estima::deleted_runs(w) != std::vector<std::string>{id}) return false;
        estima::restore_run(w, id);
        estima::export_run(w, id, folder / "run.tar");
        if (error_of([&] { estima::export_run(w, id, folder / "run.tar"); }).find("EST-") == std::string::npos)
            return false;
        if (estima::import_run(other, folder / "run.tar").was_there) return false;
        return estima::import_run(other, folder / "run.tar").was_there;
    }};
    CHECK(on_nfs.succeeded());
    CHECK(w.run(id).status() == other.run(id).status());
    CHECK(all_findings(w) == "");
    CHECK(all_findings(other) == "");
    CHECK_FALSE(std::filesystem::is_empty(w.path() / "snapshots/trees"));
}
