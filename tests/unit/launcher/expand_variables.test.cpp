// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <estima/launcher/launch_plan.hpp>

namespace {
using namespace estima;

environment_list const known{{"RANK", "3"}, {"WORLD_SIZE", "4"}, {"EMPTY", ""}, {"DOLLAR", "$RANK"}};

run_configuration job(std::string communicator, std::vector<std::string> arguments) {
    run_configuration c;
    c.script = "train.py";
    c.arguments = std::move(arguments);
    c.communicator = std::move(communicator);
    if (c.communicator == "Mpi") c.mpi.process_count_per_node = 2;
    else if (c.communicator != "None") c.pytorch.process_count = 2;
    return c;
}
std::vector<std::string> arguments_of_rank_1(run_configuration const& c) {
    process_plan const p = make_launch_plan(c, run_directory{"/w/runs/r"}, {.rendezvous = {"127.0.0.1:1234"}}).processes.at(1);
    return {p.argv.end() - static_cast<std::ptrdiff_t>(c.arguments.size()), p.argv.end()};
}
}  // namespace

TEST_CASE("a known variable is replaced wherever it stands in an argument") {
    CHECK(expanded("$RANK", known) == "3");
    CHECK(expanded("${RANK}", known) == "3");
    CHECK(expanded("part-$RANK-of-${WORLD_SIZE}.txt", known) == "part-3-of-4.txt");
    CHECK(expanded("$RANK$WORLD_SIZE$", known) == "34$");
    CHECK(expanded("a${EMPTY}b", known) == "ab");
    CHECK(expanded("$DOLLAR", known) == "$RANK");
}

TEST_CASE("everything else is passed as it is") {
    for (char const* const text : {"", "$", "$$", "$HOME", "${HOME}", "$RANKING", "${RANK", "$ RANK", "RANK", "`RANK`", "$(RANK)",
                                   "price: 5$", "$1", "${}", "$$HOME", "a\nb$", "\xff$\xfe"})
        CHECK(expanded(text, known) == text);
}

TEST_CASE("a second dollar sign keeps a known variable's name") {
    CHECK(expanded("$$RANK", known) == "$RANK");
    CHECK(expanded("$${RANK}", known) == "${RANK}");
    CHECK(expanded("$$$RANK", known) == "$$RANK");
    CHECK(expanded("$$RANK $RANK", known) == "$RANK 3");
}

TEST_CASE("each backend defines the variables that its processes are told their place by") {
    using list = std::vector<std::string>;
    list const torch{"--rank=$RANK", "$WORLD_SIZE", "tcp://$MASTER_ADDR:$MASTER_PORT", "$AZ_BATCHAI_PYTORCH_INIT_METHOD",
                     "$AZ_BATCHAI_TASK_INDEX", "$OMPI_COMM_WORLD_RANK", "$HOME"};
    for (char const* const backend : {"Gloo", "Nccl"})
        CHECK(arguments_of_rank_1(job(backend, torch)) == list{"--rank=1", "2", "tcp://127.0.0.1:1234", "tcp://127.0.0.1:1234",
                                                               "1", "$OMPI_COMM_WORLD_RANK", "$HOME"});
    CHECK(arguments_of_rank_1(job("Mpi", {"$OMPI_COMM_WORLD_RANK", "$OMPI_COMM_WORLD_SIZE", "$OMPI_COMM_WORLD_LOCAL_RANK", "$RANK"})) ==
          list{"1", "2", "1", "$RANK"});
    run_configuration const alone = job("None", torch);
    CHECK(make_launch_plan(alone, run_directory{"/w/runs/r"}, {}).processes.at(0).argv.back() == "$HOME");
    CHECK(make_launch_plan(alone, run_directory{"/w/runs/r"}, {}).processes.at(0).argv.at(2) == "--rank=$RANK");
}
