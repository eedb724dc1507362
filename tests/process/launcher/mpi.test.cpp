// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <sys/stat.h>

#include <algorithm>
#include <set>
#include <thread>

#include <estima/launcher/host_facts.hpp>
#include <estima/launcher/launch_plan.hpp>
#include <estima/launcher/plan_text.hpp>
#include <estima/system/command_output.hpp>
#include <support/scoped_variable.hpp>
#include <support/skip.hpp>

#include <sstream>

#include <estima/history/follow_output.hpp>

#include "made_run.hpp"

using estima_test::has_mpirun;
using estima_test::made_run;
using status = estima::run_status;

namespace {

bool has_mpi4py() {
    estima::run_configuration const c = made_run::mpi(made_run::python(""), 1);
    return has_mpirun() && estima::is_executable_file("/usr/bin/python3") && estima::can_import_mpi4py(c);
}

char const environment_script[] =
    "#!/bin/sh\n"
    "echo \"$OMPI_COMM_WORLD_RANK/$OMPI_COMM_WORLD_SIZE $RANK/$WORLD_SIZE $LOCAL_RANK/$LOCAL_WORLD_SIZE $NODE_RANK\"\n"
    "echo \"$MASTER_ADDR $GLOO_SOCKET_IFNAME $MASTER_PORT\"\n"
    "env | grep -c '^OMPI_\\|^PMIX_'\n"
    "echo \"${ESTIMA_METRICS_FILE##*/}\"\n";

/// A program that stands in for mpirun: what it gets as arguments is in "$@".
std::string stand_in(made_run& run, std::string const& body) {
    std::filesystem::path const file = run.scratch("mpirun stand-in");
    std::ofstream{file} << "#!/bin/sh\n" << body;
    std::filesystem::permissions(file, std::filesystem::perms{0755});
    return file.string();
}

}  // namespace

TEST_CASE("mpi: all ranks of an MPI program are one world") {
    if (!has_mpi4py()) return estima_test::skip("python3-mpi4py or openmpi-bin is not installed");
    made_run run{
        made_run::mpi(made_run::python("train.py"), 3),
        {{"train.py", "from mpi4py import MPI\nc = MPI.COMM_WORLD\nprint(c.rank, c.allreduce(c.rank + 1))\n"}}};
    auto const record = run.run();
    INFO(estima::read_file(run.directory.journal()) << estima::read_file(run.directory.mpirun_log()));
    REQUIRE(record.status == status::completed);
    CHECK(record.warnings.empty());
    REQUIRE(record.ranks.size() == 3);
    for (int rank = 0; rank < 3; ++rank) {
        CHECK(run.output(rank) == std::to_string(rank) + " 6\n");
        CHECK(record.ranks[static_cast<std::size_t>(rank)].exit_code == 0);
        CHECK(record.ranks[static_cast<std::size_t>(rank)].peak_memory_bytes > 1'000'000);
    }
    CHECK(run.living().empty());
}

TEST_CASE("mpi: more ranks than cores are started all the same") {
    if (!has_mpirun()) return estima_test::skip("openmpi-bin is not installed");
    int const ranks = estima::core_count() + 3;
    made_run run{made_run::mpi(made_run::native("train.sh"), ranks), {{"train.sh", environment_script}}};
    auto const record = run.run();
    INFO(estima::read_file(run.directory.journal()) << estima::read_file(run.directory.mpirun_log()));
    REQUIRE(record.status == status::completed);
    for (int rank = 0; rank < ranks; ++rank)
        CHECK(run.output(rank).starts_with(std::to_string(rank) + "/" + std::to_string(ranks) + " "));
}

TEST_CASE("mpi: a munge that is installed and does not run is not waited for, unless the user wants it") {
    if (!has_mpirun()) return estima_test::skip("openmpi-bin is not installed");
    std::string const wanted = GENERATE("", "^none");
    estima::run_configuration c = made_run::mpi(made_run::native("train.sh"), 1);
    if (!wanted.empty()) c.environment.environment_variables["PMIX_MCA_psec"] = wanted;
    made_run run{c, {{"train.sh", "#!/bin/sh\necho \"$PMIX_MCA_psec\"\n"}}};
    CHECK(run.run().status == status::completed);
    CHECK(run.output() == (wanted.empty() ? "^munge\n" : wanted + "\n"));
}

