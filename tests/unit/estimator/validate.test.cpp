// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <type_traits>
#include <utility>

#include <estima/estimator.hpp>
#include <estima/estimator/explain.hpp>
#include <estima/estimator/validate.hpp>
#include <estima/system/files.hpp>
#include <support/temporary_directory.hpp>

namespace {
using namespace estima;

/// A folder with train.py and an executable, and the fields of a job that breaks nothing.
struct good_job {
    estima_test::temporary_directory folder;
    job_fields fields{.source_directory = folder.path(), .entry_script = "train.py"};

    good_job() {
        replace_file(folder / "train.py", "print('hello')\n");
        replace_file(folder / "program", "#!/bin/sh\n");
        std::filesystem::permissions(folder / "program", std::filesystem::perms::owner_all);
    }
};

template <class Estimator>
std::vector<std::string> ids(job_fields const& fields) {
    std::vector<std::string> found;
    for (broken_rule const& rule : check(Estimator{fields})) found.emplace_back(rule.id);
    return found;
}
using none = std::vector<std::string>;
using one = std::vector<std::string>;
}  // namespace

TEST_CASE("a job that breaks nothing is valid") {
    good_job job;
    CHECK(ids<estimator<generic>>(job.fields) == none{});
    CHECK_NOTHROW(require_valid(estimator<generic>{job.fields}));
    job.fields.entry_script = "program";
    CHECK(ids<estimator<native>>(job.fields) == none{});
}

TEST_CASE("counts that come at run time are held against the same rules") {
    good_job job;
    using dynamic = estimator<mpi<>>;
    job.fields.process_count_per_node = 3;
    CHECK(ids<dynamic>(job.fields) == none{});
    job.fields.node_count = 2;
    CHECK(ids<dynamic>(job.fields) == one{"EST-003"});
    job.fields.node_count = 0;
    CHECK(ids<dynamic>(job.fields) == one{"EST-007"});
    job.fields.node_count = 1;
    job.fields.process_count_per_node = 0;
    CHECK(ids<dynamic>(job.fields) == one{"EST-008"});
}

TEST_CASE("several processes at run time need a distribution backend") {
    good_job job;
    job.fields.process_count_per_node = 2;
    CHECK(ids<estimator<generic>>(job.fields) == one{"EST-004"});
    job.fields.process_count_per_node = 1;
    CHECK(ids<estimator<generic>>(job.fields) == none{});
}

TEST_CASE("scikit-learn is refused on several nodes at run time, with all else that this breaks") {
    good_job job;
    job.fields.node_count = 2;
    CHECK(ids<estimator<scikit_learn<>>>(job.fields) == one{"EST-003", "EST-004", "EST-005"});
}

TEST_CASE("a value in the policy and another one in the fields disagree") {
    good_job job;
    using fixed = estimator<mpi<process_count_per_node<2>>>;
    job.fields.process_count_per_node = 2;
    CHECK(ids<fixed>(job.fields) == none{});
    job.fields.process_count_per_node = 3;
    CHECK(ids<fixed>(job.fields) == one{"EST-006"});
    CHECK(check(fixed{job.fields})[0].where == "process_count_per_node = 3, and in the policy 2");
    job.fields.process_count_per_node = 0;
    CHECK(check(fixed{job.fields})[0].where == "process_count_per_node = 0, and in the policy 2");
    using fixed_with_python =
        estimator<mpi<node_count<1>, process_count_per_node<2>>, environment<interpreter_path<"/bin/sh">>>;
    job.fields.node_count = 2;
    job.fields.interpreter_path = "sh";
    CHECK(check(fixed_with_python{job.fields})[1].where ==
          "node_count = 2, and in the policy 1; process_count_per_node = 0, and in the policy 2; "
          "interpreter_path = \"sh\", and in the policy \"/bin/sh\"");
    job.fields.node_count = {};
    job.fields.interpreter_path = {};

    job.fields.process_count_per_node = {};
    using with_python = estimator<environment<interpreter_path<"/bin/sh">>>;
    job.fields.interpreter_path = "/bin/sh";
    CHECK(ids<with_python>(job.fields) == none{});
    job.fields.interpreter_path = "sh";
    CHECK(ids<with_python>(job.fields) == one{"EST-006"});
}

