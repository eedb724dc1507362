// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "submitted.hpp"

namespace {
namespace fs = std::filesystem;
using namespace estima_test;
using estima::run_status;

using python_job =
    estima::estimator<estima::generic, estima::local,
                      estima::environment<estima::user_managed, estima::interpreter_path<"/usr/bin/python3">>>;
using native_job = estima::estimator<estima::native>;
}  // namespace

TEST_CASE("a Python job is submitted as an estimator and leaves outputs, logs, metrics and a model") {
    place at;
    at.write("train.py", R"(
import json, os, sys
from helpers.loss import loss
with open(os.environ["ESTIMA_METRICS_FILE"], "a") as f:
    for step in range(5):
        f.write(json.dumps({"name": "loss", "value": loss(step), "step": step}) + "\n")
    f.write(json.dumps({"name": "grad", "value": float("nan")}) + "\n")
open("logs/notes", "w").write("noted")
open("outputs/model.json", "w").write(json.dumps(sys.argv[1:]))
print("trained with", sys.argv[1:])
)");
    at.write("helpers/loss.py", "def loss(step):\n    return 1 / (1 + step)\n");
    python_job const job{
        {.source_directory = at.source().string(),
         .entry_script = "train.py",
         .script_params = {{"--regularization", 0.8}, {"--name", "two words"}, {"--verbose", estima::flag}},
         .display_name = "first try",
         .tags = {{"owner", "ada"}}}};
    estima::run const run = at.experiment().submit(job);
    std::ostringstream shown;
    auto const details = run.wait_for_completion({.show_output = true, .timeout = patience, .output = &shown});

    CHECK(details.status == run_status::completed);
    CHECK(details.display_name == "first try");
    CHECK(details.tags.at("owner") == "ada");
    CHECK(details.properties.at("ContentSnapshotId").size() == 64);
    REQUIRE(details.ranks.size() == 1);
    CHECK(details.ranks[0].exit_code == 0);
    CHECK(shown.str().find("trained with ['--regularization', '0.8', '--name', 'two words', '--verbose']\n") !=
          std::string::npos);
    auto const metrics = run.get_metrics();
    CHECK(metrics.points("loss").size() == 5);
    CHECK(metrics.last("loss") == 0.2);
    CHECK(metrics.points("grad").size() == 1);
    CHECK(metrics.lines_skipped == 0);
    auto const names = run.get_file_names();
    for (char const* const name : {"outputs/model.json", "logs/notes", "system_logs/rank_0_stdout.txt"})
        CHECK(std::find(names.begin(), names.end(), name) != names.end());
    run.download_file("outputs/model.json", at / "model.json");
    CHECK(estima::read_file(at / "model.json").starts_with("[\"--regularization\""));
    CHECK(run.register_model({.name = "digits", .path = "outputs/model.json"}).version == 1);
    CHECK(at.workspace().model("digits").run_id == run.id());
    CHECK(fs::exists(run.directory().page()));
    // The snapshot is the source, and the source was left alone.
    CHECK(entries_in(at.source()) == 2);
}

TEST_CASE("an executable is submitted as an estimator") {
    place at;
    fs::copy_file("/bin/echo", at.source() / "program");
    native_job const job{{.source_directory = at.source().string(),
                          .entry_script = "program",
                          .script_params = {{"", "-n"}, {"", "hello"}}}};
    estima::run const run = at.experiment().submit(job);
    CHECK(run.wait_for_completion({.timeout = patience}).status == run_status::completed);
    CHECK(estima::read_file(run.directory().rank_stdout(0)) == "hello");
}

TEST_CASE("a job that breaks rules is refused with all of them, before anything is made") {
    place at;
    native_job const job{
        {.source_directory = at.source().string(), .entry_script = "none", .environment_variables = {{"RANK", "1"}}}};
    try {
        (void)at.experiment().submit(job);
        FAIL("no exception");
    } catch (estima::broken_rules_error const& e) {
        CHECK(e.rules().size() == 2);
    }
    CHECK(entries_in(at.workspace().path() / "runs") == 0);
    CHECK(entries_in(at.workspace().path() / "snapshots") == 0);
}

TEST_CASE("what cannot be submitted leaves no run") {
    place at;
    at.write("train", "#!/bin/sh\n");
    auto told = [&](estima::run_configuration const& c, fs::path const& source, estima::submit_options const& options) {
        return error_of([&] { (void)at.experiment().submit(c, source, options); });
    };
    estima::run_configuration const good{.script = "train", .framework = "Native"};
    CHECK(told(good, at / "none", {}).starts_with("[EST-200]"));
    CHECK(told(good, at.source(), {.snapshot = {.max_files = 0}}).starts_with("[EST-202]"));
    CHECK(told(good, at.source(), {.launcher = (at / "none").string()}).starts_with("[EST-400]"));
    estima::run_configuration mpi = good;
    mpi.communicator = "Mpi";
    CHECK(told(mpi, at.source(), {.mpirun = (at / "none").string()}).starts_with("[EST-401]"));
    CHECK(told({.script = "train", .arguments = {"\xFF"}, .framework = "Native"}, at.source(), {})
              .starts_with("[EST-102]"));
    CHECK(entries_in(at.workspace().path() / "runs") == 0);
}

