// SPDX-License-Identifier: BSL-1.0
// estima-agent on this machine, each rank with a store of its own, as if it were a node.
#include <catch2/catch.hpp>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <map>

#include <estima/hosts/node_path.hpp>
#include <estima/launcher/find_launcher.hpp>
#include <estima/snapshot/restore.hpp>
#include <estima/snapshot/snapshot_store.hpp>
#include <estima/system/files.hpp>
#include <estima/system/json.hpp>
#include <support/skip.hpp>
#include <support/temporary_directory.hpp>

#include "../../unit/snapshot/tree_on_disk.hpp"

using estima_test::temporary_directory;
using estima_test::write;
namespace fs = std::filesystem;

namespace {

struct answer {
    int code = -1;
    std::string text;  // of both outputs
    estima::json last() const { return said("staged"); }
    /// The last frame of that kind; empty if there is none.
    estima::json said(std::string const& what) const {
        estima::json found = estima::json::object();
        for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) {
            estima::json const one = estima::json::parse(text.substr(at, text.find('\n', at) - at), nullptr, false);
            if (one.is_object() && one.value("say", "") == what) found = one;
            if (text.find('\n', at) == std::string::npos) break;
        }
        return found;
    }
};

class nodes {
public:
    nodes() {
        write(source() / "train.py", "print('hello')\n");
        write(source() / "lib/empty", "");
        write(source() / "large.bin", std::string(3'000'000, 'L') + "end");
        for (int i = 0; i < 50; ++i) write(source() / "many" / std::to_string(i), std::to_string(i * i));
        fs::create_symlink("../train.py", source() / "lib/link");
        fs::permissions(source() / "train.py", fs::perms{0751});
        id_ = estima::snapshot_store{store(0)}.take(source()).id;
    }

    fs::path source() const { return folder_ / "source"; }
    fs::path store(int rank) const { return folder_ / ("store_" + std::to_string(rank)); }
    std::string const& id() const { return id_; }

    /// mpirun with rank 0 and so many nodes; `before` is put in front of a node's command, in a shell.
    answer stage(int count, std::map<int, std::string> const& before = {}) const {
        std::string command =  // Open MPI leaves memory behind, which a sanitizer would tell
            "ASAN_OPTIONS=detect_leaks=0 OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 "
            "PMIX_MCA_psec=^munge timeout 60 mpirun "
            "--oversubscribe --bind-to none --mca pml ob1 --mca btl self,tcp --mca btl_tcp_if_include lo --mca "
            "mpi_yield_when_idle 1 -np 1 '" +
            agent() + "' stage " + id_ + " --from '" + store(0).string() + "'";
        for (int rank = 1; rank <= count; ++rank) {
            auto const words = before.find(rank);
            command += " : -np 1 sh -c '" + (words != before.end() ? words->second : "") + "exec \"$0\" \"$@\"' '" +
                       agent() + "' stage " + id_ + " --into '" + store(rank).string() + "'";
        }
        answer a;
        std::FILE* const pipe = ::popen((command + " 2>&1 </dev/null").c_str(), "r");
        REQUIRE(pipe != nullptr);
        char buffer[4096];
        while (std::size_t const n = std::fread(buffer, 1, sizeof buffer, pipe)) a.text.append(buffer, n);
        int const status = ::pclose(pipe);
        a.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
        return a;
    }
    static std::string agent() { return estima::agent_beside(estima::find_launcher()); }

    /// The node has the tree as it was taken.
    bool is_right(int rank) const {
        fs::path const to = folder_ / ("tree_" + std::to_string(rank));
        fs::remove_all(to);
        estima::restore_snapshot(store(rank), id_, to);
        return estima_test::describe(to) == estima_test::describe(source());
    }
    static std::size_t left_behind(fs::path const& store) {
        return static_cast<std::size_t>(std::distance(fs::directory_iterator{store / "tmp"}, fs::directory_iterator{}));
    }

private:
    temporary_directory folder_;
    std::string id_;
};

bool cannot_run() {
    bool const can = !nodes::agent().empty() && !estima::find_program("mpirun").empty();
    if (!can) estima_test::skip("estima-agent was not built: libboost-mpi-dev or openmpi-bin is not installed");
    return !can;
}

}  // namespace

TEST_CASE("estima-agent brings a snapshot to 0, 1 and 3 nodes, and nothing the second time") {
    if (cannot_run()) return;
    for (int const count : {0, 1, 3}) {
        nodes n;
        answer const first = n.stage(count);
        INFO(first.text);
        CHECK(first.code == 0);
        std::uint64_t all = 3'000'003 + 15;  // each content once
        for (int i = 0; i < 50; ++i) all += std::to_string(i * i).size();
        CHECK(first.last().value("sent", std::uint64_t{1}) == (count == 0 ? 0 : all));
        for (int rank = 1; rank <= count; ++rank) {
            CHECK(n.is_right(rank));
            CHECK(nodes::left_behind(n.store(rank)) == 0);
        }
        answer const second = n.stage(count);
        CHECK(second.code == 0);
        CHECK(second.last().value("sent", std::uint64_t{1}) == 0);
    }
}