TEST_CASE("variables that each process gets for itself cannot be set") {
    good_job job;
    for (std::string const name :
         {"RANK", "WORLD_SIZE", "MASTER_ADDR", "OMPI_COMM_WORLD_RANK", "PMIX_RANK", "ESTIMA_RUN_ID"}) {
        job.fields.environment_variables = {{name, "1"}};
        CHECK(ids<estimator<generic>>(job.fields) == one{"EST-011"});
        CHECK(check(estimator<generic>{job.fields})[0].where.find(name) != std::string::npos);
    }
    job.fields.environment_variables = {{"RANKS", "1"}, {"OMP_NUM_THREADS", "2"}, {"MY_OMPI_", ""}};
    CHECK(ids<estimator<generic>>(job.fields) == none{});
}

TEST_CASE("the source directory must be one, and the entry a file inside it") {
    good_job job;
    std::string const source = job.fields.source_directory;
    job.fields.source_directory = source + "/nowhere";
    CHECK(ids<estimator<generic>>(job.fields) == one{"EST-020"});
    job.fields.source_directory = source + "/train.py";
    CHECK(ids<estimator<generic>>(job.fields) == one{"EST-020"});

    job.fields.source_directory = source;
    std::filesystem::create_directory(job.folder / "sub");
    replace_file(job.folder.path().string() + "-outside.py", "");
    std::filesystem::create_symlink(job.folder.path().string() + "-outside.py", job.folder / "link.py");
    for (std::string const& entry : std::vector<std::string>{
             "", "missing.py", "sub", "../" + job.folder.path().filename().string() + "-outside.py",
             "../" + job.folder.path().filename().string() + "/train.py", "sub/../../train.py", source + "/train.py",
             "link.py"}) {
        INFO("entry_script " << entry);
        job.fields.entry_script = entry;
        CHECK(ids<estimator<generic>>(job.fields) == one{"EST-021"});
    }
    job.fields.entry_script = "sub/../train.py";
    CHECK(ids<estimator<generic>>(job.fields) == none{});
    std::filesystem::remove(job.folder.path().string() + "-outside.py");
}

TEST_CASE("an entry that is not there is told with the folder and with names that are close") {
    good_job job;
    auto where = [&job](std::string const& entry) {
        job.fields.entry_script = entry;
        return check(estimator<generic>{job.fields}).at(0).where;
    };
    std::string const source = "; source_directory = \"" + job.fields.source_directory + "\"";
    CHECK(where("trian.py") == "entry_script = \"trian.py\"" + source + "; did you mean \"train.py\"?");
    CHECK(where("train") == "entry_script = \"train\"" + source + "; did you mean \"train.py\"?");
    CHECK(where("x") == "entry_script = \"x\"" + source);
    CHECK(where("nowhere/x") == "entry_script = \"nowhere/x\"" + source);
    CHECK(where("") == "entry_script is not given");
    std::filesystem::create_directory(job.folder / "sub");
    CHECK(where("sub") == "entry_script = \"sub\", which is a folder" + source);
    CHECK(where("subs") == "entry_script = \"subs\"" + source);
    CHECK(where("/train.py") == "entry_script = \"/train.py\", which is not relative");
    CHECK(where("../train.py") == "entry_script = \"../train.py\", which leads out of it");
    job.fields.entry_script = "train.py";
    job.fields.source_directory = "not here";
    CHECK_THAT(check(estimator<generic>{job.fields}).at(0).where,
               Catch::Matchers::StartsWith("source_directory = \"not here\", from /"));
}

TEST_CASE("an interpreter given twice is told with both paths") {
    good_job job;
    job.fields.interpreter_path = "sh";
    using with_shell = estimator<environment<interpreter_path<"/bin/sh">>>;
    CHECK(check(with_shell{job.fields}).at(0).where == "interpreter_path = \"sh\", and in the policy \"/bin/sh\"");
}

