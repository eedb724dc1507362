// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <estima/estimator/explain.hpp>
#include <estima/estimator/validate.hpp>
#include <estima/launcher/launch_plan.hpp>
#include <estima/run_configuration/honour.hpp>
#include <estima/run_configuration/lower.hpp>
#include <estima/run_configuration/origin_of.hpp>
#include <estima/system/files.hpp>
#include <estima/transport/targets.hpp>
#include <support/source_folder.hpp>
#include <support/temporary_directory.hpp>
#include <unit/extending/jax.hpp>
#include <unit/extending/train_job.hpp>

namespace {
using namespace estima;

struct folder_with_a_script {
    estima_test::temporary_directory folder;
    job_fields fields{.source_directory = folder.path(), .entry_script = "train.py"};
    folder_with_a_script() { replace_file(folder / "train.py", "print('hello')\n"); }
};

template <class Estimator>
std::vector<std::string> ids_of(job_fields const& fields) {
    std::vector<std::string> found;
    for (broken_rule const& rule : check(Estimator{fields})) found.emplace_back(rule.id);
    return found;
}
using texts = std::vector<std::string>;

std::vector<std::string> fields_of(std::vector<field_problem> const& problems) {
    std::vector<std::string> found;
    for (field_problem const& one : problems) found.push_back(one.field);
    return found;
}

// Its id stands before the library's in the alphabet.
struct not_in_the_open {
    struct id {
        static constexpr char text[] = "ACME-1";
    };
    using remedy = void;
    static constexpr std::string_view sentence = "the job is not in the open", advice = "open it";
    static constexpr bool broken(facts const& f) { return f.seen.source_directory_exists == known::yes; }
};

struct ray {
    using slot = distribution_backend_slot;
    static constexpr void tell(facts& f) {
        f.backend.name = "ray";
        f.backend.communicator = "Ray";
        f.backend.distributes = true;
    }
};
}  // namespace

TEST_CASE("a rule of one's own is checked with the fields, at the level that it has") {
    folder_with_a_script job;
    using held = estimator<team::lsf<team::team_rules>, mpi<>>;
    CHECK(ids_of<held>(job.fields) == texts{"EST-039", "TEAM-002"});
    job.fields.tags = {{"owner", "me"}};
    job.fields.process_count_per_node = 4;
    CHECK(ids_of<held>(job.fields).empty());
    job.fields.process_count_per_node = 3;
    CHECK(ids_of<held>(job.fields) == texts{"EST-039", "TEAM-001"});
    CHECK(ids_of<estimator<team::lsf<>, mpi<>>>(job.fields) == texts{"EST-039"});

    job.fields.tags.clear();
    job.fields.display_name = "digits";
    try {
        require_valid(held{job.fields});
        FAIL("it is valid");
    } catch (broken_rules_error const& e) {
        CHECK(e.id() == "TEAM-001");
        CHECK(e.rules().size() == 1);
    }
    job.fields.process_count_per_node = 4;
    std::vector<broken_rule> const warnings = require_valid(held{job.fields});
    REQUIRE(warnings.size() == 1);
    CHECK(warnings[0].text() ==
          "[TEAM-002] nobody can be asked about this job (display_name = \"digits\"): add the tag \"owner\"");
}

TEST_CASE("the library says nothing of the values that break a rule of one's own") {
    folder_with_a_script job;
    std::vector<broken_rule> const broken = check(estimator<environment<held_to<not_in_the_open>>>{job.fields});
    REQUIRE(broken.size() == 1);
    CHECK(broken[0].text() == "[ACME-1] the job is not in the open: open it");
}

TEST_CASE("explain tells how rules of one's own stand") {
    std::string const verdict = explain<team::gpu_queue, mpi<process_count_per_node<3>>>();
    CHECK_THAT(verdict, Catch::Contains("It does not compile: 1 broken.\n"));
    CHECK_THAT(verdict, Catch::Contains("[TEAM-001] error: the job pays for whole nodes and does not fill them\n    give each"));
    CHECK_THAT(explain<team::train_job>(), Catch::Contains("It is an estimator.\n"));
    CHECK_THAT(explain<team::train_job>(), Catch::Contains("backend        horovod\n") && Catch::Contains("compute target lsf gpu\n"));
}