TEST_CASE("estima-agent sends what some node lacks, once, and damaged objects anew") {
    if (cannot_run()) return;
    nodes n;
    REQUIRE(n.stage(2).code == 0);
    for (int const rank : {1, 2}) fs::remove(n.store(rank) / "trees" / n.id());
    fs::path const large =
        n.store(1) / "objects" / estima::loose_name(estima::sha256_hex(std::string(3'000'000, 'L') + "end"));
    REQUIRE(fs::exists(large));
    fs::permissions(large, fs::perms{0644});
    fs::resize_file(large, 1000);  // torn by an earlier run
    fs::remove(n.store(2) / "objects" / estima::loose_name(estima::sha256_hex("print('hello')\n")));
    answer const a = n.stage(3);  // the third has nothing yet
    INFO(a.text);
    CHECK(a.code == 0);
    for (int const rank : {1, 2, 3}) CHECK(n.is_right(rank));
}

TEST_CASE("estima-agent: temporary files of yesterday are removed, younger ones may be somebody's") {
    if (cannot_run()) return;
    nodes n;
    for (char const* const name : {"tmp/old", "tmp/young"}) write(n.store(1) / name, "x");
    timespec const yesterday[2]{{::time(nullptr) - 100'000, 0}, {::time(nullptr) - 100'000, 0}};
    REQUIRE(::utimensat(AT_FDCWD, (n.store(1) / "tmp/old").c_str(), yesterday, 0) == 0);
    CHECK(n.stage(1).code == 0);
    CHECK_FALSE(fs::exists(n.store(1) / "tmp/old"));
    CHECK(fs::exists(n.store(1) / "tmp/young"));
}

TEST_CASE("estima-agent: a node that cannot write is named at once, and the others get everything") {
    if (cannot_run()) return;
    nodes n;
    answer const full = n.stage(3, {{2, "trap \"\" XFSZ; ulimit -f 1000; "}});  // blocks of 512 bytes
    INFO(full.text);
    CHECK(full.code == 1);
    CHECK(full.said("failed").value("id", "") == "EST-301");
    CHECK(full.said("failed").value("message", "").find("File too large") != std::string::npos);
    CHECK(full.last().value("all", true) == false);
    CHECK(n.is_right(1));
    CHECK(n.is_right(3));
    CHECK_FALSE(fs::exists(n.store(2) / "trees" / n.id()));
    CHECK(nodes::left_behind(n.store(2)) == 0);

    nodes other;
    write(other.store(1), "no folder");
    answer const no_folder = other.stage(2);
    INFO(no_folder.text);
    CHECK(no_folder.code == 1);
    CHECK(no_folder.said("failed").value("id", "") == "EST-301");
    CHECK(other.is_right(2));
}

TEST_CASE("estima-agent: a node that dies ends the others, and nobody waits for it") {
    if (cannot_run()) return;
    nodes n;
    answer const a = n.stage(3, {{2, "exit 7; "}});
    INFO(a.text);
    CHECK(a.code != 0);
    CHECK(a.code != 124);  // timeout's
    CHECK_FALSE(fs::exists(n.store(2)));
}

TEST_CASE("estima-agent: contents that are not what their SHA-256 says come to lie in no store") {
    if (cannot_run()) return;
    nodes n;
    std::string const content = std::string(3'000'000, 'L') + "end",
                      name = estima::loose_name(estima::sha256_hex(content));
    REQUIRE(fs::exists(n.store(0) / "objects" / name));
    fs::permissions(n.store(0) / "objects" / name, fs::perms{0644});
    write(n.store(0) / "objects" / name, "X" + content.substr(1));
    answer const a = n.stage(2);
    INFO(a.text);
    CHECK(a.code == 1);
    CHECK(a.said("broken").value("id", "") == "EST-208");
    for (int const rank : {1, 2}) CHECK_FALSE(fs::exists(n.store(rank) / "trees" / n.id()));
    for (int const rank : {0, 1, 2}) CHECK_FALSE(fs::exists(n.store(rank) / "objects" / name));
}

TEST_CASE("estima-agent: what rank 0 does not have is told, and ends all") {
    if (cannot_run()) return;
    nodes n;
    fs::remove(n.store(0) / "trees" / n.id());
    answer const a = n.stage(2);
    INFO(a.text);
    CHECK(a.code != 0);
    CHECK(a.code != 124);
    CHECK(a.said("broken").value("id", "") == "EST-207");
}

TEST_CASE("estima-agent tells its version and its usage") {
    if (cannot_run()) return;
    auto const ask = [](std::string const& words) {
        std::FILE* const pipe = ::popen(("'" + nodes::agent() + "' " + words + " 2>&1").c_str(), "r");
        char buffer[2000];
        std::string const text(buffer, std::fread(buffer, 1, sizeof buffer, pipe));
        ::pclose(pipe);
        return text;
    };
    CHECK(ask("--version").starts_with("estima-agent "));
    CHECK(ask("--help").find("--into") != std::string::npos);
}