TEST_CASE("a null pointer as a parameter is refused, not followed") {
    good_job job;
    char const* const home = nullptr;
    job.fields.script_params = {{"--home", home}};
    CHECK(ids<estimator<generic>>(job.fields) == one{"EST-025"});
}

TEST_CASE("a variable of the environment that is not set is no text anywhere, and is followed nowhere") {
    good_job job;
    char* const nothing = std::getenv("ESTIMA_TEST_NOT_SET");
    REQUIRE(nothing == nullptr);
    using pairs = std::vector<std::pair<std::string, std::string>>;
    job.fields.display_name = nothing;
    job.fields.interpreter_path = nothing;
    job.fields.environment_variables = {{"HOME_OF_DATA", nothing}};
    job.fields.tags = {{"user", nothing}, std::pair<char const*, char*>{"host", nothing}};
    job.fields.tags.push_back({"team", nothing});
    job.fields.script_params.push_back({nothing, "value"});
    job.fields.script_params.push_back({"--home", nothing});
    CHECK(job.fields.display_name.empty());
    CHECK(job.fields.interpreter_path.empty());
    CHECK(job.fields.environment_variables == pairs{{"HOME_OF_DATA", ""}});
    CHECK(job.fields.tags == pairs{{"user", ""}, {"host", ""}, {"team", ""}});
    CHECK(job.fields.script_params[0].name.empty());
    CHECK(ids<estimator<generic>>(job.fields) == one{"EST-025"});  // the value of a parameter
    job.fields.source_directory = nothing;
    CHECK(job.fields.source_directory.empty());
    CHECK(datastore{"blobs"}.path(nothing).as_mount() == datastore{"blobs"}.as_mount());
    CHECK(dataset{nothing}.as_named_input("faces").as_mount().source.empty());
}

TEST_CASE("a count that the backend has no use for is named") {
    good_job job;
    auto const where = [&job]<class Estimator>(std::type_identity<Estimator>) {
        for (broken_rule const& rule : check(Estimator{job.fields}))
            if (rule.id == "EST-046") return rule.where;
        return std::string{"not broken"};
    };
    job.fields.process_count_per_node = 2;
    CHECK_THAT(where(std::type_identity<estimator<tensorflow<>, parameter_server<>>>{}),
               Catch::Matchers::Contains("process_count_per_node is 2"));
    job.fields.process_count_per_node = {};
    job.fields.worker_count = 3;
    CHECK_THAT(where(std::type_identity<estimator<mpi<>>>{}), Catch::Matchers::Contains("worker_count is 3") &&
                                                                  !Catch::Matchers::Contains("server"));
    job.fields.worker_count = {};
    job.fields.parameter_server_count = 99'999'999'999;
    CHECK_THAT(where(std::type_identity<estimator<mpi<>>>{}),
               Catch::Matchers::Contains("parameter_server_count is 2147483647 or more"));
    job.fields.parameter_server_count = 4;
    CHECK_THAT(where(std::type_identity<estimator<mpi<>>>{}),
               Catch::Matchers::Contains("parameter_server_count is 4"));
}

TEST_CASE("a native entry must be executable, a script need not") {
    good_job job;
    CHECK(ids<estimator<native>>(job.fields) == one{"EST-022"});
    CHECK_THAT(check(estimator<native>{job.fields})[0].where,
               Catch::Matchers::EndsWith("; no permission to execute it"));
    CHECK(ids<estimator<generic>>(job.fields) == none{});
}

