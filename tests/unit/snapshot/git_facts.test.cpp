// SPDX-License-Identifier: BSL-1.0
#include <sys/wait.h>

#include <catch2/catch.hpp>

#include <estima/snapshot/git_facts.hpp>

#include <support/temporary_directory.hpp>
#include "git_command.hpp"
#include "tree_on_disk.hpp"

using estima_test::git;
using estima_test::temporary_directory;
using estima_test::write;
namespace fs = std::filesystem;
using properties = std::map<std::string, std::string>;

namespace {

properties facts_of(fs::path const& directory) { return estima::git_query{directory}.properties(); }

// A repository with one commit, on branch "work".
std::string make_repository(fs::path const& directory) {
    write(directory / "project/train.py", "x");
    git(directory, "init -q -b work");
    git(directory, "add -A");
    git(directory, "commit -q -m first");
    return git(directory, "rev-parse HEAD").substr(0, 40);
}

bool no_child_left() { return ::waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD; }

}  // namespace

TEST_CASE("outside of a repository no git is started and nothing is recorded", "[snapshot][git]") {
    temporary_directory temporary;
    estima::git_query query{temporary.path()};
    CHECK(no_child_left());
    CHECK(query.properties().empty());
    CHECK(facts_of(temporary / "missing").empty());
}

TEST_CASE("the seven git facts carry Azure's names", "[snapshot][git]") {
    if (!estima_test::has_git()) {
        WARN("no git on this machine: not tested");
        return;
    }
    temporary_directory temporary;
    fs::path const repository = temporary / "a repository";
    std::string const commit = make_repository(repository);
    git(repository, "remote add origin https://user:secret-token@example.com/team/project.git");

    properties const expected{{"azureml.git.repository_uri", "https://example.com/team/project.git"},
                              {"mlflow.source.git.repoURL", "https://example.com/team/project.git"},
                              {"azureml.git.branch", "work"},
                              {"mlflow.source.git.branch", "work"},
                              {"azureml.git.commit", commit},
                              {"mlflow.source.git.commit", commit},
                              {"azureml.git.dirty", "False"}};
    CHECK(facts_of(repository) == expected);
    CHECK(facts_of(repository / "project") == expected);

    SECTION("a change outside of the source directory does not make it dirty, one inside does") {
        write(repository / "other.txt", "x");
        CHECK(facts_of(repository / "project").at("azureml.git.dirty") == "False");
        write(repository / "project/new.py", "x");
        CHECK(facts_of(repository / "project").at("azureml.git.dirty") == "True");
        fs::remove(repository / "project/new.py");
        write(repository / "project/train.py", "changed");
        CHECK(facts_of(repository / "project").at("azureml.git.dirty") == "True");
    }
    SECTION("a detached head has no branch") {
        git(repository, "checkout -q --detach");
        properties const detached = facts_of(repository);
        CHECK(detached.count("azureml.git.branch") == 0);
        CHECK(detached.count("mlflow.source.git.branch") == 0);
        CHECK(detached.at("azureml.git.commit") == commit);
        CHECK(detached.size() == 5);
    }
    SECTION("without a remote there is no address") {
        git(repository, "remote remove origin");
        CHECK(facts_of(repository).count("azureml.git.repository_uri") == 0);
        CHECK(facts_of(repository).size() == 5);
    }
    SECTION("in a git hook's environment it is still the source directory that counts") {
        ::setenv("GIT_DIR", "/nonexistent", 1);
        properties const seen = facts_of(repository);
        ::unsetenv("GIT_DIR");
        CHECK(seen == expected);
    }
    SECTION("a work tree and its .git file will do") {
        git(repository, "worktree add -q ../beside -b side");
        CHECK(facts_of(temporary / "beside").at("azureml.git.branch") == "side");
    }
    CHECK(no_child_left());
}

TEST_CASE("before the first commit there is a branch but no commit", "[snapshot][git]") {
    if (!estima_test::has_git()) return;
    temporary_directory temporary;
    git(temporary.path(), "init -q -b young");
    CHECK(facts_of(temporary.path()) == properties{{"azureml.git.branch", "young"},
                                                {"mlflow.source.git.branch", "young"},
                                                {"azureml.git.dirty", "False"}});
}

TEST_CASE("a repository that git refuses, or no git at all, leaves no facts", "[snapshot][git]") {
    temporary_directory temporary;
    write(temporary / ".git", "gitdir: nowhere");
    CHECK(facts_of(temporary.path()).empty());
    if (::geteuid() == 0 && estima_test::has_git()) {
        make_repository(temporary / "foreign");
        CHECK(facts_of(temporary / "foreign").size() == 5);
        for (char const* const name : {"foreign", "foreign/.git"})
            REQUIRE(::chown((temporary / name).c_str(), 65534, 65534) == 0);
        CHECK(facts_of(temporary / "foreign").empty());
    }
    std::string const path = ::getenv("PATH") == nullptr ? "" : ::getenv("PATH");
    ::setenv("PATH", (temporary / "bin").c_str(), 1);
    properties const without = facts_of(temporary.path());
    // A git that never answers is not waited for.
    write(temporary / "bin/git", "#!/bin/sh\nexec /bin/sleep 1000\n");
    fs::permissions(temporary / "bin/git", fs::perms{0755});
    bool empty = false, empty_without_end = false;
    {
        estima::git_query query{temporary.path()};
        empty = query.facts(0.2).properties().empty();
        estima::git_query not_asked{temporary.path()};
    }
    {
        write(temporary / "bin/git", "#!/bin/sh\nexec >&-\nexec /bin/sleep 1000\n");
        estima::git_query query{temporary.path()};
        empty_without_end = query.facts(0.2).properties().empty();
    }
    ::setenv("PATH", path.c_str(), 1);
    CHECK(without.empty());
    CHECK(empty);
    CHECK(empty_without_end);
    CHECK(estima::git_query::patience <= 3);
    CHECK(no_child_left());
}

TEST_CASE("no credentials are left in a repository's address", "[snapshot][git]") {
    auto clean = [](char const* url) { return estima::without_credentials(url).value_or("(none)"); };
    CHECK(clean("https://user:token@host/a.git") == "https://host/a.git");
    CHECK(clean("https://token@host:8443/a/b") == "https://host:8443/a/b");
    CHECK(clean("https://user:p@ss@host/a") == "https://host/a");
    CHECK(clean("https://host/a@b.git") == "https://host/a@b.git");
    CHECK(clean("https://host/a.git?private_token=secret#x") == "https://host/a.git");
    CHECK(clean("https://user:token@host") == "https://host");
    CHECK(clean("ssh://git@host:22/a.git") == "ssh://git@host:22/a.git");
    CHECK(clean("ssh://git:secret@host/a.git") == "ssh://git@host/a.git");
    CHECK(clean("git@host:team/a.git") == "git@host:team/a.git");
    CHECK(clean("/srv/git/a.git") == "/srv/git/a.git");
    CHECK(clean("file:///srv/git/a.git") == "file:///srv/git/a.git");
    CHECK(clean("ext::ssh -i key %S secret") == "(none)");
    CHECK(clean("helper::https://user:token@host/a") == "(none)");
}