TEST_CASE("a backend of one's own is started as its communicator says") {
    estimator<pytorch<>, team::horovod<process_count_per_node<2>>, environment<team::offline<>>> const job{{.entry_script = "train.py"}};
    run_configuration const c = lower(job);
    CHECK(c.communicator == "Mpi");
    CHECK(c.process_count() == 2);
    CHECK(c.environment.environment_variables.at("WANDB_MODE") == "offline");
    CHECK(what_cannot_be_honoured(c, "local").empty());
    launch_plan const plan = make_launch_plan(c, run_directory{"runs/r"}, {});
    REQUIRE(plan.mpirun_argv.size() > 2);
    CHECK(plan.mpirun_argv[2] == "2");
    CHECK(origin_of(job).of("communicator") == "policy horovod");
}

TEST_CASE("a backend with a communicator of its own is described, and refused by whoever runs it") {
    run_configuration const c = lower(estimator<ray>{{.entry_script = "train.py", .process_count_per_node = 2}});
    CHECK(c.communicator == "Ray");
    for (char const* const target : {"local", "aml_compute", "lsf"})
        CHECK(fields_of(what_cannot_be_honoured(c, target)) == texts{"communicator"});
}

TEST_CASE("a target of one's own is described and lowered, and nothing is submitted to it") {
    run_configuration const c = lower(team::train_job{{.entry_script = "train.py"}});
    CHECK(c.target == "gpu");
    CHECK(c.node_count == 2);
    CHECK(c.mpi.process_count_per_node == 4);
    CHECK(what_cannot_be_honoured(c, "lsf").empty());
    try {
        require_transport(team::train_job::policy_facts.target.kind);
        FAIL("it has a transport");
    } catch (error const& e) {
        CHECK(e.id() == "EST-112");
        CHECK(e.text().where == "the compute target is lsf");
    }
}

TEST_CASE("a framework of one's own is lowered with what its version brings") {
    run_configuration const c = lower(estimator<team::jax<"0.4.13">>{{.entry_script = "train.py"}});
    CHECK(c.framework == "Python");
    REQUIRE(c.environment.python.conda_dependencies);
    CHECK(c.environment.environment_variables.at("XLA_PYTHON_CLIENT_PREALLOCATE") == "false");
    CHECK(fields_of(what_cannot_be_honoured(c, "local")) == texts{"environment.python.condaDependencies"});
    CHECK(lower(estimator<team::jax<>>{{.entry_script = "train.py"}}).environment.python.user_managed_dependencies);
}

TEST_CASE("the code in docs/extending.md is the code that is compiled") {
    std::filesystem::path const root = std::filesystem::path{estima_test::source_folder()}.parent_path();
    std::string const page = read_file(root / "docs/extending.md");
    // Before each block of C++ stands the file that it shows, all of it but the licence and #pragma once.
    std::string written;
    std::size_t blocks = 0, at = 0;
    for (std::size_t fence; (fence = page.find("```cpp\n", at)) != page.npos; ++blocks) {
        std::size_t const name = page.rfind("<!-- ", fence) + 5, end = page.find("```\n", fence + 3);
        std::string const file = page.substr(name, page.find(" -->", name) - name);
        INFO(file);
        REQUIRE(name + file.size() + 5 == fence);
        std::string code = read_file(root / file);
        for (std::string_view const line : {"// SPDX-License-Identifier: BSL-1.0\n", "#pragma once\n\n"})
            if (code.starts_with(line)) code.erase(0, line.size());
        written.append(page, at, fence - at).append("```cpp\n").append(code);
        at = end;
    }
    written.append(page, at);
    if (std::getenv("ESTIMA_WRITE_GOLDEN") != nullptr) replace_file(root / "docs/extending.md", written);
    CHECK(read_file(root / "docs/extending.md") == written);
    CHECK(blocks == 7);
}
