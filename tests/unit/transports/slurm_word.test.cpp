// SPDX-License-Identifier: BSL-1.0
#include <estima/transport/slurm_jobs.hpp>
#include <estima/transport/slurm_script.hpp>
#include <estima/transport/slurm_word.hpp>

#include <catch2/catch.hpp>

#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <support/temporary_directory.hpp>

namespace {
using estima::run_status;
using estima::slurm_job;

/// A run of which there is nothing but its journal.
struct a_run {
    estima_test::temporary_directory folder{};
    estima::run_directory directory{folder / "digits_1_00000000"};
    a_run() {
        std::filesystem::create_directories(directory.system_logs());
        estima::journal::create(directory.journal(), {{"event", "created"}, {"run_id", directory.run_id()}});
    }
    estima::run_record record() const { return estima::journal{directory.journal()}.record(); }
    void enters(std::vector<run_status> const& all) const {
        estima::journal log{directory.journal()};
        for (run_status const s : all) REQUIRE(log.append_status(s));
    }
    bool hears(slurm_job const& job) const { return estima::slurm_word{directory}.is(job); }
    std::string error_id() const { return record().error ? record().error->id : ""; }
};

slurm_job job_that_is(std::string state, std::string reason = "") {
    return {.id = 7, .states = {std::move(state)}, .reason = std::move(reason), .nodes = "n[1-2]", .first_node = "n1"};
}

/// The shell's exit code for a text.
int shell(std::filesystem::path const& folder, std::string const& text) {
    std::ofstream{folder / "job.sh"} << text;
    return WEXITSTATUS(std::system(("sh " + (folder / "job.sh").string()).c_str()));
}
}  // namespace

TEST_CASE("a job that waits makes its run Queued, and says for what, once") {
    a_run run;
    CHECK(run.hears(job_that_is("PENDING", "Resources")));
    CHECK(run.record().status == run_status::queued);
    CHECK(run.record().waits_for == "Resources");
    CHECK_FALSE(run.hears(job_that_is("PENDING", "Resources")));
    CHECK(run.hears(job_that_is("PENDING", "Priority")));
    run.enters({run_status::preparing});
    CHECK(run.record().waits_for.empty());
    CHECK_FALSE(run.hears(job_that_is("RUNNING")));
}

TEST_CASE("each end of a job that its supervisor could not tell has its cause") {
    struct {
        slurm_job job;
        char const* id;
    } const ends[]{{job_that_is("TIMEOUT"), "EST-761"},
                   {job_that_is("NODE_FAIL"), "EST-762"},
                   {job_that_is("BOOT_FAIL"), "EST-762"},
                   {job_that_is("PREEMPTED"), "EST-763"},
                   {job_that_is("OUT_OF_MEMORY"), "EST-764"},
                   {job_that_is("CANCELLED", "DependencyNeverSatisfied"), "EST-766"},
                   {job_that_is("FAILED", "NonZeroExitCode"), "EST-767"},
                   {job_that_is("COMPLETED"), "EST-767"}};
    for (auto const& [job, id] : ends) {
        a_run run;
        run.enters({run_status::queued, run_status::preparing, run_status::starting, run_status::running});
        CHECK(run.hears(job));
        CHECK(run.record().status == run_status::failed);
        CHECK(run.error_id() == id);
        CHECK_FALSE(run.hears(job));  // it is over
    }
    a_run unseen;
    unseen.enters({run_status::queued});
    slurm_job job = job_that_is("FAILED", "NonZeroExitCode");
    job.exit_code = estima::exit_without_run;
    CHECK(unseen.hears(job));
    CHECK(unseen.error_id() == "EST-765");
}

TEST_CASE("a job that ends while the run is told to, or by somebody else's hand, is Canceled") {
    a_run asked, other, gone;
    asked.enters({run_status::queued, run_status::cancel_requested});
    CHECK(asked.hears(job_that_is("CANCELLED")));
    CHECK(asked.record().status == run_status::canceled);
    CHECK(asked.record().warnings.empty());
    other.enters({run_status::queued});
    CHECK(other.hears(job_that_is("CANCELLED")));
    CHECK(other.record().status == run_status::canceled);
    CHECK(other.record().warnings.size() == 1);
    gone.enters({run_status::queued});
    CHECK(estima::slurm_word{gone.directory}.is_gone());
    CHECK(gone.error_id() == "EST-768");
}

