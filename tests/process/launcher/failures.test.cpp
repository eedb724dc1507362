// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <sys/mount.h>
#include <unistd.h>

#include <support/skip.hpp>

#include "made_run.hpp"

using estima_test::made_run;
using status = estima::run_status;

namespace {

/// The error of a run that has to fail.
estima::run_error failure(made_run& run) {
    auto const record = run.wait();
    INFO(estima::read_file(run.directory.journal()) << estima::read_file(run.directory.supervisor_log()));
    REQUIRE(record.status == status::failed);
    REQUIRE(record.error);
    CHECK(run.living().empty());
    return *record.error;
}

}  // namespace

TEST_CASE("a script that exits with a code fails the run, with the last lines of its standard error") {
    made_run run{
        made_run::native("train.sh"),
        {{"train.sh", "#!/bin/sh\nfor i in $(seq 30); do echo line $i >&2; done\necho x > outputs/half\nexit 3\n"}}};
    estima::run_error const e = failure(run.start());
    CHECK(e.id == "EST-420");
    CHECK(e.message == "the script exited with code 3");
    CHECK(e.rank == 0);
    CHECK(e.host == estima::host_name());
    CHECK(e.exit_code == 3);
    REQUIRE(e.stderr_tail.size() == 20);
    CHECK(e.stderr_tail.front() == "line 11");
    CHECK(e.stderr_tail.back() == "line 30");
    CHECK(run.wait().artifacts.size() == 1);  // outputs of a failed run are kept
    CHECK(estima::read_file(run.directory.page()).find("the script exited with code 3") != std::string::npos);
}

TEST_CASE("a script that is ended by a signal fails the run by that signal's name") {
    auto const [number, name] =
        GENERATE(table<std::string, std::string>({{"11", "SIGSEGV"}, {"6", "SIGABRT"}, {"9", "SIGKILL"}}));
    made_run run{made_run::native("train.sh"),
                 {{"train.sh", "#!/bin/sh\necho last words >&2\nkill -" + number + " $$\n"}}};
    estima::run_error const e = failure(run.start());
    CHECK(e.id == "EST-421");
    CHECK(e.signal == name);
    CHECK_FALSE(e.exit_code);
    CHECK(e.message.starts_with("the script was ended by " + name));
    CHECK((e.message.find("out-of-memory") != std::string::npos) == (name == "SIGKILL"));
    CHECK(e.stderr_tail == std::vector<std::string>{"last words"});
}

TEST_CASE("a Python syntax error is told in Python's words") {
    made_run run{made_run::python("train.py"), {{"train.py", "print('so far')\nif True print('x')\n"}}};
    estima::run_error const e = failure(run.start());
    CHECK(e.id == "EST-420");
    CHECK(e.exit_code == 1);
    REQUIRE_FALSE(e.stderr_tail.empty());
    CHECK(e.stderr_tail.back() == "SyntaxError: invalid syntax");
}

TEST_CASE("a program that cannot be executed fails the run with the reason") {
    struct wrong {
        char const* what;
        made_run::source_file file;
        std::string script, id, says;
    };
    auto const w = GENERATE(
        wrong{"absent", {"train.sh", "#!/bin/sh\n"}, "other.sh", "EST-410", "other.sh"},
        wrong{"its interpreter absent",
              {"train.sh", "#!/no/such/interpreter -u\n"},
              "train.sh",
              "EST-410",
              "/no/such/interpreter"},
        wrong{
            "with a Windows line end", {"train.sh", "#!/bin/sh\r\necho x\r\n"}, "train.sh", "EST-410", "/bin/sh\\x0d"},
        wrong{"not executable", {"train.sh", "echo x\n"}, "train.sh", "EST-411", "chmod +x"},
        wrong{"a directory", {"train/x", "x"}, "train", "EST-411", "train"},
        wrong{"no program",
              {"train",
               "\x7f"
               "ELF but no more than that"},
              "train",
              "EST-413",
              "neither a program"});
    INFO(w.what);
    made_run run{made_run::native(w.script), {w.file}};
    estima::run_error const e = failure(run.start());
    CHECK(e.id == w.id);
    CHECK(e.rank == 0);
    INFO(e.message);
    CHECK(e.message.find(w.says) != std::string::npos);
}

