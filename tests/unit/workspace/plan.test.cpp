// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <stdlib.h>

#include <filesystem>
#include <sstream>

#include <estima/compute/slurm.hpp>
#include <estima/compute/ssh_hosts.hpp>
#include <estima/estimator.hpp>
#include <estima/transport/slurm.hpp>
#include <estima/workspace/plan.hpp>
#include <estima/workspace/workspace.hpp>
#include <support/temporary_directory.hpp>

namespace {
using namespace estima;
using Catch::Matchers::Contains;

struct source_folder {
    estima_test::temporary_directory folder;
    job_fields fields{.source_directory = folder / "source",
                      .entry_script = "train.py",
                      .script_params = {{"--text", "two 'words'"}, {"--fast", flag}},
                      .environment_variables = {{"OMP_NUM_THREADS", "1"}},
                      .interpreter_path = "/bin/sh"};

    source_folder() {
        std::filesystem::create_directory(folder / "source");
        replace_file(folder / "source/train.py", "");
        replace_file(folder / "estima-launch", "#!/bin/sh\n");
        replace_file(folder / "mpirun", "#!/bin/sh\n");
        for (char const* const program : {"estima-launch", "mpirun"})
            std::filesystem::permissions(folder / program, std::filesystem::perms::owner_all);
    }

    template <class Estimator>
    std::pair<bool, std::string> plan_of(json target = {}) const {
        std::ostringstream text;
        bool const starts = plan(Estimator{fields}, {.output = &text,
                                                     .workspace = folder / "workspace",
                                                     .launcher = folder / "estima-launch",
                                                     .mpirun = folder / "mpirun",
                                                     .target = std::move(target)});
        return {starts, text.str()};
    }
};
}  // namespace

TEST_CASE("a plan tells the exact command and environment, and does nothing") {
    source_folder const source;
    auto const [starts, text] = source.plan_of<estimator<>>();
    CHECK(starts);
    CHECK_THAT(text, Contains("/bin/sh train.py --text 'two '\\''words'\\''' --fast"));
    CHECK_THAT(text, Contains("OMP_NUM_THREADS=1") && Contains("PYTHONUNBUFFERED=1"));
    CHECK_THAT(text,
               Contains("workspace/runs/<run id>/code") && Contains("workspace/runs/<run id>/metrics/rank_0.jsonl"));
    CHECK_THAT(text, Contains(hash(lower(estimator<>{source.fields}))));
    CHECK_THAT(text, !Contains("mpirun"));
    CHECK_FALSE(std::filesystem::exists(source.folder / "workspace"));
}

TEST_CASE("a plan of several processes tells mpirun's command and each process with its place in the world") {
    source_folder const source;
    auto const [starts, text] = source.plan_of<estimator<pytorch<>, gloo<process_count_per_node<2>>>>();
    CHECK(starts);
    CHECK_THAT(text, Contains((source.folder / "mpirun").string() + " -np 2"));
    CHECK_THAT(text, Contains((source.folder / "estima-launch").string() + " worker"));
    CHECK_THAT(text, Contains("# rank 0 of 2") && Contains("# rank 1 of 2"));
    CHECK_THAT(text, Contains("RANK=0") && Contains("RANK=1") && Contains("WORLD_SIZE=2") &&
                         Contains("MASTER_ADDR=127.0.0.1"));
}

TEST_CASE("a plan of a Slurm job tells what Slurm would be asked for, the script, and what starts on the job's hosts") {
    source_folder source;
    source.fields.max_run_duration = std::chrono::minutes{58};
    using job = estimator<pytorch<>, slurm<partition<"gpu">, max_nodes<4>, gpus_per_node<2>>,
                          gloo<node_count<2>, process_count_per_node<2>>>;
    ::setenv("A_SECRET_OF_MINE", "not-to-be-shown", 1);
    // Nobody listens there: nothing is asked.
    slurm_target const target{
        .url = "http://127.0.0.1:1", .token_variable = "NO_TOKEN", .account = "lab", .setup = "module load mpi"};
    auto const [starts, text] = source.plan_of<job>(to_json(target));
    CHECK(starts);
    CHECK_THAT(text, Contains("# submitted to Slurm, http://127.0.0.1:1") && Contains("\"partition\": \"gpu\"") &&
                         Contains("\"account\": \"lab\"") && Contains("\"tasks\": 4") &&
                         Contains("\"minimum_nodes\": 2") && Contains("gres/gpu:2") && Contains("\"number\": 60"));
    CHECK_THAT(text, Contains("#   module load mpi") && Contains("runs/<run id>") &&
                         Contains("#   exec \"$launcher\" supervise --foreground"));
    CHECK_THAT(text, Contains(" mpirun -np 4") && Contains("oob_tcp_if_include '<subnet of the hosts>'") &&
                         Contains("--rendezvous '<address of host 1>:<a free port>'") && !Contains("localhost") &&
                         !Contains((source.folder / "mpirun").string()));
    CHECK_THAT(text, Contains("'MASTER_ADDR=<address of host 1>'") && Contains("# rank 3 of 4"));
    CHECK_THAT(text, Contains("variables of this program's environment") && !Contains("not-to-be-shown"));
    CHECK_FALSE(std::filesystem::exists(source.folder / "workspace"));

    auto const [is_known, why] = source.plan_of<job>();
    CHECK_FALSE(is_known);
    CHECK_THAT(why, Contains("# submit refuses it: [EST-760]"));
}