TEST_CASE("what several ranks wrote is shown in its order, whichever wrote it") {
    if (!estima_test::has_mpirun()) return;
    made_run run{made_run::mpi(made_run::native("train.sh"), 2),
                 {{"train.sh", "#!/bin/sh\ncd outputs\n"
                               "wait_for() { until [ -e $1 ]; do sleep 0.05; done; sleep 0.3; }\n"
                               "if [ $OMPI_COMM_WORLD_RANK = 0 ]; then echo one; touch 1; wait_for 2; echo three >&2; touch 3\n"
                               "else wait_for 1; echo two; touch 2; wait_for 3; echo four; fi\n"}}};
    CHECK(run.run().status == status::completed);
    std::ostringstream shown;
    estima::output_follower files{run.directory, {0, 1}, {.name_ranks = true}};
    while (files.copy(shown, true) == estima::output_follower::found::more) {
    }
    CHECK(shown.str() == "[0] one\n[1] two\n[0] three\n[1] four\n");
}

TEST_CASE("gloo: each process is told its place and the rendezvous, and nothing of MPI") {
    if (!has_mpirun()) return estima_test::skip("openmpi-bin is not installed");
    made_run run{made_run::gloo(made_run::native("train.sh"), 2), {{"train.sh", environment_script}}};
    auto const record = run.run();
    INFO(estima::read_file(run.directory.journal()) << estima::read_file(run.directory.mpirun_log()));
    REQUIRE(record.status == status::completed);
    std::set<std::string> rendezvous;
    for (int rank = 0; rank < 2; ++rank) {
        std::string const r = std::to_string(rank), output = run.output(rank);
        INFO(output);
        std::size_t const second = output.find('\n') + 1, third = output.find('\n', second) + 1;
        CHECK(output.substr(0, second) == "/ " + r + "/2 " + r + "/2 0\n");
        CHECK(output.substr(third) == "0\nrank_" + r + ".jsonl\n");
        rendezvous.insert(output.substr(second, third - second));
    }
    REQUIRE(rendezvous.size() == 1);
    CHECK(rendezvous.begin()->starts_with("127.0.0.1 lo "));
    CHECK(std::stoi(rendezvous.begin()->substr(13)) >= 1024);
}

TEST_CASE("gloo: one process needs no mpirun") {
    made_run run{made_run::gloo(made_run::native("train.sh"), 1), {{"train.sh", environment_script}}};
    auto const record = run.start("/no/mpirun/here").wait();
    INFO(estima::read_file(run.directory.journal()));
    REQUIRE(record.status == status::completed);
    CHECK(run.output().starts_with("/ 0/1 0/1 0\n127.0.0.1 lo "));
}

TEST_CASE("mpi: one rank that fails ends the others, and is the one that is named") {
    if (!has_mpi4py()) return estima_test::skip("python3-mpi4py or openmpi-bin is not installed");
    auto const [how, id, code] =
        GENERATE(table<std::string, std::string, int>({{"sys.exit(3)", "EST-420", 3},
                                                       {"raise ValueError('bad lot')", "EST-420", 1},
                                                       {"os._exit(4)", "EST-420", 4},
                                                       {"os.kill(os.getpid(), 11)", "EST-421", 0}}));
    made_run run{made_run::mpi(made_run::python("train.py"), 3),
                 {{"train.py",
                   "import os, sys\nfrom mpi4py import MPI\nc = MPI.COMM_WORLD\nc.Barrier()\n"
                   "print('rank', c.rank, file=sys.stderr)\nif c.rank == 1: " +
                       how + "\nc.Barrier()\n"}}};
    double const begin = estima::monotonic_seconds();
    auto const record = run.run();
    INFO(how << '\n' << estima::read_file(run.directory.journal()) << estima::read_file(run.directory.mpirun_log()));
    REQUIRE(record.status == status::failed);
    REQUIRE(record.error);
    CHECK(record.error->id == id);
    CHECK(record.error->rank == 1);
    CHECK(record.error->host == estima::host_name());
    if (code != 0)
        CHECK(record.error->exit_code == code);
    else
        CHECK(record.error->signal == "SIGSEGV");
    CHECK(record.error->message.find("on rank 1 (" + estima::host_name() + ")") != std::string::npos);
    REQUIRE_FALSE(record.error->stderr_tail.empty());
    CHECK(record.error->stderr_tail.size() <= 20);
    if (how.find("kill") == std::string::npos) CHECK(record.error->stderr_tail.front() == "rank 1");
    CHECK(estima::monotonic_seconds() - begin < 30);
    REQUIRE(record.ranks.size() == 3);
    for (auto const& r : record.ranks) {
        CHECK(r.ended);
        CHECK(r.ended_on_request == (r.rank != 1));
    }
    CHECK(run.living().empty());
}

