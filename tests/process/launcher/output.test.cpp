// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <sys/resource.h>

#include <estima/system/sha256.hpp>

#include "made_run.hpp"

using estima_test::made_run;
using status = estima::run_status;

TEST_CASE("parameters reach the script byte by byte") {
    std::vector<std::string> const given{"",
                                         " ",
                                         "two words",
                                         "it's \"quoted\"",
                                         "line\nbreak",
                                         "-dash",
                                         "--",
                                         "\\back$slash`x`",
                                         "\xC3\xA4\xE6\x97\xA5",
                                         "*",
                                         "tab\there",
                                         std::string(100'000, 'x')};
    std::string expected;
    for (std::string const& s : given) expected += std::to_string(s.size()) + ":" + s + ";";
    SECTION("of a native program") {
        made_run run{made_run::native("train.sh", given),
                     {{"train.sh", "#!/bin/bash\nLC_ALL=C\nfor a in \"$@\"; do printf '%s:%s;' ${#a} \"$a\"; done\n"}}};
        CHECK(run.run().status == status::completed);
        CHECK(run.output() == expected);
    }
    SECTION("of a Python script") {
        made_run run{made_run::python("train.py", given),
                     {{"train.py",
                       "import os, sys\nfor a in map(os.fsencode, sys.argv[1:]): sys.stdout.buffer.write(b'%d:%s;' % "
                       "(len(a), a))\n"}}};
        CHECK(run.run().status == status::completed);
        CHECK(run.output() == expected);
    }
    SECTION("through mpirun") {
        if (estima::find_program("mpirun").empty()) return;
        made_run run{made_run::mpi(made_run::native("train.sh", given), 2),
                     {{"train.sh", "#!/bin/bash\nLC_ALL=C\nfor a in \"$@\"; do printf '%s:%s;' ${#a} \"$a\"; done\n"}}};
        CHECK(run.run().status == status::completed);
        CHECK(run.output(0) == expected);
        CHECK(run.output(1) == expected);
    }
}

TEST_CASE("environment variables reach the script byte by byte, and win") {
    estima::run_configuration c = made_run::native("train.sh");
    c.environment.environment_variables = {
        {"EMPTY", ""}, {"LINES_OF_IT", "a\nb"}, {"PYTHONUNBUFFERED", "0"}, {"HOME", "/elsewhere"}};
    made_run run{c, {{"train.sh", "#!/bin/sh\necho \"[$EMPTY][$LINES_OF_IT][$PYTHONUNBUFFERED][$HOME]\"\n"}}};
    CHECK(run.run().status == status::completed);
    CHECK(run.output() == "[][a\nb][0][/elsewhere]\n");
}

TEST_CASE(
    "the script starts with no input, no foreign descriptors, no blocked or ignored signals, in a group of its own") {
    // Not `ls | tr`: the shell would have the pipe open while ls looks.
    made_run run{
        made_run::native("train.sh"),
        {{"train.sh",
          "#!/bin/sh\nread x && echo input\n(ls /proc/$$/fd >fds); tr '\\n' ' ' <fds\n"
          "grep 'SigBlk\\|SigIgn' /proc/self/status\n"
          "[ \"$(ps -o pgid= -p $$ | tr -d ' ')\" = $$ ] && echo leader\n"}}};
    ::signal(SIGPIPE, SIG_IGN);
    sigset_t const blocked = estima::signal_set({SIGINT, SIGUSR2});
    ::sigprocmask(SIG_BLOCK, &blocked, nullptr);
    run.start();
    ::sigprocmask(SIG_UNBLOCK, &blocked, nullptr);
    ::signal(SIGPIPE, SIG_DFL);
    CHECK(run.wait().status == status::completed);
    std::string const output = run.output();
    INFO(output);
    CHECK(output.starts_with("0 1 10 2 SigBlk:"));  // 10 is the shell's own, for the script that it reads
    CHECK(output.ends_with("\nleader\n"));
    for (char const* const name : {"SigBlk:", "SigIgn:"})  // above 31 are the C library's own, which nobody may set
        CHECK((std::stoull(output.substr(output.find(name) + 7), nullptr, 16) & 0x7FFF'FFFF) == 0);
}

TEST_CASE("200 MB of output are kept whole, and cost the supervisor no memory") {
    made_run run{made_run::native("train.sh"),
                 {{"train.sh",
                   "#!/bin/sh\nyes 0123456789abcdefghijklmnopqrstuvwxyz | head -c 200000000\n: > up\nuntil [ -e go ]; "
                   "do sleep 0.02; done\n"}}};
    run.start().text_of("up");
    auto const record = run.wait_until_running();
    std::string const text = estima::read_file("/proc/" + std::to_string(record.supervisor_pid) + "/status");
    std::ofstream{run.directory.code() / "go"};
    long const kilobytes = std::stol(text.substr(text.find("VmRSS:") + 6));
    bool const is_sanitized =
        text.find("VmPeak") != std::string::npos && std::stol(text.substr(text.find("VmPeak:") + 7)) > 100'000'000;
    if (!is_sanitized) CHECK(kilobytes <= 16 * 1024);
    CHECK(run.wait().status == status::completed);
    CHECK(std::filesystem::file_size(run.directory.rank_stdout(0)) == 200'000'000);
}

TEST_CASE("a line of 10 MB and bytes that are no UTF-8 are kept as they are, and quoted in a readable form") {
    made_run run{made_run::native("train.sh"),
                 {{"train.sh",
                   "#!/bin/sh\nprintf 'first\\n' >&2\nhead -c 10000000 /dev/zero | tr '\\0' x >&2\nprintf '\\nbad "
                   "\\377\\376 bytes\\n' >&2\nexit 1\n"}}};
    auto const record = run.run();
    REQUIRE(record.status == status::failed);
    std::string const whole = run.error_output();
    CHECK(whole == "first\n" + std::string(10'000'000, 'x') + "\nbad \xFF\xFE bytes\n");
    REQUIRE(record.error->stderr_tail.size() == 2);
    CHECK(record.error->stderr_tail[0].starts_with("[the start of this line is left out] xxx"));
    CHECK(record.error->stderr_tail[0].size() < 2100);
    CHECK(record.error->stderr_tail[1] == "bad \xEF\xBF\xBD\xEF\xBF\xBD bytes");
}

TEST_CASE("outputs: what cannot be handed on is left out, and said") {
    made_run run{made_run::native("train.sh"),
                 {{"secret", "not an output"},
                  {"train.sh",
                   "#!/bin/sh\ncd outputs\nmkdir empty deep; echo x > deep/file; ln -s deep/file inside; ln -s deep "
                   "folder; ln -s ../secret out\n"
                   "ln -s /etc/passwd far; ln -s nothing broken; mkfifo pipe; printf y > \"$(printf 'bad\\377name')\"; "
                   ": > 'with space\n'\n"}}};
    auto const record = run.run();
    CHECK(record.status == status::completed);
    std::vector<std::string> paths;
    for (auto const& a : record.artifacts) paths.push_back(a.path);
    CHECK(paths == std::vector<std::string>{"outputs/deep/file", "outputs/inside", "outputs/with space\n"});
    CHECK(record.artifacts.at(1).sha256 == estima::sha256_hex("x\n"));
    CHECK(record.artifacts.at(2).bytes == 0);
    CHECK(record.warnings == std::vector<std::string>{"outputs/bad\\xffname is no artifact: its name is not UTF-8",
                                                      "outputs/broken is no artifact: it is a link to nothing",
                                                      "outputs/far is no artifact: it is a link out of ./outputs",
                                                      "outputs/out is no artifact: it is a link out of ./outputs",
                                                      "outputs/pipe is no artifact: it is not a file"});
}

TEST_CASE("outputs: a script that puts a link in the place of ./outputs shows nothing of the machine") {
    made_run run{made_run::native("train.sh"), {{"train.sh", "#!/bin/sh\nrmdir outputs; ln -s /etc outputs\n"}}};
    auto const record = run.run();
    CHECK(record.status == status::completed);
    CHECK(record.artifacts.empty());
    REQUIRE(record.warnings.size() == 1);
}

TEST_CASE("the page is there while the run goes on, and follows its metrics") {
    made_run run{made_run::native("train.sh"),
                 {{"train.sh",
                   "#!/bin/sh\necho '{\"name\":\"accuracy_of_this\",\"value\":0.5}' >> \"$ESTIMA_METRICS_FILE\"\nuntil "
                   "[ -e go ]; do sleep 0.02; done\n"}}};
    run.start();
    double const deadline = estima::monotonic_seconds() + estima_test::seconds_of_patience;
    auto shows = [&] {
        return std::filesystem::exists(run.directory.page()) &&
               estima::read_file(run.directory.page()).find("accuracy_of_this") != std::string::npos;
    };
    while (!shows() && estima::monotonic_seconds() < deadline) ::poll(nullptr, 0, 10);
    CHECK(shows());
    std::ofstream{run.directory.code() / "go"};
    CHECK(run.wait().status == status::completed);
}