TEST_CASE("a run whose supervisor does not start is Failed, and submit says why") {
    place at;
    at.write("train", "#!/bin/sh\n");
    estima::submit_options const options{.launcher = GENERATE("/bin/false", "/bin/true")};
    CHECK(error_of([&] {
              (void)at.experiment().submit({.script = "train", .framework = "Native"}, at.source(), options);
          }).starts_with("[EST-403]"));
    REQUIRE(at.workspace().runs().size() == 1);
    auto const details = at.workspace().run(at.workspace().runs()[0]).get_details();
    CHECK(details.status == run_status::failed);
    CHECK(details.error->id == "EST-403");
}

TEST_CASE("a script that cuts the journal short before submit has read it does not make the start a failure") {
    place at;
    at.write("train", "#!/bin/sh\n: > ../events.jsonl\n");
    // Is what estima-launch is, but returns to submit only when the script has done its damage.
    std::ofstream{at / "late_launch"} << "#!/bin/sh\n\"$ESTIMA_LAUNCH\" \"$@\"; code=$?; for run; do :; done\n"
                                         "[ $code = 0 ] && while grep -q created \"$run/events.jsonl\"; do sleep 0.01; done; exit $code\n";
    fs::permissions(at / "late_launch", fs::perms::owner_all);
    estima::run const run = at.experiment().submit({.script = "train", .framework = "Native"}, at.source(),
                                                   {.launcher = (at / "late_launch").string()});
    CHECK(run.wait_for_completion({.timeout = patience}).status == estima::run_status::completed);
}

TEST_CASE("a script that is not there is refused, and one that fails is told by waiting") {
    place at;
    at.write("train", "#!/bin/sh\necho the reason >&2\nexit 3\n");
    CHECK(error_of([&] {
              (void)at.experiment().submit({.script = "none", .framework = "Native"}, at.source());
          }).starts_with("[EST-210]"));
    estima::run const three = at.experiment().submit({.script = "train", .framework = "Native"}, at.source());
    try {
        (void)three.wait_for_completion({.timeout = patience});
        FAIL("no exception");
    } catch (estima::run_failed const& e) {
        CHECK(e.cause().exit_code == 3);
        CHECK(e.cause().rank == 0);
        CHECK(e.cause().host == estima::host_name());
        CHECK(e.cause().stderr_tail == std::vector<std::string>{"the reason"});
        CHECK(std::string{e.what()}.find("the reason") != std::string::npos);
    }
}