TEST_CASE("mpi: a program that cannot be executed fails the run, on all ranks, at once") {
    if (!has_mpirun()) return estima_test::skip("openmpi-bin is not installed");
    made_run run{made_run::mpi(made_run::native("absent"), 2), {{"train.sh", "#!/bin/sh\n"}}};
    auto const record = run.run();
    REQUIRE(record.status == status::failed);
    CHECK(record.error->id == "EST-410");
    CHECK(record.error->message.find("absent") != std::string::npos);
    CHECK(run.living().empty());
}

TEST_CASE("mpi: a cancelled run ends politely on every rank") {
    if (!has_mpirun()) return estima_test::skip("openmpi-bin is not installed");
    made_run run{made_run::mpi(made_run::native("train.sh"), 2),
                 {{"train.sh",
                   "#!/bin/sh\ntrap 'echo saved; exit 0' TERM\necho up\n: > up_$OMPI_COMM_WORLD_RANK\n"
                   "while :; do sleep 0.05; done\n"}}};
    run.start();
    run.text_of("up_0");
    run.text_of("up_1");
    run.cancel(30);
    auto const record = run.wait();
    INFO(estima::read_file(run.directory.journal()) << estima::read_file(run.directory.mpirun_log()));
    CHECK(record.status == status::canceled);
    CHECK(run.output(0) == "up\nsaved\n");
    CHECK(run.output(1) == "up\nsaved\n");
    CHECK(run.living().empty());
}

TEST_CASE("mpi: a rank that ends at once when cancelled does not cost the others their time to end") {
    if (!has_mpi4py()) return estima_test::skip("python3-mpi4py or openmpi-bin is not installed");
    made_run run{
        made_run::mpi(made_run::python("train.py"), 2),
        {{"train.py",
          "import signal, sys, time\nfrom mpi4py import MPI\nrank = MPI.COMM_WORLD.rank\n"
          "def save(*_):\n    time.sleep(1.5)\n    open('saved', 'w').close()\n    sys.exit(0)\n"
          "if rank == 1: signal.signal(signal.SIGTERM, save)\nopen(f'up_{rank}', 'w').close()\ntime.sleep(1000)\n"}}};
    run.start();
    run.text_of("up_0");
    run.text_of("up_1");
    run.cancel(30);
    auto const record = run.wait();
    INFO(estima::read_file(run.directory.journal()) << estima::read_file(run.directory.mpirun_log()));
    CHECK(record.status == status::canceled);
    CHECK(std::filesystem::exists(run.directory.code() / "saved"));
    CHECK(run.living().empty());
}

TEST_CASE("mpi: when the supervisor is killed, nothing of the run stays alive") {
    if (!has_mpirun()) return estima_test::skip("openmpi-bin is not installed");
    made_run run{made_run::mpi(made_run::native("train.sh"), 2),
                 {{"train.sh",
                   "#!/bin/sh\ntrap '' TERM\n(trap '' TERM; setsid sleep 1000) &\n: > up_$OMPI_COMM_WORLD_RANK\n"
                   "while :; do sleep 1; done\n"}}};
    run.start();
    run.text_of("up_0");
    run.text_of("up_1");
    auto const before = run.wait_until_running();
    REQUIRE(before.supervisor_pid > 0);
    REQUIRE_FALSE(estima::bury_if_dead(run.directory));  // it lives
    estima::file_descriptor const supervisor{static_cast<int>(::syscall(SYS_pidfd_open, before.supervisor_pid, 0))};
    REQUIRE(::kill(before.supervisor_pid, SIGKILL) == 0);
    pollfd death{supervisor.get(), POLLIN, 0};
    REQUIRE(::poll(&death, 1, 10000) == 1);
    CHECK(estima::bury_if_dead(run.directory));
    CHECK(run.living().empty());
    auto const record = run.wait();
    CHECK(record.status == status::failed);
    CHECK(record.error->id == "EST-430");
    CHECK_FALSE(estima::bury_if_dead(run.directory));
}

