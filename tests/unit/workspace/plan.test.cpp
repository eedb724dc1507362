// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <filesystem>
#include <sstream>

#include <estima/estimator.hpp>
#include <estima/workspace/plan.hpp>
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
    std::pair<bool, std::string> plan_of() const {
        std::ostringstream text;
        bool const starts = plan(Estimator{fields}, {.output = &text,
                                                     .workspace = folder / "workspace",
                                                     .launcher = folder / "estima-launch",
                                                     .mpirun = folder / "mpirun"});
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
    CHECK_THAT(text, Contains("workspace/runs/<run id>/code") && Contains("workspace/runs/<run id>/metrics/rank_0.jsonl"));
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
    CHECK_THAT(text, Contains("RANK=0") && Contains("RANK=1") && Contains("WORLD_SIZE=2") && Contains("MASTER_ADDR=127.0.0.1"));
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