TEST_CASE("an interpreter that is nowhere in PATH fails the run") {
    estima::run_configuration c = made_run::python("train.py");
    c.environment.python.interpreter_path = "python-of-nowhere";
    made_run run{c, {{"train.py", ""}}};
    estima::run_error const e = failure(run.start());
    CHECK(e.id == "EST-410");
    CHECK(e.message.find("python-of-nowhere") != std::string::npos);
}

TEST_CASE("an argument above 128 KiB fails the run with the limit") {
    made_run run{made_run::native("train.sh", {"short", std::string(200'000, 'x')}), {{"train.sh", "#!/bin/sh\n"}}};
    estima::run_error const e = failure(run.start());
    CHECK(e.id == "EST-412");
    CHECK(e.message.find("200001") != std::string::npos);
    CHECK(e.message.find("128 KiB") != std::string::npos);
}

TEST_CASE("the PATH of the run is where the interpreter is looked for") {
    estima::run_configuration c = made_run::python("train.x");
    c.environment.python.interpreter_path = "my-python";
    made_run run{c, {{"train.x", ""}}};
    std::filesystem::create_directory(run.scratch("bin"));
    std::ofstream{run.scratch("bin/my-python")} << "#!/bin/sh\necho \"mine $1\"\n";
    std::filesystem::permissions(run.scratch("bin/my-python"), std::filesystem::perms{0755});
    c.environment.environment_variables["PATH"] = "/nowhere:" + run.scratch("bin").string() + ":/usr/bin:/bin";
    std::ofstream{run.directory.run_configuration()} << estima::to_json(c).dump();
    CHECK(run.run().status == status::completed);
    CHECK(run.output() == "mine train.x\n");
}

TEST_CASE("a snapshot that is not there fails the run before it starts") {
    made_run run{made_run::native("train.sh"), {{"train.sh", "#!/bin/sh\n"}}};
    std::filesystem::remove_all(run.directory.snapshots());
    estima::run_error const e = failure(run.start());
    CHECK(e.id == "EST-414");
    CHECK(e.message.find("snapshot") != std::string::npos);
    CHECK(run.wait().ranks.empty());
}

TEST_CASE("a run configuration that makes no sense fails the run") {
    std::string const text = GENERATE("{\"nodeCount\": \"two\"}", "{ torn");
    made_run run{made_run::native("train.sh"), {{"train.sh", "#!/bin/sh\n"}}};
    std::ofstream{run.directory.run_configuration()} << text;
    estima::run_error const e = failure(run.start());
    CHECK(e.id == "EST-101");
}

TEST_CASE("a full workspace: the end of the run is told all the same, and why") {
    if (::geteuid() != 0) return estima_test::skip("mounts need root");
    estima_test::temporary_directory place;
    if (::mount("tmpfs", place.path().c_str(), "tmpfs", 0, "size=1m") != 0)
        return estima_test::skip("no tmpfs can be mounted here");
    struct unmount {
        std::filesystem::path where;
        ~unmount() { ::umount2(where.c_str(), MNT_DETACH); }
    } const later{place.path()};

    SECTION("while the script runs") {
        made_run run{made_run::native("train.sh"),
                     {{"train.sh", "#!/bin/sh\nhead -c 4000000 /dev/zero > outputs/model || exit 9\n"}},
                     place / "w"};
        estima::run_error const e = failure(run.start());
        CHECK(e.id == "EST-420");
        CHECK(e.exit_code == 9);
        CHECK(e.message.find("file system of the workspace is full") != std::string::npos);
    }
    SECTION("before it starts") {
        made_run run{made_run::native("train.sh"),
                     {{"train.sh", "#!/bin/sh\n"}, {"data", std::string(300'000, 'x')}},
                     place / "w"};
        std::ofstream{place / "w" / "ballast"} << std::string(400'000, 'x');
        estima::run_error const e = failure(run.start());
        CHECK(e.id == "EST-414");
        CHECK(e.message.find("No space left on device") != std::string::npos);
    }
}