TEST_CASE("a plan of hosts that ssh reaches tells them") {
    source_folder const source;
    using job = estimator<pytorch<>, ssh_hosts<max_nodes<4>>, gloo<node_count<2>, process_count_per_node<2>>>;
    auto const [starts, text] =
        source.plan_of<job>({{"kind", "ssh_hosts"}, {"hosts", {"n1", "n2", "n3"}}, {"network", "10.0.0.0/8"}});
    CHECK(starts);
    CHECK_THAT(text, Contains("--hostfile") && Contains("10.0.0.0/8") && Contains("<address of n1>:<a free port>") &&
                         Contains("--on-host"));
}

TEST_CASE("a plan of what submit would refuse says so, and is told all the same") {
    source_folder source;
    source.fields.entry_script = "missing.py";
    source.fields.node_count = 2;
    auto const [starts, text] = source.plan_of<estimator<mpi<>>>();
    CHECK_FALSE(starts);
    CHECK_THAT(text, Contains("[EST-003]") && Contains("[EST-021]") && Contains("missing.py"));
    CHECK_THAT(text, Contains("mpirun -np 2"));
    source.fields.node_count = 0;
    CHECK_THAT(source.plan_of<estimator<mpi<>>>().second, Contains("[EST-007]") && !Contains("-np"));
}

TEST_CASE("a script that an ignore file leaves out is refused before there is a run, with the line that does it") {
    source_folder source;
    replace_file(source.folder / "source/.amlignore", "*.log\n*.py\n!lib.py\n");
    std::string const line = ".amlignore, line 2: *.py";
    auto const submitted = [&] {
        workspace::open(source.folder / "workspace")
            .experiment("e")
            .submit(estimator<>{source.fields}, {.launcher = source.folder / "estima-launch"});
    };
    CHECK_THROWS_WITH(submitted(), Contains("[EST-210]") && Contains("train.py") && Contains(line) &&
                                       Contains("remedy: change that line"));
    CHECK(workspace::open(source.folder / "workspace").runs().empty());
    auto const [starts, text] = source.plan_of<estimator<>>();
    CHECK_FALSE(starts);
    CHECK_THAT(text, Contains("EST-210") && Contains(line));

    replace_file(source.folder / "source/.amlignore", "real/\n");
    std::filesystem::create_directory(source.folder / "source/real");
    replace_file(source.folder / "source/real/main.py", "");
    std::filesystem::remove(source.folder / "source/train.py");
    std::filesystem::create_symlink("real/main.py", source.folder / "source/train.py");
    CHECK_THROWS_WITH(submitted(), Contains("[EST-210]") && Contains("line 1: real/"));
    CHECK_FALSE(source.plan_of<estimator<>>().first);
}

TEST_CASE("a file is found in a snapshot by any path that leads to it there") {
    estima_test::temporary_directory const folder;
    auto const source = folder / "source";
    std::filesystem::create_directories(source / "a/b");
    replace_file(source / "a/b/t.py", "");
    std::filesystem::create_symlink("b/../b", source / "a/link");
    std::filesystem::create_symlink("link/t.py", source / "a/t.py");
    std::filesystem::create_symlink("loop", source / "loop");
    std::filesystem::create_symlink("nowhere", source / "dangling");
    snapshot_store store{folder / "store"};
    std::string const id = store.take(source).id;
    for (char const* const path : {"a/b/t.py", "a/link/t.py", "a/t.py", "./a//b/./t.py", "a/link/../../a/t.py"}) {
        INFO(path);
        CHECK_NOTHROW(require_in_snapshot(store, id, source, path));
    }
    for (char const* const path :
         {"", "a", "a/b", "t.py", "loop", "dangling", "a/b/t.py/x", "../source/a/b/t.py", "/a/b/t.py"}) {
        INFO(path);
        CHECK_THROWS_WITH(require_in_snapshot(store, id, source, path),
                          Contains("[EST-210]") && Contains("has no such file") && !Contains("that line"));
    }
}

TEST_CASE("names of folders with line breaks do not leave a plan's comments") {
    source_folder source;
    std::filesystem::rename(source.folder / "source", source.folder / "so\nurce");
    source.fields.source_directory = source.folder / "so\nurce";
    std::ostringstream text;
    plan(estimator<>{source.fields},
         {.output = &text, .workspace = source.folder / "work\nspace", .launcher = source.folder / "estima-launch"});
    CHECK_THAT(text.str(), Contains("so\\nurce\n") && Contains("work\\nspace\n"));
    CHECK_THAT(text.str(), !Contains("\nurce"));
}

TEST_CASE("a plan of text that is not UTF-8 is told to its end") {
    source_folder source;
    source.fields.script_params = {{"--bad", "a\xff"}};
    auto const [starts, text] = source.plan_of<estimator<>>();
    CHECK_FALSE(starts);
    CHECK_THAT(text, Contains("[EST-052]") && Contains("script_params --bad") && Contains("/bin/sh train.py"));
}

TEST_CASE("a current directory that is gone is an error of estima's where it is needed, and none elsewhere") {
    source_folder source;
    struct back {
        std::filesystem::path before = std::filesystem::current_path();
        ~back() { std::filesystem::current_path(before); }
    } const scope;
    std::filesystem::create_directory(source.folder / "gone");
    std::filesystem::current_path(source.folder / "gone");
    std::filesystem::remove(source.folder / "gone");
    CHECK(source.plan_of<estimator<>>().first);
    source.fields.interpreter_path = "./python";
    CHECK_THROWS_WITH(source.plan_of<estimator<>>(), Contains("[EST-301]") && Contains("./python"));
    source.fields.interpreter_path = "/bin/sh";
    source.fields.source_directory = ".";
    CHECK_THROWS_WITH(source.plan_of<estimator<>>(), Contains("[EST-301]"));
    CHECK_THROWS_AS(workspace::open(source.folder / "workspace").experiment("e").submit(
                        run_configuration{.script = "train.py"}, ".", {.launcher = source.folder / "estima-launch"}),
                    error);
}