TEST_CASE("mpi: an mpirun that is killed takes the run with it") {
    if (!has_mpirun()) return estima_test::skip("openmpi-bin is not installed");
    made_run run{made_run::mpi(made_run::native("train.sh"), 2),
                 {{"train.sh", "#!/bin/sh\nsetsid sleep 1000 &\n: > up_$OMPI_COMM_WORLD_RANK\nexec sleep 1000\n"}}};
    run.start(stand_in(run, "echo $$ > '" + run.scratch("mpirun pid").string() + "'\nexec mpirun \"$@\"\n"));
    run.text_of("up_0");
    run.text_of("up_1");
    REQUIRE(::kill(std::stoi(estima::read_file(run.scratch("mpirun pid"))), SIGKILL) == 0);
    auto const record = run.wait();
    INFO(estima::read_file(run.directory.journal()) << estima::read_file(run.directory.mpirun_log()));
    REQUIRE(record.status == status::failed);
    CHECK(record.error->id == "EST-422");
    CHECK(record.error->message.find("SIGKILL") != std::string::npos);
    for (auto const& r : record.ranks) CHECK(r.ended_on_request);
    CHECK(run.living().empty());
}

TEST_CASE("mpi: fifty ranks") {
    if (!has_mpirun()) return estima_test::skip("openmpi-bin is not installed");
    made_run run{made_run::mpi(made_run::native("train.sh"), 50),
                 {{"train.sh", "#!/bin/sh\nsleep 1; echo $OMPI_COMM_WORLD_RANK\n"}}};
    auto const record = run.run();
    INFO(estima::read_file(run.directory.journal()) << estima::read_file(run.directory.mpirun_log()));
    REQUIRE(record.status == status::completed);
    for (int rank = 0; rank < 50; ++rank) CHECK(run.output(rank) == std::to_string(rank) + "\n");
}

TEST_CASE("mpi: an mpirun that is not there fails the run and names the package") {
    made_run run{made_run::mpi(made_run::native("train.sh"), 2), {{"train.sh", "#!/bin/sh\n"}}};
    auto const record = run.start("/no/such/mpirun").wait();
    REQUIRE(record.status == status::failed);
    CHECK(record.error->id == "EST-401");
    CHECK(record.error->message.find("openmpi-bin") != std::string::npos);
    CHECK(record.error->message.find("/no/such/mpirun") != std::string::npos);
}

TEST_CASE("mpi: an mpirun that fails by itself is quoted") {
    made_run run{made_run::mpi(made_run::native("train.sh"), 2), {{"train.sh", "#!/bin/sh\n"}}};
    auto const record = run.start(stand_in(run, "echo no slots here >&2; exit 7\n")).wait();
    REQUIRE(record.status == status::failed);
    CHECK(record.error->id == "EST-422");
    CHECK(record.error->message.find("exit code 7") != std::string::npos);
    CHECK(record.error->stderr_tail == std::vector<std::string>{"no slots here"});
}

TEST_CASE("mpi: an mpirun that hangs after its ranks ended is noticed, and the ranks decide") {
    if (!has_mpirun()) return estima_test::skip("openmpi-bin is not installed");
    std::string const code = GENERATE("0", "5");
    made_run run{
        made_run::mpi(made_run::native("train.sh"), 2),
        {{"train.sh", "#!/bin/sh\nmkdir -p outputs; echo x > outputs/$OMPI_COMM_WORLD_RANK\nexit " + code + "\n"}}};
    auto const record = run.start(stand_in(run, "mpirun \"$@\"\nexec sleep 1000\n")).wait();
    INFO(estima::read_file(run.directory.journal()) << estima::read_file(run.directory.mpirun_log()));
    CHECK(record.status == (code == "0" ? status::completed : status::failed));
    if (code == "5") CHECK(record.error->exit_code == 5);
    if (code == "0") CHECK(record.artifacts.size() == 2);
    REQUIRE(record.warnings.size() == 1);
    CHECK(record.warnings[0].find("mpirun") != std::string::npos);
    CHECK(run.living().empty());
}

TEST_CASE("mpi: mpirun ends when many ranks have, also those that end at once") {
    if (!has_mpirun()) return estima_test::skip("openmpi-bin is not installed");
    auto const c = made_run::mpi(made_run::native("train.sh"), 40);
    estima::launch_settings settings = estima::settings_of_this_host(c, "launcher", "mpirun");
    settings.rendezvous = {"127.0.0.1:1"};
    auto const plan = estima::make_launch_plan(c, estima::run_directory{"/nowhere"}, settings);
    std::string command = "PMIX_MCA_psec=^munge timeout 30";
    for (std::string const& word : plan.mpirun_argv) {
        if (word == "launcher") break;
        command += " " + estima::shell_quoted(word);
    }
    for (int i = 0; i < 3; ++i) CHECK(estima::run_command(command + " true", 40).failure == "");
}