TEST_CASE("what the supervisor wrote is the end, whatever the job's is") {
    a_run run;
    run.enters({run_status::queued, run_status::preparing, run_status::starting, run_status::running,
                run_status::finalizing, run_status::completed});
    CHECK_FALSE(run.hears(job_that_is("FAILED")));
    CHECK_FALSE(estima::slurm_word{run.directory}.is_gone());
    CHECK(run.record().status == run_status::completed);
}

TEST_CASE("a job that is put back into the queue is the next attempt of its run, told once") {
    a_run run;
    run.enters({run_status::queued, run_status::preparing, run_status::starting, run_status::running});
    slurm_job job = job_that_is("PENDING", "BeginTime");
    job.restarts = 1;
    CHECK(run.hears(job));
    CHECK(run.record().attempt() == 2);
    CHECK(run.record().status == run_status::queued);
    CHECK(run.record().waits_for == "BeginTime");
    CHECK_FALSE(run.hears(job));
    estima::journal log{run.directory.journal()};
    CHECK_FALSE(estima::append_slurm_attempt(log, 1));  // its supervisor comes
    run.enters({run_status::preparing, run_status::starting});
    log.append({{"event", "interrupted"}, {"signal", "SIGTERM"}});
    CHECK(estima::append_slurm_attempt(log, 2));
    CHECK(run.record().attempts.back().cause == "preemption");
    CHECK(run.record().attempts.front().cause == "node_failure");
}

TEST_CASE("a run knows its job in a list of Slurm's") {
    estima::slurm_job_id const one{.id = 7}, third{.id = 7, .task = 3};
    CHECK(one.is(slurm_job{.id = 7}));
    CHECK_FALSE(one.is(slurm_job{.id = 8}));
    CHECK(third.is(slurm_job{.id = 10, .array_id = 7, .array_task = 3}));
    CHECK_FALSE(third.is(slurm_job{.id = 11, .array_id = 7, .array_task = 4}));
    CHECK(third.is(slurm_job{.id = 7, .array_id = 7, .array_tasks = "2-5,9%2"}));
    CHECK_FALSE(third.is(slurm_job{.id = 7, .array_id = 7, .array_tasks = "4-9"}));
    CHECK(third.text() == "7_3");
    estima::run_record record;
    CHECK_FALSE(estima::slurm_job_id::of(record));
    record.properties["slurm_job_id"] = "7_3";
    CHECK(estima::slurm_job_id::of(record)->task == 3);
}

TEST_CASE("a job's script tells by its exit code what the host lacks, and becomes the supervisor") {
    a_run run;
    std::filesystem::path const launcher = run.folder / "launcher";
    std::string const script =
        estima::slurm_script({run.directory}, {.launcher = launcher.string(), .durability = "process_death"});
    CHECK(shell(run.folder.path(), script) == estima::exit_without_launcher);
    std::ofstream{launcher} << "#!/bin/sh\necho $ESTIMA_RUN_ID $*\n";
    std::filesystem::permissions(launcher, std::filesystem::perms{0755});
    CHECK(shell(run.folder.path(), script) == 0);
    std::string said;
    std::ifstream log{run.directory.system_logs() / "slurm.txt"};
    for (std::string line; std::getline(log, line);) said = line;
    CHECK(said == "digits_1_00000000 supervise --foreground " + run.directory.path.string());

    estima::run_directory const nowhere{run.folder / "it's not there"};
    std::string const array =
        estima::slurm_script({nowhere, run.directory}, {.launcher = launcher.string(), .is_array = true});
    CHECK(shell(run.folder.path(), "SLURM_ARRAY_TASK_ID=1\n" + array) == 0);
    CHECK(shell(run.folder.path(), "sleep() { :; }\nSLURM_ARRAY_TASK_ID=0\n" + array) == estima::exit_without_run);
    CHECK(shell(run.folder.path(), "SLURM_ARRAY_TASK_ID=2\n" + array) == estima::exit_without_run);
}