TEST_CASE("damage in the store of snapshots fails no run whose source directory has the very contents") {
    place at;
    for (int i = 0; i < 40; ++i) at.write("data/" + std::to_string(i), "number " + std::to_string(i) + "\n");
    at.write("large", std::string(300'000, 'x'));
    auto const completes = [&] {
        auto const run = at.submit("#!/bin/sh\ncat data/7\nwc -c < large\n");
        auto const details = run.wait_for_completion({.timeout = patience, .raise_on_error = false});
        INFO((details.error ? details.error->message : ""));
        CHECK(details.status == run_status::completed);
        CHECK(estima::read_file(run.directory().rank_stdout(0)) == "number 7\n300000\n");
    };
    completes();
    for (char const* const part : {"objects", "packs"}) {
        for (auto const& entry : fs::recursive_directory_iterator{at.workspace().path() / "snapshots" / part}) {
            if (!entry.is_regular_file()) continue;
            std::string bytes = estima::read_file(entry.path());
            bytes.at(bytes.size() / 2) ^= 1;  // of a pack, in its table
            estima::replace_file(entry.path(), bytes);
        }
        completes();
    }
    completes();
}

TEST_CASE("the facts that git knows of the source are properties of the run") {
    place at;
    at.write("train", "#!/bin/sh\n");
    ::setenv("GIT_CONFIG_GLOBAL", "/dev/null", 1);
    std::string const git = "git -C '" + at.source().string() + "' ";
    REQUIRE(std::system((git + "init -q -b main && " + git + "add -A && " + git +
                         "-c user.name=a -c user.email=a@b commit -q -m first && " + git +
                         "remote add origin https://host/repo.git")
                            .c_str()) == 0);
    estima::run const run = at.submit("#!/bin/sh\nexit 0\n");
    auto const properties = run.get_properties();  // without waiting for the run
    CHECK(properties.at("azureml.git.branch") == "main");
    CHECK(properties.at("azureml.git.commit").size() == 40);
    CHECK(properties.at("azureml.git.dirty") == "True");
    CHECK(properties.at("azureml.git.repository_uri") == "https://host/repo.git");
    CHECK(properties.at("mlflow.source.git.commit") == properties.at("azureml.git.commit"));
    CHECK(run.wait_for_completion({.timeout = patience}).status == run_status::completed);
}

TEST_CASE("a workspace inside the source is no part of the snapshot") {
    temporary_directory const folder;
    fs::create_directory(folder / "source");
    std::ofstream{folder / "source/train"} << "#!/bin/sh\nls -A > outputs/files\n";
    fs::permissions(folder / "source/train", fs::perms{0755});
    auto const workspace = estima::workspace::open(folder / "source/.estima");
    std::set<std::string> snapshots;
    for (int i = 0; i < 2; ++i) {
        estima::run const run =
            workspace.experiment("e").submit({.script = "train", .framework = "Native"}, folder / "source");
        snapshots.insert(run.wait_for_completion({.timeout = patience}).properties.at("ContentSnapshotId"));
        CHECK(estima::read_file(run.directory().outputs() / "files") == "logs\noutputs\ntrain\n");
    }
    CHECK(snapshots.size() == 1);
}

TEST_CASE("another program finds the run again, waits for it and reads its files") {
    place at;
    text_pipe id;
    other_program submitter{[&] {
        id.say(at.submit(script_that_waits_for(at / "go", "echo done; echo result > outputs/r")).id());
        return true;
    }};
    CHECK(submitter.succeeded());
    estima::run const run = estima::workspace::open(at.workspace().path()).run(id.hear());
    CHECK(
        error_of([&] { (void)run.wait_for_completion({.timeout = estima::seconds(0.05)}); }).starts_with("[EST-511]"));
    CHECK_FALSE(is_terminal(run.status()));
    std::ofstream{at / "go"};
    std::ostringstream shown;
    CHECK(run.wait_for_completion({.show_output = true, .timeout = patience, .output = &shown}).status ==
          run_status::completed);
    CHECK(shown.str().find("\ndone\n") != std::string::npos);
    run.download_file("outputs/r", at / "r");
    CHECK(estima::read_file(at / "r") == "result\n");
}

TEST_CASE("a submitter that is killed with SIGKILL does not take its run along") {
    place at;
    text_pipe id;
    other_program submitter{[&] {
        id.say(at.submit(script_that_waits_for(at / "go", "echo result > outputs/r")).id());
        ::kill(::getpid(), SIGKILL);
        return false;
    }};
    CHECK(WTERMSIG(submitter.status()) == SIGKILL);
    std::ofstream{at / "go"};
    estima::run const run = at.workspace().run(id.hear());
    CHECK(run.wait_for_completion({.timeout = patience}).status == run_status::completed);
    CHECK(run.get_file_names()[0] == "outputs/r");
}

TEST_CASE("a submitter that is killed at any moment leaves a run that ends, or none that can be seen") {
    place at;
    at.write("train", "#!/bin/sh\necho result > outputs/r\n");
    for (int i = 0; i < 20; ++i) {
        pid_t const child = ::fork();
        if (child == 0) {
            (void)at.experiment().submit({.script = "train", .framework = "Native"}, at.source());
            ::_exit(0);
        }
        ::usleep(static_cast<useconds_t>(i * 1500));  // the moment is what is varied here
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
    }
    for (std::string const& id : at.workspace().runs()) {
        auto const details = at.workspace().run(id).wait_for_completion({.timeout = patience, .raise_on_error = false});
        // Killed between the making of the run and the start of its supervisor: buried at this look.
        if (details.status != run_status::completed) CHECK(details.error->id == "EST-430");
        if (details.status == run_status::completed) CHECK(details.artifacts.size() == 1);
    }
}

TEST_CASE("threads of one program submit at once") {
    place at;
    at.write("train", "#!/bin/sh\necho result > outputs/r\n");
    std::vector<std::thread> all;
    std::vector<std::string> told(8);
    for (std::string& t : told)
        all.emplace_back([&at, &t] {
            t = error_of([&at] {
                estima::run_configuration const job{.script = "train", .framework = "Native"};
                (void)at.experiment().submit(job, at.source()).wait_for_completion({.timeout = patience});
            });
        });
    for (std::thread& t : all) t.join();
    for (std::string const& t : told) CHECK(t.empty());
    CHECK(at.workspace().runs().size() == told.size());
}

TEST_CASE("50 submits at once from 8 programs are 50 runs that complete") {
    place at;
    at.write("train", "#!/bin/sh\necho \"$1\" > outputs/number\n");
    constexpr int programs = 8, total = 50;
    std::vector<other_program> all;
    for (int p = 0; p < programs; ++p)
        all.emplace_back([&at, p] {
            std::vector<estima::run> mine;
            for (int n = p; n < total; n += programs)
                mine.push_back(at.experiment().submit(
                    {.script = "train", .arguments = {std::to_string(n)}, .framework = "Native"}, at.source()));
            bool good = true;
            for (auto const& run : mine)
                good = run.wait_for_completion({.timeout = patience}).status == run_status::completed && good;
            return good;
        });
    for (auto& program : all) CHECK(program.succeeded());
    auto const ids = at.workspace().runs();
    CHECK(ids.size() == total);
    std::set<int> numbers;
    for (std::string const& id : ids) {
        auto const run = at.workspace().run(id);
        CHECK(run.status() == run_status::completed);
        numbers.insert(std::stoi(estima::read_file(run.directory().outputs() / "number")));
    }
    CHECK(numbers.size() == total);
    CHECK(entries_in(at.workspace().path() / "runs") == total);  // nothing hidden was left
}