TEST_CASE("mpi: what a submitting program inherited from an mpirun of its own does not reach the run") {
    if (!has_mpirun()) return estima_test::skip("openmpi-bin is not installed");
    made_run run{made_run::mpi(made_run::native("train.sh"), 2),
                 {{"train.sh", "#!/bin/sh\necho \"$OMPI_COMM_WORLD_SIZE $RANK $OMPI_WRONG $PMIX_WRONG\"\n"}}};
    for (char const* const name :
         {"OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK", "RANK", "OMPI_WRONG", "PMIX_WRONG", "PMIX_RANK"})
        ::setenv(name, "77", 1);
    run.start();
    for (char const* const name :
         {"OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK", "RANK", "OMPI_WRONG", "PMIX_WRONG", "PMIX_RANK"})
        ::unsetenv(name);
    auto const record = run.wait();
    INFO(estima::read_file(run.directory.journal()) << estima::read_file(run.directory.mpirun_log()));
    CHECK(record.status == status::completed);
    CHECK(run.output(0) == "2   \n");
}

TEST_CASE("under mpirun a script has the PATH that it has without, also inside of a batch job and beside a host file") {
    if (!has_mpirun()) return estima_test::skip("openmpi-bin is not installed");
    using estima_test::scoped_variable;
    estima_test::temporary_directory const home;
    std::filesystem::create_directory(home / ".openmpi");
    std::ofstream{home / "hosts"} << "localhost slots=1\n";
    std::ofstream{home / ".openmpi/mca-params.conf"} << "orte_default_hostfile=" << (home / "hosts").string() << "\n";
    scoped_variable const variables[]{{"SLURM_JOBID", "5"},     {"SLURM_JOB_ID", "5"},      {"SLURM_NODELIST", "n1"},
                                      {"SLURM_JOB_NODELIST", "n1"}, {"SLURM_NNODES", "1"},  {"SLURM_TASKS_PER_NODE", "1"},
                                      {"HOME", home.path().string()}};
    char const script[] = "#!/bin/sh\necho \"$PATH $LD_LIBRARY_PATH $PWD\"\n";
    made_run alone{made_run::native("train.sh"), {{"train.sh", script}}};
    REQUIRE(alone.run().status == status::completed);
    made_run several{made_run::mpi(made_run::native("train.sh"), 2), {{"train.sh", script}}};
    auto const record = several.run();
    INFO(estima::read_file(several.directory.journal()) << estima::read_file(several.directory.mpirun_log()));
    REQUIRE(record.status == status::completed);
    auto without_folder = [](made_run& run, int rank) {
        std::string text = run.output(rank);
        std::string const folder = run.directory.code().string();
        REQUIRE(text.find(folder) != std::string::npos);
        return text.erase(text.find(folder), folder.size());
    };
    CHECK(without_folder(several, 0) == without_folder(alone, 0));
    CHECK(without_folder(several, 1) == without_folder(alone, 0));
}

TEST_CASE("mpirun is given a HOME where there is none") {
    if (!has_mpirun()) return estima_test::skip("openmpi-bin is not installed");
    estima_test::scoped_variable const home{"HOME", std::nullopt};
    made_run run{made_run::mpi(made_run::native("train.sh"), 2), {{"train.sh", "#!/bin/sh\n[ -n \"$HOME\" ]\n"}}};
    CHECK(run.run().status == status::completed);
}

TEST_CASE("mpi: a rank whose worker was killed is named") {
    if (!has_mpirun()) return estima_test::skip("openmpi-bin is not installed");
    made_run run{made_run::mpi(made_run::native("train.sh"), 2), {{"train.sh", "#!/bin/sh\n: > up_$OMPI_COMM_WORLD_RANK\nsleep 1000\n"}}};
    run.start().text_of("up_1");
    run.text_of("up_0");
    auto const started = run.wait_until([](auto const& r) { return r.ranks.size() == 2; });
    REQUIRE(::kill(estima::state_of(started.ranks[1].pid).parent, SIGKILL) == 0);
    auto const record = run.wait();
    CHECK(record.status == status::failed);
    REQUIRE(record.error);
    CHECK(record.error->rank == 1);
    CHECK(run.living().empty());
}