TEST_CASE("a native entry whose first line no process can be started from is refused with the reason") {
    good_job job;
    job.fields.entry_script = "program";
    auto where = [&job](std::string const& text) {
        replace_file(job.folder / "program", text);
        std::filesystem::permissions(job.folder / "program", std::filesystem::perms::owner_all);
        auto const broken = check(estimator<native>{job.fields});
        return broken.size() == 1 && broken[0].id == "EST-022" ? broken[0].where : "(not refused)";
    };
    using Catch::Matchers::EndsWith;
    CHECK_THAT(where("echo hello\n"), EndsWith("; it is a text without a #! line"));
    CHECK_THAT(where(""), EndsWith("; it is empty"));
    CHECK_THAT(where("#!/bin\n"), EndsWith("; its first line names the interpreter /bin, which cannot be executed"));
    CHECK_THAT(where("#! \necho\n"), EndsWith("; its first line names no interpreter"));
    CHECK_THAT(where("#!/nowhere/sh -e\n"),
               EndsWith("; its first line names the interpreter /nowhere/sh, which is not there"));
    CHECK_THAT(where("#!/bin/sh\r\necho\r\n"),
               EndsWith("the interpreter /bin/sh\\x0d, which is not there: \\x0d is the end of a line in Windows"));
    CHECK(where("#!/usr/bin/env python3\n") == "(not refused)");
    CHECK(where("#! /bin/sh -e\n") == "(not refused)");
    CHECK(where("\x7f" "ELF and more") == "(not refused)");  // whether this machine can run it the kernel tells
}

TEST_CASE("the interpreter must be there, as a path or in PATH") {
    good_job job;
    job.fields.interpreter_path = "/nowhere/python3";
    CHECK(ids<estimator<generic>>(job.fields) == one{"EST-023"});
    auto where = [&job] { return check(estimator<generic>{job.fields}).at(0).where; };
    CHECK(where() == "interpreter_path = \"/nowhere/python3\", which is not there");
    job.fields.interpreter_path = "no-such-python-here";
    CHECK(ids<estimator<generic>>(job.fields) == one{"EST-023"});
    job.fields.interpreter_path = job.fields.source_directory + "/train.py";  // there, but not executable
    CHECK(ids<estimator<generic>>(job.fields) == one{"EST-023"});
    CHECK_THAT(where(), Catch::Matchers::EndsWith(", which may not be executed (chmod +x)"));
    job.fields.interpreter_path = job.fields.source_directory;  // a directory is no program
    CHECK(ids<estimator<generic>>(job.fields) == one{"EST-023"});
    CHECK_THAT(where(), Catch::Matchers::EndsWith(", which is a folder"));
    job.fields.interpreter_path = "sh";
    CHECK(ids<estimator<generic>>(job.fields) == none{});
}

TEST_CASE("the interpreter is looked for where the job's processes will look for it") {
    good_job job;
    auto put = [&](std::string const& name) {
        std::filesystem::create_directories((job.folder / name).parent_path());
        replace_file(job.folder / name, "#!/bin/sh\n");
        std::filesystem::permissions(job.folder / name, std::filesystem::perms::owner_all);
    };
    put("tools/my-python");
    job.fields.interpreter_path = "my-python";
    CHECK(ids<estimator<generic>>(job.fields) == one{"EST-023"});
    job.fields.environment_variables = {{"PATH", "/nowhere:" + (job.folder / "tools").string()}};
    CHECK(ids<estimator<generic>>(job.fields) == none{});
    job.fields.environment_variables = {{"PATH", "tools"}};  // relative to where the script runs
    CHECK(ids<estimator<generic>>(job.fields) == none{});
    job.fields.interpreter_path = "sh";
    CHECK(ids<estimator<generic>>(job.fields) == one{"EST-023"});
    CHECK_THAT(check(estimator<generic>{job.fields})[0].where, Catch::Matchers::Contains("PATH = tools"));
    using poor = estimator<environment<environment_variables<variable<"PATH", "/nowhere">>>>;
    job.fields.environment_variables = {};
    CHECK(ids<poor>(job.fields) == one{"EST-023"});
    job.fields.environment_variables = {{"PATH", "/bin"}};
    CHECK(ids<poor>(job.fields) == none{});
}

