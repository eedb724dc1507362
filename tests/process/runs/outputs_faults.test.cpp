// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <string>

#include <support/skip.hpp>

#include "submitted.hpp"

namespace {
namespace fs = std::filesystem;
using namespace estima_test;
using estima::run_status;
}  // namespace

TEST_CASE("twenty thousand outputs are recorded, listed and found") {
    place at;
    estima::run const run = at.submit(
        "#!/usr/bin/python3\n"
        "import os\n"
        "for i in range(20000):\n"
        "    if i % 1000 == 0: os.mkdir(f'outputs/part_{i // 1000}')\n"
        "    open(f'outputs/part_{i // 1000}/{i}', 'w').write('x' if i == 19999 else '')\n");
    auto const details = run.wait_for_completion({.timeout = patience});
    CHECK(details.status == run_status::completed);
    CHECK(details.warnings.empty());
    REQUIRE(details.artifacts.size() == 20'000);
    CHECK(std::is_sorted(details.artifacts.begin(), details.artifacts.end(),
                         [](auto const& a, auto const& b) { return estima::artifact_order{}(a.path, b.path); }));
    CHECK(run.artifacts("outputs/part_7").size() == 1'000);
    run.download_file("outputs/part_19/19999", at / "one");
    CHECK(estima::read_file(at / "one") == "x");
}

TEST_CASE("whatever lies in ./outputs, the run ends as its script did, and each thing left out is told with the reason") {
    place at;
    estima::run const run = at.submit(
        "#!/usr/bin/python3\n"
        "import os, socket\n"
        "os.chdir('outputs')\n"
        "open('fine', 'w').write('x')\n"
        "open(b'bad \\xff', 'w').write('x')\n"
        "open('new\\nline', 'w').write('x')\n"
        "os.mkfifo('pipe')\n"
        "socket.socket(socket.AF_UNIX).bind('socket')\n"
        "os.symlink('/etc/passwd', 'secret')\n"
        "os.symlink('..', 'up')\n"
        "os.mkdir('closed'); open('closed/x', 'w').write('x'); os.chmod('closed', 0)\n"
        "open('unreadable', 'w').write('x'); os.chmod('unreadable', 0)\n"
        "raise SystemExit(3)\n");
    auto const details = run.wait_for_completion({.timeout = patience, .raise_on_error = false});
    CHECK(details.status == run_status::failed);
    REQUIRE(details.error);
    CHECK(details.error->id == "EST-420");
    auto const is_told = [&](std::string const& text) {
        return std::count(details.warnings.begin(), details.warnings.end(), text) == 1;
    };
    CHECK(is_told("outputs/bad \\xff is no artifact: its name is not UTF-8"));
    CHECK(is_told("outputs/pipe is no artifact: it is not a file"));
    CHECK(is_told("outputs/socket is no artifact: it is not a file"));
    CHECK(is_told("outputs/secret is no artifact: it is a link out of ./outputs"));
    CHECK(is_told("outputs/up is no artifact: it is a link out of ./outputs"));
    bool const is_root = ::geteuid() == 0;
    CHECK(is_told("outputs/closed is no artifact: Permission denied") != is_root);
    CHECK(is_told("outputs/unreadable is no artifact: Permission denied") != is_root);
    CHECK(run.artifacts().size() == (is_root ? 4 : 2));
    run.download_files("outputs", at / "there");
    CHECK(estima::read_file(at / "there/outputs/new\nline") == "x");
    fs::permissions(run.directory().outputs() / "closed", fs::perms::owner_all);
}
