// SPDX-License-Identifier: BSL-1.0
#include <estima/launcher/artifacts.hpp>

#include <catch2/catch.hpp>

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <atomic>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "../../support/temporary_directory.hpp"

namespace {
namespace fs = std::filesystem;

struct outputs_of_script {
    estima_test::temporary_directory folder{};
    estima::run_directory run{folder / "runs/digits_1_0"};
    estima::outputs_before before{};
    std::vector<estima::artifact_record> artifacts{};
    std::vector<std::string> warnings{};
    std::function<void(std::string const&)> on_artifact{};

    outputs_of_script() { fs::create_directories(run.outputs()); }
    void put(std::string const& name, std::string const& text) const {
        fs::path const file = run.outputs() / name;
        fs::create_directories(file.parent_path());
        std::ofstream{file, std::ios::binary} << text;
    }
    std::vector<std::string> collect() {
        artifacts.clear(), warnings.clear();
        estima::artifact_collector{run, before,
                                   [&](estima::artifact_record a) {
                                       if (on_artifact) on_artifact(a.path);
                                       artifacts.push_back(std::move(a));
                                   },
                                   [&](std::string w) { warnings.push_back(std::move(w)); }}
            .collect();
        std::vector<std::string> names;
        for (auto const& a : artifacts) names.push_back(a.path);
        return names;
    }
};
}  // namespace

TEST_CASE("outputs are found in the order of their names, with size and SHA-256") {
    outputs_of_script f;
    f.put("b", "two");
    f.put("a/z", "");
    f.put("a.txt", std::string(300'000, 'x'));
    CHECK(f.collect() == std::vector<std::string>{"outputs/a/z", "outputs/a.txt", "outputs/b"});
    CHECK(f.artifacts[0].bytes == 0);
    CHECK(f.artifacts[1].bytes == 300'000);
    CHECK(f.artifacts[1].sha256 == estima::sha256_hex(std::string(300'000, 'x')));
    CHECK(f.artifacts[2].sha256 == estima::sha256_hex("two"));
    CHECK(f.warnings.empty());
}

TEST_CASE("what cannot be handed on is left out with the reason, and nothing waits for it") {
    outputs_of_script f;
    f.put("fine", "x");
    f.put("bad\xff/name", "x");
    REQUIRE(::mkfifo((f.run.outputs() / "pipe").c_str(), 0600) == 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::string const at = (f.run.outputs() / "socket").string();
    REQUIRE(at.size() < sizeof address.sun_path);
    at.copy(address.sun_path, at.size());
    estima::file_descriptor const socket{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    REQUIRE(::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    fs::create_symlink("/etc/passwd", f.run.outputs() / "secret");
    fs::create_symlink("../../../..", f.run.outputs() / "up");
    fs::create_symlink("none", f.run.outputs() / "broken");
    fs::create_symlink("loop", f.run.outputs() / "loop");
    fs::create_symlink(f.run.outputs() / "fine", f.run.outputs() / "absolute");
    fs::create_symlink("pipe", f.run.outputs() / "to pipe");
    fs::create_symlink(".", f.run.outputs() / "folder");
    fs::create_symlink("fine", f.run.outputs() / "alias");
    CHECK(f.collect() == std::vector<std::string>{"outputs/alias", "outputs/fine"});
    CHECK(f.warnings == std::vector<std::string>{"outputs/absolute is no artifact: it is an absolute link",
                                                 "outputs/bad\\xff/name is no artifact: its name is not UTF-8",
                                                 "outputs/broken is no artifact: it is a link to nothing",
                                                 "outputs/loop is no artifact: it is a link to nothing",
                                                 "outputs/pipe is no artifact: it is not a file",
                                                 "outputs/secret is no artifact: it is a link out of ./outputs",
                                                 "outputs/socket is no artifact: it is not a file",
                                                 "outputs/to pipe is no artifact: it is not a file",
                                                 "outputs/up is no artifact: it is a link out of ./outputs"});
}

TEST_CASE("an ./outputs that is no folder is told") {
    outputs_of_script f;
    fs::remove(f.run.outputs());
    CHECK(f.collect().empty());
    CHECK(f.warnings.empty());
    fs::create_directory_symlink("/etc", f.run.outputs());
    CHECK(f.collect().empty());
    CHECK(f.warnings == std::vector<std::string>{"outputs is no artifact: it is not a directory"});
}

TEST_CASE("files that vanish while the others are read are told") {
    outputs_of_script f;
    for (char const* const name : {"a", "b", "c", "d/e"}) f.put(name, name);
    f.on_artifact = [&](std::string const& name) {
        if (name == "outputs/a") fs::remove(f.run.outputs() / "b"), fs::remove_all(f.run.outputs() / "d");
    };
    CHECK(f.collect() == std::vector<std::string>{"outputs/a", "outputs/c"});
    CHECK(f.warnings == std::vector<std::string>{"outputs/b is no artifact: No such file or directory",
                                                 "outputs/d is no artifact: No such file or directory"});
}

TEST_CASE("a file that grows as fast as it is read is not waited for") {
    outputs_of_script f;
    f.put("log", std::string(1'000'000, 'x'));
    std::atomic<bool> is_over{false};
    std::thread writer{[&] {
        std::ofstream file{f.run.outputs() / "log", std::ios::app};
        for (std::string const more(10'000, 'y'); !is_over && file.tellp() < 200'000'000;) file << more << std::flush;
    }};
    std::size_t const found = f.collect().size();
    is_over = true;
    writer.join();
    std::vector<std::string> const told{"outputs/log is no artifact: something is still writing to it"};
    if (found == 0) CHECK(f.warnings == told);
    else CHECK(f.artifacts[0].bytes >= 1'000'000);
}

TEST_CASE("folders nested deeper than a process can open are told, and the others are found") {
    outputs_of_script f;
    f.put("fine", "x");
    std::string deep;
    for (int i = 0; i < 200; ++i) deep += "d/";
    f.put(deep + "file", "x");
    rlimit limit{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
    rlimit const less{100, limit.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &less) == 0);
    auto const names = f.collect();
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &limit) == 0);
    CHECK(names == std::vector<std::string>{"outputs/fine"});
    REQUIRE(f.warnings.size() == 1);
    CHECK(f.warnings[0].ends_with("is no artifact: Too many open files"));
    CHECK(f.collect().size() == 2);
}

TEST_CASE("a long list of what is left out is cut short, and counted") {
    outputs_of_script f;
    for (int i = 0; i < 30; ++i) fs::create_symlink("none", f.run.outputs() / std::to_string(i));
    CHECK(f.collect().empty());
    REQUIRE(f.warnings.size() == 21);
    CHECK(f.warnings.back() == "10 more entries of ./outputs are no artifacts");
}