TEST_CASE("a text that is not UTF-8 is refused with the others, and named") {
    good_job job;
    std::string const bad = "a\xff";
    auto where = [&] {
        auto const broken = check(estimator<generic>{job.fields});
        return broken.size() == 1 && broken[0].id == "EST-052" ? broken[0].where : "(not refused)";
    };
    job_fields const good = job.fields;
    job.fields.script_params = {{"--good", "\u00e9"}, {"--bad", bad}};
    CHECK(where() == "script_params --bad");
    job.fields.script_params = {{bad, "x"}};
    CHECK(where() == "the name of script parameter \"a\uFFFD\"");
    job.fields = good;
    job.fields.environment_variables = {{"BAD", bad}};
    CHECK(where() == "environment_variables BAD");
    job.fields = good;
    job.fields.tags = {{"bad", bad}};
    job.fields.display_name = bad;
    CHECK(where() == "tags bad, display_name");
}

TEST_CASE("two counts that disagree hide nothing that is wrong with each of them") {
    std::string const both = explain<pytorch<>, gloo<node_count<0>, node_count<7>>>();
    std::string const reversed = explain<pytorch<>, gloo<node_count<7>, node_count<0>>>();
    for (std::string const& text : {both, reversed})
        for (char const* id : {"EST-003", "EST-006", "EST-007"}) CHECK_THAT(text, Catch::Matchers::Contains(id));
    good_job job;
    job.fields.process_count_per_node = 0;
    CHECK(ids<estimator<mpi<process_count_per_node<2>>>>(job.fields) == one{"EST-006", "EST-008"});
}

TEST_CASE("a time limit must make sense") {
    good_job job;
    job.fields.max_run_duration = seconds(-1);
    CHECK(ids<estimator<generic>>(job.fields) == one{"EST-024"});
    CHECK(check(estimator<generic>{job.fields}).at(0).where == "max_run_duration = -1 s");
    job.fields.max_run_duration = seconds(0.0 / 1.0 + 2e9);
    CHECK(ids<estimator<generic>>(job.fields) == one{"EST-024"});
    job.fields.max_run_duration = 1_s;
    CHECK(ids<estimator<generic>>(job.fields) == none{});
}

TEST_CASE("what no process can be given is refused, what is merely odd is not") {
    good_job job;
    std::size_t const limit = 128 * 1024 - 1;
    job.fields.script_params = {{"--text", std::string(limit, 'x')}, {"--odd", "a\nb \"c' \u00e9 -- $HOME"}, {"", ""}};
    CHECK(ids<estimator<generic>>(job.fields) == none{});
    job.fields.script_params = {{"--text", std::string(limit + 1, 'x')}};
    CHECK(ids<estimator<generic>>(job.fields) == one{"EST-025"});
    job.fields.script_params = {{"--text", std::string("a\0b", 3)}};
    CHECK(ids<estimator<generic>>(job.fields) == one{"EST-025"});
    CHECK(check(estimator<generic>{job.fields})[0].where == "script_params --text");
    job.fields.script_params = {};
    for (std::string const name : {"", "A=B"}) {
        job.fields.environment_variables = {{name, "1"}};
        CHECK(ids<estimator<generic>>(job.fields) == one{"EST-025"});
    }
}

TEST_CASE("a variable or tag given twice is refused") {
    good_job job;
    job.fields.tags = {{"team", "a"}, {"team", "b"}};
    CHECK(ids<estimator<generic>>(job.fields) == one{"EST-026"});
    job.fields.tags = {{"team", "a"}, {"kind", "a"}};
    CHECK(ids<estimator<generic>>(job.fields) == none{});
}

TEST_CASE("all broken rules are told at once, each with id, values and remedy") {
    good_job job;
    job.fields.node_count = 9;
    job.fields.entry_script = "missing.py";
    job.fields.environment_variables = {{"RANK", "0"}};
    try {
        require_valid(estimator<mpi<>>{job.fields});
        FAIL("nothing was thrown");
    } catch (broken_rules_error const& e) {
        std::string const text = e.what();
        CHECK(e.id() == "EST-003");
        CHECK(e.rules().size() == 3);
        for (char const* part : {"[EST-003]", "[EST-011]", "[EST-021]", "node_count is 9", "RANK", "missing.py",
                                 "remedy: lower node_count"})
            CHECK_THAT(text, Catch::Matchers::Contains(part));
    }
}
