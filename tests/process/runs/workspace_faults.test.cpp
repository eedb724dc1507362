// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/statvfs.h>

#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

#include <estima/workspace/create_run.hpp>
#include <estima/workspace/delete_run.hpp>
#include <estima/workspace/search_runs.hpp>

#include <support/skip.hpp>

#include "submitted.hpp"

namespace {
namespace fs = std::filesystem;
using namespace estima_test;
using estima::run_status;

void expect(bool good, std::string const& what) {
    if (!good) throw std::runtime_error{"not so: " + what};
}

/// File systems of this process alone, which are gone with it: as root, or as what root is in a namespace of its own.
bool make_own_mounts() {
    uid_t const user = ::geteuid();
    gid_t const group = ::getegid();
    if (::unshare(CLONE_NEWNS) != 0) {
        if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
        auto put = [](char const* file, std::string const& text) { std::ofstream{file} << text; };
        put("/proc/self/setgroups", "deny");
        put("/proc/self/uid_map", "0 " + std::to_string(user) + " 1\n");
        put("/proc/self/gid_map", "0 " + std::to_string(group) + " 1\n");
    }
    return ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

/// Whether this machine lets us do that.
bool can_make_own_mounts() {
    return other_program{[] { return make_own_mounts(); }}.succeeded();
}

/// Fills a file system but for so many bytes.
void fill_but(fs::path const& folder, std::size_t free) {
    fs::remove(folder / "ballast");
    struct statvfs status {};
    expect(::statvfs(folder.c_str(), &status) == 0, "statvfs");
    std::size_t const there = static_cast<std::size_t>(status.f_bavail) * status.f_bsize;
    estima::file_descriptor const file = estima::open_file(folder / "ballast", O_WRONLY | O_CREAT);
    expect(free >= there || ::fallocate(file.get(), 0, 0, static_cast<off_t>(there - free)) == 0, "fallocate");
}
}  // namespace

TEST_CASE("a full workspace: whatever room is left, submit throws and leaves nothing, or gives a run that ends") {
    if (!can_make_own_mounts()) return skip("neither root nor user namespaces: no small file system can be mounted");
    temporary_directory const folder;
    fs::create_directories(folder / "small");
    fs::create_directories(folder / "source");
    std::ofstream{folder / "source/train"} << "#!/bin/sh\necho hello\nhead -c 3000 /dev/zero > outputs/o\n";
    fs::permissions(folder / "source/train", fs::perms{0755});
    other_program submitter{[&] {
        expect(make_own_mounts(), "own mounts");
        expect(::mount("tmpfs", (folder / "small").c_str(), "tmpfs", 0, "size=1m,mode=0777") == 0, "tmpfs");
        int refused = 0, completed = 0;
        for (std::size_t free = 0; free <= 400'000; free += 16'384) {
            fill_but(folder / "small", 600'000);
            auto const workspace = estima::workspace::open(folder / "small/w");
            fs::remove_all(workspace.path() / "runs");
            fs::remove_all(workspace.path() / "snapshots");
            fill_but(folder / "small", free);
            std::string told;
            try {
                estima::run const run =
                    workspace.experiment("e").submit({.script = "train", .framework = "Native"}, folder / "source");
                auto const details = run.wait_for_completion({.timeout = patience, .raise_on_error = false});
                expect(is_terminal(details.status), "a run that ends");
                if (details.status == run_status::completed) ++completed;
                std::string const cause =
                    details.error ? details.error->message : "none; " + estima::read_file(run.directory().journal());
                expect(details.status == run_status::completed || cause.find("pace") != std::string::npos ||
                           cause.find("full") != std::string::npos,
                       "the failed run says that there is no space: " + cause);
            } catch (estima::error const& e) {
                told = e.what();
            }
            if (!told.empty()) {
                ++refused;
                if (told.starts_with(
                        "[EST-403]")) {  // the supervisor could not begin: such a run can be seen, and is Failed
                    expect(workspace.runs().size() == 1, "one run");
                    expect(workspace.run(workspace.runs()[0]).status() == run_status::failed, "Failed");
                    continue;
                }
                expect(told.starts_with("[EST-301]"), told);
                expect(told.find("No space left on device") != std::string::npos, told);
                expect(told.find("remedy: free space") != std::string::npos, told);
                expect(entries_in(workspace.path() / "runs") == 0, "no run, whole or half");
            }
        }
        expect(refused > 2, "the smallest rooms are refused");
        expect(completed > 2, "the largest rooms are enough");
        return true;
    }};
    CHECK(submitter.succeeded());
}

TEST_CASE("a disk that the script has filled: the run ends, says why, and the room for its last words is still there") {
    if (!can_make_own_mounts()) return skip("neither root nor user namespaces: no small file system can be mounted");
    temporary_directory const folder;
    fs::create_directories(folder / "small");
    fs::create_directories(folder / "source");
    std::ofstream{folder / "source/train"} << "#!/bin/sh\n"
                                              "for i in $(seq 2000); do : > outputs/a_rather_long_name_of_a_file_$i; done\n"
                                              "cat /dev/zero > ballast 2>/dev/null\nexit 0\n";
    fs::permissions(folder / "source/train", fs::perms{0755});
    other_program submitter{[&] {
        expect(make_own_mounts(), "own mounts");
        expect(::mount("tmpfs", (folder / "small").c_str(), "tmpfs", 0, "size=4m,mode=0777") == 0, "tmpfs");
        auto const workspace = estima::workspace::open(folder / "small/w");
        estima::run const run =
            workspace.experiment("e").submit({.script = "train", .framework = "Native"}, folder / "source");
        auto const details = run.wait_for_completion({.timeout = patience, .raise_on_error = false});
        expect(details.status == run_status::failed, "Failed");
        expect(details.error && details.error->message.find("No space left") != std::string::npos,
               details.error ? details.error->message : "no error");
        expect(estima::journal{run.directory().journal()}.record().lines_ignored == 0, "no torn line");
        return true;
    }};
    CHECK(submitter.succeeded());
}

TEST_CASE("a full disk while a model is registered is told, and leaves nothing of the version") {
    if (!can_make_own_mounts()) return skip("neither root nor user namespaces: no small file system can be mounted");
    temporary_directory const folder;
    fs::create_directories(folder / "small");
    std::ofstream{folder / "model"} << std::string(3'000'000, 'm');
    other_program registrar{[&] {
        expect(make_own_mounts(), "own mounts");
        expect(::mount("tmpfs", (folder / "small").c_str(), "tmpfs", 0, "size=8m,mode=0777") == 0, "tmpfs");
        auto const workspace = estima::workspace::open(folder / "small/w");
        estima::model_options const options{.name = "m", .path = (folder / "model").string()};
        expect(workspace.register_model(options).version == 1, "the first one");
        for (std::size_t const free : {std::size_t{0}, std::size_t{8192}, std::size_t{2000000}}) {
            fill_but(folder / "small", free);
            std::string const told = error_of([&] { workspace.register_model(options); });
            expect(told.starts_with("[EST-301]"), told);
            expect(told.find("No space left on device") != std::string::npos, told);
            expect(entries_in(workspace.path() / "models/m") == 2, "the first version and what changed");
        }
        fs::remove(folder / "small/ballast");
        expect(workspace.register_model(options).version == 2, "the next one");
        return true;
    }};
    CHECK(registrar.succeeded());
}

TEST_CASE("runs are deleted, found among the deleted ones and restored on a full disk") {
    if (!can_make_own_mounts()) return skip("neither root nor user namespaces: no small file system can be mounted");
    temporary_directory const folder;
    fs::create_directories(folder / "small");
    other_program user{[&] {
        expect(make_own_mounts(), "own mounts");
        expect(::mount("tmpfs", (folder / "small").c_str(), "tmpfs", 0, "size=8m,mode=0777") == 0, "tmpfs");
        auto const workspace = estima::workspace::open(folder / "small/w");
        std::vector<std::string> ids;
        for (int i = 0; i < 20; ++i) {
            auto const made = estima::detail::create_run(workspace.path(), "e", {.script = "a.py"}, "", "/source");
            ids.push_back(made.directory.run_id());
            expect(estima::journal{made.directory.journal()}.append_status(run_status::failed), "Failed");
        }
        fill_but(folder / "small", 0);
        for (std::string const& id : ids) delete_run(workspace, id);
        expect(search_runs(workspace).empty(), "no run");
        expect(search_deleted_runs(workspace).size() == ids.size(), "all are deleted");
        restore_run(workspace, ids[7]);
        expect(search_runs(workspace).size() == 1, "one run");
        return true;
    }};
    CHECK(user.succeeded());
}

TEST_CASE("a workspace in which nothing can be written any more is told, and nothing is left") {
    place at;
    at.write("train", "#!/bin/sh\n");
    other_program submitter{[&] {
        ::signal(SIGXFSZ, SIG_IGN);
        rlimit const nothing{0, 0};
        expect(::setrlimit(RLIMIT_FSIZE, &nothing) == 0, "setrlimit");
        std::string const told =
            error_of([&] { (void)at.experiment().submit({.script = "train", .framework = "Native"}, at.source()); });
        expect(told.starts_with("[EST-301]"), told);
        expect(told.find(at.workspace().path().string()) != std::string::npos, told);
        return true;
    }};
    CHECK(submitter.succeeded());
    CHECK(entries_in(at.workspace().path() / "runs") == 0);
}

TEST_CASE("a read-only workspace can be read, and refuses the rest in plain words") {
    bool const by_mount = can_make_own_mounts();
    if (!by_mount && ::geteuid() == 0) return skip("root is refused nothing, and may not mount");
    place at;
    estima::run const done = at.submit(
        "#!/bin/sh\necho '{\"name\":\"x\",\"value\":1}' > \"$ESTIMA_METRICS_FILE\"\necho model > outputs/m\n");
    CHECK(done.wait_for_completion({.timeout = patience}).status == run_status::completed);
    // A run that lost its supervisor, and whose end cannot be written here.
    auto lost = estima::detail::create_run(at.workspace().path(), "lost", {.script = "train"}, "", "/");
    CHECK(estima::journal{lost.directory.journal()}.append_status(run_status::preparing));
    lost.lock.reset();

    other_program reader{[&] {
        fs::path const path = at.workspace().path();
        if (by_mount) {
            expect(make_own_mounts(), "own mounts");
            expect(::mount(path.c_str(), path.c_str(), nullptr, MS_BIND, nullptr) == 0, "bind");
            expect(::mount(nullptr, path.c_str(), nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY, nullptr) == 0,
                   "read-only");
        } else {
            for (auto const& entry : fs::recursive_directory_iterator{path})
                fs::permissions(entry, fs::perms{0222}, fs::perm_options::remove);
            fs::permissions(path, fs::perms{0222}, fs::perm_options::remove);
        }
        auto const workspace = estima::workspace::open(path);
        estima::run const run = workspace.run(done.id());
        expect(run.status() == run_status::completed, "status");
        expect(run.wait_for_completion().status == run_status::completed, "wait");
        expect(run.get_metrics().last("x") == 1, "metrics");
        expect(!run.cancel(), "cancel of what is over");
        run.download_file("outputs/m", at / "m");
        expect(estima::read_file(at / "m") == "model\n", "download");
        expect(workspace.run(lost.directory.run_id()).status() == run_status::not_responding, "lost run");

        auto refused = [](std::string const& told) {
            expect(told.starts_with("[EST-301]"), told);
            expect(told.find("Read-only file system") != std::string::npos ||
                       told.find("Permission denied") != std::string::npos,
                   told);
            expect(told.find("remedy: ") != std::string::npos, told);
        };
        refused(error_of([&] { run.tag("a", "b"); }));
        refused(error_of([&] { run.add_property("a", "b"); }));
        refused(error_of([&] { (void)run.register_model({.name = "m", .path = "outputs/m"}); }));
        at.write("train", "#!/bin/sh\nexit 1\n");
        refused(error_of(
            [&] { (void)workspace.experiment("e").submit({.script = "train", .framework = "Native"}, at.source()); }));
        refused(error_of([&] { (void)estima::workspace::open(path / "new"); }));
        return true;
    }};
    CHECK(reader.succeeded());
    if (!by_mount) {
        fs::permissions(at.workspace().path(), fs::perms{0200}, fs::perm_options::add);
        for (auto const& entry : fs::recursive_directory_iterator{at.workspace().path()})
            fs::permissions(entry, fs::perms{0200}, fs::perm_options::add);
    }
}
